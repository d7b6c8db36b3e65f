"""Deeds of fees: the host states what each expert of a committee is paid, once."""

from datetime import datetime
from uuid import UUID

from tendering.domain import expert_fees as rules
from tendering.domain.expert_fees import FeeRule
from tendering.domain.journal import Stream
from tendering.domain.parties import Actor
from tendering.domain.refusals import NotFound
from tendering.domain.refusals.draws import FeeStated
from tendering.domain.tender import TenderStatus, require_party, require_status
from tendering.storage import draws, expert_fees, experts, journal, tenders, venues
from tendering.storage.connection import Connection
from tendering.storage.expert_fees import StatedFee


async def state_fee(
    connection: Connection,
    tender_id: UUID,
    seat: int,
    rule: FeeRule,
    *,
    begins_at: datetime,
    ends_at: datetime,
    by: Actor,
    at: datetime,
) -> StatedFee:
    """State what who sits on a seat is paid; travel where they come from another region.

    Raises NotFound, Forbidden, WrongPhase, FeeStated, Invalid.
    """
    tender = await tenders.lock(connection, tender_id)
    require_party(tender, by.organization_id)
    require_status(tender, TenderStatus.EVALUATING)
    minutes = rules.minutes_worked(begins_at, ends_at)
    seats = await draws.seats(connection, tender_id)
    member = next((one for one in seats if one.seat == seat and one.status == "seated"), None)
    if member is None:
        raise NotFound("nobody sits there", seat=seat)
    venue = await venues.find_by_name(connection, member.venue)
    expert = (await experts.list_by_ids(connection, [member.expert_id]))[member.expert_id]
    travels = venue is not None and venue.region != expert.region
    fee = rules.fee_of(rule, minutes=minutes, travels=travels)
    stated = StatedFee(
        tender_id,
        expert.id,
        seat,
        begins_at,
        ends_at,
        fee.base_fen,
        fee.overtime_fen,
        fee.travel_fen,
        rule.name,
    )
    if not await expert_fees.insert(connection, stated, at=at):
        raise FeeStated(seat=seat)
    event = rules.stated(
        rule,
        fee,
        seat=seat,
        expert_id=expert.id,
        travels=travels,
        begins_at=begins_at,
        ends_at=ends_at,
    )
    await journal.append(connection, tender_id, Stream.COMMITTEE, event, at=at)
    return stated
