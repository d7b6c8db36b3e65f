/**
 * What a receipt proves, computed on this page: docs/specs/receipt-v1.md.
 *
 * The words are those of `kaibiao receipt`: what holds, what is missing so far, what is broken. Time
 * stamps (RFC 3161) are compared with the checkpoint by the tool, not here, and listed as such.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";

import { Problem } from "@/api/problems";
import { fits, PLAIN, seenBy, signedCheckpoint, verifierOf } from "@/crypto/notes";
import { canonical } from "@/crypto/sealed-header";
import { fromBase64 } from "@/crypto/signing";
import { inclusionRoot } from "@/crypto/trees";

export interface PublishedKeys {
  receipt_keys: string[];
  log_keys: string[];
  witnesses: { verifier: string; run_by: string; independent: boolean }[];
  quorum: number;
}

export interface Receipt {
  format: string;
  statement: Record<string, unknown> & { received_at: string; lot: string; act: string };
  leaf_nonce: string;
  origin: string;
  within_seconds: number;
  key: string;
  signature: string;
  completion: {
    leaf_index: number;
    proof: string[];
    checkpoint: string;
    time_stamps: { authority: string; token: string }[];
  } | null;
}

/** `finding` or `finding:name`, as the tool says them. */
export interface ReceiptVerdict {
  holds: string[];
  missing: string[];
  broken: string[];
  /** Time stamps that are there, for the tool to check. */
  unchecked: string[];
  /** By when so many witnesses saw it that one of them is honest, in ms; null while too few have. */
  seenAt: number | null;
}

const LABEL = "kaibiao/receipt/v1";

/** A receipt out of what somebody has chosen. Throws Problem. */
export function readReceipt(text: string): Receipt {
  try {
    const value = JSON.parse(text) as Receipt;
    if (value.format === LABEL && typeof value.statement.received_at === "string") return value;
  } catch {
    // The same as a file of something else.
  }
  throw unreadable("no receipt");
}

/** Check a receipt against keys that were published. Throws Problem. */
export function verifyReceipt(receipt: Receipt, keys: PublishedKeys): ReceiptVerdict {
  const verdict: ReceiptVerdict = { holds: [], missing: [], broken: [], unchecked: [], seenAt: null };
  try {
    const nonce = hexToBytes(receipt.leaf_nonce);
    const leaf = sha256(concatBytes(nonce, digestOf(receipt.statement)));
    checkSignature(receipt, leaf, keys, verdict);
    if (receipt.completion === null) verdict.missing.push("log-inclusion", "witness-quorum");
    else if (checkInclusion(receipt, leaf, keys, verdict)) {
      checkWitnesses(receipt.completion.checkpoint, keys, verdict);
      verdict.unchecked = receipt.completion.time_stamps.map((one) => `time-stamp:${one.authority}`);
    }
  } catch (thrown) {
    throw thrown instanceof Problem ? thrown : unreadable(String(thrown));
  }
  return verdict;
}

function digestOf(statement: unknown): Uint8Array {
  return sha256(concatBytes(utf8ToBytes(`${LABEL}\0`), utf8ToBytes(canonical(statement))));
}

function checkSignature(receipt: Receipt, leaf: Uint8Array, keys: PublishedKeys, verdict: ReceiptVerdict): void {
  const { statement, origin, within_seconds } = receipt;
  const promise = canonical({ statement, leaf: bytesToHex(leaf), origin, within_seconds });
  const message = concatBytes(utf8ToBytes(`${LABEL}\0`), utf8ToBytes(promise));
  const known = keys.receipt_keys.includes(receipt.key);
  const holds = known && fits(verifierOf(receipt.key), PLAIN, message, fromBase64(receipt.signature));
  (holds ? verdict.holds : verdict.broken).push("platform-signature");
}

function checkInclusion(receipt: Receipt, leaf: Uint8Array, keys: PublishedKeys, verdict: ReceiptVerdict): boolean {
  const { checkpoint, leaf_index, proof } = receipt.completion ?? { checkpoint: "", leaf_index: 0, proof: [] };
  const log = signedCheckpoint(checkpoint, keys.log_keys);
  const holds =
    log !== null &&
    log.origin === receipt.origin &&
    inclusionRoot(leaf, leaf_index, log.size, proof) === bytesToHex(fromBase64(log.root));
  (holds ? verdict.holds : verdict.broken).push("log-inclusion");
  return holds;
}

function checkWitnesses(checkpoint: string, keys: PublishedKeys, verdict: ReceiptVerdict): void {
  const { by, broken, at } = seenBy(checkpoint, keys.witnesses);
  verdict.broken.push(...broken.map((name) => `witness:${name}`));
  verdict.holds.push(...by.map((name) => `witness:${name}`));
  if (by.length < keys.quorum) verdict.missing.push("witness-quorum");
  else {
    verdict.holds.push("witness-quorum");
    // Fewer than a quorum may lie: only the quorum-th of them proves a time.
    verdict.seenAt = keys.quorum > 0 ? (at[keys.quorum - 1] ?? 0) * 1000 : null;
  }
}

/** The file is no receipt, or the keys are none. */
function unreadable(detail: string): Problem {
  return new Problem("receipt-invalid", 0, { detail });
}
