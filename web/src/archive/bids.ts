/** The sealed intake: nothing lost, moved or exchanged between custody, the list, and the files. */
import { bytesToHex } from "@noble/hashes/utils.js";

import { fileOf, jsonOf, treeDigest } from "@/archive/bag";
import { type Case, type Closing, closingOf, entriesOfKind, placeOf, standingBids, usccOf } from "@/archive/case";
import type { Notes } from "@/archive/report";
import { labelled, Signers } from "@/archive/signatures";
import { seenBy, signedCheckpoint } from "@/crypto/notes";
import { type Receipt, verifyReceipt } from "@/crypto/receipts";
import { fromBase64, type SignedStatement } from "@/crypto/signing";
import { continues } from "@/crypto/trees";

const LOG = "data/log/log.json";
const MANIFEST_LABEL = "kaibiao/bid-manifest/v1";

/** A submission as custody or the list of bidders speaks of it. */
interface Kept {
  lot: string;
  bidder_id: string;
  counter: number;
  manifest_digest: string;
  container_digests: Record<string, string>;
  received_at: string;
  folder: string;
  stands: boolean;
}

interface Submitted extends Kept {
  replaces: number | null;
}

interface Manifest extends SignedStatement {
  statement: { lot: string; bidder_id: string; counter: number; tender_id: string; envelopes: Envelope[] };
}

interface Envelope {
  kind: string;
  digest: string;
  size_bytes: number;
}

/** The bids that stood at the deadline, replayed, are exactly those that were published. */
export function checkCustody(case_: Case, notes: Notes): void {
  if (!case_.streams.has("custody")) return notes.skips("custodyNotHere");
  const closing = closingOf(case_);
  if (!closing) return notes.cannot("", "neverClosed");
  const standing = new Map<string, Submitted>();
  for (const entry of entriesOfKind(case_, "custody", "bid.submitted", "bid.withdrawn")) {
    const body = entry.body as unknown as Submitted;
    const key = `${body.lot} ${body.bidder_id}`;
    const before = standing.get(key);
    notes.require(entry.seq <= closing.body.custody.seq, placeOf(entry), "afterClosing");
    if (entry.kind === "bid.withdrawn") {
      notes.require(before?.counter === body.counter, placeOf(entry), "withdrewNothing");
      standing.delete(key);
    } else {
      notes.require(body.replaces === (before?.counter ?? null), placeOf(entry), "replacedAnother");
      standing.set(key, body);
    }
  }
  if (closing.entry.kind === "submission.closed") compareStanding(case_, closing.body, standing, notes, placeOf(closing.entry));
  notes.says("bids", { count: standing.size });
}

/** Each submission was signed by its bidder, and its files are the ones that it signed. */
export async function checkContainers(case_: Case, notes: Notes): Promise<void> {
  const signers = new Signers(case_);
  for (const kept of keptSubmissions(case_)) {
    const path = `${kept.folder}/manifest.json`;
    const manifest = await jsonOf<Manifest>(case_.bag, path);
    const { statement, label } = manifest;
    notes.require(labelled(MANIFEST_LABEL, manifest) === kept.manifest_digest && label === MANIFEST_LABEL, path, "otherManifest");
    const who = signers.check(manifest, kept.received_at, path, notes);
    notes.require(!who || who.uscc === usccOf(case_, kept.bidder_id), path, "signedByAnother", { who: who?.uscc ?? "" });
    const about = statement.tender_id === case_.tender.tender_id && statement.lot === kept.lot;
    notes.require(about && statement.bidder_id === kept.bidder_id && statement.counter === kept.counter, path, "otherManifest");
    const signed = Object.fromEntries(statement.envelopes.map((one) => [one.kind, one.digest]));
    notes.require(sameRecord(signed, kept.container_digests), path, "otherContainers");
    for (const envelope of statement.envelopes) await checkContainer(case_, kept, envelope, notes);
  }
  if (case_.tender.edition !== "full") notes.skips("containersNotHere");
}

/** Every receipt: signature, its submission, inclusion, witnesses. */
export async function checkReceipts(case_: Case, notes: Notes): Promise<void> {
  let count = 0;
  for (const kept of keptSubmissions(case_)) {
    const path = `${kept.folder}/receipt.json`;
    const receipt = await jsonOf<Receipt>(case_.bag, path);
    const said = receipt.statement;
    count += 1;
    const same =
      said.act === "bid.submitted" &&
      said.manifest_digest === kept.manifest_digest &&
      said.received_at === kept.received_at &&
      said.counter === kept.counter &&
      said.lot === kept.lot &&
      said.bidder_id === kept.bidder_id &&
      said.tender_id === case_.tender.tender_id;
    notes.require(same, path, "otherSubmission");
    verify(case_, receipt, path, notes);
  }
  for (const entry of entriesOfKind(case_, "custody", "bid.withdrawn")) {
    const body = entry.body as unknown as Kept;
    const path = `data/bids/${body.lot}/${usccOf(case_, body.bidder_id)}/${body.counter}/withdrawal.json`;
    const receipt = await jsonOf<Receipt>(case_.bag, path);
    const said = receipt.statement;
    count += 1;
    const same = said.act === "bid.withdrawn" && said.bidder_id === body.bidder_id && said.counter === body.counter;
    notes.require(same && said.received_at === body.received_at, path, "otherSubmission");
    verify(case_, receipt, path, notes);
  }
  notes.says("receipts", { count });
}

