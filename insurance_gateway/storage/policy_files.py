"""SQL of `insurance.policy_files`: policies as PDF, as they came."""

from datetime import datetime
from uuid import UUID

from tendering.domain.refusals import Conflict, NotFound
from tendering.storage.connection import Connection

FILES_AN_ORDER_MAX = 10


async def keep(
    connection: Connection, order_id: UUID, digest: bytes, content: bytes, *, at: datetime
) -> None:
    """Keep a file, once. Raises Conflict when an order has too many. The order is locked."""
    count = await connection.fetchval(
        "SELECT count(*) FROM insurance.policy_files WHERE order_id = $1 AND digest <> $2",
        order_id,
        digest,
    )
    if count >= FILES_AN_ORDER_MAX:
        raise Conflict(f"an order has at most {FILES_AN_ORDER_MAX} files")
    await connection.execute(
        """INSERT INTO insurance.policy_files (order_id, digest, content, received_at)
           VALUES ($1, $2, $3, $4) ON CONFLICT (order_id, digest) DO NOTHING""",
        order_id,
        digest,
        content,
        at,
    )


async def get(connection: Connection, order_id: UUID, digest: bytes) -> bytes:
    """A file of an order. Raises NotFound."""
    content: bytes | None = await connection.fetchval(
        "SELECT content FROM insurance.policy_files WHERE order_id = $1 AND digest = $2",
        order_id,
        digest,
    )
    if content is None:
        raise NotFound
    return content


async def accept(connection: Connection, order_id: UUID, digest: bytes, *, at: datetime) -> None:
    """Write down that a file was checked and is the order's policy."""
    await connection.execute(
        """UPDATE insurance.policy_files SET accepted_at = $3
           WHERE order_id = $1 AND digest = $2""",
        order_id,
        digest,
        at,
    )


async def latest_accepted(connection: Connection, order_id: UUID) -> bytes:
    """The last file that passed. Raises NotFound."""
    content: bytes | None = await connection.fetchval(
        """SELECT content FROM insurance.policy_files
           WHERE order_id = $1 AND accepted_at IS NOT NULL
           ORDER BY accepted_at DESC, digest LIMIT 1""",
        order_id,
    )
    if content is None:
        raise NotFound("no policy has been handed in as a file")
    return content
