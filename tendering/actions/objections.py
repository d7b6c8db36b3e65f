"""Deeds about objections: raise one, which may stop the tender; answer it, which lets it go on.

Before the bids are opened an objection lies in custody: who objects has the documents, and that is
secret. What everybody reads then is that the tender stands still, and the reply, which names no
objector.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from crypto.canonical import JsonValue
from tendering.actions.pauses import resume, suspend
from tendering.actions.statements import require_statement, statement_by
from tendering.actions.tenders import Law
from tendering.domain.journal import Stream
from tendering.domain.objections import (
    OBJECTION_LABEL,
    REPLY_LABEL,
    Objection,
    ObjectionKind,
    Outcome,
    Reply,
    Subject,
    decide_objection,
    decide_reply,
    names_are_public,
    objection_digest,
    objection_statement,
    reply_statement,
    stops_tender,
)
from tendering.domain.parties import Actor
from tendering.domain.pauses import Cause
from tendering.domain.refusals import NotFound
from tendering.domain.refusals.remedies import AlreadyAnswered
from tendering.domain.suspension import SuspensionReason
from tendering.domain.tender import TenderStatus, require_party
from tendering.keys import PlatformKeys
from tendering.storage import journal, objections, tenders
from tendering.storage.connection import Connection


@dataclass(frozen=True, slots=True)
class Raised:
    """What an objector says: `lot` is empty where it is about the whole tender."""

    id: UUID
    kind: ObjectionKind
    subject: Subject
    lot: str
    text: str
    statement: Mapping[str, JsonValue]


async def raise_objection(
    connection: Connection,
    keys: PlatformKeys,
    tender_id: UUID,
    law: Law,
    raised: Raised,
    *,
    by: Actor,
    at: datetime,
) -> Objection:
    """Register an objection; in time, it stops the tender, or its lot, until it is answered.

    The same again is the one that is there. Raises NotFound, SignatureRefused, Invalid,
    ObjectionTooEarly, NotConcerned, TooManyObjections.
    """
    said = await statement_by(
        connection, keys, raised.statement, label=OBJECTION_LABEL, uscc=by.uscc, at=at
    )
    expected = objection_statement(tender_id, raised.kind, raised.subject, raised.lot, raised.text)
    require_statement(said, expected)
    tender = await tenders.lock_also_suspended(connection, tender_id)
    if tender.status is TenderStatus.DRAFT:
        raise NotFound
    if raised.lot:
        tender.lot(raised.lot)
    known = await objections.same(
        connection, tender_id, by.organization_id, objection_digest(expected)
    )
    if known is not None:
        return known
    objection = Objection(
        id=raised.id,
        tender_id=tender_id,
        organization_id=by.organization_id,
        organization_name=by.organization_name,
        kind=raised.kind,
        subject=raised.subject,
        lot=raised.lot,
        text=raised.text,
        signed=raised.statement,
        received_at=at,
        late=False,
        pauses=False,
    )
    standing = await objections.standing_of(connection, tender_id, by.organization_id, raised.lot)
    registered, event = decide_objection(tender, objection, law.rulebook, law.calendar, standing)
    await objections.insert(connection, registered)
    opened = await objections.is_opened(connection, tender_id)
    stream = Stream.PUBLIC if names_are_public(tender, opened=opened) else Stream.CUSTODY
    await journal.append(connection, tender_id, stream, event, at=at)
    if stops_tender(tender, registered):
        await suspend(connection, tender, Cause(SuspensionReason.OBJECTION, at), at=at)
    return registered


@dataclass(frozen=True, slots=True)
class Said:
    """What the procuring entity or its agency answers to which objection."""

    objection_id: UUID
    outcome: Outcome
    text: str
    statement: Mapping[str, JsonValue]


async def answer_objection(
    connection: Connection,
    keys: PlatformKeys,
    tender_id: UUID,
    law: Law,
    said: Said,
    *,
    by: Actor,
    at: datetime,
) -> None:
    """Answer an objection; with the last open one the tender goes on. Again it does nothing.

    Raises NotFound, Forbidden, SignatureRefused, AlreadyAnswered.
    """
    stated = await statement_by(
        connection, keys, said.statement, label=REPLY_LABEL, uscc=by.uscc, at=at
    )
    require_statement(
        stated, reply_statement(tender_id, said.objection_id, said.outcome, said.text)
    )
    tender = await tenders.lock_also_suspended(connection, tender_id)
    require_party(tender, by.organization_id)
    objection = await objections.get(connection, tender_id, said.objection_id)
    if objection.reply is not None:
        if (objection.reply.outcome, objection.reply.text) == (said.outcome, said.text):
            return
        raise AlreadyAnswered
    reply = Reply(said.outcome, said.text, said.statement, at)
    event = decide_reply(objection, reply, law.rulebook, law.calendar)
    await objections.answer(connection, tender_id, objection.id, reply)
    await journal.append(connection, tender_id, Stream.PUBLIC, event, at=at)
    await resume(connection, tender, law, at=at)
