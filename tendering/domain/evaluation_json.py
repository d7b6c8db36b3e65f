"""The evaluation report as plain JSON: what is hashed, printed and handed over."""

from crypto.canonical import JsonValue
from tendering.domain.candidates import candidate_json
from tendering.domain.evaluation_report import EvaluationReport, Rejection
from tendering.domain.methods.scored_json import ranking_json, score_json


def to_json(report: EvaluationReport) -> dict[str, JsonValue]:
    """The report as plain JSON: what is hashed, signed, printed and handed over."""
    return {
        "lot": report.lot,
        "method_digest": report.method_digest.hex(),
        "bids": [
            {
                "bid": bid.bid,
                "bidder_id": str(bid.bidder_id),
                "bidder_name": bid.bidder_name,
                "price_fen": bid.price_fen,
                "form": dict(bid.form),
            }
            for bid in report.bids
        ],
        "rejections": [_rejection_json(rejection) for rejection in report.rejections],
        "prices": None if report.scored is None else score_json(report.scored),
        "ranking": [] if report.ranking is None else ranking_json(report.ranking),
        "candidates": [candidate_json(candidate) for candidate in report.candidates],
        "checks": [
            {
                "kind": check.kind,
                "severity": check.severity,
                "bid": check.bid,
                "criterion": check.criterion,
                "member": check.member,
                "message_zh": check.message_zh,
                "message_en": check.message_en,
            }
            for check in report.checks
        ],
        "competition_lacking": report.competition_lacking,
        "all_rejected_because": report.all_rejected_because,
    }


def _rejection_json(rejection: Rejection) -> dict[str, JsonValue]:
    return {
        "bid": rejection.bid,
        "item": rejection.item,
        "law": rejection.law,
        "votes_against": rejection.votes_against,
        "votes": [
            {
                "member": vote.member,
                "passes": vote.passes,
                "reason": vote.reason,
                "evidence": vote.evidence,
            }
            for vote in rejection.votes
        ],
    }
