/** Signed notes and cosigned checkpoints: C2SP signed-note, tlog-cosignature, Ed25519. */
import { ed25519 } from "@noble/curves/ed25519.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, concatBytes, utf8ToBytes } from "@noble/hashes/utils.js";

import { fromBase64 } from "@/crypto/signing";

export const PLAIN = 1;
const COSIGNATURE = 4;
const TIME_BYTES = 8;
const VERIFIER = /^([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/;
const LINE = /^— (\S+) ([A-Za-z0-9+/]+={0,2})$/;

export interface Verifier {
  name: string;
  id: string;
  algorithm: number;
  key: Uint8Array;
}

export interface Line {
  name: string;
  id: string;
  signature: Uint8Array;
}

export interface Note {
  body: string;
  lines: Line[];
}

/** What a log says of itself: how many leaves it has, and the root over them (base64). */
export interface Checkpoint {
  origin: string;
  size: number;
  root: string;
}

/** What the witnesses said of a checkpoint. */
export interface Seen {
  /** Names of witnesses whose signatures hold. */
  by: string[];
  /** Names of witnesses whose lines are there and wrong. */
  broken: string[];
  /** When each of `by` first saw it, in seconds, ascending. */
  at: number[];
}

/** `name+hexid+base64`. Throws when it is none. */
export function verifierOf(text: string): Verifier {
  const [, name = "", id = "", material = ""] = VERIFIER.exec(text) ?? [];
  const bytes = fromBase64(material);
  const right = bytesToHex(sha256(concatBytes(utf8ToBytes(`${name}\n`), bytes)).subarray(0, 4));
  if (bytes.length !== 33 || right !== id) throw new Error("no verifier key");
  return { name, id, algorithm: bytes[0] ?? 0, key: bytes.subarray(1) };
}

/** A signed note: its text, and the lines with signatures. Throws when it is none. */
export function noteOf(text: string): Note {
  const end = text.lastIndexOf("\n\n");
  if (end < 0 || !text.endsWith("\n")) throw new Error("no signed note");
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

/** Does one of these keys stand under the note? Of a key that has lines there all must hold. */
export function signedByAny(note: Note, verifiers: readonly Verifier[]): boolean {
  const message = utf8ToBytes(note.body);
  return verifiers.some((verifier) => {
    const own = linesOf(note, verifier);
    return own.length > 0 && own.every((line) => fits(verifier, PLAIN, message, line.signature));
  });
}

/** A log's checkpoint under one of its keys; null where none of them holds. */
export function signedCheckpoint(text: string, logKeys: readonly string[]): Checkpoint | null {
  const note = noteOf(text);
  const [origin = "", size = "", root = ""] = note.body.split("\n");
  const own = logKeys.map(verifierOf).filter((log) => log.name === origin);
  return signedByAny(note, own) ? { origin, size: Number(size), root } : null;
}

/** Which of these witnesses cosigned a checkpoint. */
export function seenBy(text: string, witnesses: readonly { verifier: string }[]): Seen {
  const note = noteOf(text);
  const seen: Seen = { by: [], broken: [], at: [] };
  for (const { verifier } of witnesses) {
    const witness = verifierOf(verifier);
    const times = linesOf(note, witness).map((line) => cosignedAt(note.body, witness, line));
    if (times.length === 0) continue;
    if (times.includes(null)) seen.broken.push(witness.name);
    else {
      seen.by.push(witness.name);
      seen.at.push(Math.min(...times.map(Number)));
    }
  }
  seen.at.sort((one, other) => one - other);
  return seen;
}

/** Is it this key's signature over the message? */
export function fits(verifier: Verifier, algorithm: number, message: Uint8Array, signature: Uint8Array): boolean {
  if (verifier.algorithm !== algorithm || signature.length !== 64) return false;
  try {
    return ed25519.verify(signature, message, verifier.key, { zip215: false });
  } catch {
    return false;
  }
}

function linesOf(note: Note, verifier: Verifier): Line[] {
  return note.lines.filter((line) => line.name === verifier.name && line.id === verifier.id);
}

/** When a witness says that it saw the checkpoint, in seconds; null where its signature is wrong. */
function cosignedAt(body: string, witness: Verifier, line: Line): number | null {
  const seconds = line.signature.subarray(0, TIME_BYTES).reduce((sum, byte) => sum * 256 + byte, 0);
  const message = utf8ToBytes(`cosignature/v1\ntime ${seconds}\n${body}`);
  return fits(witness, COSIGNATURE, message, line.signature.subarray(TIME_BYTES)) ? seconds : null;
}
