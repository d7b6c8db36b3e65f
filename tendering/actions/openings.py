"""Deeds of the opening: close the intake, unlock bid by bid, reveal all prices at once."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from crypto.canonical import JsonValue
from tendering.actions.exits import order_key_destruction
from tendering.domain.bid import BidStatus
from tendering.domain.consortia import Entrant, ties_event
from tendering.domain.disclosure import withholds
from tendering.domain.fault import BidFault
from tendering.domain.journal import Event, Stream
from tendering.domain.opening import (
    Opening,
    OpeningPhase,
    UnlockedBy,
    decide_closing,
    decide_reveal,
    decide_unlock,
    is_revoked,
)
from tendering.domain.opening_forms import form_to_read
from tendering.domain.opening_window import least_in, require_enough
from tendering.domain.parties import Actor
from tendering.domain.refusals import NotFound
from tendering.domain.refusals.openings import OpeningNotStarted
from tendering.domain.refusals.tenders import WrongPhase
from tendering.domain.tender import Tender, TenderStatus, require_party
from tendering.storage import bids, journal, openings, tenders
from tendering.storage.connection import Connection
from tendering.storage.openings import Unlock
from tendering.unlocking import OpenedBid


async def close_submission(
    connection: Connection, tender_id: UUID, *, checkpoint: str | None, at: datetime
) -> Tender:
    """Deadline and drain have passed: publish the bidder list and begin the opening.

    `checkpoint` is the log's newest. Raises WrongPhase, OpeningNotStarted.
    """
    tender = await tenders.lock(connection, tender_id)
    standing = await bids.list_standing(connection, tender_id)
    custody = await journal.head(connection, tender_id, Stream.CUSTODY)
    status, event = decide_closing(tender, standing, at=at, custody=custody)
    event.body["checkpoint"] = checkpoint
    closed = replace(tender, status=status, version=tender.version + 1)
    if status is TenderStatus.OPENING and withholds(tender):
        last, _ = await journal.head(connection, tender_id, Stream.PUBLIC)
        closed = replace(closed, withheld_from=last + 1)
    await tenders.save(connection, closed)
    if status is TenderStatus.OPENING:
        for lot in tender.lots:
            if lot.lot in _failed_lots(event):
                continue
            opening = Opening(
                lot=lot.lot,
                phase=OpeningPhase.UNLOCK,
                opened_at=at,
                unlock_until=_unlock_until(event, lot.lot),
                bidders=tuple(bid.bidder_id for bid in standing if bid.lot == lot.lot),
                unlocked=frozenset(),
                key_lost=frozenset(),
            )
            await openings.insert(connection, tender_id, opening)
    await journal.append(connection, tender_id, Stream.PUBLIC, event, at=at)
    if status is TenderStatus.FAILED:
        await order_key_destruction(connection, closed, at=at)
    return closed


async def sign_in(
    connection: Connection, tender_id: UUID, lot: str, *, by: Actor, at: datetime
) -> None:
    """A bidder signs in to the opening, from 24 hours before: known to custody alone.

    To a second session it signs in while that unlocks.
    """
    tender = await tenders.lock(connection, tender_id)
    tender.lot(lot)
    session = 1
    if tender.status is TenderStatus.EVALUATING:
        session = await _resumed_session(connection, tender_id, lot, by=by)
    elif tender.status not in {TenderStatus.PUBLISHED, TenderStatus.OPENING}:
        raise WrongPhase(status=tender.status)
    await bids.standing(connection, tender_id, lot=lot, bidder_id=by.organization_id)
    sign_in_from = tender.timetable["sign_in_from"]
    if at < datetime.fromisoformat(str(sign_in_from)):
        raise OpeningNotStarted(sign_in_from=sign_in_from)
    body: dict[str, JsonValue] = {"lot": lot, "session": session}
    event = Event("bidder.signed_in", body | {"bidder_id": str(by.organization_id)})
    await journal.append(connection, tender_id, Stream.CUSTODY, event, at=at)


async def record_unlock(
    connection: Connection,
    tender_id: UUID,
    opened: OpenedBid,
    *,
    by: UnlockedBy,
    received_at: datetime,
    at: datetime,
) -> None:
    """Enter the verdict of a bid that was opened. Raises WrongPhase, AlreadyUnlocked, and others.

    `received_at`: when keys or shares had arrived. The file keys go to custody: with them anybody
    who holds the full archive opens the bid again.
    """
    await tenders.lock(connection, tender_id)
    opening = await openings.get(connection, tender_id, opened.lot)
    event = decide_unlock(
        opening,
        bidder_id=opened.bidder_id,
        by=by,
        envelopes=opened.envelopes,
        received_at=received_at,
        fault=opened.fault,
    )
    await openings.save_unlock(
        connection,
        tender_id,
        opened.lot,
        opened.bidder_id,
        by=by,
        envelopes=opened.envelopes,
        forms=opened.forms,
        at=at,
    )
    await bids.set_status(
        connection,
        tender_id,
        lot=opened.lot,
        bidder_id=opened.bidder_id,
        status=BidStatus.UNLOCKED,
    )
    evidence = Event(
        "file_key.received",
        {
            "lot": opened.lot,
            "session": opening.session,
            "bidder_id": str(opened.bidder_id),
            "by": by,
            "file_keys": {
                kind: base64.b64encode(key).decode() for kind, key in opened.file_keys.items()
            },
        },
    )
    await journal.append(connection, tender_id, Stream.CUSTODY, evidence, at=at)
    await journal.append(connection, tender_id, Stream.PUBLIC, event, at=at)


async def reveal(
    connection: Connection,
    tender_id: UUID,
    lot: str,
    *,
    faults: Mapping[UUID, BidFault],
    by: Actor,
    at: datetime,
) -> None:
    """Show all prices of a lot at once; what did not open has its verdict in `faults`.

    Raises Forbidden, BidsStillLocked, WrongPhase.
    """
    tender = await tenders.lock(connection, tender_id)
    require_party(tender, by.organization_id)
    opening = await openings.get(connection, tender_id, lot)
    if opening.phase is OpeningPhase.REVEALED:
        # The answer to the first request was lost.
        return
    if opening.phase is OpeningPhase.UNLOCK:
        require_enough(opening, least_in(opening, tender.round.bidders_min), at=at)
    kinds, later = tender.round.kinds_in(opening.session), tender.round.later
    rows = await openings.unlocks(connection, tender_id, lot, session=opening.session)
    opened = [row for row in rows if row.unlocked_by is not None]
    event = decide_reveal(
        opening,
        tender.lot(lot),
        {row.bidder_id: form_to_read(row.forms, kinds, later=later) for row in opened},
        at=at,
        faults=faults,
        has_price="price" in kinds,
        digests=_withheld(opening, opened),
    )
    await openings.set_phase(connection, tender_id, lot, OpeningPhase.REVEALED, at=at)
    for bidder_id in opening.bidders:
        if bidder_id not in opening.unlocked:
            await bids.set_status(
                connection,
                tender_id,
                lot=lot,
                bidder_id=bidder_id,
                status=BidStatus.DEEMED_REVOKED
                if is_revoked(faults.get(bidder_id))
                else BidStatus.DEEMED_WITHDRAWN,
            )
    await journal.append(connection, tender_id, Stream.PUBLIC, event, at=at)
    if opening.session > 1:
        return
    # 条例 第三十四条, 第三十七条: who stands behind the bids, now that all of them are open.
    first = tender.round.envelopes[0]
    entrants = [Entrant(row.bidder_id, row.uscc, row.forms.get(first, {})) for row in opened]
    compared = ties_event(lot, entrants)
    await journal.append(connection, tender_id, Stream.PUBLIC, compared, at=at)


async def confirm(
    connection: Connection, tender_id: UUID, lot: str, *, by: Actor, at: datetime
) -> None:
    """A bidder confirms its row of the reading-out. Raises WrongPhase, NotFound."""
    await tenders.lock(connection, tender_id)
    opening = await openings.get(connection, tender_id, lot)
    if opening.phase is not OpeningPhase.REVEALED:
        raise WrongPhase(phase=opening.phase)
    if by.organization_id not in opening.unlocked:
        raise NotFound("no opened bid of yours")
    await openings.mark_confirmed(connection, tender_id, lot, by.organization_id, at=at)
    body: dict[str, JsonValue] = {"lot": lot, "session": opening.session}
    event = Event("opening.confirmed", body | {"bidder_id": str(by.organization_id)})
    await journal.append(connection, tender_id, Stream.PUBLIC, event, at=at)


async def _resumed_session(connection: Connection, tender_id: UUID, lot: str, *, by: Actor) -> int:
    """The session that unlocks now, for a bidder that has a bid in it."""
    opening = await openings.get(connection, tender_id, lot)
    if opening.session == 1 or opening.phase is not OpeningPhase.UNLOCK:
        raise WrongPhase(phase=opening.phase)
    if by.organization_id not in opening.bidders:
        raise NotFound("no bid of yours in this session")
    return opening.session


def _withheld(opening: Opening, opened: Sequence[Unlock]) -> dict[UUID, dict[str, str]]:
    if opening.session == 1:
        return {}
    return {
        row.bidder_id: {one.kind: one.plaintext_digest.hex() for one in row.envelopes}
        for row in opened
    }


def _failed_lots(event: Event) -> list[JsonValue]:
    found = event.body.get("failed_lots", [])
    assert isinstance(found, list)
    return found


def _unlock_until(event: Event, lot: str) -> datetime:
    lots = event.body["lots"]
    assert isinstance(lots, list)
    for each in lots:
        assert isinstance(each, dict)
        if each["lot"] == lot:
            return datetime.fromisoformat(str(each["unlock_until"]))
    raise AssertionError(lot)
