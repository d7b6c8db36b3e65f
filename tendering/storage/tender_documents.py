"""SQL of `tender_documents`, `document_decisions` and `downloads`: files, checks, who has them."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from tendering.domain.document_checks import (
    CheckedDocument,
    Decision,
    DocumentCheck,
    check_from_json,
    check_json,
)
from tendering.domain.overrides import Person
from tendering.domain.quantities.lot_bill import LotBill, lot_bill_from_json, lot_bill_json
from tendering.domain.refusals import NotFound
from tendering.domain.tender import Document
from tendering.storage.connection import Connection
from tendering.storage.json_columns import from_json, to_json


async def put_document(
    connection: Connection,
    tender_id: UUID,
    document: Document,
    upload_id: UUID,
    check: DocumentCheck | None = None,
    *,
    version: int = 1,
    bill: LotBill | None = None,
) -> None:
    """Add a file to a version of the documents, or put another in its place, with its check.

    `bill`: what it says, where it waits to take the place of a lot's bill of quantities.
    """
    await connection.execute(
        """INSERT INTO tendering.tender_documents
               (tender_id, name, upload_id, digest, size_bytes, media_type, checked, version, bill)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
           ON CONFLICT (tender_id, version, name) DO UPDATE
           SET upload_id = excluded.upload_id, digest = excluded.digest,
               size_bytes = excluded.size_bytes, media_type = excluded.media_type,
               checked = excluded.checked, bill = excluded.bill""",
        tender_id,
        document.name,
        upload_id,
        document.digest,
        document.size_bytes,
        document.media_type,
        None if check is None else to_json(check_json(check)),
        version,
        None if bill is None else to_json(lot_bill_json(bill)),
    )


async def list_bills(connection: Connection, tender_id: UUID, *, version: int) -> list[LotBill]:
    """The bills of quantities among the files of a version that wait to take another's place."""
    rows = await connection.fetch(
        """SELECT bill FROM tendering.tender_documents
           WHERE tender_id = $1 AND version = $2 AND bill IS NOT NULL ORDER BY name""",
        tender_id,
        version,
    )
    read = [lot_bill_from_json(from_json(row["bill"])) for row in rows]
    return [bill for bill in read if bill is not None]


async def list_checked(
    connection: Connection, tender_id: UUID, *, version: int = 1
) -> list[CheckedDocument]:
    """The files that a version brings, with their checks, by name."""
    rows = await connection.fetch(
        """SELECT name, digest, size_bytes, media_type, checked FROM tendering.tender_documents
           WHERE tender_id = $1 AND version = $2 ORDER BY name""",
        tender_id,
        version,
    )
    return [
        CheckedDocument(
            Document(row["name"], row["digest"], row["size_bytes"], row["media_type"]),
            None if row["checked"] is None else check_from_json(from_json(row["checked"])),
        )
        for row in rows
    ]


async def decisions_of(connection: Connection, tender_id: UUID) -> dict[str, Decision]:
    """What was said to findings, by the finding's id."""
    rows = await connection.fetch(
        """SELECT d.finding, d.accepted, d.reason, d.at, p.id, p.name, p.organization_id
           FROM tendering.document_decisions d JOIN tendering.people p ON p.id = d.person_id
           WHERE d.tender_id = $1 ORDER BY d.finding""",
        tender_id,
    )
    return {
        row["finding"]: Decision(
            row["finding"],
            row["accepted"],
            row["reason"],
            Person(row["id"], row["name"], row["organization_id"]),
            row["at"],
        )
        for row in rows
    }


async def save_decision(connection: Connection, tender_id: UUID, decision: Decision) -> None:
    """Keep a decision in place of an earlier one on the same finding."""
    await connection.execute(
        """INSERT INTO tendering.document_decisions
               (tender_id, finding, accepted, reason, person_id, at)
           VALUES ($1, $2, $3, $4, $5, $6)
           ON CONFLICT (tender_id, finding) DO UPDATE
           SET accepted = excluded.accepted, reason = excluded.reason,
               person_id = excluded.person_id, at = excluded.at""",
        tender_id,
        decision.finding,
        decision.accepted,
        decision.reason,
        decision.by.id,
        decision.at,
    )


async def keep_only(
    connection: Connection, tender_id: UUID, version: int, names: Collection[str]
) -> None:
    """Leave out of a version the files that wait for it and are not to come."""
    await connection.execute(
        """DELETE FROM tendering.tender_documents
           WHERE tender_id = $1 AND version = $2 AND NOT name = ANY($3)""",
        tender_id,
        version,
        list(names),
    )


async def document_upload(
    connection: Connection, tender_id: UUID, name: str, *, version: int = 1
) -> tuple[Document, UUID]:
    """A file that a version brought, and the upload that holds its bytes. Raises NotFound."""
    row = await connection.fetchrow(
        """SELECT name, digest, size_bytes, media_type, upload_id FROM tendering.tender_documents
           WHERE tender_id = $1 AND name = $2 AND version = $3""",
        tender_id,
        name,
        version,
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


async def has_downloaded(connection: Connection, tender_id: UUID, organization_id: UUID) -> bool:
    """Did this organization download?"""
    found: bool = await connection.fetchval(
        """SELECT EXISTS (SELECT 1 FROM tendering.downloads
                          WHERE tender_id = $1 AND organization_id = $2)""",
        tender_id,
        organization_id,
    )
    return found
