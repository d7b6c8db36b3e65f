"""Complaints (投诉) to the supervisor: what must come first, until when, what a ruling may order.

条例 第六十条、第六十一条; 政府采购法 第五十五条至第五十七条. A late one is registered and says so:
whether it is taken up is the supervisor's decision, as every one's is.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from crypto.canonical import JsonValue
from tendering.domain.calendar import Calendar
from tendering.domain.duties import due_after
from tendering.domain.journal import Event, instant
from tendering.domain.objections import Objection, ObjectionKind, reply_rule
from tendering.domain.pauses import can_pause
from tendering.domain.re_evaluation import Committee, voided
from tendering.domain.refusals.remedies import (
    AlreadyAnswered,
    ComplaintNotTakenUp,
    ObjectionFirst,
    RemedyImpossible,
)
from tendering.domain.rulebook import Rulebook
from tendering.domain.tender import TRANSITIONS, Tender, TenderStatus

COMPLAINT_LABEL: Final = "kaibiao/complaint/v1"
ACCEPTANCE_LABEL: Final = "kaibiao/complaint-acceptance/v1"
RULING_LABEL: Final = "kaibiao/complaint-ruling/v1"


class Remedy(StrEnum):
    """What a ruling comes to."""

    REJECTED = "rejected"
    CORRECT = "correct"
    RE_TENDER = "re_tender"
    AWARD_VOID = "award_void"
    RE_EVALUATE = "re_evaluate"
    RE_EVALUATE_ANEW = "re_evaluate_anew"


_S = TenderStatus
# In which status a remedy has something to mend.
POSSIBLE: Final[Mapping[Remedy, frozenset[TenderStatus]]] = {
    Remedy.REJECTED: frozenset(_S),
    Remedy.CORRECT: frozenset({_S.PUBLISHED}),
    Remedy.RE_TENDER: frozenset(
        status for status in _S if _S.FAILED in TRANSITIONS[status] and status is not _S.AWARDED
    ),
    # 招标投标法 第六十四条, 条例 第八十一条: the award is void, and the tender is repeated.
    Remedy.AWARD_VOID: frozenset({_S.AWARDED}),
    # 条例 第八十一条, 87号令 第六十七条: evaluated again, by the committee there was or a new one.
    Remedy.RE_EVALUATE: frozenset({_S.EVALUATED, _S.CANDIDATES_PUBLISHED}),
    Remedy.RE_EVALUATE_ANEW: frozenset({_S.EVALUATED, _S.CANDIDATES_PUBLISHED}),
}
RE_EVALUATING: Final[Mapping[Remedy, Committee]] = {
    Remedy.RE_EVALUATE: Committee.SAME,
    Remedy.RE_EVALUATE_ANEW: Committee.NEW,
}


@dataclass(frozen=True, slots=True)
class Acceptance:
    """The supervisor's decision whether a complaint is taken up; `suspends`: the tender stops."""

    accepted: bool
    suspends: bool
    text: str
    signed: Mapping[str, JsonValue]
    at: datetime


@dataclass(frozen=True, slots=True)
class Ruling:
    """The supervisor's ruling."""

    remedy: Remedy
    text: str
    signed: Mapping[str, JsonValue]
    at: datetime


@dataclass(frozen=True, slots=True)
class Complaint:
    """A complaint about the answer, or the silence, to an objection. `late`: after its term."""

    id: UUID
    tender_id: UUID
    organization_id: UUID
    organization_name: str
    objection_id: UUID
    text: str
    signed: Mapping[str, JsonValue]
    received_at: datetime
    late: bool
    acceptance: Acceptance | None = None
    ruling: Ruling | None = None


def complaint_statement(tender_id: UUID, objection_id: UUID, text: str) -> dict[str, JsonValue]:
    """What the complainant signs."""
    return {"tender_id": str(tender_id), "objection_id": str(objection_id), "text": text}


def acceptance_statement(
    tender_id: UUID, complaint_id: UUID, *, accepted: bool, suspends: bool, text: str
) -> dict[str, JsonValue]:
    """What the supervisor signs when it decides whether to take a complaint up."""
    return {
        "tender_id": str(tender_id),
        "complaint_id": str(complaint_id),
        "accepted": accepted,
        "suspends": suspends,
        "text": text,
    }


def ruling_statement(
    tender_id: UUID, complaint_id: UUID, remedy: Remedy, text: str
) -> dict[str, JsonValue]:
    """What the supervisor signs when it rules."""
    return {
        "tender_id": str(tender_id),
        "complaint_id": str(complaint_id),
        "remedy": remedy,
        "text": text,
    }


def term_of(
    objection: Objection, rulebook: Rulebook, calendar: Calendar, *, at: datetime
) -> datetime:
    """The first instant that is too late to complain after an objection.

    E36: ten days from knowing, in which the time of the reply does not count: they run from the
    reply, or while there is none, from the day it was due. G27: fifteen working days from then.
    Raises ObjectionFirst while the reply is neither there nor overdue.
    """
    due = due_after(rulebook.required("objection_reply_max"), calendar, objection.received_at)
    answered_at = None if objection.reply is None else objection.reply.at
    if answered_at is None and at < due:
        raise ObjectionFirst(reply_due=instant(due))
    begun = due - timedelta(microseconds=1) if answered_at is None else answered_at
    return due_after(rulebook.required("complaint_max"), calendar, begun)


