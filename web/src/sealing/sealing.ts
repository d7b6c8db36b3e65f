/** One envelope after the other: what the page that seals asks of its worker. */
import { bytesToHex } from "@noble/hashes/utils.js";

import { fileKeysOf } from "@/crypto/file-keys";
import { publicKeyOf, type OpeningKey } from "@/crypto/recipients";
import { deriveHeader, FILE_KEY_BYTES, hex, sealContext } from "@/crypto/sealed-header";
import type { Order, Task, Told } from "@/sealing/seal.worker";
import { headOf, type SealedEnvelope, type SealRequest } from "@/sealing/staging";
import { hexToBytes } from "@noble/hashes/utils.js";

export interface Draft {
  kind: string;
  form: Record<string, unknown>;
  files: File[];
}

/** Why something was not sealed; the texts say what to do. */
export class SealingRefused extends Error {
  constructor(readonly code: string) {
    super(code);
    this.name = "SealingRefused";
  }
}

export type Moved = (kind: string, bytes: number, total: number) => void;

/** The worker with its two tasks, and the ways to hold or end them. */
export class Sealer {
  private readonly worker = new Worker(new URL("./seal.worker.ts", import.meta.url), { type: "module" });

  constructor(private readonly request: SealRequest) {}

  /** Seal an envelope to its own opening key. Throws SealingRefused. */
  async seal(draft: Draft, key: OpeningKey, moved: Moved): Promise<SealedEnvelope> {
    const fileKey = crypto.getRandomValues(new Uint8Array(FILE_KEY_BYTES));
    const { context, header } = this.headerOf(draft.kind, key.recipient, fileKey);
    const task = { ...this.taskOf(draft, fileKey, header), do: "seal" } as const;
    const told = await this.done(task, moved);
    if (told.at !== "sealed") throw new SealingRefused("not-sealed");
    const files = draft.files.map(({ name, size }, index) => ({ name, size, sha256: told.files[index] ?? "" }));
    return { kind: draft.kind, context: hex(context), digest: told.digest, size: told.size, recipient: key.recipient, files };
  }

  /**
   * Open it with the keys that were kept, as the opening will: the header derives from the file key,
   * every byte is what it should be. Throws SealingRefused, KeyRefused.
   */
  async rehearse(draft: Draft, sealed: SealedEnvelope, kept: ReadonlyMap<string, string>, moved: Moved): Promise<void> {
    const head = await headOf(this.request, draft.kind);
    const keys = await fileKeysOf([{ kind: draft.kind, recipient: sealed.recipient, header: head }], kept);
    const fileKey = keys[draft.kind]!;
    const { header } = this.headerOf(draft.kind, sealed.recipient, fileKey);
    if (bytesToHex(head.subarray(0, header.length)) !== bytesToHex(header)) throw new SealingRefused("not-derived");
    const digests = sealed.files.map((file) => file.sha256);
    await this.done({ ...this.taskOf(draft, fileKey, header), do: "rehearse", digests }, moved);
  }

  order(what: "pause" | "resume" | "stop"): void {
    this.worker.postMessage({ do: what } satisfies Order);
  }

  end(): void {
    this.worker.terminate();
  }

  private headerOf(kind: string, recipient: string, fileKey: Uint8Array) {
    const { policy, tender, lot, bidder, counter } = this.request;
    const context = sealContext({
      suite: policy.suite,
      tender,
      lot,
      envelope: kind,
      bidder,
      counter,
      threshold: policy.threshold,
      holders: policy.holders.map((one) => ({ public_key: one.public_key, announcement: one.announcement_digest })),
    });
    const holders = policy.holders.map((one) => hexToBytes(one.public_key));
    const header = deriveHeader(fileKey, { context, threshold: policy.threshold, holders, bidder: publicKeyOf(recipient) });
    return { context, header };
  }

  private taskOf(draft: Draft, fileKey: Uint8Array, header: Uint8Array): Omit<Task, "do"> {
    const { tender, lot, counter } = this.request;
    const form = JSON.parse(JSON.stringify(draft.form)) as Record<string, unknown>;
    return { place: { tender, lot, counter }, kind: draft.kind, form, files: [...draft.files], fileKey: hex(fileKey), header, digests: [] };
  }

  private done(task: Task, moved: Moved): Promise<Told> {
    return new Promise((resolve, reject) => {
      this.worker.onmessage = ({ data }: MessageEvent<Told>) => {
        if (data.at === "moved") moved(task.kind, data.bytes, data.total);
        else if (data.at === "refused") reject(new SealingRefused(data.code));
        else resolve(data);
      };
      this.worker.onerror = () => reject(new SealingRefused("not-sealed"));
      this.worker.postMessage(task);
    });
  }
}
