"""SQL of `tendering.draws` and `committee_seats`.

What is sealed leaves this module as `Pool.sealed` and `CommitteeSeat` only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from tendering.domain.draw import (
    DrawnSeat,
    Pool,
    PoolEntry,
    SealedEntry,
    entries_json,
)
from tendering.domain.experts import Need, needs_json
from tendering.storage.connection import Connection, Record
from tendering.storage.json_columns import from_json, to_json


@dataclass(frozen=True, slots=True)
class DrawRecord:
    """A draw as it stands; `seed` and what follows are None until the committee is drawn.

    `kept_from`: the round whose group goes on, instead of a draw.
    """

    tender_id: UUID
    pool: Pool
    representatives: int
    vrf_public: bytes
    frozen_at: datetime
    closed_at: datetime | None
    seed: bytes | None
    vrf_proof: bytes | None
    drawn_at: datetime | None
    bidders: frozenset[UUID]
    kept_from: UUID | None


@dataclass(frozen=True, slots=True)
class CommitteeSeat:
    """Who was drawn for what. `seat` is None for a reserve; `status` seated, reserve, replaced."""

    place: int
    need: int
    venue: str
    expert_id: UUID
    person_id: UUID
    name: str
    seat: int | None
    status: str


async def insert(
    connection: Connection,
    tender_id: UUID,
    pool: Pool,
    *,
    representatives: int,
    vrf_public: bytes,
    bidders: frozenset[UUID],
    at: datetime,
) -> bool:
    """Keep a frozen pool; False when the tender has one already."""
    inserted = await connection.fetchval(
        """INSERT INTO tendering.draws
               (tender_id, needs, representatives, entries, sealed, pool_root, vrf_public,
                frozen_at, bidders)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
           ON CONFLICT (tender_id) DO NOTHING RETURNING true""",
        tender_id,
        to_json({"needs": needs_json(pool.needs)}),
        representatives,
        to_json({"entries": entries_json(pool.entries)}),
        to_json(
            {
                "sealed": [
                    {"expert_id": str(one.expert_id), "salt": one.salt.hex()} for one in pool.sealed
                ]
            }
        ),
        pool.root(),
        vrf_public,
        at,
        sorted(bidders),
    )
    return inserted is not None


async def get(connection: Connection, tender_id: UUID) -> DrawRecord | None:
    """The draw of a tender."""
    row = await connection.fetchrow(
        """SELECT tender_id, needs, representatives, entries, sealed, vrf_public, frozen_at,
                  closed_at, seed, vrf_proof, drawn_at, bidders, kept_from
           FROM tendering.draws WHERE tender_id = $1""",
        tender_id,
    )
    return None if row is None else _record(row)


async def find_seed(connection: Connection, tender_id: UUID) -> bytes | None:
    """The public seed of a draw that is over, 32 bytes; None where a group goes on."""
    seed: bytes | None = await connection.fetchval(
        "SELECT seed FROM tendering.draws WHERE tender_id = $1 AND kept_from IS NULL", tender_id
    )
    return seed


async def keep(connection: Connection, tender_id: UUID, *, previous_id: UUID) -> None:
    """The draw of the round before is that of this one, with everybody who was drawn."""
    await connection.execute(
        """INSERT INTO tendering.draws
               (tender_id, needs, representatives, entries, sealed, pool_root, vrf_public,
                frozen_at, closed_at, seed, vrf_proof, drawn_at, kept_from)
           SELECT $1, needs, representatives, entries, sealed, pool_root, vrf_public,
                  frozen_at, closed_at, seed, vrf_proof, drawn_at, tender_id
           FROM tendering.draws WHERE tender_id = $2""",
        tender_id,
        previous_id,
    )
    await connection.execute(
        """INSERT INTO tendering.committee_seats
               (tender_id, place, need, venue, expert_id, seat, status)
           SELECT $1, place, need, venue, expert_id, seat, status
           FROM tendering.committee_seats WHERE tender_id = $2""",
        tender_id,
        previous_id,
    )


async def save_closing(connection: Connection, tender_id: UUID, *, at: datetime) -> None:
    """From here on no contribution is taken."""
    await connection.execute(
        "UPDATE tendering.draws SET closed_at = $2 WHERE tender_id = $1 AND closed_at IS NULL",
        tender_id,
        at,
    )


async def list_waiting_since(connection: Connection) -> list[datetime]:
    """Since when draws wait for contributions: to be sealed, or, once they are closed, opened."""
    rows = await connection.fetch(
        """SELECT COALESCE(closed_at, frozen_at) AS since FROM tendering.draws
           WHERE drawn_at IS NULL ORDER BY since"""
    )
    return [row["since"] for row in rows]


async def save_result(
    connection: Connection, tender_id: UUID, *, seed: bytes, vrf_proof: bytes, at: datetime
) -> None:
    """Enter the seed: from here on the draw is over."""
    await connection.execute(
        """UPDATE tendering.draws SET seed = $2, vrf_proof = $3, drawn_at = $4
           WHERE tender_id = $1 AND drawn_at IS NULL""",
        tender_id,
        seed,
        vrf_proof,
        at,
    )


async def insert_seats(
    connection: Connection,
    tender_id: UUID,
    pool: Pool,
    *,
    seats: Sequence[DrawnSeat],
    reserves: Sequence[DrawnSeat],
) -> None:
    """Seat those drawn, numbered from 1, and note the reserves."""
    rows = [
        (tender_id, drawn.index, drawn.need, drawn.venue, pool.sealed[drawn.index].expert_id, seat)
        for seat, drawn in [
            *enumerate(seats, start=1),
            *((None, reserve) for reserve in reserves),
        ]
    ]
    await connection.executemany(
        """INSERT INTO tendering.committee_seats
               (tender_id, place, need, venue, expert_id, seat, status)
           VALUES ($1, $2, $3, $4, $5, $6,
                   CASE WHEN $6::integer IS NULL THEN 'reserve' ELSE 'seated' END)""",
        rows,
    )


async def seats(connection: Connection, tender_id: UUID) -> list[CommitteeSeat]:
    """Everybody drawn for a tender: seats by number, then the others by place."""
    rows = await connection.fetch(
        """SELECT s.place, s.need, s.venue, s.expert_id, e.person_id, e.name, s.seat, s.status
           FROM tendering.committee_seats AS s
           JOIN tendering.experts AS e ON e.id = s.expert_id
           WHERE s.tender_id = $1 ORDER BY s.seat NULLS LAST, s.place""",
        tender_id,
    )
    return [CommitteeSeat(**dict(row)) for row in rows]


async def replace_seat(
    connection: Connection, tender_id: UUID, left: CommitteeSeat, *, place: int, expert_id: UUID
) -> None:
    """Put the expert at `place` of the pool on the seat of the one who left.

    Who was a reserve of another need sits for this one from now on.
    """
    await vacate_seat(connection, tender_id, left)
    await connection.execute(
        """INSERT INTO tendering.committee_seats
               (tender_id, place, need, venue, expert_id, seat, status)
           VALUES ($1, $2, $3, $4, $5, $6, 'seated')
           ON CONFLICT (tender_id, place)
           DO UPDATE SET need = $3, venue = $4, seat = $6, status = 'seated'""",
        tender_id,
        place,
        left.need,
        left.venue,
        expert_id,
        left.seat,
    )


async def vacate_seat(connection: Connection, tender_id: UUID, left: CommitteeSeat) -> None:
    """Somebody left and nobody follows."""
    await connection.execute(
        """UPDATE tendering.committee_seats SET status = 'replaced'
           WHERE tender_id = $1 AND place = $2""",
        tender_id,
        left.place,
    )


async def interested_uscc(connection: Connection, tender_id: UUID) -> frozenset[str]:
    """The USCCs of whoever has an interest: procuring entity, agency, supervisor, all bidders."""
    rows = await connection.fetch(
        """SELECT o.uscc FROM tendering.tenders AS t
           JOIN tendering.organizations AS o
             ON o.id IN (t.procuring_entity_id, t.agency_id, t.supervisor_id)
           WHERE t.id = $1
           UNION
           SELECT o.uscc FROM tendering.bids AS b
           JOIN tendering.organizations AS o ON o.id = b.bidder_id
           WHERE b.tender_id = $1 ORDER BY uscc""",
        tender_id,
    )
    return frozenset(row["uscc"] for row in rows)


async def judged_before(connection: Connection, tender_id: UUID) -> frozenset[UUID]:
    """The experts who sat in an earlier round of the same procedure."""
    rows = await connection.fetch(
        """WITH RECURSIVE earlier AS (
               SELECT previous_id AS id FROM tendering.tenders WHERE id = $1
               UNION
               SELECT t.previous_id FROM tendering.tenders AS t
               JOIN earlier ON t.id = earlier.id
           )
           SELECT DISTINCT s.expert_id FROM tendering.committee_seats AS s
           JOIN earlier ON s.tender_id = earlier.id
           WHERE s.status IN ('seated', 'replaced') ORDER BY s.expert_id""",
        tender_id,
    )
    return frozenset(row["expert_id"] for row in rows)


def _record(row: Record) -> DrawRecord:
    return DrawRecord(
        tender_id=row["tender_id"],
        pool=Pool(
            needs=tuple(Need(**need) for need in _list(row["needs"], "needs")),
            entries=tuple(
                PoolEntry(bytes.fromhex(entry["commitment"]), tuple(entry["needs"]))
                for entry in _list(row["entries"], "entries")
            ),
            sealed=tuple(
                SealedEntry(UUID(one["expert_id"]), bytes.fromhex(one["salt"]))
                for one in _list(row["sealed"], "sealed")
            ),
        ),
        representatives=row["representatives"],
        vrf_public=row["vrf_public"],
        frozen_at=row["frozen_at"],
        closed_at=row["closed_at"],
        seed=row["seed"],
        vrf_proof=row["vrf_proof"],
        drawn_at=row["drawn_at"],
        bidders=frozenset(row["bidders"]),
        kept_from=row["kept_from"],
    )


def _list(text: str, key: str) -> list[dict[str, Any]]:
    return cast("list[dict[str, Any]]", from_json(text)[key])
