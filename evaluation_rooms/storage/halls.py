"""SQL of `rooms.halls`: how far the clock has led the halls of tenders that are not open yet."""

from collections.abc import Sequence
from uuid import UUID

from evaluation_rooms.hall import HallPhase
from tendering.storage.connection import Connection


async def phases(connection: Connection) -> dict[UUID, HallPhase]:
    """Every hall that the clock has led away from its first phase."""
    rows = await connection.fetch("SELECT tender_id, phase FROM rooms.halls")
    return {row["tender_id"]: HallPhase(row["phase"]) for row in rows}


async def phase(connection: Connection, tender_id: UUID) -> HallPhase:
    """How far the clock has led a hall; the caller holds the tender's lock."""
    found = await connection.fetchval(
        "SELECT phase FROM rooms.halls WHERE tender_id = $1", tender_id
    )
    return HallPhase.REHEARSAL if found is None else HallPhase(found)


async def save(connection: Connection, tender_id: UUID, shown: HallPhase) -> None:
    """The hall is in another phase now."""
    await connection.execute(
        """INSERT INTO rooms.halls (tender_id, phase) VALUES ($1, $2)
           ON CONFLICT (tender_id) DO UPDATE SET phase = excluded.phase""",
        tender_id,
        shown,
    )


async def forget(connection: Connection, tender_id: UUID) -> None:
    """The hall follows the opening now, or is closed."""
    await connection.execute("DELETE FROM rooms.halls WHERE tender_id = $1", tender_id)


async def forget_all(connection: Connection, tender_ids: Sequence[UUID]) -> None:
    """These halls follow their openings now, or are closed."""
    await connection.execute("DELETE FROM rooms.halls WHERE tender_id = ANY ($1)", tender_ids)
