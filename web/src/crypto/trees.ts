/** Proofs about Merkle trees of a log: RFC 9162 §2.1. Hashes in proofs are base64, roots are hex. */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, concatBytes, hexToBytes } from "@noble/hashes/utils.js";

import { fromBase64 } from "@/crypto/signing";

const PROOF_MAX = 64;
const EMPTY_ROOT = bytesToHex(sha256(new Uint8Array(0)));

/** The root that an audit path leads to (§2.1.3.2); empty when the path is none. */
export function inclusionRoot(leaf: Uint8Array, index: number, size: number, proof: readonly string[]): string {
  if (!Number.isSafeInteger(size) || !(index >= 0 && index < size) || proof.length > PROOF_MAX) return "";
  let hash: Uint8Array = sha256(concatBytes(Uint8Array.of(0), leaf));
  let place = index;
  let last = size - 1;
  for (const text of proof) {
    const other = fromBase64(text);
    if (last === 0) return "";
    if (place % 2 === 1 || place === last) {
      hash = nodeHash(other, hash);
      while (place % 2 === 0 && place !== 0) [place, last] = [half(place), half(last)];
    } else {
      hash = nodeHash(hash, other);
    }
    [place, last] = [half(place), half(last)];
  }
  return last === 0 ? bytesToHex(hash) : "";
}

/** Does the tree of `size` continue the tree of `oldSize` (§2.1.4.2)? Roots in hex. */
export function continues(
  old: { size: number; root: string },
  now: { size: number; root: string },
  proof: readonly string[],
): boolean {
  if (![old.size, now.size].every(Number.isSafeInteger) || old.size < 0 || old.size > now.size) return false;
  if (old.size === 0 || old.size === now.size) {
    return proof.length === 0 && old.root === (old.size === 0 ? EMPTY_ROOT : now.root);
  }
  const hashes = proof.map(fromBase64);
  if (hashes.length > PROOF_MAX + 1 || hashes.some((one) => one.length !== 32)) return false;
  let [node, last] = [old.size - 1, now.size - 1];
  while (node % 2 === 1) [node, last] = [half(node), half(last)];
  // A tree that was full when it was old is its own first hash.
  const full = node === 0;
  const first = full ? null : hashes.shift();
  if (!full && !first) return false;
  let before = first ? bytesToHex(first) : old.root;
  let after = before;
  for (const sibling of hashes) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      before = joined(sibling, before);
      after = joined(sibling, after);
      while (node !== 0 && node % 2 === 0) [node, last] = [half(node), half(last)];
    } else {
      after = bytesToHex(nodeHash(hexToBytes(after), sibling));
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && before === old.root && after === now.root;
}

const half = (number: number): number => Math.floor(number / 2);
const joined = (left: Uint8Array, right: string): string => bytesToHex(nodeHash(left, hexToBytes(right)));

function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(concatBytes(Uint8Array.of(1), left, right));
}
