/**
 * A bag that somebody holds, as a ZIP file or unpacked in a folder: archive-v1.md §3, RFC 8493.
 *
 * Its files are blobs: they are read piece by piece, whatever their size, and never all at once.
 */
import { bytesToHex } from "@noble/hashes/utils.js";
import { createSHA256 } from "hash-wasm";

import { BadArchive } from "@/archive/report";
import { rootOf } from "@/sealing/container";

export const MANIFEST = "manifest-sha256.txt";
const BAGIT = "bagit.txt";
const BAG_INFO = "bag-info.txt";
const TAG_MANIFEST = "tagmanifest-sha256.txt";
const DECLARATION = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";
const PAYLOAD = "data/";
export const PIECE = 4 << 20;
export const FILES_MAX = 200_000;
const SMALL_BYTES_MAX = 256 << 20;
const PATH = /^[A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/;
const PATH_MAX = 512;
const LINE = /^([0-9a-f]{64}) {2}(\S+)$/;

export interface Bag {
  /** The one folder that everything stands in. */
  folder: string;
  files: Map<string, Blob>;
}

/** Told how many bytes were read. */
export type Moved = (bytes: number) => void;

/** The files of a folder, by their paths with the folder's name. Throws BadArchive. */
export function bagOf(listed: readonly { path: string; file: Blob }[]): Bag {
  const folders = new Set(listed.map(({ path }) => path.split("/")[0] ?? ""));
  const [folder = ""] = folders;
  if (folders.size !== 1 || listed.length > FILES_MAX) throw new BadArchive("", "notOneFolder");
  const files = new Map(listed.map(({ path, file }) => [requirePath(path.slice(folder.length + 1)), file]));
  if (files.size !== listed.length) throw new BadArchive("", "standsTwice");
  return { folder, files };
}

/** A path that is safe on every system. Throws BadArchive. */
export function requirePath(path: string): string {
  if (!PATH.test(path) || path.length > PATH_MAX) throw new BadArchive(path.slice(0, 80), "badPath");
  return path;
}

/** A file of the bag. Throws BadArchive. */
export function fileOf(bag: Bag, path: string): Blob {
  const file = bag.files.get(path);
  if (!file) throw new BadArchive(path, "missing");
  return file;
}

/** The text of a file that is small enough to be held. Throws BadArchive. */
export async function textOf(bag: Bag, path: string): Promise<string> {
  const file = fileOf(bag, path);
  if (file.size > SMALL_BYTES_MAX) throw new BadArchive(path, "tooLarge");
  return await file.text();
}

/** A JSON object out of the bag. Throws BadArchive. */
export async function jsonOf<T>(bag: Bag, path: string): Promise<T> {
  try {
    const value: unknown = JSON.parse(await textOf(bag, path));
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as T;
  } catch (thrown) {
    if (thrown instanceof BadArchive) throw thrown;
  }
  throw new BadArchive(path, "notJson");
}

/** A blob in pieces. */
export async function* piecesOf(blob: Blob): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < blob.size; start += PIECE) {
    yield new Uint8Array(await blob.slice(start, start + PIECE).arrayBuffer());
  }
}

/** RFC 6962 over blocks of 1 MiB, hex: how documents and containers are named. */
export async function treeDigest(blob: Blob): Promise<string> {
  const read = async (start: number, end: number) => new Uint8Array(await blob.slice(start, end).arrayBuffer());
  return bytesToHex(await rootOf({ read, size: async () => blob.size, write: async () => undefined }));
}

/** SHA-256 of every file, hex, by path. */
export async function digestsOf(bag: Bag, moved: Moved): Promise<Map<string, string>> {
  const hash = await createSHA256();
  const digests = new Map<string, string>();
  for (const [path, blob] of bag.files) {
    hash.init();
    for await (const piece of piecesOf(blob)) {
      hash.update(piece);
      moved(piece.length);
    }
    digests.set(path, hash.digest());
  }
  return digests;
}

/** Every file is in a manifest with its digest, and no file is missing. Throws BadArchive. */
export async function checkBag(bag: Bag, digests: ReadonlyMap<string, string>): Promise<void> {
  const tags = await manifestOf(bag, TAG_MANIFEST);
  const payload = await manifestOf(bag, MANIFEST);
  for (const [manifest, name] of [[tags, TAG_MANIFEST], [payload, MANIFEST]] as const) {
    for (const [path, digest] of manifest) {
      if (!digests.has(path)) throw new BadArchive(path, "missingListed", { name });
      if (digests.get(path) !== digest) throw new BadArchive(path, "otherDigest", { name });
    }
  }
  for (const path of [...digests.keys()].sort()) {
    const listed = payload.has(path) || tags.has(path) || path === TAG_MANIFEST;
    if (!listed || path.startsWith(PAYLOAD) !== payload.has(path)) throw new BadArchive(path, "unlisted");
  }
  if ((await textOf(bag, BAGIT)) !== DECLARATION) throw new BadArchive(BAGIT, "notBagIt");
  const bytes = [...payload.keys()].reduce((sum, path) => sum + fileOf(bag, path).size, 0);
  const sum = `Payload-Oxum: ${bytes}.${payload.size}\n`;
  if (!(await textOf(bag, BAG_INFO)).endsWith(sum)) throw new BadArchive(BAG_INFO, "otherSum");
}

async function manifestOf(bag: Bag, name: string): Promise<Map<string, string>> {
  const lines = (await textOf(bag, name)).split("\n");
  const found = new Map<string, string>();
  let before = "";
  if (lines.pop() !== "") throw new BadArchive(name, "badManifest", { line: lines.length + 1 });
  for (const [index, line] of lines.entries()) {
    const [, digest = "", path = ""] = LINE.exec(line) ?? [];
    // In the order of the paths, so that there is one way to write it.
    if (!PATH.test(path) || path <= before) throw new BadArchive(name, "badManifest", { line: index + 1 });
    found.set(path, digest);
    before = path;
  }
  return found;
}