@dataclass(frozen=True, slots=True)
class Clocks:
    """Until when the reply to an objection is owed, and until when its objector may complain.

    First instants that are too late; None where nothing is owed, or nobody may complain yet.
    """

    reply_due: datetime | None = None
    complain_until: datetime | None = None


def clocks_of(
    objection: Objection, rulebook: Rulebook, calendar: Calendar, *, at: datetime
) -> Clocks:
    """The clocks that run from an objection; a late one obliges nobody."""
    owed = objection.reply is None and not objection.late
    due = due_after(reply_rule(objection.kind, rulebook), calendar, objection.received_at)
    until = None
    if objection.kind is ObjectionKind.OBJECTION and (objection.reply is not None or at >= due):
        until = term_of(objection, rulebook, calendar, at=at)
    return Clocks(due if owed else None, until)


def word_due(complaint: Complaint, rulebook: Rulebook, calendar: Calendar) -> datetime | None:
    """When the supervisor's next word about a complaint is late; None when none is owed."""
    acceptance = complaint.acceptance
    if acceptance is None:
        rule, begun = rulebook.keyed("complaint_accept_max"), complaint.received_at
    elif acceptance.accepted and complaint.ruling is None:
        rule, begun = rulebook.keyed("complaint_ruling_max"), acceptance.at
    else:
        return None
    return None if rule is None else due_after(rule, calendar, begun)


def decide_complaint(
    complaint: Complaint, objection: Objection, rulebook: Rulebook, calendar: Calendar
) -> tuple[Complaint, Event]:
    """Register a complaint. Raises ObjectionFirst: another's objection, or one not yet answered."""
    own = objection.organization_id == complaint.organization_id
    if not own or objection.kind is not ObjectionKind.OBJECTION:
        raise ObjectionFirst
    until = term_of(objection, rulebook, calendar, at=complaint.received_at)
    registered = replace(complaint, late=complaint.received_at >= until)
    return registered, Event(
        "complaint.raised",
        {
            "complaint_id": str(registered.id),
            "objection_id": str(registered.objection_id),
            "organization_id": str(registered.organization_id),
            "organization_name": registered.organization_name,
            "text": registered.text,
            "signed": dict(registered.signed),
            "received_at": instant(registered.received_at),
            "late": registered.late,
        },
    )


def decide_acceptance(tender: Tender, complaint: Complaint, acceptance: Acceptance) -> Event:
    """Whether a complaint is taken up; its entry names nobody.

    Raises AlreadyAnswered, and RemedyImpossible where there is nothing that could stand still.
    """
    if complaint.acceptance is not None:
        raise AlreadyAnswered
    if acceptance.suspends and not (acceptance.accepted and can_pause(tender)):
        raise RemedyImpossible(remedy="suspension", status=tender.status)
    return Event(
        "complaint.decided",
        {
            "complaint_id": str(complaint.id),
            "accepted": acceptance.accepted,
            "suspends": acceptance.suspends,
            "text": acceptance.text,
            "signed": dict(acceptance.signed),
        },
    )


def decide_ruling(
    tender: Tender,
    complaint: Complaint,
    ruling: Ruling,
    *,
    awarded: Sequence[str] = (),
    lot: str = "",
    evaluated: Collection[str] = (),
) -> tuple[Tender, tuple[Event, ...]]:
    """The ruling, and the tender with what it orders. It binds also while the tender stands still.

    `awarded` are the lots that have a winner: a ruling voids the award of one lot, not of several
    at once. `lot` is the one complained of, and `evaluated` those whose evaluation can be done
    anew. Raises ComplaintNotTakenUp, RemedyImpossible.
    """
    if complaint.acceptance is None or not complaint.acceptance.accepted:
        raise ComplaintNotTakenUp
    if tender.status not in POSSIBLE[ruling.remedy]:
        raise RemedyImpossible(remedy=ruling.remedy, status=tender.status)
    if ruling.remedy is Remedy.AWARD_VOID and len(awarded) != 1:
        raise RemedyImpossible(remedy=ruling.remedy, lots=len(awarded))
    ruled = Event(
        "complaint.ruled",
        {
            "complaint_id": str(complaint.id),
            "remedy": ruling.remedy,
            "text": ruling.text,
            "signed": dict(ruling.signed),
        },
    )
    if ruling.remedy in RE_EVALUATING:
        if lot not in evaluated:
            raise RemedyImpossible(remedy=ruling.remedy, lot=lot)
        because: dict[str, JsonValue] = {"ruling": str(complaint.id)}
        by = RE_EVALUATING[ruling.remedy]
        again, event = voided(tender, lot, because, committee=by, evaluated=evaluated)
        return again, (ruled, event)
    if ruling.remedy not in {Remedy.RE_TENDER, Remedy.AWARD_VOID}:
        return tender, (ruled,)
    failed = replace(
        tender, status=TenderStatus.FAILED, suspension=None, version=tender.version + 1
    )
    cause: dict[str, JsonValue] = {"ruling": str(complaint.id)}
    ended = Event("tender.failed", cause)
    if ruling.remedy is Remedy.RE_TENDER:
        return failed, (ruled, ended)
    return failed, (ruled, Event("award.revoked", {"lot": awarded[0], **cause}), ended)


def suspension_ends(rulebook: Rulebook, calendar: Calendar, since: datetime) -> datetime | None:
    """When a pause over a complaint ends by itself: G27, at most thirty days; else never."""
    rule = rulebook.keyed("complaint_suspension_max")
    return None if rule is None else due_after(rule, calendar, since)
