"""What the system computes: price scores, totals, checks, the report's outcome.

Pure functions of a room, so an offline verifier that has folded the journal calls the same ones
and compares. The formulas are `tendering.domain`'s; bids and members go in under their room
numbers (`bid_key`, `member_key`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import msgspec

from crypto.canonical import JsonValue, digest
from evaluation_rooms import review, scoring
from evaluation_rooms.enquiry_events import Enquiry
from evaluation_rooms.events import (
    ChecksMade,
    Finding,
    FindingAnswered,
    ItemDecision,
    ReportDrafted,
)
from evaluation_rooms.motion_events import About
from evaluation_rooms.phases import Phase
from evaluation_rooms.room import Room, Seat
from tendering.domain import evaluation_report as report
from tendering.domain.methods import opened
from tendering.domain.methods.corrections import corrected
from tendering.domain.methods.opened import PriceAnswer
from tendering.domain.methods.score import Scored, final_ranking
from tendering.domain.methods.scored_json import ranking_json, score_json
from tendering.domain.methods.totals import Ranking, Sheets

OUTCOME_LABEL: Final = "kaibiao/evaluation-outcome/v1"


@dataclass(frozen=True, slots=True)
class EvaluationOutcome:
    """What a room came to. `evaluation` is the whole input of `evaluation_report.assemble`.

    `bidders` by bid key; `answers` are members' answers by finding number; `dissents` their
    written reasons against the report by seat, `refusals` how it is known that a member neither
    signs nor gives any. `digest` (hex) is what the members confirmed.
    """

    room_id: UUID
    tender_id: UUID
    evaluation: report.Evaluation
    chair: int | None
    members: tuple[Seat, ...]
    bidders: Mapping[str, UUID]
    findings: tuple[Finding, ...]
    answers: Mapping[int, FindingAnswered]
    digest: str
    dissents: Mapping[int, str]
    refusals: Mapping[int, str] = field(default_factory=dict)
    enquiries: tuple[Enquiry, ...] = ()


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
        answers=dict(sorted(room.results.answers.items())),
        digest=drafted_report.digest,
        dissents={
            seat: one.reason
            for seat, one in sorted(room.results.confirmations.items())
            if not one.agree
        },
        enquiries=tuple(one for _, one in sorted(room.enquiries.items())),
        refusals={seat: one.basis for seat, one in sorted(room.results.refusals.items())},
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
            if vote.bid != review.ALL_BIDS and vote.bid not in room.unopened
        ),
        sheets=_sheets(room),
        terms=room.lot_terms,
        price_answers=_price_answers(room),
        motions=_motions(room),
        outlier_percent=room.terms.outlier_percent,
        is_scored=room.is_scored,
        reject_all_because=review.rejects_all(room),
        asked=frozenset(bid_key(bid) for bid in room.asked),
    )


def scored_of(room: Room, sheets: Sheets | None = None) -> Scored:
    """What the published method makes of the bids. Raises PriceAboveCeiling, MethodInvalid."""
    return opened.scored_of(
        room.method,
        _opened_bids(room),
        room.lot_terms,
        standings=_standings(room),
        answers=_price_answers(room),
        sheets=sheets,
    )


def ranking_of(room: Room) -> Ranking | None:
    """Totals and ranks of the bids that are left. Raises EvaluationIncomplete."""
    return final_ranking(scored_of(room, _sheets(room)))


def price_result(room: Room) -> dict[str, Any]:
    """The result in `price.scored`: method digest, then as `scored_json`."""
    return {"method_digest": room.method.digest().hex(), **score_json(scored_of(room))}


def totals_result(room: Room) -> dict[str, Any]:
    """The result in `totals.computed`: `ranking` as `scored_json.ranking_json`."""
    ranking = ranking_of(room)
    return {
        "method_digest": room.method.digest().hex(),
        "ranking": [] if ranking is None else ranking_json(ranking),
    }


def to_confirm(room: Room) -> set[int]:
    """The bids left whose prices contradict themselves: the bidder must confirm the correction."""
    return {
        int(one.bid)
        for one in _opened_bids(room)
        if int(one.bid) not in room.rejected
        and one.price_fen > 0
        and (offer := opened.offer_of(one)) is not None
        and corrected(offer).confirm
    }


def unfit_prices(room: Room) -> dict[int, str]:
    """The bids left whose prices the method cannot compare, and why: the committee judges them."""
    answers = _price_answers(room)
    found: dict[int, str] = {}
    for one in _opened_bids(room):
        if int(one.bid) in room.rejected or one.price_fen <= 0:
            continue
        offer = opened.offer_of(one, answers.get(one.bid))
        fen = one.price_fen if offer is None else corrected(offer).price_fen
        why = opened.unfit(room.method, one, room.lot_terms, fen)
        if why is not None:
            found[int(one.bid)] = why
    return found


def checks(room: Room) -> ChecksMade:
    """The checks before signing: 87号令 第六十四条, 发改法规规〔2022〕1117号（五）."""
    assert room.results.totals == totals_result(room), "totals do not follow from the marks"
    found = report.checks(evaluation_of(room), ranking_of(room))
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
        "price_answers": [
            msgspec.to_builtins(one) for _, one in sorted(room.price_answers.items())
        ],
        "explanations": [msgspec.to_builtins(one) for _, one in sorted(room.explanations.items())],
        "low_prices": msgspec.to_builtins(_low_prices(room)),
        "findings": msgspec.to_builtins(room.results.findings),
        "answers": [msgspec.to_builtins(one) for _, one in sorted(room.results.answers.items())],
        "all_rejected_because": review.rejects_all(room),
        "motions": msgspec.to_builtins([one for _, one in sorted(room.motions.items())]),
        "enquiries": msgspec.to_builtins([one for _, one in sorted(room.enquiries.items())]),
    }
    if room.terms.sealed_prices:
        outcome["unopened"] = sorted(room.unopened)
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
        report.OpenedBid(
            bid_key(bid.number),
            bid.bidder_id,
            bid.name,
            bid.price_fen or 0,
            bid.form,
            bid.bill_fen,
        )
        for bid in room.bids
        if bid.number not in room.unopened
    )


def _price_answers(room: Room) -> dict[str, PriceAnswer]:
    return {
        bid_key(number): PriceAnswer(one.confirmed, one.point_misplaced)
        for number, one in room.price_answers.items()
    }


def _standings(room: Room) -> dict[str, str]:
    """How far the rejected bids came; an unconfirmed price speaks for itself."""
    late = {bid for _, bid, item in room.votes if item == report.LOW_PRICE}
    late |= {int(one.bid) for one in _motions(room) if one.in_detail}
    return {
        bid_key(number): "rejected_in_detail" if number in late else "rejected_preliminarily"
        for number in room.rejected - room.unconfirmed
    }


def _motions(room: Room) -> tuple[report.RejectionMotion, ...]:
    """The motions by which the committee rejected bids, each with all its votes."""
    return tuple(
        report.RejectionMotion(
            f"motion-{number}",
            bid_key(motion.made.bid),
            motion.made.clause,
            tuple(
                report.ReviewVote(
                    member_key(vote.seat),
                    bid_key(motion.made.bid),
                    f"motion-{number}",
                    not vote.agree,
                    motion.made.text if vote.agree else vote.reason,
                    motion.made.evidence if vote.agree else "",
                )
                for vote in motion.votes
            ),
            in_detail=motion.made.phase == Phase.PRICE,
        )
        for number, motion in sorted(room.motions.items())
        if motion.is_carried_about(About.REJECTION)
    )


def _low_prices(room: Room) -> tuple[ItemDecision, ...]:
    return review.low_prices_decided(room).decisions if review.asked_about(room) else ()


def _sheets(room: Room) -> dict[str, dict[str, dict[str, Decimal]]]:
    """Each member's marks for the bids left, with the objective marks all members share."""
    sheets: dict[str, dict[str, dict[str, Decimal]]] = {}
    for member in room.members:
        marks: dict[str, dict[str, Decimal]] = {bid_key(bid): {} for bid in room.bids_left}
        for mark in scoring.sheet(room, member.number).marks:
            marks[bid_key(mark.bid)][mark.criterion] = mark.points
        for (bid, criterion), objective in room.objective.items():
            if bid in room.bids_left:
                marks[bid_key(bid)][criterion] = objective.points
        sheets[member_key(member.number)] = marks
    return sheets
