/**
 * The one form in which an archive is written as a ZIP file: archive-v1.md §3, PKWARE APPNOTE 6.3.
 *
 * Whatever two programs could read differently is refused: each byte is content, or what it must be.
 */
import { createCRC32, createSHA256 } from "hash-wasm";

import { type Bag, bagOf, FILES_MAX, type Moved, piecesOf } from "@/archive/bag";
import { BadArchive } from "@/archive/report";

const TAIL_BYTES = 56 + 20 + 22;
const DIRECTORY_BYTES_MAX = 256 << 20;
const ENTRY_BYTES = 46;
const DESCRIPTOR_BYTES = 24;
const EXTRA64_BYTES = 28;
const [LOCAL, DESCRIPTOR, CENTRAL] = [0x04034b50, 0x08074b50, 0x02014b50];
const [END, END64, LOCATOR] = [0x06054b50, 0x06064b50, 0x07064b50];
const VERSION = 45;
const MADE_BY_UNIX = (3 << 8) | VERSION;
const FLAGS = 0x0808;
const DATE = 0x0021;
const ATTRIBUTES = 0o100644 * 2 ** 16;
const LONG = 0xffffffff;
const MANY = 0xffff;

interface Member {
  name: string;
  size: number;
  crc: number;
  /** Of its header. */
  offset: number;
}

export interface ZipBag extends Bag {
  file: Blob;
  members: Member[];
}

/** The files that the directory of a ZIP file names. Throws BadArchive. */
export async function openZip(file: Blob): Promise<ZipBag> {
  const tail = await viewOf(file, file.size - TAIL_BYTES, file.size);
  if (tail.byteLength !== TAIL_BYTES || tail.getUint32(0, true) !== END64) throw new BadArchive("", "notZip");
  const [count, bytes, start] = [long(tail, 32), long(tail, 40), long(tail, 48)];
  if (bytes > DIRECTORY_BYTES_MAX || count > FILES_MAX || start + bytes + TAIL_BYTES !== file.size) {
    throw new BadArchive("", "notZip");
  }
  const members = membersOf(await viewOf(file, start, start + bytes));
  if (members.length !== count || count === 0) throw new BadArchive("", "badDirectory");
  const listed = members.map((member) => {
    const begins = member.offset + headerOf(member).length;
    return { path: member.name, file: file.slice(begins, begins + member.size) };
  });
  return { ...bagOf(listed), file, members };
}

/** Read the whole file once: framing and checksums. SHA-256 of each file, hex. Throws BadArchive. */
export async function checkFraming(zip: ZipBag, moved: Moved): Promise<Map<string, string>> {
  const [hash, crc] = await Promise.all([createSHA256(), createCRC32()]);
  const digests = new Map<string, string>();
  const ordered = [...zip.members].sort((one, other) => one.offset - other.offset);
  let position = 0;
  for (const member of ordered) {
    const path = member.name.slice(zip.folder.length + 1);
    if (member.offset !== position) throw new BadArchive(path, "gap");
    const header = headerOf(member);
    await expectAt(zip.file, position, header, path);
    hash.init();
    crc.init();
    for await (const piece of piecesOf(zip.files.get(path) ?? new Blob())) {
      hash.update(piece);
      crc.update(piece);
      moved(piece.length);
    }
    if (Number.parseInt(crc.digest(), 16) !== member.crc) throw new BadArchive(path, "badChecksum");
    digests.set(path, hash.digest());
    position += header.length + member.size;
    const ending = packed(DESCRIPTOR_BYTES, (write) => {
      write.u32(DESCRIPTOR, member.crc);
      write.u64(member.size, member.size);
    });
    await expectAt(zip.file, position, ending, path);
    position += ending.length;
  }
  const directory = directoryOf(ordered, position);
  await expectAt(zip.file, position, directory, "");
  if (zip.file.size !== position + directory.length) throw new BadArchive("", "somethingFollows");
  return digests;
}

