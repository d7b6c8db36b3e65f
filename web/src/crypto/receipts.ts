/**
 * What a receipt proves, computed on this page: docs/specs/receipt-v1.md.
 *
 * The words are those of `kaibiao receipt`: what holds, what is missing so far, what is broken. Time
 * stamps (RFC 3161) are compared with the checkpoint by the tool, not here, and listed as such.
 */
import { ed25519 } from "@noble/curves/ed25519.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";

import { Problem } from "@/api/problems";
import { canonical } from "@/crypto/sealed-header";
import { fromBase64 } from "@/crypto/signing";

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

interface Verifier {
  name: string;
  id: string;
  algorithm: number;
  key: Uint8Array;
}

interface Line {
  name: string;
  id: string;
  signature: Uint8Array;
}

const LABEL = "kaibiao/receipt/v1";
const PLAIN = 1;
const COSIGNATURE = 4;
const TIME_BYTES = 8;
const PROOF_MAX = 64;
const VERIFIER = /^([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/;
const LINE = /^— (\S+) ([A-Za-z0-9+/]+={0,2})$/;

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
  const { body, lines } = noteOf(checkpoint);
  const [origin = "", size = "", root = ""] = body.split("\n");
  const holds =
    origin === receipt.origin &&
    keys.log_keys.map(verifierOf).some((log) => log.name === origin && signedBy(log, PLAIN, utf8ToBytes(body), lines)) &&
    rootOf(leaf, leaf_index, Number(size), proof) === bytesToHex(fromBase64(root));
  (holds ? verdict.holds : verdict.broken).push("log-inclusion");
  return holds;
}

/** The root that an audit path leads to (RFC 9162 §2.1.3.2), hex; empty when the path is none. */
function rootOf(leaf: Uint8Array, index: number, size: number, proof: readonly string[]): string {
  if (!Number.isSafeInteger(size) || !(index >= 0 && index < size) || proof.length > PROOF_MAX) return "";
  let hash = sha256(concatBytes(Uint8Array.of(0), leaf));
  let place = index;
  let last = size - 1;
  for (const text of proof) {
    const other = fromBase64(text);
    if (last === 0) return "";
    if (place % 2 === 1 || place === last) {
      hash = sha256(concatBytes(Uint8Array.of(1), other, hash));
      while (place % 2 === 0 && place !== 0) {
        place = Math.floor(place / 2);
        last = Math.floor(last / 2);
      }
    } else {
      hash = sha256(concatBytes(Uint8Array.of(1), hash, other));
    }
    place = Math.floor(place / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 ? bytesToHex(hash) : "";
}

function checkWitnesses(checkpoint: string, keys: PublishedKeys, verdict: ReceiptVerdict): void {
  const { body, lines } = noteOf(checkpoint);
  const seen: number[] = [];
  for (const { verifier } of keys.witnesses) {
    const witness = verifierOf(verifier);
    const own = lines.filter((line) => line.name === witness.name && line.id === witness.id);
    if (own.length === 0) continue;
    const times = own.map((line) => cosignedAt(body, witness, line));
    if (times.includes(null)) verdict.broken.push(`witness:${witness.name}`);
    else {
      verdict.holds.push(`witness:${witness.name}`);
      seen.push(Math.min(...times.map(Number)));
    }
  }
  if (seen.length < keys.quorum) verdict.missing.push("witness-quorum");
  else {
    verdict.holds.push("witness-quorum");
    // Fewer than a quorum may lie: only the quorum-th of them proves a time.
    seen.sort((one, other) => one - other);
    verdict.seenAt = keys.quorum > 0 ? (seen[keys.quorum - 1] ?? 0) * 1000 : null;
  }
}

/** When a witness says that it saw the checkpoint, in seconds; null where its signature is wrong. */
function cosignedAt(body: string, witness: Verifier, line: Line): number | null {
  const seconds = line.signature.subarray(0, TIME_BYTES).reduce((sum, byte) => sum * 256 + byte, 0);
  const message = utf8ToBytes(`cosignature/v1\ntime ${seconds}\n${body}`);
  return fits(witness, COSIGNATURE, message, line.signature.subarray(TIME_BYTES)) ? seconds : null;
}

function signedBy(verifier: Verifier, algorithm: number, message: Uint8Array, lines: readonly Line[]): boolean {
  const own = lines.filter((line) => line.name === verifier.name && line.id === verifier.id);
  return own.length > 0 && own.every((line) => fits(verifier, algorithm, message, line.signature));
}

function fits(verifier: Verifier, algorithm: number, message: Uint8Array, signature: Uint8Array): boolean {
  if (verifier.algorithm !== algorithm || signature.length !== 64) return false;
  try {
    return ed25519.verify(signature, message, verifier.key, { zip215: false });
  } catch {
    return false;
  }
}

/** `name+hexid+base64` (C2SP signed-note). Throws Problem. */
function verifierOf(text: string): Verifier {
  const [, name = "", id = "", material = ""] = VERIFIER.exec(text) ?? [];
  const bytes = fromBase64(material);
  const right = bytesToHex(sha256(concatBytes(utf8ToBytes(`${name}\n`), bytes)).subarray(0, 4));
  if (bytes.length !== 33 || right !== id) throw unreadable("no verifier key");
  return { name, id, algorithm: bytes[0] ?? 0, key: bytes.subarray(1) };
}

/** A signed note: its text, and the lines with signatures. Throws Problem. */
function noteOf(text: string): { body: string; lines: Line[] } {
  const end = text.lastIndexOf("\n\n");
  if (end < 0 || !text.endsWith("\n")) throw unreadable("no checkpoint");
  const lines = text
    .slice(end + 2, -1)
    .split("\n")
    .map((line) => {
      const [, name = "", material = ""] = LINE.exec(line) ?? [];
      const bytes = fromBase64(material);
      return { name, id: bytesToHex(bytes.subarray(0, 4)), signature: bytes.subarray(4) };
    });
  return { body: text.slice(0, end + 1), lines };
}

/** The file is no receipt, or the keys are none. */
function unreadable(detail: string): Problem {
  return new Problem("receipt-invalid", 0, { detail });
}
