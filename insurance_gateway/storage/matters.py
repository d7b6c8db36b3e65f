"""SQL of `insurance.matters`."""

from collections.abc import Sequence
from uuid import UUID

from insurance_gateway.guarantee import Cover
from insurance_gateway.matters import Matter, MatterKind, MatterState
from tendering.domain.refusals import NotFound
from tendering.domain.refusals.guarantees import MatterUnderWay
from tendering.storage.connection import Connection, Record


async def insert(connection: Connection, matter: Matter) -> None:
    """Write a fresh matter. Raises MatterUnderWay."""
    cover = matter.cover
    inserted = await connection.execute(
        """INSERT INTO insurance.matters
               (id, order_id, kind, state, asked_at, cover_fen, cover_until, amount_fen, due_at,
                reason)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
           ON CONFLICT DO NOTHING""",
        matter.id,
        matter.order_id,
        matter.kind,
        matter.state,
        matter.asked_at,
        None if cover is None else cover.amount_fen,
        None if cover is None else cover.until,
        matter.amount_fen,
        matter.due_at,
        matter.reason,
    )
    if inserted != "INSERT 0 1":
        raise MatterUnderWay


async def lock(connection: Connection, matter_id: UUID, *, order_id: UUID) -> Matter:
    """One matter of an order, held to the end of the transaction. Raises NotFound."""
    row = await connection.fetchrow(
        """SELECT id, order_id, kind, state, asked_at, cover_fen, cover_until, amount_fen, due_at,
                  settled_at, reason
           FROM insurance.matters WHERE id = $1 AND order_id = $2 FOR NO KEY UPDATE""",
        matter_id,
        order_id,
    )
    if row is None:
        raise NotFound
    return _matter(row)


async def list_of_orders(
    connection: Connection, order_ids: Sequence[UUID]
) -> dict[UUID, list[Matter]]:
    """The matters of some orders, oldest first."""
    rows = await connection.fetch(
        """SELECT id, order_id, kind, state, asked_at, cover_fen, cover_until, amount_fen, due_at,
                  settled_at, reason
           FROM insurance.matters WHERE order_id = ANY($1) ORDER BY asked_at, id LIMIT 5000""",
        list(order_ids),
    )
    found: dict[UUID, list[Matter]] = {}
    for row in rows:
        found.setdefault(row["order_id"], []).append(_matter(row))
    return found


async def save(connection: Connection, matter: Matter) -> None:
    """Write what became of a locked matter."""
    await connection.execute(
        "UPDATE insurance.matters SET state = $2, settled_at = $3, reason = $4 WHERE id = $1",
        matter.id,
        matter.state,
        matter.settled_at,
        matter.reason,
    )


def _matter(row: Record) -> Matter:
    amount_fen = row["cover_fen"]
    return Matter(
        id=row["id"],
        order_id=row["order_id"],
        kind=MatterKind(row["kind"]),
        state=MatterState(row["state"]),
        asked_at=row["asked_at"],
        cover=None if amount_fen is None else Cover(amount_fen, row["cover_until"]),
        amount_fen=row["amount_fen"],
        due_at=row["due_at"],
        settled_at=row["settled_at"],
        reason=row["reason"],
    )
