"""SQL of `tendering.ratings`. What tells that somebody bids stays unseen before the opening."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from tendering.domain.parties import Actor
from tendering.domain.ratings import Level, Rating, Service, Standing
from tendering.domain.roles import Role
from tendering.storage.connection import Connection, Record

_BAD: Final = """
SELECT r.id, r.tender_id, r.service, r.level, r.comment, r.role, r.at, r.settled_at,
       r.settled_note, s.opened_at, o.name, t.number, t.title
FROM tendering.ratings r
JOIN tendering.tenders t ON t.id = r.tender_id
JOIN tendering.organizations o ON o.id = r.organization_id
LEFT JOIN LATERAL (SELECT min(p.opened_at) AS opened_at FROM tendering.openings p
                   WHERE p.tender_id = r.tender_id) AS s ON true
WHERE r.level IN ('bad', 'very_bad') AND (r.service <> 'bid_submitted' OR s.opened_at IS NOT NULL)
"""
_OF_SUPERVISOR: Final = (
    _BAD
    + """AND ($1::uuid IS NULL OR t.supervisor_id = $1)
         ORDER BY r.settled_at DESC NULLS FIRST, r.at, r.id LIMIT $2"""
)
_ONE: Final = _BAD + "AND r.id = $1"


@dataclass(frozen=True, slots=True)
class BadRating:
    """A bad rating with its tender; `organization_name` is empty where it would name an expert."""

    rating: Rating
    organization_name: str
    tender_number: str
    tender_title: str


async def standing_of(connection: Connection, tender_id: UUID, actor: Actor) -> Standing:
    """What a tender has come to for somebody; all false where there is no such tender."""
    row = await connection.fetchrow(
        """SELECT coalesce($2 IN (t.procuring_entity_id, t.agency_id), false) AS is_host,
                  t.published_at IS NOT NULL AS is_published,
                  EXISTS (SELECT FROM tendering.bids b WHERE b.tender_id = t.id
                          AND b.bidder_id = $2) AS has_bid,
                  EXISTS (SELECT FROM tendering.openings o WHERE o.tender_id = t.id
                          AND o.phase = 'recorded') AS is_recorded,
                  EXISTS (SELECT FROM tendering.evaluations e
                          WHERE e.tender_id = t.id) AS is_evaluated,
                  EXISTS (SELECT FROM tendering.committee_seats c
                          JOIN tendering.experts x ON x.id = c.expert_id
                          WHERE c.tender_id = t.id AND c.status = 'seated'
                            AND x.person_id = $3) AS is_seated,
                  EXISTS (SELECT FROM tendering.contracts k WHERE k.tender_id = t.id
                          AND k.signed_at IS NOT NULL
                          AND $2 IN (k.bidder_id, t.procuring_entity_id, t.agency_id)
                  ) AS has_signed
           FROM tendering.tenders t WHERE t.id = $1""",
        tender_id,
        actor.organization_id,
        actor.person_id,
    )
    if row is None:
        return Standing(*[False] * 7)
    return Standing(**dict(row))


async def insert(connection: Connection, rating: Rating, *, by: Actor) -> bool:
    """Write a rating; False when this person has rated this service."""
    inserted = await connection.execute(
        """INSERT INTO tendering.ratings
               (id, tender_id, service, person_id, organization_id, role, level, comment, at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
           ON CONFLICT ON CONSTRAINT ratings_once DO NOTHING""",
        rating.id,
        rating.tender_id,
        rating.service,
        by.person_id,
        by.organization_id,
        by.role,
        rating.level,
        rating.comment,
        rating.at,
    )
    return inserted == "INSERT 0 1"


async def own_of(connection: Connection, tender_id: UUID, person_id: UUID) -> dict[Service, Level]:
    """What a person has said of a tender's services."""
    rows = await connection.fetch(
        """SELECT service, level FROM tendering.ratings
           WHERE tender_id = $1 AND person_id = $2 ORDER BY at""",
        tender_id,
        person_id,
    )
    return {Service(row["service"]): Level(row["level"]) for row in rows}


async def totals(connection: Connection) -> dict[tuple[Service, Level], int]:
    """How often each service was rated how, as far as everybody may know."""
    rows = await connection.fetch(
        """SELECT r.service, r.level, count(*) AS found FROM tendering.ratings r
           WHERE r.service <> 'bid_submitted' OR EXISTS (
               SELECT FROM tendering.openings o WHERE o.tender_id = r.tender_id)
           GROUP BY r.service, r.level ORDER BY r.service, r.level"""
    )
    return {(Service(row["service"]), Level(row["level"])): row["found"] for row in rows}


async def list_bad(
    connection: Connection, *, supervisor_id: UUID | None, limit: int
) -> list[BadRating]:
    """Bad ratings that may be seen, those that wait first; of one supervisor's tenders, or all."""
    rows = await connection.fetch(_OF_SUPERVISOR, supervisor_id, limit)
    return [_bad(row) for row in rows]


async def find_bad(connection: Connection, rating_id: UUID) -> BadRating | None:
    """One bad rating that may be seen."""
    row = await connection.fetchrow(_ONE, rating_id)
    return None if row is None else _bad(row)


async def settle(connection: Connection, rating_id: UUID, note: str, *, at: datetime) -> bool:
    """Write how a bad rating was settled; False when that was written already."""
    settled = await connection.execute(
        """UPDATE tendering.ratings SET settled_at = $3, settled_note = $2
           WHERE id = $1 AND settled_at IS NULL""",
        rating_id,
        note,
        at,
    )
    return settled == "UPDATE 1"


def _bad(row: Record) -> BadRating:
    role = Role(row["role"])
    rating = Rating(
        id=row["id"],
        tender_id=row["tender_id"],
        service=Service(row["service"]),
        level=Level(row["level"]),
        comment=row["comment"],
        role=role,
        at=row["at"],
        opened_at=row["opened_at"],
        settled_at=row["settled_at"],
        settled_note=row["settled_note"],
    )
    # Who judged stays within the committee.
    name = "" if role is Role.EXPERT else row["name"]
    return BadRating(rating, name, row["number"], row["title"])
