"""Qualification checked by the procuring entity or its agency, not by the committee (G13).

87号令 第四十四条: after the opening, before the evaluation; with fewer qualified bidders than the
law asks for nothing is evaluated.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from crypto.canonical import JsonValue
from tendering.domain.failed_lots import LotCause, lot_failed
from tendering.domain.journal import Event
from tendering.domain.procedure import Qualification
from tendering.domain.refusals import Invalid
from tendering.domain.refusals.rooms import ReasonMissing
from tendering.domain.refusals.tenders import QualificationChecked, WrongPhase
from tendering.domain.tender import Tender, TenderStatus, require_status


@dataclass(frozen=True, slots=True)
class Verdict:
    """Is a bidder qualified? Who is not gets the reason."""

    bidder_id: UUID
    passes: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CheckedLot:
    """What a check came to: whether so few are left that the lot, or the tender, has failed.

    `told` is for everybody and gives no reasons; `reasoned` goes into custody.
    """

    failed: Event | None
    told: Event
    reasoned: Event


def decide_qualification(
    tender: Tender,
    lot: str,
    verdicts: Sequence[Verdict],
    *,
    opened: Iterable[UUID],
    checked_before: bool,
    others: Collection[str] = (),
) -> CheckedLot:
    """Enter the check of a lot, once, for every opened bid. `others`: the lots that go on beside.

    Raises WrongPhase, QualificationChecked, Invalid, ReasonMissing.
    """
    if tender.round.qualification is not Qualification.PROCURING_ENTITY:
        raise WrongPhase("here the committee checks", qualification=tender.round.qualification)
    require_status(tender, TenderStatus.OPENED, TenderStatus.EVALUATING)
    tender.lot(lot)
    if checked_before:
        raise QualificationChecked(lot=lot)
    named = [verdict.bidder_id for verdict in verdicts]
    if len(set(named)) != len(named) or set(named) != set(opened):
        raise Invalid("one verdict for each opened bid", lot=lot)
    if any(not verdict.passes and not verdict.reason.strip() for verdict in verdicts):
        raise ReasonMissing
    passed: list[JsonValue] = [str(one.bidder_id) for one in verdicts if one.passes]
    failed: list[JsonValue] = [str(one.bidder_id) for one in verdicts if not one.passes]
    told = Event("qualification.checked", {"lot": lot, "passed": passed, "failed": failed})
    reasons: list[JsonValue] = [
        {"bidder_id": str(one.bidder_id), "reason": one.reason}
        for one in verdicts
        if not one.passes
    ]
    return CheckedLot(
        _too_few(tender, lot, len(passed), others),
        told,
        Event("qualification.reasons", {"lot": lot, "failed": reasons}),
    )


def are_too_few(tender: Tender, count: int) -> bool:
    """Are so many qualified bidders fewer than the round asks for (G13)?"""
    least = tender.round.admitted_min
    return least is not None and count < least.count


def _too_few(tender: Tender, lot: str, count: int, others: Collection[str]) -> Event | None:
    least = tender.round.admitted_min
    if least is None or not are_too_few(tender, count):
        return None
    rule: dict[str, JsonValue] = {"id": least.rule, "law": least.law, "value": least.count}
    if others:
        return lot_failed(lot, LotCause.TOO_FEW_QUALIFIED, rule)
    return Event("tender.failed", {"too_few_qualified": [lot], "rule": rule})
