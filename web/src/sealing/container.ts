/**
 * A container of any size, sealed and opened in the browser with flat memory: sealed-bid-v1.md §7.
 *
 * The files are read once. Their digests stand at the front of the bundle, so what comes before the
 * end of the form is encrypted last: chunks do not depend on one another.
 */
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, concatBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { createSHA256, type IHasher } from "hash-wasm";

import { BundleRefused, type Layout } from "@/sealing/bundle";
import { cipherOf, digestOf, TAG_BYTES, type ChunkCipher } from "@/sealing/cipher";

export const BLOCK = 1 << 20;
export const PART_BYTES = 8 << 20;
const CHUNK = 64 << 10;
const CHUNKS = BLOCK / CHUNK;
const SEALED_CHUNK = CHUNK + TAG_BYTES;
const SEALED_BLOCK = CHUNKS * SEALED_CHUNK;
export const NONCE_BYTES = 16;
/** How many blocks are on their way at once: two threads' work, and some that is being written. */
const AHEAD = 4;

type Bytes = Uint8Array<ArrayBuffer>;

/** Where the sealed bytes lie: in the browser a file of the origin's private file system. */
export interface Store {
  write(bytes: Uint8Array, at: number): Promise<void>;
  read(start: number, end: number): Promise<Bytes>;
  size(): Promise<number>;
}

export interface Course {
  /** Plaintext bytes done so far. */
  moved?(bytes: number): void;
  /** Awaited before each block: a pause holds it, a stop throws. */
  going?(): Promise<void>;
}

export interface SealedContainer {
  /** RFC 6962 over blocks of 1 MiB, hex: what manifest and receipt name. */
  digest: string;
  size: number;
  /** SHA-256 of the bidder's files, hex, in their order. */
  files: string[];
}

/** Seal a bundle behind its header. Throws BundleRefused when a file is not what it was. */
export async function sealContainer(
  of: { header: Uint8Array; fileKey: Uint8Array; nonce: Bytes },
  layout: Layout,
  store: Store,
  course: Course = {},
): Promise<SealedContainer> {
  const preamble = concatBytes(of.header, of.nonce);
  const cipher = await cipherOf(payloadKey(of.fileKey, of.nonce));
  const blocks = Math.ceil(layout.size / BLOCK);
  const headBlocks = Math.ceil(layout.headBytes / BLOCK);
  const digests = await FileDigests.of(layout);
  const waiting: Promise<void>[] = [];
  const read = (index: number) => readBlock(layout, index);
  const put = async (index: number, plain: Bytes) => {
    const sealed = await sealBlock(cipher, plain, index, index === blocks - 1);
    await store.write(sealed, preamble.length + index * SEALED_BLOCK);
  };
  await store.write(preamble, 0);
  const heads: Bytes[] = [];
  for (let index = 0; index < blocks; index += 1) {
    await course.going?.();
    const plain = await read(index);
    digests.add(plain, index * BLOCK);
    if (index < headBlocks) {
      heads.push(plain);
      continue;
    }
    waiting.push(put(index, plain));
    if (waiting.length >= AHEAD) await waiting.shift();
    course.moved?.(Math.min(layout.size, (index + 1) * BLOCK));
  }
  await Promise.all(waiting);
  const files = digests.finish();
  const head = await layout.read(0, layout.headBytes, files);
  for (const [index, plain] of heads.entries()) {
    plain.set(head.subarray(index * BLOCK, Math.min(head.length, (index + 1) * BLOCK)));
    await put(index, plain);
  }
  return { digest: bytesToHex(await rootOf(store)), size: await store.size(), files };
}

/**
 * Open it as the opening will: every chunk authentic, every byte of the bundle as it should be, and
 * the files those whose digests the form has. Throws when it is not; the message names no content.
 */
export async function rehearseContainer(
  of: { headerBytes: number; fileKey: Uint8Array },
  layout: Layout,
  files: readonly string[],
  store: Store,
  course: Course = {},
): Promise<void> {
  const start = of.headerBytes + NONCE_BYTES;
  const cipher = await cipherOf(payloadKey(of.fileKey, await store.read(of.headerBytes, start)));
  const size = await store.size();
  const blocks = Math.ceil((size - start) / SEALED_BLOCK);
  const digests = await FileDigests.of(layout);
  let done = 0;
  for (let index = 0; index < blocks; index += 1) {
    await course.going?.();
    const from = start + index * SEALED_BLOCK;
    const sealed = await store.read(from, Math.min(size, from + SEALED_BLOCK));
    const plain = await openBlock(cipher, sealed, index, index === blocks - 1);
    digests.add(plain, done);
    if (!framed(layout, plain, done, files)) throw new BundleRefused("file-changed");
    done += plain.length;
    course.moved?.(done);
  }
  const found = digests.finish();
  if (done !== layout.size || found.some((digest, index) => digest !== files[index])) {
    throw new BundleRefused("file-changed");
  }
}

