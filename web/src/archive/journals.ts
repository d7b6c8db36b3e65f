/** The journals: each stream chained from its first entry, bound where it must be: journal-v1.md. */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, concatBytes, utf8ToBytes } from "@noble/hashes/utils.js";

import { type Case, closingOf, entriesOfKind, journalPath, placeOf, standingBids, type Stream, STREAMS, TENDER } from "@/archive/case";
import type { Notes } from "@/archive/report";
import { canonical } from "@/crypto/sealed-header";

const LABEL = utf8ToBytes("kaibiao/journal/v1\0");

/** Each stream that is here is chained, and ends where tender.json says. */
export function checkChains(case_: Case, notes: Notes): void {
  for (const stream of STREAMS) {
    const entries = case_.streams.get(stream);
    if (!entries) {
      notes.skips(`${stream}NotHere`);
      continue;
    }
    let head = firstHead(case_, stream);
    for (const [index, entry] of entries.entries()) {
      const { seq, kind, body, at } = entry;
      const same = canonical({ seq, kind, body, at, head: entry.head }) === entry.line;
      if (!notes.require(same, placeOf(entry), "notCanonical")) return;
      const hash = sha256(utf8ToBytes(canonical({ seq, kind, body, at })));
      head = sha256(concatBytes(LABEL, head, hash));
      const chained = seq === index + 1 && bytesToHex(head) === entry.head;
      if (!notes.require(chained, placeOf(entry), "chainBroken")) return;
    }
    const end = case_.tender.heads[stream];
    const ends = end.seq === entries.length && end.head === bytesToHex(head);
    notes.require(ends, TENDER, "otherEnd", { stream: journalPath(stream), seq: end.seq, found: entries.length });
    notes.says("entries", { stream: journalPath(stream), count: entries.length });
  }
}

/** The public stream binds the sealed ones where it closed, resumed and reported. */
export function checkHeads(case_: Case, notes: Notes): void {
  const closing = closingOf(case_);
  const bound = entriesOfKind(case_, "public", "evaluation.reported", "opening.resumed").map((entry) => ({
    entry,
    stream: "committee" as Stream,
    to: (entry.body as { committee: Place }).committee,
  }));
  if (closing) bound.unshift({ entry: closing.entry, stream: "custody", to: closing.body.custody });
  else notes.cannot("", "neverClosed");
  for (const { entry, stream, to } of bound) {
    const entries = case_.streams.get(stream);
    if (!entries) continue;
    const head = to.seq === 0 ? bytesToHex(firstHead(case_, stream)) : entries[to.seq - 1]?.head;
    notes.require(head === to.head, placeOf(entry), "otherHead", { stream: journalPath(stream), seq: to.seq });
  }
  if (case_.tender.edition !== "full") notes.skips("sealedStreamsNotHere");
}

/** What was handed in was received before the deadline that the closing names. */
export function checkTimes(case_: Case, notes: Notes): void {
  for (const entry of entriesOfKind(case_, "public", "clock.jumped")) {
    notes.require(case_.tender.demonstration, placeOf(entry), "clockJumped");
  }
  const closing = closingOf(case_);
  if (!closing) return notes.cannot("", "neverClosed");
  const { entry, body } = closing;
  notes.require(entry.at >= body.deadline, placeOf(entry), "closedEarly");
  for (const bid of standingBids(case_)) {
    notes.require(bid.received_at < body.deadline, placeOf(entry), "late", { who: bid.bidder_name, at: bid.received_at });
  }
  for (const one of entriesOfKind(case_, "custody", "bid.submitted", "bid.withdrawn")) {
    const received = String(one.body.received_at);
    notes.require(received < body.deadline && received <= one.at, placeOf(one), "late", { who: String(one.body.bidder_id), at: received });
  }
}

interface Place {
  seq: number;
  head: string;
}

function firstHead(case_: Case, stream: Stream): Uint8Array {
  const of = canonical({ stream, tender_id: case_.tender.tender_id });
  return sha256(concatBytes(LABEL, utf8ToBytes(of)));
}
