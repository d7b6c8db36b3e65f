/** Tenders as the pages read them: names for what the platform's types leave open. */
import type { EntryView, TenderView } from "@/generated/api";

export type { LotView, DocumentView, TenderSummary, TenderView } from "@/generated/api";

/** An entry of the public record; on the line to a hall it is the same. */
export type JournalEntry = Omit<EntryView, "head"> & { head?: string };

/** Who can open bids besides the bidder, and how many of them it takes. */
export interface KeyPolicy {
  /** The algorithms of its sealed bids. */
  suite: string;
  threshold: number;
  holders: {
    number: number;
    organization_id: string;
    name: string;
    public_key: string;
    announcement_digest: string;
  }[];
}

/** The suite of the national algorithms, which a browser does not have. */
export const NATIONAL_SUITE = "gm-sm2-sm3-sm4";

/** The key policy of a tender. */
export function keyPolicyOf(tender: TenderView): KeyPolicy {
  return tender.key_policy as unknown as KeyPolicy;
}
