/** The opening as the public record tells it: bidders, verdicts, prices, candidates, award. */
import type { JournalEntry, TenderView } from "@/api/tenders";

export type Verdict = "waiting" | "unlocked" | "invalid" | "deemed_revoked" | "deemed_withdrawn";

export interface OpenedBid {
  bidderId: string;
  name: string;
  uscc: string;
  counter: number;
  receivedAt: string;
  manifestDigest: string;
  verdict: Verdict;
  /** The session of the opening that unlocks it, from 1. */
  session: number;
  by: "bidder" | "key_holders" | null;
  keyLost: boolean;
  confirmed: boolean;
  form: Record<string, unknown> | null;
  findings: string[];
}

/** What the host proposes, or what was decided, for a lot with too few open bids. */
export interface Shortfall {
  decision: "go_on" | "fail";
  reason: string;
  decided: boolean;
}

export interface Candidate {
  rank: number;
  bid: string;
  bidder_id: string;
  bidder_name: string;
  price_fen: number;
  total: string;
  tie: string | null;
}

/** A ball of a draw: the digits that were in the urn, and the one that came out. */
export interface Ball {
  urn: number[];
  drawn: number;
}

/** What was drawn, and how: a coefficient in percent, or one of several methods by its number. */
export interface Coefficient {
  id: string;
  percent: string | null;
  method: { number: number; title: string } | null;
  balls: Ball[];
}

export interface OpenedLot {
  lot: string;
  unlockUntil: string | null;
  revealed: boolean;
  /** The newest session of its opening. */
  session: number;
  shortfall: Shortfall | null;
  /** The opening record is issued, or signed by all. */
  record: "issued" | "signed" | null;
  bids: OpenedBid[];
  /** What was drawn for the method; empty before, and where nothing is left to chance. */
  coefficients: Coefficient[];
  candidates: Candidate[];
  publicityFrom: string | null;
  publicityUntil: string | null;
  winner: Candidate | null;
  contractUntil: string | null;
  /** Bids whose award was revoked or void, in order. */
  revoked: string[];
}

/** How far the opening is, as the hall shows it. */
export interface Opening {
  closed: boolean;
  recorded: boolean;
  failed: boolean;
  lots: OpenedLot[];
}

type Body = Record<string, unknown>;

/** Fold the public record. Entries come in the order of `seq`. */
export function openingOf(entries: readonly JournalEntry[]): Opening {
  const opening: Opening = { closed: false, recorded: false, failed: false, lots: [] };
  for (const entry of entries) TAKE[entry.kind]?.(opening, entry.body);
  return opening;
}

/** A draw that is under way: out of which pool, who contributes, and how far everybody is. */
export interface DrawState {
  /** Of the frozen pool, hex. */
  root: string;
  contributors: string[];
  sealed: string[];
  closed: boolean;
  /** Those whose contributions count and that are not open. */
  waiting: string[];
}

/** The draw, between its frozen pool and its result; null before and after. `parties`: who contributes besides bidders. */
export function drawOf(entries: readonly JournalEntry[], parties: readonly string[]): DrawState | null {
  const of = (kind: string) => entries.filter((one) => one.kind === kind);
  const frozen = of("draw.pool_frozen").at(-1);
  if (!frozen || of("committee.drawn").length > 0) return null;
  const by = (kind: string) => of(kind).map((one) => text(one.body.organization_id));
  const closed = of("draw.contributions_closed").at(-1);
  const bidders = Array.isArray(frozen.body.bidders) ? frozen.body.bidders.map(String) : [];
  const admitted = Array.isArray(closed?.body.admitted) ? closed.body.admitted.map(String) : [];
  const open = by("draw.revealed");
  return {
    root: text(frozen.body.pool_root),
    contributors: [...new Set([...parties, ...bidders])],
    sealed: by("draw.committed"),
    closed: closed !== undefined,
    waiting: admitted.filter((one) => !open.includes(one)),
  };
}

