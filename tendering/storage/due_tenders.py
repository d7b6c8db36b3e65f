"""SQL of `tendering.tenders` for timed work: what is to be closed, whose hall is to be led."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tendering.storage.connection import Connection


async def list_to_close(connection: Connection, *, at: datetime) -> list[UUID]:
    """Tenders whose deadline and drain have passed, oldest first; not those that stand still."""
    rows = await connection.fetch(
        """SELECT id FROM tendering.tenders
           WHERE status = 'published' AND suspended_since IS NULL
             AND greatest(deadline + make_interval(secs => drain_seconds), opening_from) <= $1
           ORDER BY deadline, id LIMIT 1000""",
        at,
    )
    return [row["id"] for row in rows]


@dataclass(frozen=True, slots=True)
class Coming:
    """When a hall opens its sign-in and closes. `is_published`: neither open nor over yet."""

    id: UUID
    is_published: bool
    is_suspended: bool
    sign_in_from: datetime
    deadline: datetime


async def list_coming(
    connection: Connection, *, signed_in_from: datetime, also: Sequence[UUID] = ()
) -> list[Coming]:
    """Published tenders that run and whose sign-in has begun, and `also` those named."""
    rows = await connection.fetch(
        """SELECT id, status = 'published' AS is_published, deadline,
                  suspended_since IS NOT NULL AS is_suspended,
                  (timetable::jsonb ->> 'sign_in_from')::timestamptz AS sign_in_from
           FROM tendering.tenders
           WHERE (status = 'published' AND suspended_since IS NULL
                  AND (timetable::jsonb ->> 'sign_in_from')::timestamptz <= $1)
              OR id = ANY ($2)
           ORDER BY deadline, id""",
        signed_in_from,
        also,
    )
    return [Coming(**row) for row in rows]


async def count_at(connection: Connection, instants: Sequence[datetime]) -> dict[datetime, int]:
    """How many published tenders fall due at each of some instants; none where it is missing."""
    rows = await connection.fetch(
        """SELECT deadline, count(*) AS tenders FROM tendering.tenders
           WHERE status = 'published' AND deadline = ANY ($1)
           GROUP BY deadline ORDER BY deadline""",
        instants,
    )
    return {row["deadline"]: row["tenders"] for row in rows}
