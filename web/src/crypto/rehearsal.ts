/**
 * A rehearsal of the opening in the browser: docs/specs/sealed-bid-v1.md §12.
 *
 * A few random bytes are sealed as a bid is, signed, handed in, and unlocked with the key that was
 * made for them; the key is forgotten, and nothing stays on the platform.
 */
import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { ed25519 } from "@noble/curves/ed25519.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { generateHybridIdentity, generateIdentity, identityToRecipient } from "age-encryption";

import { fileKeysOf, KeyRefused } from "@/crypto/file-keys";
import { canonical, deriveHeader, FILE_KEY_BYTES, hex, sealContext } from "@/crypto/sealed-header";
import { fromBase64 } from "@/crypto/signing";

export const REHEARSAL_LABEL = "kaibiao/rehearsal/v1";
const RECEIPT_LABEL = "kaibiao/rehearsal-receipt/v1";
const KIND = "rehearsal";
const VALUE_BYTES = 32;
const NONCE_BYTES = 16;
const CHECKSUM_LETTERS = 6;
const LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/** The algorithms that a browser has: how an opening key of each suite is made. */
const FRESH: Record<string, () => Promise<string>> = {
  "age-v1-x25519": generateIdentity,
  "age-v1-mlkem768x25519": generateHybridIdentity,
};

/** Who rehearses what; `holders` as the key policy names them. */
export interface RehearsalOf {
  suite: string;
  tender: string;
  lot: string;
  bidder: string;
  threshold: number;
  holders: { public_key: string; announcement_digest: string }[];
}

export interface TestContainer {
  recipient: string;
  container: Uint8Array;
  /** Of the container, as the receipt must name it; hex. */
  digest: string;
  /** Of what was sealed, as unlocking must find it; hex. */
  plaintextDigest: string;
  /** Computed out of the container with its opening key, as at the opening. */
  fileKey: Uint8Array;
}

/** A fresh test container, opened once on this page. Throws KeyRefused. */
export async function sealTestContainer(of: RehearsalOf): Promise<TestContainer> {
  const fresh = FRESH[of.suite];
  if (!fresh) throw new KeyRefused("suite-not-in-browser");
  const identity = await fresh();
  const recipient = await identityToRecipient(identity);
  const fileKey = crypto.getRandomValues(new Uint8Array(FILE_KEY_BYTES));
  const value = crypto.getRandomValues(new Uint8Array(VALUE_BYTES));
  const { suite, tender, lot, bidder, threshold } = of;
  const holders = of.holders.map((one) => ({ public_key: one.public_key, announcement: one.announcement_digest }));
  const header = deriveHeader(fileKey, {
    context: sealContext({ suite, tender, lot, envelope: KIND, bidder, counter: 1, threshold, holders }),
    threshold,
    holders: of.holders.map((one) => hexToBytes(one.public_key)),
    bidder: publicKeyOf(recipient),
  });
  const container = concatBytes(header, payload(fileKey, value));
  const keys = await fileKeysOf([{ kind: KIND, recipient, header }], new Map([[recipient, identity]]));
  return {
    recipient,
    container,
    digest: digestOf(container),
    plaintextDigest: digestOf(value),
    fileKey: keys[KIND] ?? fileKey,
  };
}

/** What is signed to sign in to a rehearsal. */
export function rehearsalStatement(of: RehearsalOf, sealed: TestContainer): Record<string, string> {
  return {
    tender_id: of.tender,
    lot: of.lot,
    bidder_id: of.bidder,
    recipient: sealed.recipient,
    digest: sealed.digest,
  };
}

/** Is the receipt about what was sent, and signed with one of the published keys? */
export function receiptHolds(
  receipt: { digest: string; received_at: string; key: string; signature: string },
  said: Record<string, string>,
  publishedKeys: readonly string[],
): boolean {
  if (receipt.digest !== said.digest || !publishedKeys.includes(receipt.key)) return false;
  // A whole second travels without its zeros.
  const received_at = receipt.received_at.replace(/(:\d\d)Z$/, "$1.000000Z");
  const message = concatBytes(utf8ToBytes(`${RECEIPT_LABEL}\0`), utf8ToBytes(canonical({ ...said, received_at })));
  // name+id+base64(algorithm, key): C2SP signed-note.
  const key = fromBase64(receipt.key.split("+").slice(2).join("+")).subarray(1);
  return ed25519.verify(fromBase64(receipt.signature), message, key);
}

/** One chunk, the last: docs/specs/sealed-bid-v1.md, C2SP age.md. */
function payload(fileKey: Uint8Array, value: Uint8Array): Uint8Array {
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const key = hkdf(sha256, fileKey, nonce, utf8ToBytes("payload"), 32);
  const last = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);
  return concatBytes(nonce, chacha20poly1305(key, last).encrypt(value));
}

/** RFC 6962 over blocks of 1 MiB; this is one block. */
function digestOf(data: Uint8Array): string {
  return hex(sha256(concatBytes(Uint8Array.of(0), data)));
}

/** The public key in a recipient that was just made: Bech32 without its checksum. */
function publicKeyOf(recipient: string): Uint8Array {
  const letters = recipient.slice(recipient.lastIndexOf("1") + 1, -CHECKSUM_LETTERS);
  const bytes: number[] = [];
  let held = 0;
  let bits = 0;
  for (const letter of letters) {
    held = (held << 5) | LETTERS.indexOf(letter);
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((held >> bits) & 255);
      held &= (1 << bits) - 1;
    }
  }
  return Uint8Array.from(bytes);
}
