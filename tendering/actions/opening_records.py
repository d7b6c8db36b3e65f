"""The opening record: put together from what happened, issued, signed; then the bids are open."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from crypto.canonical import JsonValue
from tendering.actions.draws import keep_group
from tendering.actions.hall_draws import drawn_in_hall, recorded_draw
from tendering.actions.issued_documents import (
    Marks,
    document_heading,
    find_issued,
    issue,
    marks_of,
    named,
    placed,
    signers_of,
)
from tendering.actions.rounds import failed_for_too_few
from tendering.documents.data import KeyHolderRow, OpeningRecord, OpeningRow
from tendering.documents.opening_record import render_opening_record
from tendering.domain.disclosure import withholds
from tendering.domain.issuing import DocumentKind, IssuedDocument, Signatory
from tendering.domain.journal import Entry, Event, Stream
from tendering.domain.objections import Subject
from tendering.domain.opening import LockedBid, Opening, OpeningPhase, form_findings
from tendering.domain.opening_forms import form_to_read, short_text, whole_number
from tendering.domain.parties import Actor
from tendering.domain.procedure import Judging
from tendering.domain.refusals.remedies import ObjectionsOpen
from tendering.domain.refusals.signatures import DocumentChanged
from tendering.domain.refusals.tenders import WrongPhase
from tendering.domain.security_release import KEPT_CAUSES
from tendering.domain.tender import Tender, TenderStatus, require_party, require_transition
from tendering.storage import bids, journal, objections, openings, tenders
from tendering.storage.connection import Connection, Pool, reading, transaction
from tendering.storage.openings import Unlock

# How often the record is made anew because something happened while it was being set.
TRIES_MAX: Final = 3
# The record of each session, from the first.
RECORDS: Final = (DocumentKind.OPENING_RECORD, DocumentKind.PRICE_RECORD)


@dataclass(frozen=True, slots=True)
class _Draft:
    """A record with its signatories, and the state of the journal it speaks of."""

    record: OpeningRecord
    signatories: tuple[Signatory, ...]
    marks: Marks
    kind: DocumentKind


async def issue_opening_record(
    pool: Pool, tender_id: UUID, lot: str, *, by: Actor, at: datetime, address: str = ""
) -> IssuedDocument:
    """Make and issue the record of a lot whose prices were read out; again, it is the same one.

    What the method leaves to a draw is drawn before. Raises NotFound, Forbidden,
    OpeningNotStarted, WrongPhase, DrawNotPrepared, DocumentChanged.
    """
    for _ in range(TRIES_MAX):
        async with reading(pool) as connection:
            tender = await tenders.get(connection, tender_id)
            require_party(tender, by.organization_id)
            kind = await _kind_now(connection, tender_id, lot)
            existing = await find_issued(connection, tender, kind, lot)
            if existing is not None:
                return existing
            draft = await _draft(connection, tender, lot, by=by, at=at, address=address)
        rendered = await asyncio.to_thread(render_opening_record, draft.record)
        async with transaction(pool) as connection:
            tender = await tenders.lock(connection, tender_id)
            if await marks_of(connection, tender_id) == draft.marks:
                signatories = placed(draft.signatories, rendered)
                return await issue(
                    connection, tender, draft.kind, rendered.pdf, signatories, lot=lot, at=at
                )
    raise DocumentChanged("the opening still goes on: try again")


async def record_opening(
    connection: Connection, tender: Tender, document: IssuedDocument, *, at: datetime
) -> None:
    """The record is signed: the opening of its lot is over, and with the last lot the whole one.

    The caller holds the tender's lock.
    """
    session = RECORDS.index(document.kind) + 1
    await openings.set_phase(connection, tender.id, document.lot, OpeningPhase.RECORDED, at=at)
    if session == 1 and await all_recorded(connection, tender.id):
        await finish_opening(connection, tender, at=at)
    body: dict[str, JsonValue] = {"lot": document.lot, "session": session}
    if drawn := await recorded_draw(connection, tender, document.lot, session=session):
        body["drawn"] = drawn
    event = Event("opening.recorded", body | {"digest": document.digest.hex()})
    await journal.append(connection, tender.id, Stream.PUBLIC, event, at=at)


async def all_recorded(connection: Connection, tender_id: UUID) -> bool:
    """Are the records of all lots signed that did not fail?"""
    phases = [
        (await openings.get(connection, tender_id, lot)).phase
        for lot in await openings.list_lots(connection, tender_id)
    ]
    return bool(phases) and all(phase is OpeningPhase.RECORDED for phase in phases)


async def finish_opening(connection: Connection, tender: Tender, *, at: datetime) -> None:
    """All lots are recorded: the bids are open. The caller holds the tender's lock."""
    status = TenderStatus.OPENED
    if tender.round.judging is Judging.NONE:
        status = await failed_for_too_few(connection, tender, at=at) or status
    require_transition(tender, status)
    opened = replace(tender, status=status, version=tender.version + 1)
    await tenders.save(connection, opened)
    await keep_group(connection, opened, at=at)


async def _kind_now(connection: Connection, tender_id: UUID, lot: str) -> DocumentKind:
    return RECORDS[(await openings.get(connection, tender_id, lot)).session - 1]


