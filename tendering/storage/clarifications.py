"""SQL of `tendering.clarifications` and `questions`."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from crypto.canonical import JsonValue
from tendering.storage.connection import Connection
from tendering.storage.json_columns import to_json


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
    at: datetime,
) -> None:
    """Write a clarification."""
    await connection.execute(
        """INSERT INTO tendering.clarifications
               (tender_id, number, text, affects_bids, signed, published_at)
           VALUES ($1, $2, $3, $4, $5, $6)""",
        tender_id,
        number,
        text,
        affects_bids,
        to_json(signed),
        at,
    )


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
