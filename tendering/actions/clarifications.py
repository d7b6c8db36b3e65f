"""Deeds about clarifications: published with what they change, downloaded, confirmed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from crypto.canonical import JsonValue
from tendering.actions.statements import require_statement, statement_by
from tendering.actions.tenders import Law, current_documents, plan_of
from tendering.domain import timetable as dates
from tendering.domain.bill_amendments import bill_events, decide_bills
from tendering.domain.clarifications import (
    DocumentVersion,
    amended,
    changes_between,
    clarification_statement,
    decide_deadline,
    version_json,
)
from tendering.domain.document_checks import require_checked
from tendering.domain.journal import Event, Stream, instant
from tendering.domain.parties import Actor
from tendering.domain.refusals import Forbidden, Invalid, NotFound
from tendering.domain.refusals.remedies import NotConcerned
from tendering.domain.roles import Role
from tendering.domain.tender import Tender, TenderStatus, require_party, require_status
from tendering.keys import PlatformKeys
from tendering.storage import clarifications, journal, lot_bills, tender_documents, tenders
from tendering.storage.connection import Connection

CLARIFICATION_LABEL = "kaibiao/clarification/v1"


@dataclass(frozen=True, slots=True)
class Said:
    """A clarification as it is asked for.

    `deadline` is what its publisher confirms, `brings` the files that wait for it by name.
    """

    text: str
    affects_bids: bool
    deadline: datetime | None = None
    brings: Sequence[str] = ()
    removes: Sequence[str] = ()


async def publish_clarification(
    connection: Connection,
    keys: PlatformKeys,
    tender_id: UUID,
    law: Law,
    *,
    said: Said,
    statement: Mapping[str, JsonValue],
    by: Actor,
    at: datetime,
) -> tuple[int, Tender]:
    """Publish a clarification; one that may affect bids and comes late moves the deadline.

    招标投标法实施条例 第二十一条. Raises WrongPhase, SignatureRefused, DeadlinePassed,
    DeadlineMustMove, DocumentsUnchanged, DocumentFindingsOpen.
    """
    signed = await statement_by(
        connection, keys, statement, label=CLARIFICATION_LABEL, uscc=by.uscc, at=at
    )
    tender = await tenders.lock_also_suspended(connection, tender_id)
    require_party(tender, by.organization_id)
    require_status(tender, TenderStatus.PUBLISHED)
    moved = _moved(tender, law, said, at=at)
    version = await _amended(connection, moved, said)
    priced = await _priced(connection, moved, said, version)
    number = await clarifications.next_number(connection, tender_id)
    body = _statement(tender_id, number, said, version)
    require_statement(signed, body)
    event = Event(
        "clarification.published",
        {
            "number": number,
            "text": said.text,
            "affects_bids": said.affects_bids,
            "signed": dict(statement),
            "deadline": instant(moved.deadline),
            "timetable": dict(moved.timetable),
        },
    )
    if version is not None:
        await tender_documents.keep_only(connection, tender_id, version.version, said.brings)
        event.body.update(await _changed(connection, tender, version))
    if moved != tender:
        await tenders.save(connection, moved)
    await clarifications.insert(
        connection,
        tender_id,
        number,
        text=said.text,
        affects_bids=said.affects_bids,
        signed=dict(statement),
        documents=version,
        at=at,
    )
    await journal.append(connection, tender_id, Stream.PUBLIC, event, at=at)
    await _replace_bills(connection, moved, priced, number, version, at=at)
    return number, priced


async def record_download(
    connection: Connection, tender_id: UUID, *, by: Actor, at: datetime
) -> None:
    """Remember who downloaded, in secret: they are told of every clarification."""
    tender = await tenders.lock_also_suspended(connection, tender_id)
    if tender.status is TenderStatus.DRAFT or by.role is not Role.BIDDER:
        return
    if await tender_documents.record_download(connection, tender_id, by.organization_id, at=at):
        event = Event("documents.downloaded", {"organization_id": str(by.organization_id)})
        await journal.append(connection, tender_id, Stream.CUSTODY, event, at=at)


async def confirm_clarification(
    connection: Connection, tender_id: UUID, number: int, *, by: Actor, at: datetime
) -> None:
    """Whoever has the documents confirms, in secret, that a clarification reached it.

    Twice is once. Raises NotFound, NotConcerned.
    """
    tender = await tenders.lock_also_suspended(connection, tender_id)
    if tender.status is TenderStatus.DRAFT:
        raise NotFound
    if not await tender_documents.has_downloaded(connection, tender_id, by.organization_id):
        raise NotConcerned
    if not 1 <= number < await clarifications.next_number(connection, tender_id):
        raise NotFound("no such clarification")
    if await clarifications.confirm(connection, tender_id, number, by.organization_id, at=at):
        event = Event(
            "clarification.received",
            {"number": number, "organization_id": str(by.organization_id)},
        )
        await journal.append(connection, tender_id, Stream.CUSTODY, event, at=at)


async def receipts_of(
    connection: Connection, tender: Tender, number: int, *, by: Actor, at: datetime
) -> list[tuple[UUID, str, datetime]]:
    """Whom a clarification has reached, for who may know. Raises Forbidden.

    电子招标投标办法 第二十一条, 87号令 第二十八条: before the deadline nobody but the
    procuring entity and its agency learns names or number of those who have the documents.
    """
    party = by.organization_id in {tender.procuring_entity_id, tender.agency_id}
    supervisor = by.organization_id == tender.supervisor_id and tender.is_past_deadline(at)
    if not party and not supervisor:
        raise Forbidden("who has the documents is secret")
    return await clarifications.list_receipts(connection, tender.id, number)


def _statement(
    tender_id: UUID, number: int, said: Said, version: DocumentVersion | None
) -> dict[str, JsonValue]:
    return clarification_statement(
        tender_id,
        number,
        said.text,
        affects_bids=said.affects_bids,
        deadline=said.deadline,
        documents=version,
    )


def _moved(tender: Tender, law: Law, said: Said, *, at: datetime) -> Tender:
    proposed = None
    if said.affects_bids:
        proposed = dates.deadline_after_clarification(
            law.rulebook,
            law.calendar,
            clarified_at=at,
            deadline=tender.deadline,
            periods=tender.round.periods,
        )
    deadline = decide_deadline(tender, proposed=proposed, confirmed=said.deadline, at=at)
    if deadline == tender.deadline:
        return tender
    moved = replace(tender, deadline=deadline)
    plan = plan_of(moved, law, published_at=tender.published_at or at)
    return replace(moved, timetable=dates.to_json(plan), version=tender.version + 1)


async def _amended(connection: Connection, tender: Tender, said: Said) -> DocumentVersion | None:
    """The next version, if the clarification makes one; only what it brings is checked."""
    if not said.brings and not said.removes:
        return None
    before = await current_documents(connection, tender)
    waiting = await tender_documents.list_checked(connection, tender.id, version=before.version + 1)
    brought = [one for one in waiting if one.document.name in said.brings]
    if len(brought) != len(set(said.brings)):
        raise Invalid("put a file before an amendment brings it")
    decisions = await tender_documents.decisions_of(connection, tender.id)
    require_checked(tender, brought, decisions)
    return amended(before, [one.document for one in brought], said.removes)


async def _priced(
    connection: Connection, tender: Tender, said: Said, version: DocumentVersion | None
) -> Tender:
    """The tender with the bills of quantities that the amendment brings."""
    if version is None:
        return tender
    bills = await tender_documents.list_bills(connection, tender.id, version=version.version)
    return decide_bills(
        tender,
        {one.document: one for one in bills if one.document in said.brings},
        removes=said.removes,
        affects_bids=said.affects_bids,
    )


async def _replace_bills(
    connection: Connection,
    before: Tender,
    after: Tender,
    number: int,
    version: DocumentVersion | None,
    *,
    at: datetime,
) -> None:
    """Keep the bills that an amendment brought, and say so; without a version there are none."""
    if version is None:
        return
    for told in bill_events(before, after, number=number, version=version.version):
        lot = after.lot(str(told.body["lot"]))
        await lot_bills.set_bill(connection, after.id, lot.lot, lot.bill)
        await journal.append(connection, after.id, Stream.PUBLIC, told, at=at)


async def _changed(
    connection: Connection, tender: Tender, version: DocumentVersion
) -> dict[str, JsonValue]:
    changes = changes_between(await current_documents(connection, tender), version)
    return {
        "documents": version_json(version),
        "changes": {
            "added": list(changes.added),
            "replaced": list(changes.replaced),
            "removed": list(changes.removed),
        },
    }