/** The root over a container, and so its digest; a part's when `from` and `to` are a part's. */
export async function rootOf(store: Store, from = 0, to?: number): Promise<Uint8Array> {
  const end = to ?? (await store.size());
  const leaves: Uint8Array[] = [];
  for (let start = from; start < end; start += BLOCK) {
    const block = await store.read(start, Math.min(end, start + BLOCK));
    leaves.push(await digestOf(concatBytes(Uint8Array.of(0), block) as Bytes));
  }
  return merkleRoot(leaves);
}

/** RFC 6962 §2.1 over leaf hashes. */
export function merkleRoot(leaves: readonly Uint8Array[]): Uint8Array {
  const [only] = leaves;
  if (!only) return sha256(new Uint8Array(0));
  if (leaves.length === 1) return only;
  const split = 2 ** (Math.ceil(Math.log2(leaves.length)) - 1);
  return sha256(concatBytes(Uint8Array.of(1), merkleRoot(leaves.slice(0, split)), merkleRoot(leaves.slice(split))));
}

/** The running SHA-256 of each file, fed with the blocks of the bundle in their order. */
class FileDigests {
  private readonly found: string[] = [];

  private constructor(
    private readonly layout: Layout,
    private readonly hasher: IHasher,
  ) {
    hasher.init();
  }

  static async of(layout: Layout): Promise<FileDigests> {
    return new FileDigests(layout, await createSHA256());
  }

  add(plain: Uint8Array, at: number): void {
    const end = at + plain.length;
    for (let next = this.found.length; next < this.layout.files.length; next += 1) {
      const { source, start } = this.layout.files[next]!;
      if (start >= end) return;
      const from = Math.max(at, start);
      const to = Math.min(end, start + source.size);
      if (from < to) this.hasher.update(plain.subarray(from - at, to - at));
      if (start + source.size > end) return;
      this.found.push(this.hasher.digest());
      this.hasher.init();
    }
  }

  finish(): string[] {
    // An empty file at the very end has no block of its own.
    while (this.found.length < this.layout.files.length) {
      this.found.push(this.hasher.digest());
      this.hasher.init();
    }
    return this.found;
  }
}

async function readBlock(layout: Layout, index: number): Promise<Bytes> {
  try {
    return await layout.read(index * BLOCK, Math.min(layout.size, (index + 1) * BLOCK));
  } catch {
    // Chromium: NotReadableError when a file was changed or removed since it was chosen.
    throw new BundleRefused("file-changed");
  }
}

async function sealBlock(cipher: ChunkCipher, plain: Bytes, block: number, last: boolean): Promise<Uint8Array> {
  const chunks = Math.ceil(plain.length / CHUNK);
  const sealed = await Promise.all(
    Array.from({ length: chunks }, (_, index) =>
      cipher.seal(
        plain.subarray(index * CHUNK, (index + 1) * CHUNK),
        nonceOf(block * CHUNKS + index, last && index === chunks - 1),
      ),
    ),
  );
  return concatBytes(...sealed);
}

async function openBlock(cipher: ChunkCipher, sealed: Bytes, block: number, last: boolean): Promise<Uint8Array> {
  const chunks = Math.ceil(sealed.length / SEALED_CHUNK);
  const plain = await Promise.all(
    Array.from({ length: chunks }, (_, index) =>
      cipher.open(
        sealed.subarray(index * SEALED_CHUNK, (index + 1) * SEALED_CHUNK),
        nonceOf(block * CHUNKS + index, last && index === chunks - 1),
      ),
    ),
  );
  return concatBytes(...plain);
}

/** Eleven bytes of a counter, and one that says whether it is the last. C2SP age.md. */
function nonceOf(chunk: number, last: boolean): Bytes {
  const nonce = new Uint8Array(12);
  new DataView(nonce.buffer).setUint32(7, chunk);
  nonce[11] = last ? 1 : 0;
  return nonce;
}

function payloadKey(fileKey: Uint8Array, nonce: Uint8Array): Bytes {
  return hkdf(sha256, fileKey, nonce, utf8ToBytes("payload"), 32) as Bytes;
}

/** Is everything between the files as it must be: headers, form, padding? */
function framed(layout: Layout, plain: Uint8Array, at: number, files: readonly string[]): boolean {
  const end = at + plain.length;
  const frame = layout.frame(at, end, files);
  const same = (from: number, to: number) => {
    for (let place = from; place < to; place += 1) {
      if (plain[place - at] !== frame[place - at]) return false;
    }
    return true;
  };
  let from = at;
  for (const { source, start } of layout.files) {
    if (start >= end) break;
    if (start + source.size <= from) continue;
    if (!same(from, Math.max(from, start))) return false;
    from = Math.min(end, start + source.size);
  }
  return same(from, end);
}