function membersOf(view: DataView): Member[] {
  const members: Member[] = [];
  let position = 0;
  while (position < view.byteLength) {
    if (position + ENTRY_BYTES > view.byteLength || view.getUint32(position, true) !== CENTRAL) {
      throw new BadArchive("", "badDirectory");
    }
    const [nameBytes, extraBytes] = [view.getUint16(position + 28, true), view.getUint16(position + 30, true)];
    const begins = position + ENTRY_BYTES;
    if (begins + nameBytes + extraBytes > view.byteLength) throw new BadArchive("", "badDirectory");
    const long64 = extraBytes === EXTRA64_BYTES;
    const extra = begins + nameBytes;
    members.push({
      name: new TextDecoder("latin1").decode(new Uint8Array(view.buffer, view.byteOffset + begins, nameBytes)),
      crc: view.getUint32(position + 16, true),
      size: long64 ? long(view, extra + 4) : view.getUint32(position + 24, true),
      offset: long64 ? long(view, extra + 20) : view.getUint32(position + 42, true),
    });
    position = extra + extraBytes;
  }
  return members;
}

function headerOf({ name }: Member): Uint8Array {
  return packed(30 + name.length + 20, (write) => {
    write.u32(LOCAL);
    write.u16(VERSION, FLAGS, 0, 0, DATE);
    write.u32(0, LONG, LONG);
    write.u16(name.length, 20);
    write.text(name);
    write.u16(1, 16);
    write.u64(0, 0);
  });
}

function directoryOf(members: readonly Member[], start: number): Uint8Array {
  const is64 = (one: Member) => Math.max(one.size, one.offset) >= LONG;
  const bytes = members.reduce((sum, one) => sum + ENTRY_BYTES + one.name.length + (is64(one) ? EXTRA64_BYTES : 0), 0);
  return packed(bytes + TAIL_BYTES, (write) => {
    for (const member of members) {
      const { name, size, crc, offset } = member;
      const long64 = is64(member);
      write.u32(CENTRAL);
      write.u16(MADE_BY_UNIX, VERSION, FLAGS, 0, 0, DATE);
      write.u32(crc, long64 ? LONG : size, long64 ? LONG : size);
      write.u16(name.length, long64 ? EXTRA64_BYTES : 0, 0, 0, 0);
      write.u32(ATTRIBUTES, long64 ? LONG : offset);
      write.text(name);
      if (long64) {
        write.u16(1, 24);
        write.u64(size, size, offset);
      }
    }
    write.u32(END64);
    write.u64(56 - 12);
    write.u16(MADE_BY_UNIX, VERSION);
    write.u32(0, 0);
    write.u64(members.length, members.length, bytes, start);
    write.u32(LOCATOR, 0);
    write.u64(start + bytes);
    write.u32(1, END);
    write.u16(0, 0, Math.min(members.length, MANY), Math.min(members.length, MANY));
    write.u32(Math.min(bytes, LONG), Math.min(start, LONG));
    write.u16(0);
  });
}

interface Writer {
  u16(...values: number[]): void;
  u32(...values: number[]): void;
  u64(...values: number[]): void;
  text(ascii: string): void;
}

function packed(size: number, fill: (write: Writer) => void): Uint8Array {
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  let at = 0;
  const each = (values: number[], width: number, put: (value: number) => void) => {
    for (const value of values) {
      put(value);
      at += width;
    }
  };
  fill({
    u16: (...values) => each(values, 2, (value) => view.setUint16(at, value, true)),
    u32: (...values) => each(values, 4, (value) => view.setUint32(at, value, true)),
    u64: (...values) => each(values, 8, (value) => view.setBigUint64(at, BigInt(value), true)),
    text: (ascii) => each(Array.from(ascii, (letter) => letter.charCodeAt(0)), 1, (value) => view.setUint8(at, value)),
  });
  return bytes;
}

async function expectAt(file: Blob, offset: number, expected: Uint8Array, where: string): Promise<void> {
  const view = await viewOf(file, offset, offset + expected.length);
  const same = view.byteLength === expected.length && expected.every((byte, index) => view.getUint8(index) === byte);
  if (!same) throw new BadArchive(where, "badFraming");
}

async function viewOf(file: Blob, start: number, end: number): Promise<DataView> {
  return new DataView(await file.slice(Math.max(0, start), end).arrayBuffer());
}

function long(view: DataView, at: number): number {
  const value = view.getBigUint64(at, true);
  return value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(value);
}
