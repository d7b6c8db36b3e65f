/** Sealing and rehearsing beside the page, so that it stays quick: one task at a time. */
import { hexToBytes } from "@noble/hashes/utils.js";

import { BundleRefused, type Content, layoutOf } from "@/sealing/bundle";
import { NONCE_BYTES, rehearseContainer, sealContainer, type Course, type Store } from "@/sealing/container";
import { folderOf, type Place } from "@/sealing/staging";

export interface Task {
  do: "seal" | "rehearse";
  place: Place;
  kind: string;
  form: Record<string, unknown>;
  files: File[];
  /** Hex; the header that this file key and the policy give. */
  fileKey: string;
  header: Uint8Array;
  /** Digests of the files, for a rehearsal. */
  digests: string[];
}

export type Order = Task | { do: "pause" | "resume" | "stop" };

export type Told =
  | { at: "moved"; bytes: number; total: number }
  | { at: "sealed"; digest: string; size: number; files: string[] }
  | { at: "rehearsed" }
  | { at: "refused"; code: string };

let paused: PromiseWithResolvers | null = null;
let stopped = false;

interface PromiseWithResolvers {
  promise: Promise<void>;
  resolve: () => void;
}

addEventListener("message", ({ data }: MessageEvent<Order>) => {
  if (data.do === "seal" || data.do === "rehearse") void work(data);
  else if (data.do === "pause") paused ??= held();
  else {
    stopped ||= data.do === "stop";
    paused?.resolve();
    paused = null;
  }
});

async function work(task: Task): Promise<void> {
  stopped = false;
  try {
    tell(await done(task));
  } catch (thrown) {
    tell({ at: "refused", code: codeOf(thrown) });
  }
}

async function done(task: Task): Promise<Told> {
  const content: Content = { kind: task.kind, form: task.form, files: task.files.map(sourceOf) };
  const layout = layoutOf(content);
  let told = 0;
  const course: Course = {
    moved: (bytes) => {
      // Not each block: the page has better things to do than to draw.
      if (bytes < layout.size && performance.now() - told < 100) return;
      told = performance.now();
      tell({ at: "moved", bytes, total: layout.size });
    },
    going: async () => {
      await paused?.promise;
      if (stopped) throw new DOMException("stopped", "AbortError");
    },
  };
  const folder = await folderOf(task.place, true);
  const handle = await (await folder.getFileHandle(`${task.kind}.age`, { create: true })).createSyncAccessHandle();
  const fileKey = hexToBytes(task.fileKey);
  try {
    const store = storeOf(handle);
    if (task.do === "rehearse") {
      await rehearseContainer({ headerBytes: task.header.length, fileKey }, layout, task.digests, store, course);
      return { at: "rehearsed" };
    }
    handle.truncate(0);
    const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
    const sealed = await sealContainer({ header: task.header, fileKey, nonce }, layout, store, course);
    handle.flush();
    return { at: "sealed", ...sealed };
  } finally {
    handle.close();
  }
}

function sourceOf(file: File): Content["files"][number] {
  const read = async (start: number, end: number) => new Uint8Array(await file.slice(start, end).arrayBuffer());
  return { name: file.name, size: file.size, read };
}

function storeOf(handle: FileSystemSyncAccessHandle): Store {
  return {
    write: async (bytes, at) => {
      if (handle.write(bytes as Uint8Array<ArrayBuffer>, { at }) !== bytes.length) throw new BundleRefused("storage-full");
    },
    read: async (start, end) => {
      const bytes = new Uint8Array(end - start);
      handle.read(bytes, { at: start });
      return bytes;
    },
    size: async () => handle.getSize(),
  };
}

function codeOf(thrown: unknown): string {
  if (thrown instanceof BundleRefused) return thrown.code;
  if (thrown instanceof DOMException) {
    if (thrown.name === "AbortError") return "stopped";
    if (thrown.name === "QuotaExceededError") return "storage-full";
    if (thrown.name === "NoModificationAllowedError") return "open-elsewhere";
  }
  return "not-sealed";
}

function held(): PromiseWithResolvers {
  let resolve = () => {};
  const promise = new Promise<void>((settle) => (resolve = settle));
  return { promise, resolve };
}

function tell(told: Told): void {
  postMessage(told);
}
