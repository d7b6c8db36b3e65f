"""Deeds about complaints: raise one, take it up, rule; a pause over one ends in the law's time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from crypto.canonical import JsonValue
from tendering.actions.award_revocations import put_away
from tendering.actions.exits import order_key_destruction
from tendering.actions.pauses import resume, suspend
from tendering.actions.re_evaluations import open_to_doubt, put_aside
from tendering.actions.statements import require_statement, statement_by
from tendering.actions.tenders import Law
from tendering.domain.complaints import (
    ACCEPTANCE_LABEL,
    COMPLAINT_LABEL,
    RULING_LABEL,
    Acceptance,
    Complaint,
    Remedy,
    Ruling,
    acceptance_statement,
    complaint_statement,
    decide_acceptance,
    decide_complaint,
    decide_ruling,
    ruling_statement,
    suspension_ends,
)
from tendering.domain.journal import Stream
from tendering.domain.objections import names_are_public
from tendering.domain.parties import Actor
from tendering.domain.pauses import Cause
from tendering.domain.re_evaluation import VOIDED
from tendering.domain.refusals import Forbidden
from tendering.domain.refusals.remedies import AlreadyAnswered
from tendering.domain.suspension import SuspensionReason
from tendering.domain.tender import Tender, TenderStatus
from tendering.keys import PlatformKeys
from tendering.storage import candidates, complaints, journal, objections, tenders
from tendering.storage.connection import Connection


@dataclass(frozen=True, slots=True)
class Complained:
    """What a complainant says about which of its objections."""

    id: UUID
    objection_id: UUID
    text: str
    statement: Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Decided:
    """Whether the supervisor takes a complaint up, and whether the tender stands still."""

    complaint_id: UUID
    accepted: bool
    suspends: bool
    text: str
    statement: Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Ruled:
    """What the supervisor rules."""

    complaint_id: UUID
    remedy: Remedy
    text: str
    statement: Mapping[str, JsonValue]


async def raise_complaint(
    connection: Connection,
    keys: PlatformKeys,
    tender_id: UUID,
    law: Law,
    said: Complained,
    *,
    by: Actor,
    at: datetime,
) -> Complaint:
    """Register a complaint; about the same objection again, it is the one that is there.

    Raises NotFound, SignatureRefused, ObjectionFirst.
    """
    stated = await statement_by(
        connection, keys, said.statement, label=COMPLAINT_LABEL, uscc=by.uscc, at=at
    )
    require_statement(stated, complaint_statement(tender_id, said.objection_id, said.text))
    tender = await tenders.lock_also_suspended(connection, tender_id)
    objection = await objections.get(connection, tender_id, said.objection_id)
    known = await complaints.about(connection, tender_id, said.objection_id)
    if known is not None and known.organization_id == by.organization_id:
        return known
    complaint = Complaint(
        id=said.id,
        tender_id=tender_id,
        organization_id=by.organization_id,
        organization_name=by.organization_name,
        objection_id=said.objection_id,
        text=said.text,
        signed=said.statement,
        received_at=at,
        late=False,
    )
    registered, event = decide_complaint(complaint, objection, law.rulebook, law.calendar)
    await complaints.insert(connection, registered)
    opened = await objections.is_opened(connection, tender_id)
    stream = Stream.PUBLIC if names_are_public(tender, opened=opened) else Stream.CUSTODY
    await journal.append(connection, tender_id, stream, event, at=at)
    return registered


async def take_up(
    connection: Connection,
    keys: PlatformKeys,
    tender_id: UUID,
    law: Law,
    said: Decided,
    *,
    by: Actor,
    at: datetime,
) -> None:
    """The supervisor takes a complaint up or not; taken up, it may stop the tender.

    Raises NotFound, Forbidden, SignatureRefused, AlreadyAnswered, RemedyImpossible.
    """
    stated = await statement_by(
        connection, keys, said.statement, label=ACCEPTANCE_LABEL, uscc=by.uscc, at=at
    )
    expected = acceptance_statement(
        tender_id,
        said.complaint_id,
        accepted=said.accepted,
        suspends=said.suspends,
        text=said.text,
    )
    require_statement(stated, expected)
    tender = await _locked(connection, tender_id, by)
    complaint = await complaints.get(connection, tender_id, said.complaint_id)
    acceptance = Acceptance(said.accepted, said.suspends, said.text, said.statement, at)
    event = decide_acceptance(tender, complaint, acceptance)
    until = suspension_ends(law.rulebook, law.calendar, at) if said.suspends else None
    await complaints.decide(connection, complaint, acceptance, suspends_until=until)
    await journal.append(connection, tender_id, Stream.PUBLIC, event, at=at)
    if said.suspends:
        await suspend(connection, tender, Cause(SuspensionReason.COMPLAINT, at), at=at)


async def rule(
    connection: Connection,
    keys: PlatformKeys,
    tender_id: UUID,
    law: Law,
    said: Ruled,
    *,
    by: Actor,
    at: datetime,
) -> None:
    """The supervisor rules; what it orders takes effect, and nothing else holds the tender.

    The same again does nothing. Raises NotFound, Forbidden, SignatureRefused, AlreadyAnswered,
    ComplaintNotTakenUp, RemedyImpossible.
    """
    stated = await statement_by(
        connection, keys, said.statement, label=RULING_LABEL, uscc=by.uscc, at=at
    )
    require_statement(
        stated, ruling_statement(tender_id, said.complaint_id, said.remedy, said.text)
    )
    tender = await _locked(connection, tender_id, by)
    complaint = await complaints.get(connection, tender_id, said.complaint_id)
    if complaint.ruling is not None:
        if (complaint.ruling.remedy, complaint.ruling.text) == (said.remedy, said.text):
            return
        raise AlreadyAnswered
    ruling = Ruling(said.remedy, said.text, said.statement, at)
    awarded = [one.lot for one in await candidates.list_awards(connection, tender_id)]
    mended, events = decide_ruling(
        tender,
        complaint,
        ruling,
        awarded=awarded,
        lot=await _lot_of(connection, tender, complaint),
        evaluated=await open_to_doubt(connection, tender_id),
    )
    await complaints.rule(connection, complaint, ruling)
    for event in events:
        if event.kind == VOIDED:
            await tenders.save(connection, mended)
            await put_aside(connection, tender_id, event, at=at)
            continue
        if event.kind == "award.revoked":
            await put_away(connection, tender_id, awarded[0], event.body, at=at)
        await journal.append(connection, tender_id, Stream.PUBLIC, event, at=at)
    if mended.status is TenderStatus.FAILED and mended is not tender:
        await tenders.save(connection, mended)
        if tender.status is TenderStatus.PUBLISHED:
            await order_key_destruction(connection, mended, at=at)
        return
    await resume(connection, mended, law, at=at)


async def _lot_of(connection: Connection, tender: Tender, complaint: Complaint) -> str:
    """The lot that a complaint is about: its objection's, or the only one."""
    objection = await objections.get(connection, tender.id, complaint.objection_id)
    return objection.lot or (tender.lots[0].lot if len(tender.lots) == 1 else "")


async def _locked(connection: Connection, tender_id: UUID, by: Actor) -> Tender:
    tender = await tenders.lock_also_suspended(connection, tender_id)
    if by.organization_id != tender.supervisor_id:
        raise Forbidden("another organization supervises this tender")
    return tender
