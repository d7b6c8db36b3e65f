/** A bidder's own part of an opening of which the others' is secret, as its door tells it. */
import type { OpenedLot, Verdict } from "@/domain/opening";
import type { LotOpening } from "@/generated/api";

export interface OwnPart {
  /** As the hall would call it: unlock, confirm, record. */
  phase: string;
  opened: OpenedLot;
}

const PHASES: Record<string, string> = { unlock: "unlock", revealed: "confirm" };

/** What the panel of a bidder shows of a lot: its own bid, and how far the lot is. */
export function ownPartOf(lot: LotOpening): OwnPart {
  return {
    phase: PHASES[lot.phase] ?? "record",
    opened: {
      lot: lot.lot,
      unlockUntil: lot.unlock_until,
      revealed: lot.phase !== "unlock",
      shortfall: null,
      record: lot.phase === "recorded" ? "signed" : null,
      bids: lot.bids.map((bid) => ({
        bidderId: bid.bidder_id,
        name: bid.bidder_name,
        uscc: bid.uscc,
        counter: 0,
        receivedAt: "",
        manifestDigest: "",
        verdict: verdictOf(bid),
        session: lot.session,
        by: bid.unlocked_by as "bidder" | "key_holders" | null,
        keyLost: bid.key_lost,
        confirmed: bid.confirmed,
        form: bid.form,
        findings: [],
      })),
      session: 1,
      coefficients: [],
      candidates: [],
      publicityFrom: null,
      publicityUntil: null,
      winner: null,
      contractUntil: null,
      revoked: [],
    },
  };
}

/** Whose fault it was that a bid did not open is said when the record is public. */
function verdictOf(bid: LotOpening["bids"][number]): Verdict {
  if (bid.unlocked_by === null) return "waiting";
  return (bid.verdicts ?? []).some((one) => !one.rederives) ? "invalid" : "unlocked";
}
