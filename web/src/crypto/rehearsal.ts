/**
 * A rehearsal of the opening in the browser: docs/specs/sealed-bid-v1.md §12.
 *
 * A few random bytes are sealed as a bid is, signed, handed in, and unlocked with the key that was
 * made for them; the key is forgotten, and nothing stays on the platform.
 */
import { ed25519 } from "@noble/curves/ed25519.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes, utf8ToBytes } from "@noble/hashes/utils.js";

import { fileKeysOf } from "@/crypto/file-keys";
import { canonical, hex } from "@/crypto/sealed-header";
import { sealBytes, type SealedFor } from "@/crypto/sealing";
import { fromBase64 } from "@/crypto/signing";

export const REHEARSAL_LABEL = "kaibiao/rehearsal/v1";
const RECEIPT_LABEL = "kaibiao/rehearsal-receipt/v1";
const KIND = "rehearsal";
const VALUE_BYTES = 32;

/** Who rehearses what. */
export type RehearsalOf = Omit<SealedFor, "envelope">;

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
  const value = crypto.getRandomValues(new Uint8Array(VALUE_BYTES));
  const { recipient, identity, header, container, fileKey } = await sealBytes(value, { ...of, envelope: KIND });
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

/** RFC 6962 over blocks of 1 MiB; this is one block. */
function digestOf(data: Uint8Array): string {
  return hex(sha256(concatBytes(Uint8Array.of(0), data)));
}