/** What a party has to do for a draw; null for who has no part in it, or has done it. */
export function contributionDue(draw: DrawState, organizationId: string): "seal" | "reveal" | null {
  if (draw.closed) return draw.waiting.includes(organizationId) ? "reveal" : null;
  const mayContribute = draw.contributors.includes(organizationId);
  return mayContribute && !draw.sealed.includes(organizationId) ? "seal" : null;
}

/** The names that the record and the tender give to organizations, by id. */
export function namesOf(
  entries: readonly JournalEntry[],
  tender: TenderView | null = null,
): Map<string, string> {
  const names = new Map<string, string>();
  if (tender) {
    names.set(tender.procuring_entity_id, tender.procuring_entity);
    names.set(tender.supervisor_id, tender.supervisor);
    if (tender.agency_id && tender.agency) names.set(tender.agency_id, tender.agency);
  }
  for (const { body } of entries) {
    const policy = (body.key_policy ?? {}) as Body;
    for (const one of [...list(policy.holders), ...list(body.signatories)]) {
      names.set(text(one.organization_id), text(one.name));
    }
    for (const lot of list(body.lots)) {
      for (const bid of list(lot.bids)) names.set(text(bid.bidder_id), text(bid.bidder_name));
    }
  }
  return names;
}

/**
 * The kinds of envelopes that a session unlocks, by the tender's round; none of a round that does not
 * say. No other key leaves a page: that of a price would open it before the marks are locked.
 */
export function kindsIn(round: Record<string, unknown>, session: number): string[] {
  const sessions = Array.isArray(round.sessions) ? round.sessions : [];
  const kinds: unknown = sessions[Math.min(session, sessions.length) - 1];
  return Array.isArray(kinds) ? kinds.map(text) : [];
}

const TAKE: Record<string, (opening: Opening, body: Body) => void> = {
  "submission.closed": (opening, body) => {
    opening.closed = true;
    opening.lots = list(body.lots).map((lot) => ({
      ...emptyLot(text(lot.lot)),
      unlockUntil: text(lot.unlock_until) || null,
      bids: list(lot.bids).map(lockedBid),
    }));
  },
  "tender.failed": (opening) => {
    opening.closed = true;
    opening.failed = true;
  },
  "bid.unlocked": (opening, body) => {
    const bid = bidOf(opening, body);
    if (!bid) return;
    bid.by = text(body.by) === "key_holders" ? "key_holders" : "bidder";
    bid.verdict = list(body.envelopes).every((one) => one.rederives !== false)
      ? "unlocked"
      : "invalid";
  },
  "opening.resumed": (opening, body) => {
    const lot = lotOf(opening, text(body.lot));
    const left = Array.isArray(body.bidders) ? body.bidders.map(text) : [];
    opening.recorded = false;
    lot.revealed = false;
    lot.record = null;
    lot.session = Number(body.session);
    lot.unlockUntil = text(body.unlock_until) || null;
    for (const bid of lot.bids) {
      if (!left.includes(bid.bidderId)) continue;
      bid.verdict = "waiting";
      bid.session = Number(body.session);
      bid.by = null;
      bid.keyLost = false;
      bid.confirmed = false;
    }
  },
  "prices.revealed": (opening, body) => {
    const lot = lotOf(opening, text(body.lot));
    lot.revealed = true;
    for (const row of list(body.rows)) {
      const bid = lot.bids.find((one) => one.bidderId === row.bidder_id);
      if (!bid) continue;
      bid.form = (row.form ?? null) as Body | null;
      bid.findings = Array.isArray(row.findings) ? row.findings.map(text) : [];
    }
    const revoked = Array.isArray(body.deemed_revoked) ? body.deemed_revoked.map(text) : [];
    const withdrawn = Array.isArray(body.deemed_withdrawn) ? body.deemed_withdrawn.map(text) : [];
    for (const bid of lot.bids) {
      if (revoked.includes(bid.bidderId)) bid.verdict = "deemed_revoked";
      if (withdrawn.includes(bid.bidderId)) bid.verdict = "deemed_withdrawn";
    }
  },
  "fault.found": (opening, body) => {
    const bid = bidOf(opening, body);
    const whose = text((body.fault as Body | undefined)?.whose);
    if (bid) bid.verdict = whose === "bidder" ? "deemed_revoked" : "deemed_withdrawn";
  },
  "unlock.extended": (opening, body) => {
    lotOf(opening, text(body.lot)).unlockUntil = text(body.unlock_until) || null;
  },
  "key.lost": (opening, body) => {
    const bid = bidOf(opening, body);
    if (bid) bid.keyLost = true;
  },
  "opening.confirmed": (opening, body) => {
    const bid = bidOf(opening, body);
    if (bid) bid.confirmed = true;
  },
  "shortfall.proposed": (opening, body) => takeShortfall(opening, body, false),
  "shortfall.decided": (opening, body) => takeShortfall(opening, body, true),
  "document.issued": (opening, body) => {
    if (body.kind === "opening_record" || body.kind === "price_record") lotOf(opening, text(body.lot)).record = "issued";
  },
  "opening.recorded": (opening, body) => {
    opening.recorded = true;
    lotOf(opening, text(body.lot)).record = "signed";
  },
  "committee.drawn": (opening, body) => {
    for (const one of list(body.coefficients)) {
      const balls = list(one.balls).map((ball) => ({
        urn: Array.isArray(ball.urn) ? ball.urn.map(Number) : [],
        drawn: Number(ball.drawn),
      }));
      lotOf(opening, text(one.lot)).coefficients.push({
        id: text(one.id),
        percent: typeof one.percent === "string" ? one.percent : null,
        method: typeof one.method === "number" ? { number: one.method, title: text(one.title) } : null,
        balls,
      });
    }
  },
  "candidates.published": (opening, body) => {
    const lot = lotOf(opening, text(body.lot));
    lot.candidates = list(body.candidates) as unknown as Candidate[];
    lot.publicityFrom = text(body.publicity_from) || null;
    lot.publicityUntil = text(body.publicity_until) || null;
  },
  "award.notified": (opening, body) => {
    const lot = lotOf(opening, text(body.lot));
    lot.winner = (body.winner ?? null) as Candidate | null;
    lot.contractUntil = text(body.contract_until) || null;
  },
  "award.revoked": (opening, body) => {
    const lot = lotOf(opening, text(body.lot));
    if (lot.winner) lot.revoked.push(lot.winner.bid);
    lot.winner = null;
    lot.contractUntil = null;
  },
};

