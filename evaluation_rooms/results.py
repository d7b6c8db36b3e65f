"""What the system computes: price scores, totals, checks, the report's outcome.

Pure functions of a room, so an offline verifier that has folded the journal calls the same ones
and compares. The formulas are `tendering.domain`'s; bids and members go in under their room
numbers (`bid_key`, `member_key`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import msgspec

from crypto.canonical import JsonValue, digest
from evaluation_rooms import review, scoring
from evaluation_rooms.events import ChecksMade, Finding, ReportDrafted
from evaluation_rooms.room import Room, Seat
from tendering.domain import evaluation_report as report
from tendering.domain.methods.price import PriceScores, price_scores
from tendering.domain.methods.totals import Ranking, totals

OUTCOME_LABEL: Final = "kaibiao/evaluation-outcome/v1"


@dataclass(frozen=True, slots=True)
class EvaluationOutcome:
    """What a room came to. `evaluation` is the whole input of `evaluation_report.assemble`.

    `bidders` by bid key; `answers` are members' reasons by finding number; `dissents` their
    written reasons against the report by seat. `digest` (hex) is what the members confirmed.
    """

    room_id: UUID
    tender_id: UUID
    evaluation: report.Evaluation
    chair: int | None
    members: tuple[Seat, ...]
    bidders: Mapping[str, UUID]
    findings: tuple[Finding, ...]
    answers: Mapping[int, str]
    digest: str
    dissents: Mapping[int, str]


def outcome_of(room: Room) -> EvaluationOutcome:
    """The outcome of a room that has come to its report."""
    drafted_report = room.results.report
    assert drafted_report is not None, "a room has an outcome from its report on"
    return EvaluationOutcome(
        room_id=room.id,
        tender_id=room.tender_id,
        evaluation=evaluation_of(room),
        chair=room.chair,
        members=room.members,
        bidders={bid_key(bid.number): bid.bidder_id for bid in room.bids},
        findings=room.results.findings,
        answers={number: one.reason for number, one in sorted(room.results.answers.items())},
        digest=drafted_report.digest,
        dissents={
            seat: one.reason
            for seat, one in sorted(room.results.confirmations.items())
            if not one.agree
        },
    )


def evaluation_of(room: Room) -> report.Evaluation:
    """The votes, sheets and prices of a room in the form that the report's rules take."""
    return report.Evaluation(
        lot=room.lot,
        method=room.method,
        members=tuple(member_key(one.number) for one in room.members),
        bids=_opened_bids(room),
        items=tuple(report.ReviewItem(one.id, one.title, one.law) for one in room.terms.items),
        votes=tuple(
            report.ReviewVote(
                member_key(vote.seat),
                bid_key(vote.bid),
                vote.item,
                vote.passed,
                vote.reason,
                vote.evidence,
            )
            for _, vote in sorted(room.votes.items())
            if vote.bid != review.ALL_BIDS
        ),
        sheets=_sheets(room),
        ceiling_fen=room.terms.ceiling_price_fen,
        outlier_percent=room.terms.outlier_percent,
        is_scored=room.is_scored,
        reject_all_because=review.rejects_all(room),
    )


def price_of(room: Room) -> PriceScores:
    """The price scores by the published method. Raises PriceAboveCeiling, MethodInvalid."""
    method = room.method
    opened = {bid_key(bid.number): bid.price_fen for bid in room.bids if bid.price_fen is not None}
    valid = {bid_key(number): opened[bid_key(number)] for number in room.bids_left}
    return price_scores(
        method,
        valid,
        ceiling_fen=room.terms.ceiling_price_fen,
        entrants=opened if method.price.entrants == report.OPENED else valid,
        facts=report.facts_of(method, _opened_bids(room)),
    )


def ranking_of(room: Room) -> Ranking:
    """Totals and ranks of the bids that are left. Raises EvaluationIncomplete."""
    return totals(room.method, _sheets(room), price_of(room))


