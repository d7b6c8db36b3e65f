"""SQL of `tendering.uploads` and `upload_parts`. Time of day here is real time, for clearing up."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from tendering.domain.refusals import NotFound
from tendering.domain.uploads import Upload
from tendering.storage.blobs import PART_BYTES
from tendering.storage.connection import Connection, ForeignKeyViolation


async def insert(connection: Connection, upload: Upload) -> None:
    """Announce an upload."""
    await connection.execute(
        "INSERT INTO tendering.uploads (id, organization_id, size_bytes) VALUES ($1, $2, $3)",
        upload.id,
        upload.organization_id,
        upload.size_bytes,
    )


async def get(connection: Connection, upload_id: UUID) -> Upload:
    """An upload and its stored parts. Raises NotFound."""
    return (await get_all(connection, [upload_id]))[0]


async def get_all(connection: Connection, upload_ids: list[UUID]) -> list[Upload]:
    """Uploads in the order asked for, one statement. Raises NotFound when one is missing."""
    rows = await connection.fetch(
        """SELECT u.id, u.organization_id, u.size_bytes,
                  array_remove(array_agg(p.part ORDER BY p.part), NULL) AS parts,
                  array_remove(array_agg(p.root ORDER BY p.part), NULL) AS roots
           FROM tendering.uploads u
           LEFT JOIN tendering.upload_parts p ON p.upload_id = u.id AND p.stored
           WHERE u.id = ANY($1) GROUP BY u.id ORDER BY u.id""",
        upload_ids,
    )
    found = {
        row["id"]: Upload(
            row["id"],
            row["organization_id"],
            row["size_bytes"],
            PART_BYTES,
            dict(zip(row["parts"], row["roots"], strict=True)),
        )
        for row in rows
    }
    if len(found) != len(set(upload_ids)):
        raise NotFound
    return [found[upload_id] for upload_id in upload_ids]


async def with_part(connection: Connection, upload_id: UUID, part: int) -> Upload:
    """An upload of which only this one part is looked for. Raises NotFound."""
    row = await connection.fetchrow(
        """SELECT u.organization_id, u.size_bytes, p.root
           FROM tendering.uploads u
           LEFT JOIN tendering.upload_parts p
             ON p.upload_id = u.id AND p.part = $2 AND p.stored
           WHERE u.id = $1""",
        upload_id,
        part,
    )
    if row is None:
        raise NotFound
    roots = {} if row["root"] is None else {part: row["root"]}
    return Upload(upload_id, row["organization_id"], row["size_bytes"], PART_BYTES, roots)


async def claim_part(connection: Connection, upload_id: UUID, part: int, root: bytes) -> bool:
    """Say what a part will contain; False when it is stored, and stays what it is.

    Waits for whoever is storing it, even one whose connection broke over its commit. The claim
    itself needs no fsync: what a crash takes away has not been marked as stored. Raises NotFound.
    """
    try:
        claimed = await connection.execute(
            """INSERT INTO tendering.upload_parts AS p (upload_id, part, root)
               SELECT $1, $2, $3 FROM set_config('synchronous_commit', 'off', true)
               ON CONFLICT (upload_id, part) DO UPDATE SET root = excluded.root
               WHERE NOT p.stored""",
            upload_id,
            part,
            root,
        )
    except ForeignKeyViolation as error:
        # Cleared away between the request's head and its end.
        raise NotFound from error
    return claimed == "INSERT 0 1"


async def mark_stored(connection: Connection, upload_id: UUID, part: int) -> bool:
    """The part's bytes are durable; False when the upload was cleared away meanwhile."""
    marked = await connection.execute(
        "UPDATE tendering.upload_parts SET stored = true WHERE upload_id = $1 AND part = $2",
        upload_id,
        part,
    )
    return marked == "UPDATE 1"


async def hold(connection: Connection, upload_ids: Collection[UUID]) -> set[UUID]:
    """Those uploads that are still there, held to the end of the transaction.

    Clearing away passes over what is held, and what it has taken first is not among the answer.
    """
    rows = await connection.fetch(
        """SELECT id FROM tendering.uploads WHERE id = ANY($1)
           ORDER BY id FOR NO KEY UPDATE""",
        list(upload_ids),
    )
    return {row["id"] for row in rows}


async def keep(connection: Connection, upload_ids: Collection[UUID]) -> None:
    """Something refers to these uploads: they are not cleared away."""
    await connection.execute(
        "UPDATE tendering.uploads SET kept = true WHERE id = ANY($1)", list(upload_ids)
    )


async def delete_abandoned(connection: Connection, *, hours: int, limit: int) -> list[UUID]:
    """Forget uploads nothing refers to; their bytes are the caller's to remove."""
    rows = await connection.fetch(
        """DELETE FROM tendering.uploads WHERE id IN (
               SELECT id FROM tendering.uploads
               WHERE NOT kept AND created_at < now() - make_interval(hours => $1)
               ORDER BY created_at, id LIMIT $2 FOR UPDATE SKIP LOCKED)
           RETURNING id""",
        hours,
        limit,
    )
    return [row["id"] for row in rows]


async def known_among(connection: Connection, upload_ids: Collection[UUID]) -> set[UUID]:
    """Those of the ids that are uploads."""
    rows = await connection.fetch(
        "SELECT id FROM tendering.uploads WHERE id = ANY($1)", list(upload_ids)
    )
    return {row["id"] for row in rows}


async def abandoned_before(connection: Connection, *, hours: int) -> datetime:
    """So many hours ago, by the real time that uploads are dated with."""
    before: datetime = await connection.fetchval("SELECT now() - make_interval(hours => $1)", hours)
    return before
