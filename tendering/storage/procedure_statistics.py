"""Which lots were evaluated in a span of time, from the public record alone, for statistics."""

import json
from datetime import datetime
from typing import Final

from tendering.domain.procedure_statistics import Evaluated
from tendering.domain.tender import TenderStatus
from tendering.storage.connection import Connection

LOTS_MAX: Final = 20_000
_REPORTED: Final = (
    TenderStatus.EVALUATED,
    TenderStatus.CANDIDATES_PUBLISHED,
    TenderStatus.AWARDED,
)


async def list_evaluated(
    connection: Connection, *, begin: datetime, end: datetime
) -> list[Evaluated]:
    """Lots whose evaluation was reported in [begin, end), by that time.

    Of a tender that goes on in a later round nothing is said: what its first round came to is
    still withheld.
    """
    rows = await connection.fetch(
        """SELECT t.number, t.title, e.lot, t.procedure, t.committee, t.published_at, t.deadline,
                  e.reported_at, a.notified_at
           FROM tendering.evaluations e
           JOIN tendering.tenders t ON t.id = e.tender_id
           LEFT JOIN tendering.awards a
                  ON a.tender_id = e.tender_id AND a.lot = e.lot AND a.revoked_at IS NULL
           WHERE t.status = ANY($1) AND t.withheld_from IS NULL
             AND e.reported_at >= $2 AND e.reported_at < $3
           ORDER BY e.reported_at, t.id, e.lot LIMIT $4""",
        list(_REPORTED),
        begin,
        end,
        LOTS_MAX,
    )
    return [
        Evaluated(
            row["number"],
            row["title"],
            row["lot"],
            row["procedure"],
            _sites(row["committee"]),
            row["published_at"],
            row["deadline"],
            row["reported_at"],
            row["notified_at"],
        )
        for row in rows
    ]


def _sites(committee: str) -> tuple[str, ...]:
    """The venues at which the notice seats experts; none where it names no seats."""
    needs = json.loads(committee).get("needs", [])
    return tuple(sorted({need["venue"] for need in needs if need["venue"]}))
