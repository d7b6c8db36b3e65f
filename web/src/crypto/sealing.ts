/**
 * A few bytes sealed as a bid is, in the browser: docs/specs/sealed-bid-v1.md.
 *
 * To a key made for them and to the tender's key holders. For what is small: a rehearsal's test
 * container, a contribution to a draw.
 */
import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";

import { freshOpeningKey, publicKeyOf } from "@/crypto/recipients";
import { deriveHeader, FILE_KEY_BYTES, sealContext } from "@/crypto/sealed-header";

const NONCE_BYTES = 16;

/** Who seals, for what; `holders` as the key policy names them. */
export interface SealedFor {
  suite: string;
  tender: string;
  lot: string;
  envelope: string;
  bidder: string;
  threshold: number;
  holders: { public_key: string; announcement_digest: string }[];
}

export interface Sealed {
  recipient: string;
  /** The opening key that was made for it, `AGE-SECRET-KEY-…`. */
  identity: string;
  header: Uint8Array;
  container: Uint8Array;
  fileKey: Uint8Array;
}

/** Fresh keys, and the bytes under them. Throws KeyRefused for a suite that no browser has. */
export async function sealBytes(value: Uint8Array, of: SealedFor): Promise<Sealed> {
  const { identity, recipient } = await freshOpeningKey(of.suite);
  const fileKey = crypto.getRandomValues(new Uint8Array(FILE_KEY_BYTES));
  const { suite, tender, lot, envelope, bidder, threshold } = of;
  const holders = of.holders.map((one) => ({ public_key: one.public_key, announcement: one.announcement_digest }));
  const header = deriveHeader(fileKey, {
    context: sealContext({ suite, tender, lot, envelope, bidder, counter: 1, threshold, holders }),
    threshold,
    holders: of.holders.map((one) => hexToBytes(one.public_key)),
    bidder: publicKeyOf(recipient),
  });
  return { recipient, identity, header, container: concatBytes(header, payload(fileKey, value)), fileKey };
}

/** One chunk, the last: docs/specs/sealed-bid-v1.md, C2SP age.md. */
function payload(fileKey: Uint8Array, value: Uint8Array): Uint8Array {
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const key = hkdf(sha256, fileKey, nonce, utf8ToBytes("payload"), 32);
  const last = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);
  return concatBytes(nonce, chacha20poly1305(key, last).encrypt(value));
}
