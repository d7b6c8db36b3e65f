/** Both sides of the benchmark `sealing_in_browser`: what is called from outside is on `window`. */
import { hexToBytes } from "@noble/hashes/utils.js";
import { generateIdentity, identityToRecipient } from "age-encryption";

import { publicKeyOf } from "@/crypto/recipients";
import { deriveHeader, hex } from "@/crypto/sealed-header";
import type { Task, Told } from "@/sealing/seal.worker";

const PIECE = 8 << 20;
const PLACE = { tender: "bench", lot: "1", counter: 1 };

interface Ran {
  seconds: number;
  size: number;
}

/** A file of so many random bytes, on the browser's disk and not in its memory. */
async function fileOf(megabytes: number): Promise<File> {
  const root = await navigator.storage.getDirectory();
  const handle = await root.getFileHandle("source.bin", { create: true });
  const out = await handle.createWritable();
  const piece = new Uint8Array(PIECE);
  for (let start = 0; start < PIECE; start += 65536) crypto.getRandomValues(piece.subarray(start, start + 65536));
  for (let left = megabytes * 1e6; left > 0; left -= PIECE) await out.write(piece.subarray(0, Math.min(PIECE, left)));
  await out.close();
  return await handle.getFile();
}

/** Seal as the page does: bundle, digests of file and container, the origin's private file system. */
async function ours(megabytes: number): Promise<Ran> {
  const file = await fileOf(megabytes);
  const keys = await Promise.all([1, 2, 3, 4].map(async () => publicKeyOf(await identityToRecipient(await generateIdentity()))));
  const [bidder, ...holders] = keys;
  const fileKey = crypto.getRandomValues(new Uint8Array(16));
  const header = deriveHeader(fileKey, { context: hexToBytes("00".repeat(32)), threshold: 2, holders, bidder: bidder! });
  const task: Task = { do: "seal", place: PLACE, kind: "technical", form: {}, files: [file], fileKey: hex(fileKey), header, digests: [] };
  const worker = new Worker(new URL("../src/sealing/seal.worker.ts", import.meta.url), { type: "module" });
  const begun = performance.now();
  const told = await new Promise<Told>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<Told>) => data.at !== "moved" && resolve(data);
    worker.onerror = reject;
    worker.postMessage(task);
  });
  const seconds = (performance.now() - begun) / 1000;
  worker.terminate();
  if (told.at !== "sealed") throw new Error(JSON.stringify(told));
  return { seconds, size: told.size };
}

/** The stock package in a worker of its own, its stream into the same kind of file. */
async function stock(megabytes: number): Promise<Ran> {
  const file = await fileOf(megabytes);
  const recipient = await identityToRecipient(await generateIdentity());
  const worker = new Worker(new URL("./stock.worker.ts", import.meta.url), { type: "module" });
  const begun = performance.now();
  const size = await new Promise<number>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<number>) => resolve(data);
    worker.onerror = reject;
    worker.postMessage({ file, recipient });
  });
  worker.terminate();
  return { seconds: (performance.now() - begun) / 1000, size };
}

Object.assign(window, { ours, stock });
