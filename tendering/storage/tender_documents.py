"""SQL of `tendering.tender_documents` and `downloads`: the files, and in secret who has them."""

from datetime import datetime
from uuid import UUID

from tendering.domain.refusals import NotFound
from tendering.domain.tender import Document
from tendering.storage.connection import Connection


async def put_document(
    connection: Connection, tender_id: UUID, document: Document, upload_id: UUID
) -> None:
    """Add a file to the tender documents, or put another in its place."""
    await connection.execute(
        """INSERT INTO tendering.tender_documents
               (tender_id, name, upload_id, digest, size_bytes, media_type)
           VALUES ($1, $2, $3, $4, $5, $6)
           ON CONFLICT (tender_id, name) DO UPDATE
           SET upload_id = excluded.upload_id, digest = excluded.digest,
               size_bytes = excluded.size_bytes, media_type = excluded.media_type""",
        tender_id,
        document.name,
        upload_id,
        document.digest,
        document.size_bytes,
        document.media_type,
    )


async def document_upload(
    connection: Connection, tender_id: UUID, name: str
) -> tuple[Document, UUID]:
    """A file of the tender documents and the upload that holds its bytes. Raises NotFound."""
    row = await connection.fetchrow(
        """SELECT name, digest, size_bytes, media_type, upload_id FROM tendering.tender_documents
           WHERE tender_id = $1 AND name = $2""",
        tender_id,
        name,
    )
    if row is None:
        raise NotFound
    document = Document(row["name"], row["digest"], row["size_bytes"], row["media_type"])
    return document, row["upload_id"]


async def record_download(
    connection: Connection, tender_id: UUID, organization_id: UUID, *, at: datetime
) -> bool:
    """Remember, in secret, who must be told of clarifications; False when it was known."""
    inserted = await connection.execute(
        """INSERT INTO tendering.downloads (tender_id, organization_id, at) VALUES ($1, $2, $3)
           ON CONFLICT (tender_id, organization_id) DO NOTHING""",
        tender_id,
        organization_id,
        at,
    )
    return inserted == "INSERT 0 1"