async def _draft(
    connection: Connection, tender: Tender, lot: str, *, by: Actor, at: datetime, address: str
) -> _Draft:
    """Everything is read after the marks: if they still stand later, nothing has changed."""
    marks = await marks_of(connection, tender.id)
    opening = await openings.get(connection, tender.id, lot)
    if opening.phase is not OpeningPhase.REVEALED:
        raise WrongPhase(phase=opening.phase)
    # 条例 第四十四条: objections on the spot are answered on the spot, before there is a record.
    if waiting := await objections.count_open(connection, tender.id, Subject.OPENING, lot):
        raise ObjectionsOpen(objections=waiting)
    kind = RECORDS[opening.session - 1]
    unlocks = await openings.unlocks(connection, tender.id, lot, session=opening.session)
    standing = {
        bid.bidder_id: bid
        for bid in await bids.list_standing(connection, tender.id)
        if bid.lot == lot
    }
    helpers = await _key_holders(connection, tender, lot, unlocks)
    signatories = await _signatories(connection, tender, unlocks, helpers, by=by)
    spoken = [entry async for entry in _public_entries(connection, tender.id)]
    shown = _revealed(spoken, opening)
    record = OpeningRecord(
        heading=await document_heading(connection, tender, kind, lot, at=at, address=address),
        deadline=tender.deadline,
        opened_at=opening.opened_at,
        unlock_until=opening.unlock_until,
        revealed_at=shown.at,
        ceiling_price_fen=tender.lot(lot).ceiling_price_fen,
        rows=tuple(
            replace(
                _row(unlock, standing[unlock.bidder_id], tender, session=opening.session),
                fate=_fate(shown, unlock),
            )
            for unlock in unlocks
        ),
        key_holders=helpers,
        announcements=tuple(
            (entry.at, _spoken(entry))
            for entry in spoken
            if entry.kind in {"hall.announced", "hall.said"}
        ),
        public=marks.public,
        custody=marks.custody,
        signers=signers_of(signatories),
        session=opening.session,
        kept_law=KEPT_CAUSES[tender.regime]["revoked"],
        draw=await drawn_in_hall(connection, tender, lot, session=opening.session),
    )
    return _Draft(record, signatories, marks, kind)


async def _signatories(
    connection: Connection,
    tender: Tender,
    unlocks: list[Unlock],
    helpers: tuple[KeyHolderRow, ...],
    *,
    by: Actor,
) -> tuple[Signatory, ...]:
    """The host, every bidder whose bid was opened, key holders who helped, the supervisor.

    Of a round that admits for the next one, the bidders do not sign.
    """
    host = Signatory(0, by.organization_id, by.organization_name, "主持人")
    bidders = [
        Signatory(0, unlock.bidder_id, unlock.bidder_name, "投标人", waivable=True)
        for unlock in unlocks
        # Who signs reads all of it: applicants do not learn of one another (`disclosure`).
        if unlock.unlocked_by is not None and not withholds(tender)
    ]
    by_number = {holder.number: holder for holder in tender.key_holders}
    holders = [
        Signatory(0, by_number[one.number].organization_id, one.name, "密钥持有人", waivable=True)
        for one in helpers
    ]
    name = await named(connection, tender.supervisor_id)
    supervisor = Signatory(0, tender.supervisor_id, name, "监督部门", waivable=True)
    return (host, *bidders, *holders, supervisor)


async def _key_holders(
    connection: Connection, tender: Tender, lot: str, unlocks: list[Unlock]
) -> tuple[KeyHolderRow, ...]:
    """The key holders who gave shares, each with the bidders it helped."""
    helped: dict[int, list[str]] = {}
    for unlock in unlocks:
        shares = await openings.shares_of(connection, tender.id, lot, unlock.bidder_id)
        for number in sorted({number for by_kind in shares.values() for number in by_kind}):
            helped.setdefault(number, []).append(unlock.bidder_name)
    return tuple(
        KeyHolderRow(holder.number, holder.name, tuple(helped[holder.number]))
        for holder in tender.key_holders
        if holder.number in helped
    )


async def _public_entries(connection: Connection, tender_id: UUID) -> AsyncIterator[Entry]:
    """The whole public stream, a page at a time."""
    seq = 0
    while page := await journal.after(connection, tender_id, Stream.PUBLIC, seq):
        for entry in page:
            yield entry
        seq = page[-1].seq


def _spoken(entry: Entry) -> str:
    """What was said in the hall; by whom, where it was not the host."""
    text = str(entry.body["text"])
    name = entry.body.get("organization_name")
    return text if name is None else f"{name}：{text}"


def _fate(revealed: Entry, unlock: Unlock) -> str:
    """What a bid that did not open is deemed, as it was shown; empty for one that did."""
    if unlock.unlocked_by is not None:
        return ""
    withdrawn: Any = revealed.body["deemed_withdrawn"]
    return "deemed_withdrawn" if str(unlock.bidder_id) in withdrawn else "deemed_revoked"


def _revealed(entries: list[Entry], opening: Opening) -> Entry:
    for entry in reversed(entries):
        if entry.kind == "prices.revealed" and entry.body["lot"] == opening.lot:
            return entry
    raise AssertionError(f"lot {opening.lot} was revealed without an entry")


def _row(unlock: Unlock, bid: LockedBid, tender: Tender, *, session: int) -> OpeningRow:
    kinds = tender.round.kinds_in(session)
    form = form_to_read(unlock.forms, kinds, later=tender.round.later)
    return OpeningRow(
        place=unlock.place,
        bidder_name=unlock.bidder_name,
        uscc=unlock.uscc,
        received_at=bid.received_at,
        manifest_digest=bid.manifest_digest.hex(),
        opened_by=unlock.unlocked_by or "",
        price_fen=whole_number(form, "price_fen"),
        duration_days=whole_number(form, "duration_days"),
        quality=short_text(form, "quality"),
        project_manager=short_text(form, "project_manager"),
        findings=()
        if unlock.unlocked_by is None or "price" not in kinds
        else form_findings(form, tender.lot(bid.lot)),
        confirmed_at=unlock.confirmed_at,
    )
