"""Deeds about invitations: draw and ask everybody, take answers, ask the next."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from tendering.actions import draws, shared_seats
from tendering.domain import seat_invitations as rules
from tendering.domain.calendar import civil_day
from tendering.domain.draw import Draw
from tendering.domain.experts import Need, ends_before
from tendering.domain.journal import Stream
from tendering.domain.outages import ROOM_OPENED, ROOM_VOIDED
from tendering.domain.parties import Actor
from tendering.domain.refusals import NotFound
from tendering.domain.refusals.seat_invitations import InvitationOver
from tendering.domain.refusals.tenders import WrongPhase
from tendering.domain.seat_invitations import Call, Invitation, InvitationStatus
from tendering.domain.tender import Tender, TenderStatus
from tendering.storage import draws as stored_draws
from tendering.storage import experts, journal, seat_invitations, tenders
from tendering.storage.connection import Connection
from tendering.storage.draws import CommitteeSeat


@dataclass(frozen=True, slots=True)
class Asking:
    """How invitations are made: the call, and where their ids come from."""

    call: Call
    new_id: Callable[[], UUID]


async def draw_and_invite(
    connection: Connection,
    tender_id: UUID,
    asking: Asking,
    *,
    organization_id: UUID,
    vrf_seed: bytes,
    at: datetime,
) -> Draw:
    """Draw the committee and ask everybody who was drawn. Raises Invalid, and what a draw does."""
    rules.require_sensible(asking.call, at=at)
    drawn = await draws.run_draw(
        connection,
        tender_id,
        organization_id=organization_id,
        vrf_seed=vrf_seed,
        called=True,
        at=at,
    )
    await seat_invitations.insert_call(connection, tender_id, asking.call)
    seats = await _seated(connection, tender_id)
    event = rules.called(asking.call, seats=len(seats))
    await journal.append(connection, tender_id, Stream.COMMITTEE, event, at=at)
    await _invite(connection, tender_id, seats, asking, at=at)
    return drawn


async def answer(
    connection: Connection,
    invitation_id: UUID,
    *,
    accept: bool,
    reason: str,
    by: Actor,
    new_id: Callable[[], UUID],
    at: datetime,
) -> Invitation:
    """Accept or decline; who declines makes room for the next in the drawn order.

    Raises NotFound, InvitationOver, ReasonMissing, WrongPhase once the room is open.
    """
    found = await _own(connection, invitation_id, by)
    tender = await tenders.lock_also_suspended(connection, found.tender_id)
    invitation = await _own(connection, invitation_id, by)
    status = rules.decide_answer(invitation, accept=accept, reason=reason, at=at)
    if status is invitation.status:
        return invitation
    if not await _is_awaited(connection, tender):
        raise WrongPhase(status=tender.status, allowed=[TenderStatus.OPENED])
    # Whoever sat in a room that is void has gone, and speaks for the seat no more.
    seated = await _seated(connection, tender.id)
    if invitation.expert_id not in {one.expert_id for one in seated}:
        raise InvitationOver
    await seat_invitations.save_status(connection, invitation.id, status)
    if status is InvitationStatus.ACCEPTED:
        event = rules.accepted(invitation)
        await journal.append(connection, tender.id, Stream.COMMITTEE, event, at=at)
    else:
        await _leave(connection, invitation, status, reason, new_id, at=at)
    return await _own(connection, invitation_id, by)


async def lapse(
    connection: Connection, tender_id: UUID, *, new_id: Callable[[], UUID], at: datetime
) -> int:
    """Ask the next for every seat whose expert has not answered in time; how many those were."""
    tender = await tenders.lock_also_suspended(connection, tender_id)
    if not await _is_awaited(connection, tender):
        return 0
    late = [
        one
        for one in await seat_invitations.list_of_tender(connection, tender_id)
        if rules.has_lapsed(one, at=at)
    ]
    for invitation in late:
        await seat_invitations.save_status(connection, invitation.id, InvitationStatus.LAPSED)
        await _leave(connection, invitation, InvitationStatus.LAPSED, "lapsed", new_id, at=at)
    return len(late)


async def seat_another_committee(
    connection: Connection,
    tender_id: UUID,
    *,
    reason: str,
    wait: timedelta,
    new_id: Callable[[], UUID],
    at: datetime,
) -> None:
    """Give every seat to the next in the drawn order; a seat for which nobody is left is vacant.

    Where experts are asked beforehand these are asked too, to come `wait` after the first answers
    are due. The caller holds the tender's lock.
    """
    call = await seat_invitations.find_call(connection, tender_id)
    followers = []
    for left in await _seated(connection, tender_id):
        assert left.seat is not None, "a reserve does not sit"
        following = await draws.follow(
            connection,
            tender_id,
            seat=left.seat,
            reason=reason,
            called=call is not None,
            at=at,
        )
        if following is None:
            event = rules.exhausted(left.seat)
            await journal.append(connection, tender_id, Stream.COMMITTEE, event, at=at)
        else:
            followers.append(following)
    if call is None:
        return
    call = replace(call, begins_at=call.respond_until(at) + wait)
    await seat_invitations.save_call(connection, tender_id, call)
    event = rules.called(call, seats=len(followers))
    await journal.append(connection, tender_id, Stream.COMMITTEE, event, at=at)
    await _invite(connection, tender_id, followers, Asking(call, new_id), at=at)


async def require_answered(connection: Connection, tender_id: UUID) -> None:
    """Has everybody accepted, where experts are asked? Raises SeatsUnanswered."""
    if await seat_invitations.find_call(connection, tender_id) is None:
        return
    invitations = await seat_invitations.list_of_tender(connection, tender_id)
    rules.require_all_accepted(invitations, vacant=await count_vacant(connection, tender_id))


async def count_vacant(connection: Connection, tender_id: UUID) -> int:
    """How many seats of a drawn committee nobody is left for."""
    seats = await stored_draws.seats(connection, tender_id)
    numbers = {one.seat for one in seats if one.seat is not None}
    return len(numbers - {one.seat for one in seats if one.status == "seated"})


async def count_ended(connection: Connection, tender_id: UUID, call: Call) -> int:
    """Of how many who sit the appointment is over on the day of the evaluation."""
    sitting = [one.expert_id for one in await _seated(connection, tender_id)]
    found = await experts.list_by_ids(connection, sitting)
    on = civil_day(call.begins_at)
    return sum(ends_before(one, on=on) for one in found.values())


async def _is_awaited(connection: Connection, tender: Tender) -> bool:
    """Is a committee asked to come: before its room opens, or while the last room is void?"""
    if tender.status is not TenderStatus.EVALUATING:
        return tender.status is TenderStatus.OPENED
    told = await journal.list_of_kinds(
        connection, tender.id, Stream.COMMITTEE, [ROOM_OPENED, ROOM_VOIDED]
    )
    return bool(told) and told[-1].kind == ROOM_VOIDED


async def _seated(connection: Connection, tender_id: UUID) -> list[CommitteeSeat]:
    return [
        one for one in await stored_draws.seats(connection, tender_id) if one.status == "seated"
    ]


async def _leave(
    connection: Connection,
    invitation: Invitation,
    status: InvitationStatus,
    reason: str,
    new_id: Callable[[], UUID],
    *,
    at: datetime,
) -> None:
    """Somebody does not come: the next in the drawn order is asked, or the seat is vacant."""
    tender_id = invitation.tender_id
    event = rules.left(invitation, status, reason)
    await journal.append(connection, tender_id, Stream.COMMITTEE, event, at=at)
    following = await draws.follow(
        connection, tender_id, seat=invitation.seat, reason=status, at=at
    )
    if following is None:
        event = rules.exhausted(invitation.seat)
        await journal.append(connection, tender_id, Stream.COMMITTEE, event, at=at)
        return
    call = await seat_invitations.find_call(connection, tender_id)
    assert call is not None, "an invitation belongs to a call"
    await _invite(connection, tender_id, [following], Asking(call, new_id), at=at)


async def _invite(
    connection: Connection,
    tender_id: UUID,
    seats: Iterable[CommitteeSeat],
    asking: Asking,
    *,
    at: datetime,
) -> None:
    needs = await _needs(connection, tender_id)
    for one in seats:
        assert one.seat is not None, "a reserve is asked when it steps in"
        invitation = Invitation(
            asking.new_id(),
            tender_id,
            one.seat,
            one.expert_id,
            one.venue,
            needs[one.need].speciality,
            asking.call.begins_at,
            asking.call.respond_until(at),
        )
        await seat_invitations.insert(connection, invitation, at=at)
        event = rules.invited(invitation)
        await journal.append(connection, tender_id, Stream.COMMITTEE, event, at=at)
        await shared_seats.ask_sharer(connection, invitation, at=at)


async def of_expert(connection: Connection, tender_id: UUID, expert_id: UUID) -> Invitation | None:
    """The invitation of an expert for a tender."""
    found = await seat_invitations.list_of_tender(connection, tender_id)
    return next((one for one in found if one.expert_id == expert_id), None)


async def _needs(connection: Connection, tender_id: UUID) -> tuple[Need, ...]:
    record = await stored_draws.get(connection, tender_id)
    assert record is not None, "seats are drawn from a pool"
    return record.pool.needs


async def _own(connection: Connection, invitation_id: UUID, by: Actor) -> Invitation:
    found = await seat_invitations.get_own(connection, invitation_id, by.person_id)
    if found is None:
        raise NotFound
    return found