def price_result(room: Room) -> dict[str, Any]:
    """The result in `price.scored`: method digest, then as `evaluation_report.prices_json`."""
    prices = report.prices_json(price_of(room))
    return {"method_digest": room.method.digest().hex(), **prices}


def totals_result(room: Room) -> dict[str, Any]:
    """The result in `totals.computed`: `ranking` as `evaluation_report.ranking_json`."""
    return {
        "method_digest": room.method.digest().hex(),
        "ranking": report.ranking_json(ranking_of(room)),
    }


def checks(room: Room) -> ChecksMade:
    """The checks before signing: 87号令 第六十四条, 发改法规规〔2022〕1117号（五）."""
    assert room.results.totals == totals_result(room), "totals do not follow from the marks"
    left = {bid_key(bid) for bid in room.bids_left}
    found = report.checks(evaluation_of(room), left)
    return ChecksMade(
        room.id,
        tuple(
            Finding(
                number,
                check.kind,
                check.severity,
                int(check.member) if check.member else None,
                int(check.bid),
                check.criterion,
                check.message_zh,
                check.message_en,
            )
            for number, check in enumerate(found, start=1)
        ),
    )


def drafted(room: Room) -> ReportDrafted:
    """The outcome as JSON and the digest that every member confirms."""
    outcome: dict[str, Any] = {
        "room_id": str(room.id),
        "tender_id": str(room.tender_id),
        "lot": room.lot,
        "method_digest": room.method.digest().hex(),
        "chair": room.chair,
        "members": [
            {
                "seat": one.number,
                "expert_id": str(one.expert_id),
                "name": one.name,
                "site": one.site,
            }
            for one in room.members
        ],
        "bids": msgspec.to_builtins(room.bids),
        "rejected": sorted(room.rejected),
        "decisions": msgspec.to_builtins(review.decided(room).decisions),
        "sheets": msgspec.to_builtins([scoring.sheet(room, one.number) for one in room.members]),
        "objective": [msgspec.to_builtins(room.objective[key]) for key in sorted(room.objective)],
        "price": room.results.price,
        "totals": room.results.totals,
        "findings": msgspec.to_builtins(room.results.findings),
        "answers": [msgspec.to_builtins(one) for _, one in sorted(room.results.answers.items())],
        "all_rejected_because": review.rejects_all(room),
    }
    outcome = msgspec.json.decode(msgspec.json.encode(outcome))
    return ReportDrafted(room.id, outcome_digest(outcome), outcome)


def outcome_digest(outcome: Mapping[str, JsonValue]) -> str:
    """SHA-256 of the outcome under its label, lower hex."""
    return digest(OUTCOME_LABEL, outcome).hex()


def bid_key(number: int) -> str:
    """A bid's id in formulas and results: texts are ordered, so numbers have two digits."""
    return f"{number:02d}"


def member_key(seat: int) -> str:
    """A member's id in formulas and results."""
    return f"{seat:02d}"


def _opened_bids(room: Room) -> tuple[report.OpenedBid, ...]:
    return tuple(
        report.OpenedBid(bid_key(bid.number), bid.bidder_id, bid.name, bid.price_fen or 0, bid.form)
        for bid in room.bids
    )


def _sheets(room: Room) -> dict[str, dict[str, dict[str, Decimal]]]:
    """Each member's marks for the bids left, with the objective marks all members share."""
    sheets: dict[str, dict[str, dict[str, Decimal]]] = {}
    for member in room.members:
        marks: dict[str, dict[str, Decimal]] = {bid_key(bid): {} for bid in room.bids_left}
        for mark in scoring.sheet(room, member.number).marks:
            marks[bid_key(mark.bid)][mark.criterion] = mark.points
        for (bid, criterion), objective in room.objective.items():
            if bid not in room.rejected:
                marks[bid_key(bid)][criterion] = objective.points
        sheets[member_key(member.number)] = marks
    return sheets