/** All receipts were proved from one log, which only grew. */
export async function checkLog(case_: Case, notes: Notes): Promise<void> {
  if (!case_.bag.files.has(LOG)) return notes.cannot("", "noLog");
  const held = await jsonOf<{ checkpoint: string; consistency: { size: number; proof: string[] }[] }>(case_.bag, LOG);
  const { log_keys, witnesses, quorum } = case_.keys.published;
  const last = signedCheckpoint(held.checkpoint, log_keys);
  if (!last) return notes.fails(LOG, "checkpointUnsigned");
  const seen = seenBy(held.checkpoint, witnesses);
  notes.require(seen.broken.length === 0, LOG, "badWitness", { who: seen.broken.join(", ") });
  if (seen.by.length < quorum) notes.cannot(LOG, "fewWitnesses", { count: seen.by.length, quorum });
  const proofs = new Map(held.consistency.map(({ size, proof }) => [size, proof]));
  const now = { size: last.size, root: bytesToHex(fromBase64(last.root)) };
  for (const path of [...case_.bag.files.keys()].filter((one) => /^data\/bids\/.*\/(receipt|withdrawal)\.json$/.test(one))) {
    const { completion } = await jsonOf<Receipt>(case_.bag, path);
    const old = completion && signedCheckpoint(completion.checkpoint, log_keys);
    const proof = old && proofs.get(old.size);
    if (!old || !proof || old.origin !== last.origin) notes.cannot(path, "noProof");
    else notes.require(continues({ size: old.size, root: bytesToHex(fromBase64(old.root)) }, now, proof), path, "logForked");
  }
  notes.says("leaves", { count: last.size });
}

function verify(case_: Case, receipt: Receipt, path: string, notes: Notes): void {
  const verdict = verifyReceipt(receipt, case_.keys.published);
  for (const word of verdict.broken) notes.fails(path, "receiptBroken", { word });
  for (const word of verdict.missing) notes.cannot(path, "receiptMissing", { word });
  const custody = case_.streams.get("custody");
  if (!custody) return;
  const { act, bidder_id, counter, custody_head } = receipt.statement;
  const entry = custody.find((one) => one.head === custody_head);
  const named = entry?.kind === act && entry.body.bidder_id === bidder_id && entry.body.counter === counter;
  notes.require(named, path, "otherCustodyHead");
}

/** A container that stood is there whole; of one that was given back there is its header. */
async function checkContainer(case_: Case, kept: Kept, envelope: Envelope, notes: Notes): Promise<void> {
  const whole = kept.stands && case_.tender.edition === "full";
  const path = `${kept.folder}/${envelope.kind}${whole ? ".age" : ".header"}`;
  const blob = fileOf(case_.bag, path);
  if (!whole) return;
  const same = blob.size === envelope.size_bytes && (await treeDigest(blob)) === envelope.digest;
  notes.require(same, path, "otherContainer");
}

function keptSubmissions(case_: Case): Kept[] {
  const standing = standingBids(case_);
  const folderOf = (lot: string, uscc: string, counter: number) => `data/bids/${lot}/${uscc}/${counter}`;
  if (!case_.streams.has("custody")) {
    return standing.map((bid) => ({ ...bid, folder: folderOf(bid.lot, bid.uscc, bid.counter), stands: true }));
  }
  const stood = new Set(standing.map((bid) => `${bid.lot} ${bid.bidder_id} ${bid.counter}`));
  return entriesOfKind(case_, "custody", "bid.submitted").map((entry) => {
    const body = entry.body as unknown as Kept;
    const folder = folderOf(body.lot, usccOf(case_, body.bidder_id), body.counter);
    return { ...body, folder, stands: stood.has(`${body.lot} ${body.bidder_id} ${body.counter}`) };
  });
}

function compareStanding(case_: Case, body: Closing, standing: ReadonlyMap<string, Submitted>, notes: Notes, where: string): void {
  const listed = new Map(standingBids(case_).map((bid) => [`${bid.lot} ${bid.bidder_id}`, bid]));
  const failed = new Set(body.failed_lots ?? []);
  for (const [key, kept] of standing) {
    if (failed.has(kept.lot)) continue;
    const bid = listed.get(key);
    const same =
      bid?.counter === kept.counter &&
      bid.manifest_digest === kept.manifest_digest &&
      bid.received_at === kept.received_at &&
      bid.uscc === usccOf(case_, kept.bidder_id) &&
      sameRecord(bid.container_digests, kept.container_digests);
    notes.require(same, where, "bidMissing", { who: usccOf(case_, kept.bidder_id), lot: kept.lot });
  }
  for (const [key, bid] of listed) {
    notes.require(standing.has(key), where, "bidFromNowhere", { who: bid.bidder_name, lot: bid.lot });
  }
}

function sameRecord(one: Record<string, string>, other: Record<string, string>): boolean {
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => one[key] === other[key]);
}
