/**
 * Signed statements, made in the browser: docs/specs/sealed-bid-v1.md §8.
 *
 * The signing key is read from its owner's file, used, and forgotten; not WebCrypto, which pages
 * without TLS do not have. Vectors: tests/vectors/signed-statement.json.
 */
import { p256 } from "@noble/curves/nist.js";
import { concatBytes, utf8ToBytes } from "@noble/hashes/utils.js";

import { KeyRefused, isLocked, KEY_FILE_BYTES_MAX, unlocked } from "@/crypto/file-keys";
import { canonical } from "@/crypto/sealed-header";

const PEM = /-----BEGIN (PRIVATE KEY|CERTIFICATE)-----([A-Za-z0-9+/=\s]+)-----END \1-----/g;
/** RFC 5915 inside PKCS #8: version 1, then the secret scalar as an octet string of 32 bytes. */
const SCALAR_MARK = [0x02, 0x01, 0x01, 0x04, 0x20];
const P256_OID = [0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];

export interface Signer {
  secret: Uint8Array;
  /** DER. */
  certificate: Uint8Array;
  /** The authorities above it that came along with the key, its issuer first, DER. */
  chain: Uint8Array[];
}

export interface SignedStatement extends Record<string, unknown> {
  statement: unknown;
  label: string;
  certificate: string;
  signature: string;
}

/**
 * The key of `files` (`signing.key.pem`, plain or under a passphrase) with its certificate, which
 * is among the files or among those that the platform knows, base64. Throws KeyRefused.
 */
export async function readSigner(
  files: readonly Uint8Array[],
  passphrase: string,
  certificates: readonly string[],
): Promise<Signer> {
  const known = certificates.map(fromBase64);
  const given: Uint8Array[] = [];
  let secret: Uint8Array | null = null;
  for (const file of files) {
    if (file.length > KEY_FILE_BYTES_MAX) throw new KeyRefused("key-file-too-large");
    const text = new TextDecoder().decode(isLocked(file) ? await unlocked(file, passphrase) : file);
    for (const [, kind, body = ""] of text.matchAll(PEM)) {
      const der = fromBase64(body.replace(/\s/g, ""));
      if (kind === "CERTIFICATE") given.push(der);
      else secret = scalarOf(der);
    }
  }
  if (secret === null) throw new KeyRefused("signing-key-unreadable");
  const point = p256.getPublicKey(secret, false);
  const certificate = [...given, ...known].find((one) => indexOf(one, point) >= 0);
  if (!certificate) throw new KeyRefused("signing-certificate-missing");
  return { secret, certificate, chain: given.filter((one) => one !== certificate) };
}

/** A statement under a signature: ECDSA P-256 with SHA-256, DER. */
export function signStatement(signer: Signer, label: string, statement: unknown): SignedStatement {
  const message = concatBytes(utf8ToBytes(`${label}\0`), utf8ToBytes(canonical(statement)));
  const signature = p256.sign(message, signer.secret, { format: "der", lowS: false });
  return {
    statement,
    label,
    certificate: toBase64(signer.certificate),
    signature: toBase64(signature),
  };
}

/** The secret scalar of a PKCS #8 key on P-256. Throws KeyRefused. */
function scalarOf(der: Uint8Array): Uint8Array {
  const mark = indexOf(der, Uint8Array.from(SCALAR_MARK));
  const secret = der.slice(mark + SCALAR_MARK.length, mark + SCALAR_MARK.length + 32);
  const ofCurve = indexOf(der, Uint8Array.from(P256_OID)) >= 0;
  if (mark < 0 || !ofCurve || !p256.utils.isValidSecretKey(secret)) {
    throw new KeyRefused("signing-key-unreadable");
  }
  return secret;
}

function indexOf(data: Uint8Array, part: Uint8Array): number {
  for (let start = 0; start + part.length <= data.length; start += 1) {
    if (part.every((byte, index) => data[start + index] === byte)) return start;
  }
  return -1;
}

/** Standard base64, as JSON carries bytes. */
export function toBase64(data: Uint8Array): string {
  return btoa(Array.from(data, (byte) => String.fromCharCode(byte)).join(""));
}

/** The bytes of standard base64. Throws KeyRefused. */
export function fromBase64(text: string): Uint8Array {
  try {
    return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  } catch {
    throw new KeyRefused("key-file-unreadable");
  }
}
