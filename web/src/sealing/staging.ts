/**
 * Bids on their way, in the origin's private file system: made by the page that seals, which has no
 * network, and handed in by the ordinary page, which has no key. A folder a submission:
 *
 *     bids/TENDER/LOT/COUNTER/request.json   what is to be sealed, for whom; by the ordinary page
 *                             KIND.age       the containers
 *                             sealed.json    written last: without it nothing was sealed
 */
import type { KeyPolicy } from "@/api/tenders";
import { rootOf, type Store } from "@/sealing/container";

const ROOT = "bids";
const REQUEST = "request.json";
const SEALED = "sealed.json";
const READ_MAX = 64 << 10;

/** Which submission. */
export interface Place {
  tender: string;
  lot: string;
  counter: number;
}

export interface SealRequest extends Place {
  title: string;
  number: string;
  lotTitle: string;
  ceilingFen: number;
  bidder: string;
  bidderName: string;
  policy: KeyPolicy;
  /** Kinds of the envelopes, in their order. */
  envelopes: string[];
  /** Criteria whose points the bidder claims in the qualification form. */
  objective: { id: string; name: string }[];
}

export interface SealedEnvelope {
  kind: string;
  /** Hex. */
  context: string;
  digest: string;
  size: number;
  recipient: string;
  files: { name: string; size: number; sha256: string }[];
  /** Where it has been going up to. */
  upload?: string;
}

export interface SealedRecord extends Place {
  bidder: string;
  envelopes: SealedEnvelope[];
  sealedAt: string;
  /** The manifest as it was signed the first time: what is sent again is the same. */
  manifest?: Record<string, unknown>;
  /** The Idempotency-Key of an upload that was begun follows from it. */
  receipt?: Record<string, unknown>;
}

/** Is there a private file system? Pages without TLS have none. */
export function canStage(): boolean {
  return typeof navigator.storage?.getDirectory === "function";
}

export async function folderOf(place: Place, create = false): Promise<FileSystemDirectoryHandle> {
  let folder = await navigator.storage.getDirectory();
  for (const name of [ROOT, place.tender, place.lot, String(place.counter)]) {
    folder = await folder.getDirectoryHandle(name, { create });
  }
  return folder;
}

export async function writeRequest(request: SealRequest): Promise<void> {
  await writeJson(await folderOf(request, true), REQUEST, request);
}

export async function readRequest(place: Place): Promise<SealRequest> {
  return (await readJson(await folderOf(place), REQUEST)) as SealRequest;
}

export async function writeSealed(record: SealedRecord): Promise<void> {
  await writeJson(await folderOf(record), SEALED, record);
}

/** What was sealed and lies here; null when nothing does. */
export async function readSealed(place: Place): Promise<SealedRecord | null> {
  try {
    return (await readJson(await folderOf(place), SEALED)) as SealedRecord;
  } catch (thrown) {
    if (thrown instanceof DOMException && thrown.name === "NotFoundError") return null;
    throw thrown;
  }
}

/** All that lies here for a tender. */
export async function listSealed(tender: string): Promise<SealedRecord[]> {
  const found: SealedRecord[] = [];
  let folder: FileSystemDirectoryHandle;
  try {
    folder = await (await (await navigator.storage.getDirectory()).getDirectoryHandle(ROOT)).getDirectoryHandle(tender);
  } catch {
    return found;
  }
  for await (const lot of folder.keys()) {
    for await (const counter of (await folder.getDirectoryHandle(lot)).keys()) {
      const record = await readSealed({ tender, lot, counter: Number(counter) });
      if (record) found.push(record);
    }
  }
  return found.sort((one, other) => other.counter - one.counter);
}

/** Remove a submission from this computer. */
export async function forget(place: Place): Promise<void> {
  const lots = await (await (await navigator.storage.getDirectory()).getDirectoryHandle(ROOT)).getDirectoryHandle(place.tender);
  const counters = await lots.getDirectoryHandle(place.lot);
  await counters.removeEntry(String(place.counter), { recursive: true });
}

/** A container as a file that can be read and sent. */
export async function containerOf(place: Place, kind: string): Promise<File> {
  return await (await (await folderOf(place)).getFileHandle(`${kind}.age`)).getFile();
}

/** The root over a part of a file, hex: the address under which the platform takes it. */
export async function partRoot(file: Blob): Promise<Uint8Array> {
  return await rootOf(readOnly(file));
}

/** A file as a store that is only read. */
export function readOnly(file: Blob): Store {
  return {
    write: () => Promise.reject(new TypeError("read only")),
    read: async (start, end) => new Uint8Array(await file.slice(start, end).arrayBuffer()),
    size: () => Promise.resolve(file.size),
  };
}

/** The beginning of a container: its whole header and perhaps more. */
export async function headOf(place: Place, kind: string): Promise<Uint8Array> {
  return new Uint8Array(await (await containerOf(place, kind)).slice(0, READ_MAX).arrayBuffer());
}

async function writeJson(folder: FileSystemDirectoryHandle, name: string, value: unknown): Promise<void> {
  // What is written takes the old one's place when it is closed, whole or not at all.
  const file = await (await folder.getFileHandle(name, { create: true })).createWritable();
  await file.write(JSON.stringify(value));
  await file.close();
}

async function readJson(folder: FileSystemDirectoryHandle, name: string): Promise<unknown> {
  return JSON.parse(await (await (await folder.getFileHandle(name)).getFile()).text());
}
