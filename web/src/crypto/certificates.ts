/**
 * X.509 certificates, read as far as a verifier in a page needs them: RFC 5280, DER.
 *
 * P-256 with SHA-256 only, and certificates that a trusted authority issued itself, which is what
 * signs statements here. Other algorithms are said to be unchecked. Not WebCrypto, which pages
 * without TLS do not have.
 */
import { p256 } from "@noble/curves/nist.js";
import { bytesToHex } from "@noble/hashes/utils.js";

export interface Certificate {
  /** What the issuer signed. */
  signed: Uint8Array;
  signature: Uint8Array;
  /** ECDSA with SHA-256? */
  isEcdsa: boolean;
  issuer: string;
  subject: string;
  notBefore: number;
  notAfter: number;
  /** The public key when it lies on P-256. */
  point: Uint8Array | null;
  isAuthority: boolean;
  signsCertificates: boolean;
  signsData: boolean;
  stampsTime: boolean;
  organization: string;
  /** Credit code: organizationIdentifier, 2.5.4.97. */
  uscc: string;
  commonName: string;
}

/** Why a certificate does not count; `algorithm`: nothing can be said of it here. */
export type CertificateFault = "algorithm" | "no-issuer" | "not-valid-then" | "not-for-signing";

interface Node {
  tag: number;
  content: Uint8Array;
  whole: Uint8Array;
}

const ECDSA_SHA256 = "2a8648ce3d040302";
const P256 = "2a8648ce3d030107";
const NAMES = { organization: "55040a", uscc: "550461", commonName: "550403" } as const;
const BASIC_CONSTRAINTS = "551d13";
const KEY_USAGE = "551d0f";
const EXTENDED_KEY_USAGE = "551d25";
const TIME_STAMPING = "2b06010505070308";
const SEQUENCE = 0x30;
const UTC_TIME = 0x17;
const DEPTH_MAX = 64;

/** Read a certificate. Throws RangeError when it is none. */
export function readCertificate(der: Uint8Array): Certificate {
  const [outer, ...rest] = nodesIn(der);
  if (outer?.tag !== SEQUENCE || rest.length > 0) throw malformed();
  const [signed, algorithm, signature] = three(outer.content);
  const fields = nodesIn(signed.content).filter((one) => one.tag !== 0xa0);
  const [, , issuer, validity, subject, key, ...more] = fields;
  if (!issuer || !validity || !subject || !key) throw malformed();
  const [notBefore = NaN, notAfter = NaN] = nodesIn(validity.content).map(instantOf);
  const [kind, point] = nodesIn(key.content);
  const onP256 = nodesIn(kind?.content ?? new Uint8Array(0))[1];
  const extensions = extensionsOf(more);
  const usage = bitsOf(extensions.get(KEY_USAGE));
  const names = namesOf(subject.content);
  return {
    signed: signed.whole,
    signature: signature.content.subarray(1),
    isEcdsa: bytesToHex(nodesIn(algorithm.content)[0]?.content ?? new Uint8Array(0)) === ECDSA_SHA256,
    issuer: bytesToHex(issuer.whole),
    subject: bytesToHex(subject.whole),
    notBefore,
    notAfter,
    point: onP256 && bytesToHex(onP256.content) === P256 ? (point?.content.subarray(1) ?? null) : null,
    isAuthority: isAuthority(extensions.get(BASIC_CONSTRAINTS)),
    signsCertificates: usage === null || (usage & 0x04) !== 0,
    signsData: usage === null || (usage & 0x80) !== 0,
    stampsTime: bytesToHex(extensions.get(EXTENDED_KEY_USAGE) ?? new Uint8Array(0)).includes(TIME_STAMPING),
    organization: names.get(NAMES.organization) ?? "",
    uscc: names.get(NAMES.uscc) ?? "",
    commonName: names.get(NAMES.commonName) ?? "",
  };
}

