"""SQL of `clarifications`, `clarification_receipts` and `questions`."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from crypto.canonical import JsonValue
from tendering.domain.clarifications import DocumentVersion, version_from_json, version_json
from tendering.storage.connection import Connection
from tendering.storage.json_columns import from_json, to_json


@dataclass(frozen=True, slots=True)
class Clarification:
    """A published clarification (澄清)."""

    number: int
    text: str
    affects_bids: bool
    published_at: datetime


@dataclass(frozen=True, slots=True)
class Question:
    """A question to the tender documents; who asked is nobody's business."""

    id: UUID
    text: str
    asked_at: datetime


async def next_number(connection: Connection, tender_id: UUID) -> int:
    """The number the next clarification will have; the caller holds the tender's lock."""
    number: int = await connection.fetchval(
        "SELECT coalesce(max(number), 0) + 1 FROM tendering.clarifications WHERE tender_id = $1",
        tender_id,
    )
    return number


async def insert(
    connection: Connection,
    tender_id: UUID,
    number: int,
    *,
    text: str,
    affects_bids: bool,
    signed: JsonValue,
    documents: DocumentVersion | None = None,
    at: datetime,
) -> None:
    """Write a clarification, with the version of the documents that it makes."""
    await connection.execute(
        """INSERT INTO tendering.clarifications
               (tender_id, number, text, affects_bids, signed, published_at, documents)
           VALUES ($1, $2, $3, $4, $5, $6, $7)""",
        tender_id,
        number,
        text,
        affects_bids,
        to_json(signed),
        at,
        None if documents is None else to_json(version_json(documents)),
    )


async def list_versions(connection: Connection, tender_id: UUID) -> list[DocumentVersion]:
    """The versions of the documents that amendments made, oldest first."""
    rows = await connection.fetch(
        """SELECT documents FROM tendering.clarifications
           WHERE tender_id = $1 AND documents IS NOT NULL ORDER BY number""",
        tender_id,
    )
    return [version_from_json(from_json(row["documents"])) for row in rows]


async def confirm(
    connection: Connection, tender_id: UUID, number: int, organization_id: UUID, *, at: datetime
) -> bool:
    """Remember, in secret, whom a clarification has reached; False when it was known."""
    inserted = await connection.execute(
        """INSERT INTO tendering.clarification_receipts (tender_id, number, organization_id, at)
           VALUES ($1, $2, $3, $4) ON CONFLICT (tender_id, number, organization_id) DO NOTHING""",
        tender_id,
        number,
        organization_id,
        at,
    )
    return inserted == "INSERT 0 1"


async def list_receipts(
    connection: Connection, tender_id: UUID, number: int
) -> list[tuple[UUID, str, datetime]]:
    """Whom a clarification has reached: organization, its name, and when."""
    rows = await connection.fetch(
        """SELECT r.organization_id, o.name, r.at FROM tendering.clarification_receipts r
           JOIN tendering.organizations o ON o.id = r.organization_id
           WHERE r.tender_id = $1 AND r.number = $2 ORDER BY r.at, r.organization_id LIMIT 10000""",
        tender_id,
        number,
    )
    return [(row["organization_id"], row["name"], row["at"]) for row in rows]


async def list_of_tender(connection: Connection, tender_id: UUID) -> list[Clarification]:
    """All clarifications, oldest first."""
    rows = await connection.fetch(
        """SELECT number, text, affects_bids, published_at FROM tendering.clarifications
           WHERE tender_id = $1 ORDER BY number""",
        tender_id,
    )
    return [
        Clarification(row["number"], row["text"], row["affects_bids"], row["published_at"])
        for row in rows
    ]


async def insert_question(
    connection: Connection, tender_id: UUID, question: Question, organization_id: UUID
) -> None:
    """Write a question."""
    await connection.execute(
        """INSERT INTO tendering.questions (id, tender_id, organization_id, text, asked_at)
           VALUES ($1, $2, $3, $4, $5)""",
        question.id,
        tender_id,
        organization_id,
        question.text,
        question.asked_at,
    )


async def list_questions(connection: Connection, tender_id: UUID) -> list[Question]:
    """All questions, oldest first, without the askers."""
    rows = await connection.fetch(
        """SELECT id, text, asked_at FROM tendering.questions
           WHERE tender_id = $1 ORDER BY asked_at, id LIMIT 1000""",
        tender_id,
    )
    return [Question(row["id"], row["text"], row["asked_at"]) for row in rows]
