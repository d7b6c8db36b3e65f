"""SQL for looking over all tenders: what a check of the whole installation begins with."""

from uuid import UUID

from tendering.storage.connection import Connection


async def list_tender_ids(connection: Connection) -> list[UUID]:
    """Every tender there is, drafts too, oldest first."""
    rows = await connection.fetch("SELECT id FROM tendering.tenders ORDER BY created_at, id")
    return [row["id"] for row in rows]
