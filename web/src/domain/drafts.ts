/** A new draft like an earlier tender: for a registered project, with a deadline of its own. */
import { keyPolicyOf, type TenderView } from "@/api/tenders";
import type { PostTender } from "@/generated/api";

export interface Wanted {
  title: string;
  /** RFC 3339. */
  deadline: string;
  projectId: string;
}

export function draftLike(tender: TenderView, wanted: Wanted): PostTender {
  const policy = keyPolicyOf(tender);
  const holders = [...policy.holders].sort((one, other) => one.number - other.number);
  return {
    title: wanted.title,
    description: tender.description,
    regime: tender.regime as PostTender["regime"],
    region: tender.region,
    supervisor_id: tender.supervisor_id,
    lots: tender.lots.map(({ lot, title, estimate_fen, ceiling_price_fen, bid_security_fen, items }) => ({
      ...{ lot, title, estimate_fen, ceiling_price_fen, bid_security_fen },
      items: items as Record<string, unknown>[],
    })),
    threshold: policy.threshold,
    key_holder_ids: holders.map((one) => one.organization_id),
    method: tender.method,
    committee: tender.committee,
    bid_validity_days: tender.bid_validity_days,
    unlock_minutes: tender.unlock_minutes,
    drain_seconds: tender.drain_seconds,
    deadline: wanted.deadline,
    procuring_entity_id: tender.procuring_entity_id,
    agency_id: tender.agency_id,
    project_id: wanted.projectId,
    suite: policy.suite as PostTender["suite"],
    procedure: String(tender.round.procedure),
    circumstances: tender.circumstances,
  };
}
