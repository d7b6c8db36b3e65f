"""SQL of `tendering.canaries` and `canary_answers`."""

from datetime import datetime, timedelta
from uuid import UUID

from tendering.domain.canary import Canary, Occasion
from tendering.domain.refusals import NotFound
from tendering.storage.connection import Connection, Record

_DIGEST_BYTES = 32
_COLUMNS = """c.tender_id, c.number, c.occasion, c.asked, c.header, c.answers, c.issued_at,
              c.due_at, c.deadline"""


async def insert(connection: Connection, tender_id: UUID, canary: Canary) -> None:
    """Write a new canary."""
    await connection.execute(
        """INSERT INTO tendering.canaries
               (tender_id, number, occasion, asked, header, answers, issued_at, due_at, deadline)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)""",
        tender_id,
        canary.number,
        canary.occasion,
        list(canary.asked),
        canary.header,
        b"".join(canary.answers),
        canary.issued_at,
        canary.due_at,
        canary.deadline,
    )


async def get(connection: Connection, tender_id: UUID, number: int) -> Canary:
    """A canary of a tender. Raises NotFound."""
    row = await connection.fetchrow(
        f"""SELECT {_COLUMNS} FROM tendering.canaries c
            WHERE tender_id = $1 AND number = $2""",  # noqa: S608 - a constant
        tender_id,
        number,
    )
    if row is None:
        raise NotFound
    return _canary(row)


async def list_of_tender(connection: Connection, tender_id: UUID) -> list[Canary]:
    """All canaries of a tender, oldest first."""
    rows = await connection.fetch(
        f"""SELECT {_COLUMNS} FROM tendering.canaries c
            WHERE tender_id = $1 ORDER BY number""",  # noqa: S608 - a constant
        tender_id,
    )
    return [_canary(row) for row in rows]


async def add_answer(
    connection: Connection, tender_id: UUID, canary: int, holder: int, *, at: datetime
) -> bool:
    """Remember that a holder has opened a canary; False when it was known."""
    inserted = await connection.execute(
        """INSERT INTO tendering.canary_answers (tender_id, canary, holder, at)
           VALUES ($1, $2, $3, $4) ON CONFLICT (tender_id, canary, holder) DO NOTHING""",
        tender_id,
        canary,
        holder,
        at,
    )
    return inserted == "INSERT 0 1"


async def answers_of(connection: Connection, tender_id: UUID) -> dict[int, dict[int, datetime]]:
    """When each canary of a tender was opened by whom: {canary: {holder: at}}."""
    rows = await connection.fetch(
        """SELECT canary, holder, at FROM tendering.canary_answers
           WHERE tender_id = $1 ORDER BY canary, holder""",
        tender_id,
    )
    opened: dict[int, dict[int, datetime]] = {}
    for row in rows:
        opened.setdefault(row["canary"], {})[row["holder"]] = row["at"]
    return opened


async def list_without_eve(
    connection: Connection, *, at: datetime, eve: timedelta, due: timedelta, limit: int = 100
) -> list[UUID]:
    """Published tenders in the last `eve` before their deadline that have no canary for it.

    Not where an outage of the platform has moved it by less than a canary has time: the one before
    was for the same eve, and a new one would be overdue at once.
    """
    rows = await connection.fetch(
        """SELECT t.id FROM tendering.tenders t
           WHERE t.status = 'published' AND t.deadline > $1 AND t.deadline <= $2
             AND (t.opening_from IS NULL OR t.deadline > $4)
             AND NOT EXISTS (SELECT 1 FROM tendering.canaries c
                             WHERE c.tender_id = t.id AND c.occasion = 'eve'
                               AND c.deadline = t.deadline)
           ORDER BY t.deadline, t.id LIMIT $3""",
        at,
        at + eve,
        limit,
        at + due,
    )
    return [row["id"] for row in rows]


async def list_to_miss(
    connection: Connection, *, at: datetime, limit: int = 100
) -> list[tuple[UUID, int]]:
    """Canaries of published tenders that are due, not opened by all, and not yet entered so."""
    rows = await connection.fetch(
        """SELECT c.tender_id, c.number
           FROM tendering.canaries c JOIN tendering.tenders t ON t.id = c.tender_id
           WHERE t.status = 'published' AND NOT c.missed AND c.due_at <= $1
             AND cardinality(c.asked) > (
                 SELECT count(*) FROM tendering.canary_answers a
                 WHERE a.tender_id = c.tender_id AND a.canary = c.number
                   AND a.holder = ANY(c.asked))
           ORDER BY c.due_at, c.tender_id, c.number LIMIT $2""",
        at,
        limit,
    )
    return [(row["tender_id"], row["number"]) for row in rows]


async def mark_missed(connection: Connection, tender_id: UUID, number: int) -> bool:
    """Remember that it was entered as missed; False when it was known."""
    updated = await connection.execute(
        """UPDATE tendering.canaries SET missed = true
           WHERE tender_id = $1 AND number = $2 AND NOT missed""",
        tender_id,
        number,
    )
    return updated == "UPDATE 1"


async def excuse(connection: Connection, tender_id: UUID, holder: int) -> None:
    """A key holder is replaced: it need not open what it has not opened yet."""
    await connection.execute(
        """UPDATE tendering.canaries c SET asked = array_remove(c.asked, $2)
           WHERE c.tender_id = $1 AND NOT EXISTS (
                 SELECT 1 FROM tendering.canary_answers a
                 WHERE a.tender_id = c.tender_id AND a.canary = c.number AND a.holder = $2)""",
        tender_id,
        holder,
    )


async def count_overdue(connection: Connection, *, at: datetime) -> int:
    """How many key holders are late with a canary, over all published tenders."""
    found: int = await connection.fetchval(
        """SELECT count(*)
           FROM tendering.canaries c JOIN tendering.tenders t ON t.id = c.tender_id
                CROSS JOIN LATERAL unnest(c.asked) AS asked (holder)
           WHERE t.status = 'published' AND c.due_at <= $1 AND NOT EXISTS (
                 SELECT 1 FROM tendering.canary_answers a
                 WHERE a.tender_id = c.tender_id AND a.canary = c.number
                   AND a.holder = asked.holder)""",
        at,
    )
    return found


async def list_waiting(connection: Connection, organization_id: UUID) -> list[tuple[UUID, int]]:
    """The canaries of published tenders that a key holder has not opened yet."""
    rows = await connection.fetch(
        """SELECT c.tender_id, c.number
           FROM tendering.canaries c
                JOIN tendering.tenders t ON t.id = c.tender_id
                JOIN tendering.key_holders k
                  ON k.tender_id = c.tender_id AND k.organization_id = $1
           WHERE t.status = 'published' AND k.number = ANY(c.asked) AND NOT EXISTS (
                 SELECT 1 FROM tendering.canary_answers a
                 WHERE a.tender_id = c.tender_id AND a.canary = c.number AND a.holder = k.number)
           ORDER BY c.tender_id, c.number LIMIT 500""",
        organization_id,
    )
    return [(row["tender_id"], row["number"]) for row in rows]


def _canary(row: Record) -> Canary:
    answers: bytes = row["answers"]
    return Canary(
        number=row["number"],
        occasion=Occasion(row["occasion"]),
        asked=tuple(row["asked"]),
        header=row["header"],
        answers=tuple(
            answers[start : start + _DIGEST_BYTES]
            for start in range(0, len(answers), _DIGEST_BYTES)
        ),
        issued_at=row["issued_at"],
        due_at=row["due_at"],
        deadline=row["deadline"],
    )
