/** What may be done with the award of a lot, as far as a page can tell; the platform decides. */
import type { CandidateAnswer, LotResultAnswer, TenderView } from "@/generated/api";

export const CAUSES = ["abandoned", "force_majeure", "no_performance_security", "unlawful_conduct"] as const;
export type Cause = (typeof CAUSES)[number];

/** For which causes an award may be taken back: 条例 第五十五条; 政府采购法实施条例 第四十九条、第七十一条. */
export function revocationCauses(regime: string): [Cause, ...Cause[]] {
  return regime === "government_procurement" ? ["abandoned", "unlawful_conduct"] : [...CAUSES];
}

/** Has the lot an award that may still be taken back? Until the contract, which the platform knows. */
export function mayRevoke(tender: Pick<TenderView, "status">, result: LotResultAnswer): boolean {
  return result.award !== null && ["awarded", "candidates_published"].includes(tender.status);
}

/** Has the lot candidates and no award? */
export function mayNotify(tender: Pick<TenderView, "status">, result: LotResultAnswer): boolean {
  return result.award === null && tender.status === "candidates_published";
}

/** The best candidate whose award was not taken back. */
export function nextOf(result: LotResultAnswer): CandidateAnswer | null {
  const gone = new Set((result.revoked ?? []).map((one) => one.winner.bid));
  const left = result.candidates.filter((one) => !gone.has(one.bid));
  return left.sort((one, other) => one.rank - other.rank)[0] ?? null;
}
