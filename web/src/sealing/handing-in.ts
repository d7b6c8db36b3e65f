/** Handing in what was sealed in this browser: up in parts, then one signed manifest. */
import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes, utf8ToBytes } from "@noble/hashes/utils.js";

import { call, send } from "@/api/client";
import { Problem } from "@/api/problems";
import { canonical, hex } from "@/crypto/sealed-header";
import { toBase64, type SignedStatement } from "@/crypto/signing";
import { PART_BYTES } from "@/sealing/container";
import { containerOf, partRoot, writeSealed, type SealedEnvelope, type SealedRecord } from "@/sealing/staging";

export const MANIFEST_LABEL = "kaibiao/bid-manifest/v1";
const SMALL_BYTES_MAX = 128 << 10;
const PARALLEL = 2;

export type Sent = (kind: string, bytes: number, total: number) => void;
type Sign = (label: string, statement: Record<string, unknown>) => Promise<SignedStatement>;

/** Bring it up and hand it in; the receipt as the platform gave it. Throws Problem, KeyRefused. */
export async function handIn(record: SealedRecord, policy: unknown, sign: Sign, sent: Sent): Promise<Record<string, unknown>> {
  const small = record.envelopes.reduce((sum, one) => sum + one.size, 0) <= SMALL_BYTES_MAX;
  if (!small) for (const envelope of record.envelopes) await upload(record, envelope, sent);
  // Signed once and kept: whoever was interrupted hands in the same, and gets the same receipt.
  record.manifest ??= await sign(MANIFEST_LABEL, manifestOf(record, policy));
  await writeSealed(record);
  const { lot, counter, manifest } = record;
  const carried = small ? { containers: await inline(record) } : { uploads: uploads(record) };
  const path = { tender_id: record.tender };
  return (await call("POST /tenders/{tender_id}/bids", { path, body: { lot, counter, manifest, ...carried } })) as unknown as Record<string, unknown>;
}

/** What the bidder signs: tendering/domain/bid.py. */
export function manifestOf(record: SealedRecord, policy: unknown): Record<string, unknown> {
  const label = utf8ToBytes("kaibiao/key-policy/v1\0");
  return {
    tender_id: record.tender,
    lot: record.lot,
    bidder_id: record.bidder,
    counter: record.counter,
    key_policy_digest: hex(sha256(concatBytes(label, utf8ToBytes(canonical(policy))))),
    envelopes: record.envelopes.map(({ kind, context, digest, size, recipient }) => ({ kind, context, digest, size_bytes: size, recipient })),
  };
}

async function upload(record: SealedRecord, envelope: SealedEnvelope, sent: Sent): Promise<void> {
  const file = await containerOf(record, envelope.kind);
  let received = await receivedOf(envelope, file.size);
  if (received === null) {
    const begun = await call("POST /uploads", { body: { size_bytes: file.size } });
    envelope.upload = begun.id;
    received = begun.received;
    await writeSealed(record);
  }
  const upload_id = envelope.upload ?? "";
  const there = new Set(received);
  const missing = Array.from({ length: Math.ceil(file.size / PART_BYTES) }, (_, part) => part).filter((part) => !there.has(part));
  let done = file.size - missing.reduce((sum, part) => sum + sizeOf(file, part), 0);
  sent(envelope.kind, done, file.size);
  const work = missing[Symbol.iterator]();
  const bringUp = async () => {
    for (const part of work) {
      const piece = file.slice(part * PART_BYTES, (part + 1) * PART_BYTES);
      const root = hex(await partRoot(piece));
      await send("PUT /uploads/{upload_id}/parts/{part}", { path: { upload_id, part }, query: { root } }, piece);
      done += piece.size;
      sent(envelope.kind, done, file.size);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, bringUp));
}

/** The parts that are up already; null when there is no such upload, or no longer. */
async function receivedOf(envelope: SealedEnvelope, size: number): Promise<number[] | null> {
  if (!envelope.upload) return null;
  try {
    const found = await call("GET /uploads/{upload_id}", { path: { upload_id: envelope.upload } });
    return found.size_bytes === size ? found.received : null;
  } catch (thrown) {
    if (thrown instanceof Problem && thrown.status === 404) return null;
    throw thrown;
  }
}

function uploads(record: SealedRecord): Record<string, string> {
  return Object.fromEntries(record.envelopes.map((one) => [one.kind, one.upload ?? ""]));
}

async function inline(record: SealedRecord): Promise<Record<string, string>> {
  const pairs = record.envelopes.map(async ({ kind }) => {
    const file = await containerOf(record, kind);
    return [kind, toBase64(new Uint8Array(await file.arrayBuffer()))] as const;
  });
  return Object.fromEntries(await Promise.all(pairs));
}

function sizeOf(file: Blob, part: number): number {
  return Math.min(PART_BYTES, file.size - part * PART_BYTES);
}
