/**
 * The bundle inside a sealed container, written in the browser: docs/specs/bundle-v1.md.
 *
 * A tar that can be written in exactly one way. Nothing holds a file in memory: a layout says where
 * each byte comes from, and any range of the bundle can be asked for.
 */
import { concatBytes, utf8ToBytes } from "@noble/hashes/utils.js";

import { canonical } from "@/crypto/sealed-header";

export const BLOCK_BYTES = 512;
export const FILES_MAX = 2000;
export const FILE_BYTES_MAX = 8 * 2 ** 30 - 1;
const BUNDLE_BYTES_MIN = 16 << 10;
const FORM_BYTES_MAX = 1 << 20;
const FORM_MEMBER = "form.json";
const NO_DIGEST = "0".repeat(64);

/** As `clients/bundling.py`: what is not here is plain bytes to whoever opens it. */
const MEDIA_TYPES: Record<string, string> = {
  csv: "text/csv",
  pdf: "application/pdf",
  docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  jpg: "image/jpeg",
  json: "application/json",
  png: "image/png",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  xml: "application/xml",
  zip: "application/zip",
};

/** A file of the bidder's. */
export interface Source {
  name: string;
  size: number;
  read(start: number, end: number): Promise<Uint8Array>;
}

/** Where a file's bytes lie in the bundle. */
export interface Placed {
  source: Source;
  start: number;
}

/** What an envelope holds: `kind` is the envelope's, `form` what is read out or checked. */
export interface Content {
  kind: string;
  form: Record<string, unknown>;
  files: readonly Source[];
}

export interface Layout {
  /** Bytes up to here depend on the files' digests, which are known when all was read. */
  headBytes: number;
  files: Placed[];
  /** With its padding: docs/specs/bundle-v1.md §5. */
  size: number;
  /** The bytes of the bundle from `start` to `end`; `digests` of the files, in hex, in order. */
  read(start: number, end: number, digests?: readonly string[]): Promise<Uint8Array<ArrayBuffer>>;
  /** The same with zeros where the files are. */
  frame(start: number, end: number, digests: readonly string[]): Uint8Array<ArrayBuffer>;
}

/** Why files cannot be sealed; the texts say what to do. */
export class BundleRefused extends Error {
  constructor(readonly code: "too-many-files" | "file-too-large" | "form-too-large" | "file-changed" | "storage-full") {
    super(code);
    this.name = "BundleRefused";
  }
}

/** Where everything will lie. Throws BundleRefused. */
export function layoutOf(content: Content): Layout {
  const { files } = content;
  if (files.length > FILES_MAX) throw new BundleRefused("too-many-files");
  if (files.some((file) => file.size > FILE_BYTES_MAX)) throw new BundleRefused("file-too-large");
  const form = (digests: readonly string[]) => utf8ToBytes(canonical(formOf(content, digests)));
  const formBytes = form([]).length;
  if (formBytes > FORM_BYTES_MAX) throw new BundleRefused("form-too-large");
  const headBytes = BLOCK_BYTES + formBytes;
  const headers: { start: number; bytes: Uint8Array }[] = [];
  const placed: Placed[] = [];
  let end = rounded(headBytes);
  files.forEach((source, index) => {
    headers.push({ start: end, bytes: memberHeader(memberName(index + 1, source.name), source.size) });
    placed.push({ source, start: end + BLOCK_BYTES });
    end += BLOCK_BYTES + rounded(source.size);
  });
  const head = (digests: readonly string[]) => concatBytes(memberHeader(FORM_MEMBER, formBytes), form(digests));
  const frame = (start: number, stop: number, digests: readonly string[]) => {
    const bytes = new Uint8Array(stop - start);
    const put = (at: number, piece: Uint8Array) => {
      const from = Math.max(start, at);
      const to = Math.min(stop, at + piece.length);
      if (from < to) bytes.set(piece.subarray(from - at, to - at), from - start);
    };
    if (start < headBytes) put(0, head(digests));
    for (const header of headers) put(header.start, header.bytes);
    return bytes;
  };
  return {
    headBytes,
    files: placed,
    size: paddedSize(end + 2 * BLOCK_BYTES),
    frame,
    async read(start, stop, digests = []) {
      const bytes = frame(start, stop, digests);
      for (const { source, start: at } of placed) {
        const from = Math.max(start, at);
        const to = Math.min(stop, at + source.size);
        if (from < to) bytes.set(await source.read(from - at, to - at), from - start);
      }
      return bytes;
    },
  };
}

/** The member under which the bidder's file stands: no foreign character gets in. */
export function memberName(number: number, name: string): string {
  // The last nine characters, as Python counts them: code points, not UTF-16 units.
  const end = [...name.toLowerCase()].slice(-9).join("");
  const suffix = /\.[a-z0-9]{1,8}$/.exec(end)?.[0] ?? ".bin";
  return `files/${String(number).padStart(4, "0")}${suffix}`;
}

/** POSIX.1-1988 ustar with every field fixed but name, size and checksum. */
export function memberHeader(name: string, size: number): Uint8Array {
  const header = new Uint8Array(BLOCK_BYTES);
  const put = (at: number, text: string) => header.set(utf8ToBytes(text), at);
  put(0, name);
  put(100, "0000644\0" + "0000000\0" + "0000000\0");
  put(124, `${size.toString(8).padStart(11, "0")}\0${"0".repeat(11)}\0`);
  put(148, " ".repeat(8) + "0");
  put(257, "ustar\0" + "00");
  const sum = header.reduce((total, byte) => total + byte, 0);
  put(148, `${sum.toString(8).padStart(6, "0")}\0 `);
  return header;
}

/** Padmé's size, at most 12 % more. */
export function paddedSize(size: number): number {
  if (size <= BUNDLE_BYTES_MIN) return BUNDLE_BYTES_MIN;
  const exponent = bitLength(size) - 1;
  const step = 2 ** (exponent - bitLength(exponent));
  return Math.ceil(size / step) * step;
}

function bitLength(value: number): number {
  return value.toString(2).length;
}

function rounded(size: number): number {
  return Math.ceil(size / BLOCK_BYTES) * BLOCK_BYTES;
}

function formOf({ kind, form, files }: Content, digests: readonly string[]): Record<string, unknown> {
  return {
    kind,
    form,
    files: files.map((file, index) => ({
      member: memberName(index + 1, file.name),
      name: file.name,
      media_type: mediaType(file.name),
      size_bytes: file.size,
      sha256: digests[index] ?? NO_DIGEST,
    })),
  };
}

function mediaType(name: string): string {
  const suffix = /[^./\\]\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? "";
  return MEDIA_TYPES[suffix] ?? "application/octet-stream";
}
