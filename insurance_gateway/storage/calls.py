"""SQL of `insurance.calls`: the last two hundred calls of each guarantor, in real time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from tendering.storage.connection import Connection

EXPLANATION_MAX = 500


@dataclass(frozen=True, slots=True)
class Call:
    """One exchange. `in` is from the guarantor to us; `outcome` is "ok" or a stable code.

    `at` is written by the database.
    """

    direction: Literal["in", "out"]
    door: str
    outcome: str
    explanation: str = ""
    message_id: UUID | None = None
    at: datetime | None = None


async def insert(connection: Connection, guarantor_id: UUID, call: Call) -> None:
    """Keep a call, in place of one long ago."""
    await connection.execute(
        """INSERT INTO insurance.calls AS c
               (guarantor_id, slot, number, direction, message_id, door, outcome, explanation)
           SELECT $1, (next.number % 200)::integer, next.number, $2, $3, $4, $5, $6
           FROM (SELECT nextval('insurance.call_numbers') AS number) AS next
           ON CONFLICT (guarantor_id, slot) DO UPDATE
           SET number = excluded.number, at = now(), direction = excluded.direction,
               message_id = excluded.message_id, door = excluded.door,
               outcome = excluded.outcome, explanation = excluded.explanation
           WHERE c.number < excluded.number""",
        guarantor_id,
        call.direction,
        call.message_id,
        call.door,
        call.outcome,
        call.explanation[:EXPLANATION_MAX],
    )


async def list_last(connection: Connection, guarantor_id: UUID) -> list[Call]:
    """The calls of a guarantor that are kept, newest first."""
    rows = await connection.fetch(
        """SELECT at, direction, message_id, door, outcome, explanation FROM insurance.calls
           WHERE guarantor_id = $1 ORDER BY number DESC LIMIT 200""",
        guarantor_id,
    )
    return [
        Call(
            row["direction"],
            row["door"],
            row["outcome"],
            row["explanation"],
            row["message_id"],
            row["at"],
        )
        for row in rows
    ]
