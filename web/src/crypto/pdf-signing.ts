/**
 * Signing a PDF that the platform has prepared: look first, then let one's own key sign.
 *
 * Before it signs, the page makes sure that the attributes speak of exactly the file that it was
 * shown, and that this file continues the one that was issued. ISO 32000-1 §12.8, PAdES.
 */
import { p256 } from "@noble/curves/nist.js";
import { sha256 } from "@noble/hashes/sha2.js";

import { Problem } from "@/api/problems";

/** 1.2.840.113549.1.9.4 (messageDigest), and the SET of one OCTET STRING of 32 bytes after it. */
const MESSAGE_DIGEST = Uint8Array.of(
  ...[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x04],
  ...[0x31, 0x22, 0x04, 0x20],
);
const RANGE = /\/ByteRange\s*\[\s*(\d{1,12})\s+(\d{1,12})\s+(\d{1,12})\s+(\d{1,12})\s*\]/g;

/** Check that `attributes` (DER) speak of `prepared`, which continues `issued`. Throws Problem. */
export function checkPrepared(issued: Uint8Array, prepared: Uint8Array, attributes: Uint8Array): void {
  if (!startsWith(prepared, issued)) throw suspicious("another document");
  const [offset, length, after, rest] = lastRange(prepared.subarray(issued.length));
  const covered = offset === 0 && length > issued.length && after > length;
  if (!covered || after + rest !== prepared.length) throw suspicious("not the whole file");
  const digest = sha256.create().update(prepared.subarray(0, length)).update(prepared.subarray(after)).digest();
  const places = placesOf(attributes, MESSAGE_DIGEST);
  const [place = 0] = places;
  const said = attributes.subarray(place + MESSAGE_DIGEST.length, place + MESSAGE_DIGEST.length + 32);
  if (places.length !== 1 || !startsWith(said, digest)) throw suspicious("another digest");
}

/** The signature over the attributes: ECDSA P-256 with SHA-256, DER. */
export function signAttributes(secret: Uint8Array, attributes: Uint8Array): Uint8Array {
  return p256.sign(attributes, secret, { format: "der", lowS: false });
}

function lastRange(revision: Uint8Array): [number, number, number, number] {
  const found = [...new TextDecoder("latin1").decode(revision).matchAll(RANGE)];
  const last = found.at(-1);
  if (found.length !== 1 || !last) throw suspicious("no place for one signature");
  const [, one, two, three, four] = last.map(Number);
  return [one ?? NaN, two ?? NaN, three ?? NaN, four ?? NaN];
}

function startsWith(data: Uint8Array, part: Uint8Array): boolean {
  return data.length >= part.length && part.every((byte, index) => data[index] === byte);
}

function placesOf(data: Uint8Array, part: Uint8Array): number[] {
  const found: number[] = [];
  for (let start = 0; start + part.length <= data.length; start += 1) {
    if (part.every((byte, index) => data[start + index] === byte)) found.push(start);
  }
  return found;
}

/** Why the page does not sign. */
function suspicious(detail: string): Problem {
  return new Problem("document-suspicious", 0, { detail });
}
