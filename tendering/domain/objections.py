"""Objections: to what, by whom, until when; what they stop; who may know of whom.

异议 in engineering tenders (条例 第二十二条、第四十四条、第五十四条); 质疑 in government
procurement (政府采购法 第五十二条), where a mere enquiry (询问) may be made as well. One that
comes late is taken down all the same and says so; it stops nothing and obliges nobody.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from crypto.canonical import JsonValue, digest
from tendering.domain.calendar import Calendar
from tendering.domain.duties import due_after
from tendering.domain.journal import Event, instant
from tendering.domain.pauses import can_pause
from tendering.domain.refusals import Invalid
from tendering.domain.refusals.remedies import (
    AlreadyAnswered,
    NotConcerned,
    ObjectionTooEarly,
    TooManyObjections,
)
from tendering.domain.rulebook import Rule, Rulebook
from tendering.domain.tender import Tender, TenderStatus

OBJECTION_LABEL: Final = "kaibiao/objection/v1"
REPLY_LABEL: Final = "kaibiao/objection-reply/v1"
# One organization, one tender: whoever has more to say writes a longer text.
OBJECTIONS_MAX: Final = 20


class ObjectionKind(StrEnum):
    """With legal effect (异议, 质疑), or an enquiry (询问) that only asks."""

    OBJECTION = "objection"
    ENQUIRY = "enquiry"


class Subject(StrEnum):
    """What an objection is about."""

    TENDER_DOCUMENTS = "tender_documents"
    OPENING = "opening"
    EVALUATION_RESULT = "evaluation_result"


class Outcome(StrEnum):
    """What the reply comes to; what follows from an upheld one is a deed of its own."""

    UPHELD = "upheld"
    NOT_UPHELD = "not_upheld"


@dataclass(frozen=True, slots=True)
class Reply:
    """The signed reply of the procuring entity or its agency."""

    outcome: Outcome
    text: str
    signed: Mapping[str, JsonValue]
    at: datetime


@dataclass(frozen=True, slots=True)
class Objection:
    """An objection as it was registered. `lot` is empty where it is about the whole tender.

    `late`: after its term. `pauses`: until the reply what it is about stands still, which is the
    tender or, where `stops_tender` says no, its lot alone.
    """

    id: UUID
    tender_id: UUID
    organization_id: UUID
    organization_name: str
    kind: ObjectionKind
    subject: Subject
    lot: str
    text: str
    signed: Mapping[str, JsonValue]
    received_at: datetime
    late: bool
    pauses: bool
    reply: Reply | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of the objector and of what it objects to, from the tables.

    `documents_at`: when it got the tender documents; `bids`: it has a bid in the opening of the
    lot; `revealed_at`: when all prices of the lot, or of every lot, were shown; `publicity`: from
    when to when the candidates are on display; `raised`: how many objections it has raised.
    """

    documents_at: datetime | None = None
    bids: bool = False
    revealed_at: datetime | None = None
    publicity: tuple[datetime, datetime] | None = None
    raised: int = 0


def objection_statement(
    tender_id: UUID, kind: ObjectionKind, subject: Subject, lot: str, text: str
) -> dict[str, JsonValue]:
    """What the objector signs."""
    return {
        "tender_id": str(tender_id),
        "kind": kind,
        "subject": subject,
        "lot": lot,
        "text": text,
    }


def objection_digest(statement: Mapping[str, JsonValue]) -> bytes:
    """By this the same objection is known again. 32 bytes."""
    return digest(OBJECTION_LABEL, dict(statement))


def reply_statement(
    tender_id: UUID, objection_id: UUID, outcome: Outcome, text: str
) -> dict[str, JsonValue]:
    """What the procuring entity or its agency signs; it names nobody."""
    return {
        "tender_id": str(tender_id),
        "objection_id": str(objection_id),
        "outcome": outcome,
        "text": text,
    }


def term_of(
    tender: Tender, subject: Subject, rulebook: Rulebook, calendar: Calendar, standing: Standing
) -> datetime | None:
    """The first instant that is too late to object, None while no end is in sight.

    Raises ObjectionTooEarly for what has not happened.
    """
    days = rulebook.keyed("complaint_question_max")
    if subject is Subject.TENDER_DOCUMENTS:
        if days is None:
            # E07, 条例 第二十二条: ten days before the deadline.
            return datetime.fromisoformat(str(tender.timetable["objections_until"]))
        return _question_term(tender, days, rulebook, calendar, standing)
    if subject is Subject.OPENING:
        return _opening_term(tender, days, rulebook, calendar, standing)
    if standing.publicity is None:
        raise ObjectionTooEarly(subject=subject)
    # E30, 条例 第五十四条: while the candidates are on display. G26: from the end of that on.
    until = standing.publicity[1]
    return until if days is None else due_after(days, calendar, until - timedelta(microseconds=1))


