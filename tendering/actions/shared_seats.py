"""Deeds of drawn places of partner centres: somebody stands for each, and its sharer is asked."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from uuid import UUID

from tendering import centre_wire as wire
from tendering.actions import partner_messages
from tendering.domain.draw import DrawnSeat, Pool, PoolEntry, SealedEntry
from tendering.domain.experts import Expert, Need
from tendering.domain.journal import Stream
from tendering.domain.parties import Person
from tendering.domain.seat_invitations import Invitation
from tendering.domain.sharing import UNNAMED, entries_of, login_of, named, stand_in
from tendering.storage import experts, journal, partners, people, shared_experts
from tendering.storage.connection import Connection

ANYWHERE = "000000"


async def shared_entries(
    connection: Connection, tender_id: UUID, needs: tuple[Need, ...]
) -> list[tuple[PoolEntry, SealedEntry]]:
    """What partners have offered for a tender by now, as entries of its pool."""
    requests = await shared_experts.list_requests(connection, tender_id)
    offers = [one.offer for one in requests if one.offer is not None]
    return [entry for offer in offers for entry in entries_of(offer, needs)]


async def stand_for(
    connection: Connection, tender_id: UUID, drawn: Iterable[UUID], *, at: datetime
) -> None:
    """Let somebody without a name stand for each drawn place that is a partner's."""
    wanted = set(drawn)
    for request in await shared_experts.list_requests(connection, tender_id):
        for place in range(len(request.offer.places) if request.offer else 0):
            expert_id = stand_in(request.id, place)
            if expert_id in wanted and await people.get(connection, expert_id) is None:
                partner = await partners.get(connection, request.partner_id)
                await _stand_in(connection, expert_id, partner.organization_id, at=at)
                await shared_experts.insert_seat(connection, expert_id, request.id, place)


async def name_again(
    connection: Connection,
    tender_id: UUID,
    pool: Pool,
    seats: Mapping[int, DrawnSeat],
    *,
    at: datetime,
) -> None:
    """Say in a later round too who stands behind the partners' places whose experts go on."""
    theirs = {
        pool.sealed[one.index].expert_id: (number, one.index)
        for number, one in sorted(seats.items())
        if one.index in pool.shared
    }
    known = await shared_experts.list_named(connection, list(theirs))
    for expert_id, (seat, index) in theirs.items():
        salt, sealed = known[expert_id]
        event = named(seat, index, salt=salt.hex(), sealed=sealed, expert_id=expert_id)
        await journal.append(connection, tender_id, Stream.COMMITTEE, event, at=at)


async def ask_sharer(connection: Connection, invitation: Invitation, *, at: datetime) -> None:
    """Where a partner's place is invited, its sharer is told, who asks its expert."""
    found = await shared_experts.find_seat(connection, invitation.expert_id)
    if found is None:
        return
    partner_id, request_id, place = found
    await partner_messages.tell(
        connection,
        partner_id,
        wire.ExpertDrawn,
        request_id,
        at=at,
        place=place,
        venue=invitation.venue,
        speciality=invitation.speciality,
        begins_at=invitation.begins_at,
        respond_until=invitation.respond_until,
    )


async def _stand_in(
    connection: Connection, expert_id: UUID, organization_id: UUID, *, at: datetime
) -> None:
    """A person who cannot log in, and an expert who is in no pool."""
    login = login_of(expert_id)
    person = Person(expert_id, organization_id, UNNAMED, login, is_administrator=False)
    # No password has this hash.
    await people.insert(connection, person, password_hash="-", at=at)  # noqa: S106
    expert = Expert(
        id=expert_id,
        person_id=expert_id,
        name=UNNAMED,
        region=ANYWHERE,
        employer=UNNAMED,
        employer_uscc="",
        specialities=frozenset({UNNAMED}),
        experience_years=0,
        # The sharing centre looks at terms.
        expires_on=date.max,
    )
    await experts.insert(connection, expert, left_at=at, at=at)
