"""SQL of `tendering.expert_fees`."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tendering.storage.connection import Connection

_COLUMNS = """
SELECT f.tender_id, f.expert_id, f.seat, f.begins_at, f.ends_at, f.base_fen, f.overtime_fen,
       f.travel_fen, f.rule
FROM tendering.expert_fees AS f
"""


@dataclass(frozen=True, slots=True)
class StatedFee:
    """What an expert is paid for a tender, in fen; `rule` names the rule."""

    tender_id: UUID
    expert_id: UUID
    seat: int
    begins_at: datetime
    ends_at: datetime
    base_fen: int
    overtime_fen: int
    travel_fen: int
    rule: str


async def insert(connection: Connection, fee: StatedFee, *, at: datetime) -> bool:
    """State a fee; False when one is stated already."""
    inserted = await connection.fetchval(
        """INSERT INTO tendering.expert_fees (tender_id, expert_id, seat, begins_at, ends_at,
               base_fen, overtime_fen, travel_fen, rule, stated_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
           ON CONFLICT (tender_id, expert_id) DO NOTHING RETURNING true""",
        fee.tender_id,
        fee.expert_id,
        fee.seat,
        fee.begins_at,
        fee.ends_at,
        fee.base_fen,
        fee.overtime_fen,
        fee.travel_fen,
        fee.rule,
        at,
    )
    return inserted is not None


async def list_of_tender(connection: Connection, tender_id: UUID) -> list[StatedFee]:
    """The fees of a tender, by seat."""
    rows = await connection.fetch(
        _COLUMNS + "WHERE f.tender_id = $1 ORDER BY f.seat, f.expert_id LIMIT 500", tender_id
    )
    return [StatedFee(**dict(row)) for row in rows]


async def list_of_person(connection: Connection, person_id: UUID) -> list[StatedFee]:
    """Somebody's own fees, the last work first."""
    rows = await connection.fetch(
        _COLUMNS + "JOIN tendering.experts AS e ON e.id = f.expert_id WHERE e.person_id = $1"
        " ORDER BY f.ends_at DESC, f.tender_id LIMIT 500",
        person_id,
    )
    return [StatedFee(**dict(row)) for row in rows]
