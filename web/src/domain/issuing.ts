/** Which documents a host may issue, and whose turn it is to sign one. */
import type { IssuedAnswer, LotResultAnswer, PostIssued, TenderView } from "@/generated/api";

const ENDED = ["failed", "terminated"];

/** Has something happened that could be announced? */
export function mayIssue(tender: Pick<TenderView, "status">): boolean {
  return tender.status !== "draft";
}

/** What was published and has no document yet; of a result only that which stands. */
export function issuable(
  tender: Pick<TenderView, "status" | "clarifications">,
  results: readonly LotResultAnswer[],
  issued: readonly IssuedAnswer[],
): PostIssued[] {
  const wanted: PostIssued[] = mayIssue(tender) ? [{ kind: "notice" }] : [];
  for (const one of tender.clarifications) wanted.push({ kind: "clarification", lot: String(one.number) });
  for (const one of results) if (one.award) wanted.push({ kind: "result", lot: one.lot });
  if (ENDED.includes(tender.status)) wanted.push({ kind: "termination" });
  return wanted.filter(
    ({ kind, lot }) => !issued.some((one) => one.kind === kind && one.lot === (lot ?? "") && !one.void_at),
  );
}

/** Is it this organization's turn? Signatories sign in the order of their places. */
export function turnOf(document: IssuedAnswer, organizationId: string): boolean {
  if (document.void_at) return false;
  const next = document.signatories.find((one) => one.signed_at === null && one.waived_because === null);
  return next?.organization_id === organizationId;
}
