"""SQL of `tendering.venues` and `workstations`."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from tendering.domain.refusals.venues import WorkstationKnown
from tendering.domain.venues import Venue, Workstation
from tendering.storage.connection import Connection, UniqueViolation, constraint_name

WORKSTATIONS_MAX = 2_000


async def insert(connection: Connection, venue: Venue, *, at: datetime) -> bool:
    """Register a venue; False when one has this name already."""
    inserted = await connection.fetchval(
        """INSERT INTO tendering.venues (id, organization_id, name, region, has_desk, registered_at)
           VALUES ($1, $2, $3, $4, $5, $6)
           ON CONFLICT ON CONSTRAINT venues_name_is_unique DO NOTHING RETURNING true""",
        venue.id,
        venue.organization_id,
        venue.name,
        venue.region,
        venue.has_desk,
        at,
    )
    return inserted is not None


async def get(connection: Connection, venue_id: UUID) -> Venue | None:
    """One venue."""
    row = await connection.fetchrow(
        "SELECT id, organization_id, name, region, has_desk FROM tendering.venues WHERE id = $1",
        venue_id,
    )
    return None if row is None else Venue(**dict(row))


async def find_by_name(connection: Connection, name: str) -> Venue | None:
    """The venue of this name."""
    row = await connection.fetchrow(
        "SELECT id, organization_id, name, region, has_desk FROM tendering.venues WHERE name = $1",
        name,
    )
    return None if row is None else Venue(**dict(row))


async def list_all(connection: Connection) -> list[Venue]:
    """The venues there are, by name."""
    rows = await connection.fetch(
        """SELECT id, organization_id, name, region, has_desk FROM tendering.venues
           ORDER BY name LIMIT 1000"""
    )
    return [Venue(**dict(row)) for row in rows]


async def save_workstation(
    connection: Connection, venue_id: UUID, workstation: Workstation, token_digest: bytes
) -> UUID:
    """Set a workstation up, or give the one at this place another token; its id.

    Raises WorkstationKnown when another one has this token.
    """
    try:
        known: UUID = await connection.fetchval(
            """INSERT INTO tendering.workstations (id, venue_id, room, label, token_digest)
               VALUES ($1, $2, $3, $4, $5)
               ON CONFLICT ON CONSTRAINT workstations_place_is_unique
               DO UPDATE SET token_digest = EXCLUDED.token_digest RETURNING id""",
            workstation.id,
            venue_id,
            workstation.room,
            workstation.label,
            token_digest,
        )
    except UniqueViolation as error:
        if constraint_name(error) == "workstations_token_is_unique":
            raise WorkstationKnown from error
        raise
    return known


async def list_workstations(connection: Connection, venue_id: UUID) -> list[Workstation]:
    """The workstations of a venue, by room and label."""
    rows = await connection.fetch(
        """SELECT id, room, label FROM tendering.workstations WHERE venue_id = $1
           ORDER BY room, label LIMIT $2""",
        venue_id,
        WORKSTATIONS_MAX,
    )
    return [Workstation(row["id"], row["room"], row["label"]) for row in rows]


async def list_by_ids(connection: Connection, ids: Iterable[UUID]) -> list[Workstation]:
    """Workstations by id, by room and label."""
    rows = await connection.fetch(
        """SELECT id, room, label FROM tendering.workstations WHERE id = ANY ($1)
           ORDER BY room, label""",
        list(ids),
    )
    return [Workstation(row["id"], row["room"], row["label"]) for row in rows]


async def list_with_digests(
    connection: Connection, ids: Iterable[UUID]
) -> list[tuple[Workstation, bytes]]:
    """Workstations by id with the digests of their tokens, by room and label."""
    rows = await connection.fetch(
        """SELECT id, room, label, token_digest FROM tendering.workstations WHERE id = ANY ($1)
           ORDER BY room, label""",
        list(ids),
    )
    return [
        (Workstation(row["id"], row["room"], row["label"]), row["token_digest"]) for row in rows
    ]


async def find_venue_of_token(connection: Connection, token_digest: bytes) -> UUID | None:
    """The venue where the workstation with this token stands."""
    found: UUID | None = await connection.fetchval(
        "SELECT venue_id FROM tendering.workstations WHERE token_digest = $1", token_digest
    )
    return found


async def list_taken(
    connection: Connection, venue_id: UUID, *, begins_at: datetime, ends_at: datetime
) -> frozenset[UUID]:
    """The workstations of a venue that are promised at some moment of this time."""
    rows = await connection.fetch(
        """SELECT DISTINCT w.id FROM tendering.workstations AS w
           JOIN tendering.booked_workstations AS b ON b.workstation = w.number
           WHERE w.venue_id = $1
             AND tstzrange(b.begins_at, b.ends_at) && tstzrange($2, $3) ORDER BY w.id""",
        venue_id,
        begins_at,
        ends_at,
    )
    return frozenset(row["id"] for row in rows)