function takeShortfall(opening: Opening, body: Body, decided: boolean): void {
  const decision = body.decision === "go_on" ? "go_on" : "fail";
  lotOf(opening, text(body.lot)).shortfall = { decision, reason: text(body.reason), decided };
}

function emptyLot(lot: string): OpenedLot {
  return {
    lot,
    unlockUntil: null,
    revealed: false,
    session: 1,
    shortfall: null,
    record: null,
    bids: [],
    coefficients: [],
    candidates: [],
    publicityFrom: null,
    publicityUntil: null,
    winner: null,
    contractUntil: null,
    revoked: [],
  };
}

function lockedBid(bid: Body): OpenedBid {
  return {
    bidderId: text(bid.bidder_id),
    name: text(bid.bidder_name),
    uscc: text(bid.uscc),
    counter: Number(bid.counter ?? 0),
    receivedAt: text(bid.received_at),
    manifestDigest: text(bid.manifest_digest),
    verdict: "waiting",
    session: 1,
    by: null,
    keyLost: false,
    confirmed: false,
    form: null,
    findings: [],
  };
}

function lotOf(opening: Opening, name: string): OpenedLot {
  const found = opening.lots.find((lot) => lot.lot === name);
  if (found) return found;
  const made = emptyLot(name);
  opening.lots.push(made);
  return made;
}

function bidOf(opening: Opening, body: Body): OpenedBid | undefined {
  const lot = opening.lots.find((one) => one.lot === text(body.lot));
  return lot?.bids.find((bid) => bid.bidderId === text(body.bidder_id));
}

function list(value: unknown): Body[] {
  return Array.isArray(value) ? (value as Body[]) : [];
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
