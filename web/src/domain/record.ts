/** Entries of a tender's public record as sentences: which text, with which values. */
import type { JournalEntry } from "@/api/tenders";
import { yuan } from "@/domain/money";
import { second, untilMinute } from "@/domain/times";

/** `key` stands under `record` in the texts; `entry.kind` itself when nothing is known of it. */
export interface Sentence {
  key: string;
  values: Record<string, string | number>;
  tone: "plain" | "good" | "bad" | "important";
}

type Body = Record<string, unknown>;
type Names = ReadonlyMap<string, string>;
type Values = Record<string, string | number>;

interface Form {
  key: string;
  tone?: Sentence["tone"];
  values?: (body: Body, names: Names) => Values;
}

/** The sentence for an entry. */
export function sentenceOf(entry: JournalEntry, names: Names): Sentence {
  const form = FORMS[entry.kind];
  if (!form) return { key: "other", values: { kind: entry.kind }, tone: "plain" };
  const found = typeof form === "function" ? form(entry.body) : form;
  return {
    key: found.key,
    values: found.values?.(entry.body, names) ?? {},
    tone: found.tone ?? "plain",
  };
}

const who = (body: Body, names: Names): Values => ({
  name: nameOf(body.bidder_id ?? body.organization_id, names),
  lot: text(body.lot),
});
const holder = (body: Body, names: Names): Values => ({
  ...who(body, names),
  number: count(body.number),
});
const lot = (body: Body): Values => ({ lot: text(body.lot) });
const successor = (body: Body): Values => ({
  holder: count(body.number),
  name: text(body.name),
  reason: text(body.reason),
});
const canary = (body: Body): Values => ({
  number: count(body.canary),
  holder: count(body.number),
  missing: Array.isArray(body.missing) ? body.missing.join("、") : "",
});

