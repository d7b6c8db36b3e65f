"""Deeds about the unlocking: more time for all; what becomes of a lot with too few open bids."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from crypto.canonical import JsonValue
from tendering.actions.evaluations import end_without_failed
from tendering.actions.exits import order_key_destruction
from tendering.actions.failed_lots import failed_of
from tendering.actions.opening_records import all_recorded, finish_opening
from tendering.domain.failed_lots import LotCause, lot_failed
from tendering.domain.journal import Event, Stream
from tendering.domain.opening import OpeningPhase, Shortfall
from tendering.domain.opening_window import (
    Decision,
    decide_consent,
    decide_extension,
    decide_proposal,
    least_in,
)
from tendering.domain.parties import Actor
from tendering.domain.refusals import Forbidden
from tendering.domain.tender import Tender, TenderStatus, require_party, require_transition
from tendering.storage import journal, openings, tenders
from tendering.storage.connection import Connection


async def extend_unlocking(
    connection: Connection,
    tender_id: UUID,
    lot: str,
    *,
    until: datetime,
    reason: str,
    by: Actor,
    at: datetime,
) -> None:
    """The host gives everybody more time. Raises Forbidden, and what `decide_extension` raises."""
    tender = await tenders.lock(connection, tender_id)
    require_party(tender, by.organization_id)
    opening = await openings.get(connection, tender_id, lot)
    event = decide_extension(opening, until=until, reason=reason, at=at)
    await openings.extend(connection, tender_id, lot, until)
    await journal.append(connection, tender_id, Stream.PUBLIC, event, at=at)


async def propose(
    connection: Connection,
    tender_id: UUID,
    lot: str,
    *,
    decision: Decision,
    reason: str,
    by: Actor,
    at: datetime,
) -> None:
    """The host proposes what becomes of a lot. Raises Forbidden, and what the rule raises."""
    tender = await tenders.lock(connection, tender_id)
    require_party(tender, by.organization_id)
    opening = await openings.get(connection, tender_id, lot)
    shortfall, event = decide_proposal(
        opening,
        least_in(opening, tender.round.bidders_min),
        decision=decision,
        reason=reason,
        at=at,
    )
    await openings.set_shortfall(connection, tender_id, lot, shortfall)
    await journal.append(connection, tender_id, Stream.PUBLIC, event, at=at)


async def consent(
    connection: Connection, tender_id: UUID, lot: str, *, reason: str, by: Actor, at: datetime
) -> None:
    """The supervisor consents: the lot goes on, or fails. Raises Forbidden, WrongPhase."""
    tender = await tenders.lock(connection, tender_id)
    if by.organization_id != tender.supervisor_id:
        raise Forbidden("another authority supervises this tender")
    opening = await openings.get(connection, tender_id, lot)
    decision, event = decide_consent(opening, reason=reason)
    await journal.append(connection, tender_id, Stream.PUBLIC, event, at=at)
    if decision is Decision.GO_ON:
        await openings.set_shortfall(connection, tender_id, lot, Shortfall.GO_ON)
        return
    failed = await failed_of(connection, tender_id)
    await openings.set_phase(connection, tender_id, lot, OpeningPhase.FAILED, at=at)
    if not {*await openings.list_lots(connection, tender_id)} - failed.keys():
        await _fail(connection, tender, lot, at=at)
        return
    event = lot_failed(lot, LotCause.TOO_FEW_UNLOCKED)
    await journal.append(connection, tender_id, Stream.PUBLIC, event, at=at)
    if opening.session > 1:
        await end_without_failed(connection, tender, at=at)
    elif await all_recorded(connection, tender_id):
        await finish_opening(connection, tender, at=at)


async def _fail(connection: Connection, tender: Tender, lot: str, *, at: datetime) -> None:
    """No lot is left: the tender has failed, and no key opens anything any more."""
    require_transition(tender, TenderStatus.FAILED)
    failed = replace(tender, status=TenderStatus.FAILED, version=tender.version + 1)
    await tenders.save(connection, failed)
    lots: list[JsonValue] = [lot]
    event = Event("tender.failed", {"too_few_unlocked": lots})
    await journal.append(connection, tender.id, Stream.PUBLIC, event, at=at)
    await order_key_destruction(connection, failed, at=at)
