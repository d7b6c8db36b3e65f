"""SQL of `tendering.small_containers`: containers so small that they travel with their bid.

The row is the container, as durable as the bid that was committed with it. A file made of it later
is a copy for those who read files, and may be lost.
"""

from collections.abc import Collection, Sequence
from uuid import UUID

from tendering.storage.connection import Connection


async def insert_all(
    connection: Connection, containers: Sequence[tuple[UUID, UUID, bytes]]
) -> None:
    """Keep containers, (tender, id, content) each. One statement."""
    await connection.execute(
        """INSERT INTO tendering.small_containers (tender_id, id, content)
           SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bytea[])""",
        [tender_id for tender_id, _, _ in containers],
        [container_id for _, container_id, _ in containers],
        [content for _, _, content in containers],
    )


async def list_of(
    connection: Connection, tender_id: UUID, ids: Collection[UUID]
) -> dict[UUID, bytes]:
    """Those of the containers that are small, by id."""
    rows = await connection.fetch(
        """SELECT id, content FROM tendering.small_containers
           WHERE tender_id = $1 AND id = ANY($2) ORDER BY id""",
        tender_id,
        list(ids),
    )
    return {row["id"]: row["content"] for row in rows}


async def known_among(connection: Connection, ids: Collection[UUID]) -> set[UUID]:
    """Those of the ids that are small containers."""
    rows = await connection.fetch(
        "SELECT id FROM tendering.small_containers WHERE id = ANY($1)", list(ids)
    )
    return {row["id"] for row in rows}
