/**
 * The header of a sealed bid, computed from file key and policy: docs/specs/sealed-bid-v1.md.
 *
 * The same bytes as `crypto/seal_header.py` writes, for both suites, so that a browser can seal what
 * the command opens, and anybody can check a published file key. Vectors: tests/vectors/sealed-header.json.
 */
import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { x25519 } from "@noble/curves/ed25519.js";
import { expand, extract, hkdf } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { sha3_256 } from "@noble/hashes/sha3.js";
import { bytesToHex, concatBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { ml_kem768 } from "@noble/post-quantum/ml-kem.js";

export const FILE_KEY_BYTES = 16;
const HYBRID_PUBLIC_BYTES = 1216;
const MLKEM_PUBLIC_BYTES = 1184;
const COLUMNS = 64;
const NO_NONCE = new Uint8Array(12);
const COMBINER_LABEL = Uint8Array.of(0x5c, 0x2e, 0x2f, 0x2f, 0x5e, 0x5c);
/** "HPKE", KEM MLKEM768-X25519, KDF HKDF-SHA256, AEAD ChaCha20Poly1305 (RFC 9180 §5.1). */
const HPKE_SUITE = concatBytes(utf8ToBytes("HPKE"), Uint8Array.of(0x64, 0x7a, 0, 1, 0, 3));

/** Who can open: the bidder, or any `threshold` of the `holders` in their published order. */
export interface SealPolicy {
  /** 32 bytes, from `sealContext`. */
  context: Uint8Array;
  threshold: number;
  /** Public keys of one suite: all of 32 bytes, or all of 1216. */
  holders: Uint8Array[];
  bidder: Uint8Array;
}

/** What a container is for, as the published record says it. */
export interface ContextOf {
  suite: string;
  tender: string;
  lot: string;
  envelope: string;
  bidder: string;
  counter: number;
  threshold: number;
  holders: { public_key: string; announcement: string }[];
}

/** The ephemeral or encapsulated key, and what was encrypted for it. */
interface Wrapped {
  ephemeral: Uint8Array;
  sealed: Uint8Array;
}

/** The 32 bytes that bind a container to its purpose (§4). */
export function sealContext(of: ContextOf): Uint8Array {
  return sha256(concatBytes(utf8ToBytes("kaibiao/seal-context/v1\0"), utf8ToBytes(canonical(of))));
}

/** The one right header for this file key and policy, MAC line included (§5). */
export function deriveHeader(fileKey: Uint8Array, policy: SealPolicy): Uint8Array {
  const { context, threshold, holders, bidder } = policy;
  const hybrid = bidder.length === HYBRID_PUBLIC_BYTES;
  if (fileKey.length !== FILE_KEY_BYTES) throw new RangeError("a file key has 16 bytes");
  if (holders.some((key) => key.length !== bidder.length)) {
    throw new RangeError("the opening keys are not of one suite");
  }
  const derive = (label: string, length: number) =>
    hkdf(sha256, fileKey, context, utf8ToBytes(`kaibiao/seal/v1/${label}`), length);
  const material = (label: string) => derive(`ephemeral/${label}`, hybrid ? 64 : 32);
  const coefficients = Array.from({ length: threshold - 1 }, (_, index) =>
    derive(`coefficient/${index + 1}`, FILE_KEY_BYTES),
  );
  const wrap = hybrid ? wrapHybrid : wrapClassic;
  const records = holders.map((holder, index) => {
    const number = index + 1;
    const share = shareAt(fileKey, coefficients, number);
    const place = Uint8Array.of(number, threshold, holders.length);
    const info = concatBytes(utf8ToBytes("kaibiao/share-wrap/v1\0"), context, place);
    const { ephemeral, sealed } = wrap(share, holder, material(String(number)), info);
    return concatBytes(ephemeral, sealed, commitment(context, number, share));
  });
  const kind = hybrid ? "mlkem768x25519" : "X25519";
  const ageInfo = `age-encryption.org/${hybrid ? "" : "v1/"}${kind}`;
  const own = wrap(fileKey, bidder, material("bidder"), utf8ToBytes(ageInfo));
  const version = hybrid ? "threshold-mlkem768x25519" : "threshold";
  const shape = [`kaibiao/${version}/v1`, threshold, holders.length, base64(context)];
  const signed = [
    "age-encryption.org/v1\n",
    stanza([kind, base64(own.ephemeral)], own.sealed),
    stanza(shape.map(String), concatBytes(...records)),
    "---",
  ].join("");
  const macKey = hkdf(sha256, fileKey, undefined, utf8ToBytes("header"), 32);
  const mac = hmac(sha256, macKey, utf8ToBytes(signed));
  return utf8ToBytes(`${signed} ${base64(mac)}\n`);
}

/** What the header publishes about a holder's share. */
export function commitment(context: Uint8Array, number: number, share: Uint8Array): Uint8Array {
  const label = utf8ToBytes("kaibiao/share/v1\0");
  return sha256(concatBytes(label, context, Uint8Array.of(number), share));
}

function wrapClassic(
  secret: Uint8Array,
  recipient: Uint8Array,
  material: Uint8Array,
  info: Uint8Array,
): Wrapped {
  const ephemeral = x25519.getPublicKey(material);
  const shared = x25519.getSharedSecret(material, recipient);
  const key = hkdf(sha256, shared, concatBytes(ephemeral, recipient), info, 32);
  return { ephemeral, sealed: chacha20poly1305(key, NO_NONCE).encrypt(secret) };
}

/** HPKE in base mode to MLKEM768-X25519, its chance given in `material`. */
function wrapHybrid(
  secret: Uint8Array,
  recipient: Uint8Array,
  material: Uint8Array,
  info: Uint8Array,
): Wrapped {
  const point = recipient.subarray(MLKEM_PUBLIC_BYTES);
  const scalar = material.subarray(32);
  const mlkem = ml_kem768.encapsulate(
    recipient.subarray(0, MLKEM_PUBLIC_BYTES),
    material.subarray(0, 32),
  );
  const share = x25519.getPublicKey(scalar);
  const shared = x25519.getSharedSecret(scalar, point);
  const combined = sha3_256(
    concatBytes(mlkem.sharedSecret, shared, share, point, COMBINER_LABEL),
  );
  const none = new Uint8Array(0);
  const context = concatBytes(
    Uint8Array.of(0),
    labelledExtract(none, "psk_id_hash", none),
    labelledExtract(none, "info_hash", info),
  );
  const chain = labelledExtract(combined, "secret", none);
  const key = labelledExpand(chain, "key", context, 32);
  const nonce = labelledExpand(chain, "base_nonce", context, 12);
  return {
    ephemeral: concatBytes(mlkem.cipherText, share),
    sealed: chacha20poly1305(key, nonce).encrypt(secret),
  };
}

function labelledExtract(salt: Uint8Array, label: string, key: Uint8Array): Uint8Array {
  return extract(sha256, concatBytes(utf8ToBytes("HPKE-v1"), HPKE_SUITE, utf8ToBytes(label), key), salt);
}

function labelledExpand(
  key: Uint8Array,
  label: string,
  info: Uint8Array,
  length: number,
): Uint8Array {
  const size = Uint8Array.of(length >> 8, length & 255);
  const name = concatBytes(utf8ToBytes("HPKE-v1"), HPKE_SUITE, utf8ToBytes(label));
  return expand(sha256, key, concatBytes(size, name, info), length);
}

/** Shamir's share at `x` over GF(2^8) with the polynomial 0x11B, bytewise. */
function shareAt(secret: Uint8Array, coefficients: Uint8Array[], x: number): Uint8Array {
  const share = new Uint8Array(secret.length);
  for (const coefficient of [...coefficients].reverse().concat(secret)) {
    share.forEach((byte, index) => {
      share[index] = multiply(byte, x) ^ (coefficient[index] ?? 0);
    });
  }
  return share;
}

function multiply(left: number, right: number): number {
  let product = 0;
  for (let bit = 7; bit >= 0; bit--) {
    product = (product << 1) ^ (product & 0x80 ? 0x11b : 0);
    if ((right >> bit) & 1) product ^= left;
  }
  return product;
}

function stanza(arguments_: string[], body: Uint8Array): string {
  const text = base64(body);
  const lines = [`-> ${arguments_.join(" ")}`];
  // The last line is always short, if need be empty.
  for (let start = 0; start <= text.length; start += COLUMNS) {
    lines.push(text.slice(start, start + COLUMNS));
  }
  return `${lines.join("\n")}\n`;
}

function base64(data: Uint8Array): string {
  return btoa(Array.from(data, (byte) => String.fromCharCode(byte)).join("")).replace(/=+$/, "");
}

/** RFC 8785 for what contexts and statements hold: objects, arrays, texts, integers. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, one]) => `${JSON.stringify(key)}:${canonical(one)}`).join(",")}}`;
}

/** Lower-case hex, as contexts and manifests name keys and digests. */
export const hex = bytesToHex;