const FORMS: Record<string, Form | ((body: Body) => Form)> = {
  "tender.published": {
    key: "tenderPublished",
    tone: "important",
    values: (body) => ({ number: text(body.number), deadline: instant(body.deadline) }),
  },
  "tender.failed": (body) => ({
    key: Array.isArray(body.too_few_bids) ? "tenderFailedTooFew" : "tenderFailed",
    tone: "bad",
    values: () => ({ lots: Array.isArray(body.too_few_bids) ? body.too_few_bids.join("、") : "" }),
  }),
  "lot.failed": { key: "lotFailed", tone: "bad", values: lot },
  "clarification.published": (body) => ({
    key: body.affects_bids === true ? "clarificationAffects" : "clarification",
    values: () => ({ number: count(body.number), deadline: instant(body.deadline) }),
  }),
  "bill.replaced": { key: "billReplaced", tone: "important", values: lot },
  "unlock.extended": {
    key: "unlockExtended",
    tone: "important",
    values: (body) => ({ ...lot(body), until: instant(body.unlock_until), reason: text(body.reason) }),
  },
  "shortfall.proposed": (body) => ({
    key: body.decision === "go_on" ? "shortfallGoOnProposed" : "shortfallFailProposed",
    tone: "important",
    values: () => ({ ...lot(body), count: count(body.bids), reason: text(body.reason) }),
  }),
  "shortfall.decided": (body) => ({
    key: body.decision === "go_on" ? "shortfallGoesOn" : "shortfallFails",
    tone: body.decision === "go_on" ? "important" : "bad",
    values: () => ({ ...lot(body), reason: text(body.reason) }),
  }),
  "hall.phase_began": { key: "hallPhase", values: (body) => ({ phase: text(body.phase) }) },
  "hall.said": { key: "said", values: (body) => ({ name: text(body.organization_name), text: text(body.text) }) },
  "hall.announced": { key: "announced", values: (body) => ({ text: text(body.text) }) },
  "hall.broadcast_began": { key: "broadcastBegan" },
  "hall.broadcast_ended": { key: "broadcastEnded" },
  "submission.closed": {
    key: "submissionClosed",
    tone: "important",
    values: (body) => ({ count: bidsIn(body), deadline: instant(body.deadline) }),
  },
  "bid.unlocked": (body) => {
    const sound = list(body.envelopes).every((one) => one.rederives !== false);
    if (!sound) return { key: "bidInvalid", tone: "bad", values: who };
    const byHolders = text(body.by) === "key_holders";
    return { key: byHolders ? "bidUnlockedByHolders" : "bidUnlocked", tone: "good", values: who };
  },
  "key_holder.replacement_ordered": { key: "replacementOrdered", values: successor },
  "key_holder.replaced": { key: "keyHolderReplaced", tone: "important", values: successor },
  "canary.issued": { key: "canaryIssued", values: canary },
  "canary.opened": { key: "canaryOpened", values: canary },
  "canary.missed": { key: "canaryMissed", tone: "bad", values: canary },
  "key.lost": { key: "keyLost", values: who },
  "prices.revealed": (body) => ({
    // The first of two sessions shows what was unlocked; its prices are sealed.
    key: list(body.rows).some((row) => "price_fen" in ((row.form ?? {}) as Body)) ? "pricesRevealed" : "partsRevealed",
    tone: "important",
    values: (entry) => ({ ...lot(entry), count: list(entry.rows).length }),
  }),
  "opening.resumed": {
    key: "openingResumed",
    tone: "important",
    values: (body) => ({ ...lot(body), count: ids(body.bidders), until: instant(body.unlock_until) }),
  },
  "fault.found": (body) => ({
    key: text((body.fault as Body | undefined)?.whose) === "bidder" ? "faultBidder" : "faultOthers",
    tone: "important",
    values: who,
  }),
  "key_holder.destruction_ordered": { key: "keysToDestroy" },
  "bidders.compared": { key: "biddersCompared" },
  "objection.raised": {
    key: "objectionRaised",
    tone: "important",
    values: (body) => ({ ...lot(body), name: text(body.organization_name), text: text(body.text) }),
  },
  "objection.answered": (body) => ({
    key: body.outcome === "upheld" ? "objectionUpheld" : "objectionNotUpheld",
    values: () => ({ ...lot(body), text: text(body.text) }),
  }),
  "opening.confirmed": { key: "openingConfirmed", values: who },
  "tender.archived": { key: "tenderArchived", tone: "important" },
  "opening.recorded": { key: "openingRecorded", tone: "important", values: lot },
  "opening.closed": { key: "openingClosed", values: lot },
  "draw.pool_frozen": {
    key: "poolFrozen",
    values: (body) => ({ size: count(body.size) }),
  },
  "draw.committed": { key: "drawCommitted", values: who },
  "draw.record_checked": (body) => ({
    key: body.usable === true ? "drawRecordUsable" : "drawRecordUnusable",
    values: holder,
  }),
  "draw.contributions_closed": {
    key: "drawClosed",
    values: (body) => ({ admitted: list(body.admitted).length }),
  },
  "draw.share_given": { key: "drawShareGiven", values: holder },
  "draw.revealed": { key: "drawRevealed", values: who },
  "committee.drawn": {
    key: "committeeDrawn",
    tone: "important",
    values: (body) => ({
      seats: list(body.seats).length,
      venues: Object.entries((body.seats_per_venue ?? {}) as Record<string, number>)
        .map(([venue, seats]) => `${venue} ${seats}`)
        .join("、"),
    }),
  },
  "committee.kept": {
    key: "committeeKept",
    tone: "important",
    values: (body) => ({ seats: list(body.seats).length }),
  },
  "committee.replaced": { key: "committeeReseated" },
  "evaluation.reported": { key: "evaluationReported", tone: "important", values: lot },
  "evaluation.voided": { key: "evaluationVoided", tone: "important", values: lot },
  "candidates.published": {
    key: "candidatesPublished",
    tone: "important",
    values: (body) => ({
      ...lot(body),
      first: text(list(body.candidates)[0]?.bidder_name),
      until: text(body.publicity_until) ? untilMinute(text(body.publicity_until)) : "",
    }),
  },
  "award.notified": {
    key: "awardNotified",
    tone: "good",
    values: (body) => {
      const winner = (body.winner ?? {}) as Body;
      return {
        ...lot(body),
        name: text(winner.bidder_name),
        price: typeof winner.price_fen === "number" ? yuan(winner.price_fen) : "",
      };
    },
  },
  "award.revoked": {
    key: "awardRevoked",
    tone: "important",
    values: (body) => ({ ...lot(body), reasons: text(body.reasons) }),
  },
  "document.issued": { key: "documentIssued", values: (body) => documentOf(body) },
  "document.signed": {
    key: "documentSigned",
    values: (body, names) => ({ ...documentOf(body), name: nameOf(body.organization_id, names) }),
  },
  "document.signature_waived": {
    key: "documentWaived",
    values: (body, names) => ({
      ...documentOf(body),
      name: nameOf(body.organization_id, names),
      reason: text(body.reason),
    }),
  },
  "document.completed": {
    key: "documentCompleted",
    tone: "important",
    values: (body) => documentOf(body),
  },
  "tender.suspended": (body) => ({
    key: body.reason === "complaint" ? "suspendedOverComplaint" : "suspendedOverObjection",
    tone: "important",
  }),
  "tender.resumed": {
    key: "resumed",
    tone: "important",
    values: (body) => ({ deadline: instant(body.deadline) }),
  },
  "tender.terminated": { key: "terminated", tone: "bad", values: (body) => ({ text: text(body.text) }) },
  "tender.retendered": { key: "retendered", tone: "important", values: (body) => ({ attempt: count(body.attempt) }) },
  "round.continued": { key: "roundContinued", tone: "important" },
  "complaint.raised": {
    key: "complaintRaised",
    tone: "important",
    values: (body) => ({ name: text(body.organization_name), text: text(body.text) }),
  },
  "complaint.decided": (body) => ({
    key: body.accepted === true ? "complaintTakenUp" : "complaintNotTakenUp",
    values: () => ({ text: text(body.text) }),
  }),
  "complaint.ruled": { key: "complaintRuled", tone: "important", values: (body) => ({ text: text(body.text) }) },
  "validity.extension_requested": {
    key: "validityAsked",
    values: (body) => ({
      ...lot(body),
      days: count(body.days),
      until: text(body.respond_until) ? untilMinute(text(body.respond_until)) : "",
    }),
  },
  "validity.extension_answered": (body) => ({
    key: body.accepts === true ? "validityAccepted" : "validityRefused",
    values: who,
  }),
  "qualification.checked": { key: "qualificationChecked", values: lot },
  "contract.signed": { key: "contractSigned", tone: "important", values: lot },
  "contract.published": { key: "contractPublished", values: lot },
  "platform.outage": (body) => ({
    key: list(body.windows).length > 0 ? "outageWindows" : "outage",
    tone: "bad",
    values: () => ({ since: instant(body.since), until: instant(body.until), deadline: instant(body.deadline) }),
  }),
  "clock.jumped": {
    key: "clockJumped",
    tone: "bad",
    values: (body) => ({ to: instant(body.to) }),
  },
};

/** The kinds that have a sentence of their own. */
export const KINDS: readonly string[] = Object.keys(FORMS);

function nameOf(id: unknown, names: Names): string {
  const found = text(id);
  return names.get(found) ?? found.slice(0, 8);
}

/** `document` is a key: the component puts the word of its language in its place. */
function documentOf(body: Body): Values {
  return { document: text(body.kind), lot: text(body.lot) };
}

function bidsIn(body: Body): number {
  return list(body.lots).reduce((sum, one) => sum + list(one.bids).length, 0);
}

function ids(value: unknown): number {
  return Array.isArray(value) ? value.length : 0;
}

function instant(value: unknown): string {
  return typeof value === "string" && value ? second(value) : "";
}

function count(value: unknown): number {
  return typeof value === "number" ? value : 0;
}

function list(value: unknown): Body[] {
  return Array.isArray(value) ? (value as Body[]) : [];
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
