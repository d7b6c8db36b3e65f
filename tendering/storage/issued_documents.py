"""SQL of `tendering.issued_documents` and `signature_preparations`."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import msgspec

from tendering.domain.issuing import DocumentKind, IssuedDocument, Signatory
from tendering.storage.connection import Connection, Record


@dataclass(frozen=True, slots=True)
class Preparation:
    """A prepared PDF that waits for the signature over `attributes`. `certificate` is DER."""

    id: UUID
    place: int
    certificate: bytes
    attributes: bytes
    pdf: bytes


async def insert(connection: Connection, document: IssuedDocument, pdf: bytes) -> bool:
    """Keep a new document; False when one of its kind stands for the lot."""
    inserted = await connection.fetchval(
        """INSERT INTO tendering.issued_documents
               (tender_id, lot, kind, number, pdf, digest, signatories, secret, issued_at,
                completed_at, edition)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
           ON CONFLICT DO NOTHING RETURNING true""",
        document.tender_id,
        document.lot,
        document.kind,
        document.number,
        pdf,
        document.digest,
        _signatories_text(document),
        document.secret,
        document.issued_at,
        document.completed_at,
        document.edition,
    )
    return inserted is not None


async def save(connection: Connection, document: IssuedDocument, pdf: bytes | None = None) -> None:
    """Write what became of a document, with its new PDF where there is one."""
    await connection.execute(
        """UPDATE tendering.issued_documents
           SET pdf = coalesce($4, pdf), digest = $5, signatories = $6, completed_at = $7
           WHERE tender_id = $1 AND kind = $2 AND lot = $3 AND edition = $8""",
        document.tender_id,
        document.kind,
        document.lot,
        pdf,
        document.digest,
        _signatories_text(document),
        document.completed_at,
        document.edition,
    )


async def void(
    connection: Connection,
    tender_id: UUID,
    lot: str,
    kinds: Collection[DocumentKind],
    *,
    at: datetime,
) -> None:
    """What stands of these kinds for a lot is void: it stays, and nobody signs it any more."""
    await connection.execute(
        """DELETE FROM tendering.signature_preparations
           WHERE tender_id = $1 AND lot = $2 AND kind = any($3)""",
        tender_id,
        lot,
        list(kinds),
    )
    await connection.execute(
        """UPDATE tendering.issued_documents SET void_at = $4
           WHERE tender_id = $1 AND lot = $2 AND kind = any($3) AND void_at IS NULL""",
        tender_id,
        lot,
        list(kinds),
        at,
    )


async def next_edition(
    connection: Connection, tender_id: UUID, kind: DocumentKind, lot: str
) -> int:
    """Which edition a new document of this kind would be: 1, or one more than are void."""
    count: int = await connection.fetchval(
        """SELECT count(*) FROM tendering.issued_documents
           WHERE tender_id = $1 AND kind = $2 AND lot = $3 AND void_at IS NOT NULL""",
        tender_id,
        kind,
        lot,
    )
    return count + 1


async def get(
    connection: Connection, tender_id: UUID, kind: DocumentKind, lot: str
) -> IssuedDocument | None:
    """The document that stands, without its bytes; one that is void does not."""
    row = await connection.fetchrow(
        """SELECT tender_id, lot, kind, number, digest, signatories, secret, issued_at,
                  completed_at, edition, void_at
           FROM tendering.issued_documents
           WHERE tender_id = $1 AND kind = $2 AND lot = $3 AND void_at IS NULL""",
        tender_id,
        kind,
        lot,
    )
    return None if row is None else _document(row)


async def list_of_tender(connection: Connection, tender_id: UUID) -> list[IssuedDocument]:
    """All documents of a tender without their bytes, in the order they were issued."""
    rows = await connection.fetch(
        """SELECT tender_id, lot, kind, number, digest, signatories, secret, issued_at,
                  completed_at, edition, void_at
           FROM tendering.issued_documents WHERE tender_id = $1 ORDER BY issued_at, kind, lot""",
        tender_id,
    )
    return [_document(row) for row in rows]


async def pdf_of(connection: Connection, document: IssuedDocument) -> bytes | None:
    """The bytes of the document as it was read; None when somebody signed it meanwhile."""
    pdf: bytes | None = await connection.fetchval(
        """SELECT pdf FROM tendering.issued_documents
           WHERE tender_id = $1 AND kind = $2 AND lot = $3 AND digest = $4
             AND edition = $5""",
        document.tender_id,
        document.kind,
        document.lot,
        document.digest,
        document.edition,
    )
    return pdf


async def sizes_of(connection: Connection, tender_id: UUID) -> dict[bytes, int]:
    """How many bytes each document of a tender has, by its digest."""
    rows = await connection.fetch(
        """SELECT digest, octet_length(pdf) AS size_bytes
           FROM tendering.issued_documents WHERE tender_id = $1""",
        tender_id,
    )
    return {row["digest"]: row["size_bytes"] for row in rows}


async def start_of(connection: Connection, document: IssuedDocument, size_bytes: int) -> bytes:
    """The first bytes of a document: what it was before somebody signed it."""
    pdf: bytes = await connection.fetchval(
        """SELECT substring(pdf FROM 1 FOR $4) FROM tendering.issued_documents
           WHERE tender_id = $1 AND kind = $2 AND lot = $3 AND edition = $5""",
        document.tender_id,
        document.kind,
        document.lot,
        size_bytes,
        document.edition,
    )
    return pdf


async def save_preparation(
    connection: Connection, document: IssuedDocument, preparation: Preparation
) -> None:
    """Keep a preparation in place of the document's earlier one."""
    await connection.execute(
        """INSERT INTO tendering.signature_preparations
               (tender_id, kind, lot, id, place, certificate, attributes, pdf, edition)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
           ON CONFLICT (tender_id, kind, lot) DO UPDATE
           SET id = $4, place = $5, certificate = $6, attributes = $7, pdf = $8, edition = $9""",
        document.tender_id,
        document.kind,
        document.lot,
        preparation.id,
        preparation.place,
        preparation.certificate,
        preparation.attributes,
        preparation.pdf,
        document.edition,
    )


async def get_preparation(
    connection: Connection, document: IssuedDocument, preparation_id: UUID
) -> Preparation | None:
    """A preparation that still waits for its signature."""
    row = await connection.fetchrow(
        """SELECT id, place, certificate, attributes, pdf FROM tendering.signature_preparations
           WHERE tender_id = $1 AND kind = $2 AND lot = $3 AND id = $4 AND edition = $5""",
        document.tender_id,
        document.kind,
        document.lot,
        preparation_id,
        document.edition,
    )
    return None if row is None else Preparation(**dict(row))


async def delete_preparation(connection: Connection, document: IssuedDocument) -> None:
    """Forget what waited: it has become a signature, or the document went on without it."""
    await connection.execute(
        """DELETE FROM tendering.signature_preparations
           WHERE tender_id = $1 AND kind = $2 AND lot = $3""",
        document.tender_id,
        document.kind,
        document.lot,
    )


def _signatories_text(document: IssuedDocument) -> str:
    return msgspec.json.encode(document.signatories).decode()


def _document(row: Record) -> IssuedDocument:
    values = cast("dict[str, Any]", dict(row))
    values["kind"] = DocumentKind(row["kind"])
    values["signatories"] = msgspec.json.decode(row["signatories"], type=tuple[Signatory, ...])
    return IssuedDocument(**values)
