/** Who stands behind an archive: its keys, the platform's note, and every signed statement. */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, concatBytes, utf8ToBytes } from "@noble/hashes/utils.js";

import { MANIFEST, textOf } from "@/archive/bag";
import { type ArchiveKeys, type Case, KEYS, placeOf } from "@/archive/case";
import type { Notes } from "@/archive/report";
import { type Certificate, ecdsaHolds, faultOf, readCertificate } from "@/crypto/certificates";
import { noteOf, signedByAny, verifierOf } from "@/crypto/notes";
import { canonical } from "@/crypto/sealed-header";
import { fromBase64, type SignedStatement } from "@/crypto/signing";

const NOTE = "archive-note.txt";
const MEMBERS = "certificate,label,signature,statement";

/** The archive's keys against those obtained beforehand; without any this is only said. */
export function checkKeys(case_: Case, notes: Notes): void {
  if (case_.tender.demonstration) notes.says("demonstration");
  if (!case_.trustedBeforehand) return notes.cannot(KEYS, "noKeys");
  const own = listsOf(case_.ownKeys);
  const trusted = listsOf(case_.keys);
  for (const what of Object.keys(own) as (keyof typeof own)[]) {
    const unknown = own[what].filter((key) => !trusted[what].includes(key));
    notes.require(unknown.length === 0, KEYS, `unknownKeys_${what}`);
  }
}

/** The platform has signed the manifest: it stands by every byte of the payload. */
export async function checkNote(case_: Case, notes: Notes): Promise<void> {
  const { tender_id, edition, made_at, format } = case_.tender;
  const expected = [format, tender_id, edition, made_at, case_.digests.get(MANIFEST), ""].join("\n");
  const note = noteOf(await textOf(case_.bag, NOTE));
  const signed = signedByAny(note, case_.keys.published.receipt_keys.map(verifierOf));
  notes.require(signed, NOTE, "noteUnsigned");
  notes.require(note.body === expected, NOTE, "otherManifestSigned");
}

/** Every signed statement in the journals: signature, and a certificate that was valid then. */
export function checkStatements(case_: Case, notes: Notes): void {
  const signers = new Signers(case_);
  let count = 0;
  for (const entries of case_.streams.values()) {
    for (const entry of entries) {
      for (const statement of statementsIn(entry.body)) {
        count += 1;
        signers.check(statement, entry.at, placeOf(entry), notes);
      }
    }
  }
  notes.says("statements", { count });
  if (case_.tender.edition !== "full") notes.skips("sealedStreamsNotHere");
}

/** Certificates of those who signed, each read once. */
export class Signers {
  private readonly read = new Map<string, Certificate>();

  constructor(private readonly case_: Case) {}

  /** Who signed, where signature and certificate hold; else null, and it is said. */
  check(signed: SignedStatement, at: string, where: string, notes: Notes): Certificate | null {
    const certificate = this.read.get(signed.certificate) ?? readCertificate(fromBase64(signed.certificate));
    this.read.set(signed.certificate, certificate);
    const fault = faultOf(certificate, this.case_.authorities, Date.parse(at));
    const values = { label: signed.label, who: certificate.organization || certificate.commonName };
    if (fault === "algorithm") {
      notes.cannot(where, "algorithm", values);
      return null;
    }
    const message = concatBytes(utf8ToBytes(`${signed.label}\0`), utf8ToBytes(canonical(signed.statement)));
    const holds = certificate.point !== null && ecdsaHolds(certificate.point, message, fromBase64(signed.signature));
    notes.require(fault === null, where, `certificate_${fault ?? ""}`, values);
    notes.require(holds, where, "badSignature", values);
    return holds && fault === null ? certificate : null;
  }
}

/** SHA-256(label ‖ 0x00 ‖ canonical(value)), hex. */
export function labelled(label: string, value: unknown): string {
  return bytesToHex(sha256(concatBytes(utf8ToBytes(`${label}\0`), utf8ToBytes(canonical(value)))));
}

/** All signed statements in a body, however deep. */
function statementsIn(value: unknown): SignedStatement[] {
  if (typeof value !== "object" || value === null) return [];
  const within = Object.values(value).flatMap(statementsIn);
  return Object.keys(value).sort().join() === MEMBERS ? [value as SignedStatement, ...within] : within;
}

function listsOf({ published, roots }: ArchiveKeys) {
  return {
    roots,
    operators: published.operator_roots,
    certifiers: published.certifiers.map((one) => one.root),
    receipts: published.receipt_keys,
    logs: published.log_keys,
    witnesses: published.witnesses.map((one) => one.verifier),
    stamps: published.authorities.map((one) => one.root),
  };
}