/** What is wrong with a signer's certificate at an instant, in ms; null when it counts. */
export function faultOf(leaf: Certificate, roots: readonly Certificate[], at: number): CertificateFault | null {
  if (leaf.isAuthority || !leaf.signsData || leaf.stampsTime) return "not-for-signing";
  const candidates = roots.filter((root) => root.isAuthority && root.signsCertificates && root.subject === leaf.issuer);
  if (candidates.length === 0) return "no-issuer";
  if (!leaf.isEcdsa || !leaf.point || candidates.some((root) => !root.point)) return "algorithm";
  const issuer = candidates.find((root) => root.point && ecdsaHolds(root.point, leaf.signed, leaf.signature));
  if (!issuer) return "no-issuer";
  const valid = [leaf, issuer].every((one) => one.notBefore <= at && at <= one.notAfter);
  return valid ? null : "not-valid-then";
}

/** ECDSA P-256 with SHA-256, the signature in DER. */
export function ecdsaHolds(point: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    return p256.verify(signature, message, point, { format: "der", lowS: false });
  } catch {
    return false;
  }
}

function nodesIn(bytes: Uint8Array): Node[] {
  const found: Node[] = [];
  let position = 0;
  while (position < bytes.length) {
    const [tag = 0, first = 0x80] = bytes.subarray(position, position + 2);
    const more = first & 0x80 ? first & 0x7f : 0;
    // Lengths without an end are no DER, and none here needs four bytes.
    if (first === 0x80 || more > 3 || found.length >= DEPTH_MAX) throw malformed();
    const start = position + 2 + more;
    const length = more === 0 ? first : bytes.subarray(position + 2, start).reduce((sum, byte) => sum * 256 + byte, 0);
    const end = start + length;
    if (end > bytes.length) throw malformed();
    found.push({ tag, content: bytes.subarray(start, end), whole: bytes.subarray(position, end) });
    position = end;
  }
  return found;
}

function three(bytes: Uint8Array): [Node, Node, Node] {
  const [one, two, last, ...rest] = nodesIn(bytes);
  if (!one || !two || !last || rest.length > 0) throw malformed();
  return [one, two, last];
}

/** The content of each extension by its identifier, hex. */
function extensionsOf(fields: readonly Node[]): Map<string, Uint8Array> {
  const listed = fields.find((one) => one.tag === 0xa3);
  const [list] = listed ? nodesIn(listed.content) : [];
  const found = new Map<string, Uint8Array>();
  for (const extension of list ? nodesIn(list.content) : []) {
    const parts = nodesIn(extension.content);
    const [id, value] = [parts[0], parts.at(-1)];
    if (id && value) found.set(bytesToHex(id.content), value.content);
  }
  return found;
}

function isAuthority(constraints: Uint8Array | undefined): boolean {
  const [sequence] = constraints ? nodesIn(constraints) : [];
  const [flag] = sequence ? nodesIn(sequence.content) : [];
  return flag?.tag === 0x01 && flag.content[0] !== 0;
}

/** The first eight bits of a BIT STRING; null when there is none. */
function bitsOf(usage: Uint8Array | undefined): number | null {
  if (!usage) return null;
  return nodesIn(usage)[0]?.content[1] ?? 0;
}

function namesOf(subject: Uint8Array): Map<string, string> {
  const found = new Map<string, string>();
  for (const set of nodesIn(subject)) {
    for (const pair of nodesIn(set.content)) {
      const [id, value] = nodesIn(pair.content);
      if (id && value) found.set(bytesToHex(id.content), new TextDecoder().decode(value.content));
    }
  }
  return found;
}

/** In ms. Years of two digits are 1950 to 2049 (RFC 5280 §4.1.2.5.1). */
function instantOf(time: Node): number {
  const text = new TextDecoder().decode(time.content);
  const full = time.tag !== UTC_TIME ? text : `${Number(text.slice(0, 2)) < 50 ? "20" : "19"}${text}`;
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(full) ?? [];
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

function malformed(): RangeError {
  return new RangeError("no certificate");
}
