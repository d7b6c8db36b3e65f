"""Members on the seats of a draw, put into the tables: who sits where, without drawing."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from tendering.domain.draw import DrawnSeat, Pool, PoolEntry, SealedEntry
from tendering.domain.experts import Expert, Need
from tendering.storage import draws, experts
from tendering.storage.connection import Connection


async def seat_members(
    connection: Connection,
    tender_id: UUID,
    people: Sequence[UUID],
    *,
    venue: str,
    reserves: int = 0,
    at: datetime,
) -> list[Expert]:
    """Seat people, who have accounts, at a venue as seats 1, 2, ...; the last ones are reserves."""
    members = [an_expert(number, person_id) for number, person_id in enumerate(people)]
    for one in members:
        await experts.insert(connection, one, at=at)
    seats = len(members) - reserves
    pool = Pool(
        (Need(venue, "", "A08", seats, reserves),),
        tuple(PoolEntry(bytes([number]) * 32, (0,)) for number in range(len(members))),
        tuple(SealedEntry(one.id, bytes([number]) * 32) for number, one in enumerate(members)),
    )
    drawn = [DrawnSeat(0, venue, number) for number in range(len(members))]
    await draws.insert(
        connection,
        tender_id,
        pool,
        representatives=0,
        bidders=frozenset(),
        vrf_public=bytes(32),
        at=at,
    )
    await draws.insert_seats(
        connection, tender_id, pool, seats=drawn[:seats], reserves=drawn[seats:]
    )
    return members


def an_expert(number: int, person_id: UUID) -> Expert:
    """An expert of the pool without any tie."""
    return Expert(
        id=UUID(int=0x9000 + number),
        person_id=person_id,
        name=f"示范专家{number:02}",
        region="510100",
        employer="示范大学",
        employer_uscc="",
        specialities=frozenset({"A08"}),
        experience_years=12,
        expires_on=date(2030, 1, 1),
    )