def decide_objection(
    tender: Tender,
    objection: Objection,
    rulebook: Rulebook,
    calendar: Calendar,
    standing: Standing,
) -> tuple[Objection, Event]:
    """Register an objection: is it late, does it stop the tender? A late one obliges nobody.

    Raises Invalid, ObjectionTooEarly, NotConcerned, TooManyObjections.
    """
    if standing.raised >= OBJECTIONS_MAX:
        raise TooManyObjections(objections_max=OBJECTIONS_MAX)
    reply_rule(objection.kind, rulebook)
    late = False
    if objection.kind is ObjectionKind.OBJECTION:
        _require_participant(objection, rulebook, standing)
        until = term_of(tender, objection.subject, rulebook, calendar, standing)
        late = until is not None and objection.received_at >= until
    pauses = not late and can_pause(tender) and _pauses(objection, rulebook)
    registered = replace(objection, late=late, pauses=pauses)
    return registered, _raised(registered)


def decide_reply(
    objection: Objection, reply: Reply, rulebook: Rulebook, calendar: Calendar
) -> Event:
    """Answer an objection, late or not; the entry that everybody reads names nobody.

    Raises AlreadyAnswered.
    """
    if objection.reply is not None:
        raise AlreadyAnswered
    due = due_after(reply_rule(objection.kind, rulebook), calendar, objection.received_at)
    return Event(
        "objection.answered",
        {
            "objection_id": str(objection.id),
            "kind": objection.kind,
            "subject": objection.subject,
            "lot": objection.lot,
            "outcome": reply.outcome,
            "text": reply.text,
            "signed": dict(reply.signed),
            "overdue": not objection.late and reply.at >= due,
        },
    )


def names_are_public(tender: Tender, *, opened: bool) -> bool:
    """May anybody know who objected? Not before the bids are opened, and never where none were.

    招标投标法 第二十二条: who has the documents is nobody's business; who objects has them.
    """
    return opened and tender.status is not TenderStatus.PUBLISHED and tender.withheld_from is None


def stops_tender(tender: Tender, objection: Objection) -> bool:
    """Does the whole tender stand still over it? Not over the result of one of several lots.

    条例 第五十四条 pauses the activities that the objection is about: that lot is not awarded until
    the reply, and the others go on.
    """
    of_one_lot = objection.subject is Subject.EVALUATION_RESULT and bool(objection.lot)
    return objection.pauses and not (of_one_lot and len(tender.lots) > 1)


def reply_rule(kind: ObjectionKind, rulebook: Rulebook) -> Rule:
    """Within how many days a reply is owed. Raises Invalid: this regime knows no enquiries."""
    if kind is ObjectionKind.OBJECTION:
        return rulebook.required("objection_reply_max")  # E08, G25
    rule = rulebook.keyed("enquiry_reply_max")  # G28
    if rule is None:
        raise Invalid("this regime knows objections and questions, no enquiries", kind=kind)
    return rule


def _raised(objection: Objection) -> Event:
    return Event(
        "objection.raised",
        {
            "objection_id": str(objection.id),
            "organization_id": str(objection.organization_id),
            "organization_name": objection.organization_name,
            "kind": objection.kind,
            "subject": objection.subject,
            "lot": objection.lot,
            "text": objection.text,
            "signed": dict(objection.signed),
            "received_at": instant(objection.received_at),
            "late": objection.late,
            "pauses": objection.pauses,
        },
    )


def _require_participant(objection: Objection, rulebook: Rulebook, standing: Standing) -> None:
    """条例 第二十二条、第五十四条: also other interested parties; 第四十四条: bidders."""
    if objection.subject is Subject.OPENING and not standing.bids:
        raise NotConcerned(subject=objection.subject)
    # 政府采购法实施条例 第五十三条: who has the documents, or took part.
    has_documents = standing.documents_at is not None or standing.bids
    if rulebook.keyed("complaint_question_max") is not None and not has_documents:
        raise NotConcerned(subject=objection.subject)


def _pauses(objection: Objection, rulebook: Rulebook) -> bool:
    """E08: until the reply. E21: on the spot, where the record waits for it instead."""
    return (
        objection.kind is ObjectionKind.OBJECTION
        and objection.subject is not Subject.OPENING
        and rulebook.keyed("objection_pauses") is not None
    )


def _question_term(
    tender: Tender, days: Rule, rulebook: Rulebook, calendar: Calendar, standing: Standing
) -> datetime:
    """G26: seven working days from the documents, or from the end of the announcement if later."""
    assert tender.published_at is not None
    announced = due_after(rulebook.required("announcement_min"), calendar, tender.published_at)
    start = announced - timedelta(microseconds=1)
    return due_after(days, calendar, max(start, standing.documents_at or start))


def _opening_term(
    tender: Tender, days: Rule | None, rulebook: Rulebook, calendar: Calendar, standing: Standing
) -> datetime | None:
    """E21: on the spot, which lasts some minutes after the last price was read (P03)."""
    if tender.status in {TenderStatus.DRAFT, TenderStatus.PUBLISHED}:
        raise ObjectionTooEarly(subject=Subject.OPENING)
    if standing.revealed_at is None:
        return None
    if days is not None:
        return due_after(days, calendar, standing.revealed_at)
    return standing.revealed_at + timedelta(minutes=rulebook.number("opening_objection_min"))
