"""SQL of experts that centres share: our requests and their offers, their requests and our places.

Who stands behind a place that we offered leaves this module as `HeldPlace` only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from crypto.canonical import JsonValue
from tendering.domain.sharing import Offer, Place, Shared
from tendering.storage.connection import Connection, Record
from tendering.storage.json_columns import from_json, to_json

LISTED_MAX = 500
_PLACES = """
SELECT p.share_id, p.place, p.expert_id, e.person_id, p.salt, p.status, p.venue, p.speciality,
       p.begins_at, p.respond_until, s.partner_id
FROM tendering.shared_places AS p
JOIN tendering.experts AS e ON e.id = p.expert_id
JOIN tendering.expert_shares AS s ON s.id = p.share_id
"""


@dataclass(frozen=True, slots=True)
class ExpertRequest:
    """What we asked of a partner; `offer` is None until it has answered."""

    id: UUID
    tender_id: UUID
    partner_id: UUID
    needs: tuple[Shared, ...]
    offer: Offer | None


@dataclass(frozen=True, slots=True)
class Share:
    """What a partner asks of us; how many places were offered, drawn, accepted."""

    id: UUID
    partner_id: UUID
    needs: tuple[Shared, ...]
    interested: frozenset[str]
    regime: str
    asked_at: datetime
    status: str
    offered: int
    drawn: int
    accepted: int


@dataclass(frozen=True, slots=True)
class HeldPlace:
    """A place that we offered, and who stands behind it."""

    share_id: UUID
    place: int
    expert_id: UUID
    person_id: UUID
    salt: bytes
    status: str
    venue: str
    speciality: str
    begins_at: datetime | None
    respond_until: datetime | None
    partner_id: UUID


async def insert_request(
    connection: Connection,
    request_id: UUID,
    needs: Sequence[Shared],
    *,
    tender_id: UUID,
    partner_id: UUID,
    at: datetime,
) -> None:
    """We ask a partner."""
    await connection.execute(
        """INSERT INTO tendering.expert_requests (id, tender_id, partner_id, needs, asked_at)
           VALUES ($1, $2, $3, $4, $5)""",
        request_id,
        tender_id,
        partner_id,
        to_json({"needs": _needs_json(needs)}),
        at,
    )


async def find_request(connection: Connection, request_id: UUID) -> ExpertRequest | None:
    """One request of ours."""
    row = await connection.fetchrow(
        """SELECT id, tender_id, partner_id, needs, places FROM tendering.expert_requests
           WHERE id = $1""",
        request_id,
    )
    return None if row is None else _request(row)


async def list_requests(connection: Connection, tender_id: UUID) -> list[ExpertRequest]:
    """What was asked for a tender, in order."""
    rows = await connection.fetch(
        """SELECT id, tender_id, partner_id, needs, places FROM tendering.expert_requests
           WHERE tender_id = $1 ORDER BY asked_at, id LIMIT $2""",
        tender_id,
        LISTED_MAX,
    )
    return [_request(row) for row in rows]


async def save_offer(
    connection: Connection, request_id: UUID, places: Sequence[Place], *, at: datetime
) -> None:
    """A partner has answered."""
    said: list[JsonValue] = [
        {"commitment": one.commitment.hex(), "needs": [*one.needs]} for one in places
    ]
    await connection.execute(
        "UPDATE tendering.expert_requests SET places = $2, offered_at = $3 WHERE id = $1",
        request_id,
        to_json({"places": said}),
        at,
    )


async def insert_seat(
    connection: Connection, expert_id: UUID, request_id: UUID, place: int
) -> None:
    """Somebody stands for a partner's place."""
    await connection.execute(
        """INSERT INTO tendering.shared_seats (expert_id, request_id, place)
           VALUES ($1, $2, $3)""",
        expert_id,
        request_id,
        place,
    )


async def find_seat(connection: Connection, expert_id: UUID) -> tuple[UUID, UUID, int] | None:
    """The partner, request and place that somebody stands for; None for an expert of ours."""
    row = await connection.fetchrow(
        """SELECT r.partner_id, s.request_id, s.place FROM tendering.shared_seats AS s
           JOIN tendering.expert_requests AS r ON r.id = s.request_id WHERE s.expert_id = $1""",
        expert_id,
    )
    return None if row is None else (row["partner_id"], row["request_id"], row["place"])


async def save_named(
    connection: Connection,
    expert_id: UUID,
    said: dict[str, Any],
    *,
    salt: bytes,
    password_hash: str,
    at: datetime,
) -> bool:
    """Who stands for a place is known, and may log in; False when that was known."""
    fresh = await connection.fetchval(
        """UPDATE tendering.shared_seats SET named_at = $2, salt = $3, sealed = $4
           WHERE expert_id = $1 AND named_at IS NULL RETURNING true""",
        expert_id,
        at,
        salt,
        to_json(said),
    )
    if fresh is None:
        return False
    await connection.execute(
        """UPDATE tendering.experts SET name = $2, region = $3, employer = $4, employer_uscc = $5,
               specialities = $6 WHERE id = $1""",
        expert_id,
        said["name"],
        said["region"],
        said["employer"],
        said["employer_uscc"],
        said["specialities"],
    )
    await connection.execute(
        "UPDATE tendering.people SET name = $2, password_hash = $3 WHERE id = $1",
        expert_id,
        said["name"],
        password_hash,
    )
    return True


async def list_named(
    connection: Connection, expert_ids: Sequence[UUID]
) -> dict[UUID, tuple[bytes, dict[str, JsonValue]]]:
    """The salt and the sealed value of those who stand for a partner's place and are named."""
    rows = await connection.fetch(
        """SELECT expert_id, salt, sealed FROM tendering.shared_seats
           WHERE expert_id = ANY ($1::uuid[]) AND named_at IS NOT NULL ORDER BY expert_id""",
        list(expert_ids),
    )
    return {row["expert_id"]: (row["salt"], from_json(row["sealed"])) for row in rows}


async def insert_share(
    connection: Connection,
    share_id: UUID,
    needs: Sequence[Shared],
    *,
    partner_id: UUID,
    interested: Sequence[str],
    regime: str,
    at: datetime,
) -> bool:
    """A partner asks us; False when another request has this id."""
    inserted = await connection.fetchval(
        """INSERT INTO tendering.expert_shares
               (id, partner_id, needs, interested, regime, asked_at, status)
           VALUES ($1, $2, $3, $4, $5, $6, 'asked') ON CONFLICT (id) DO NOTHING RETURNING true""",
        share_id,
        partner_id,
        to_json({"needs": _needs_json(needs)}),
        list(interested),
        regime,
        at,
    )
    return inserted is not None


async def list_shares(connection: Connection, share_id: UUID | None = None) -> list[Share]:
    """What partners ask of us, the newest first; or the one of this id."""
    rows = await connection.fetch(
        """SELECT s.id, s.partner_id, s.needs, s.interested, s.regime, s.asked_at, s.status,
                  count(p.place) AS offered,
                  count(p.place) FILTER (WHERE p.status <> 'offered') AS drawn,
                  count(p.place) FILTER (WHERE p.status = 'accepted') AS accepted
           FROM tendering.expert_shares AS s
           LEFT JOIN tendering.shared_places AS p ON p.share_id = s.id
           WHERE $1::uuid IS NULL OR s.id = $1
           GROUP BY s.id ORDER BY s.asked_at DESC, s.id LIMIT $2""",
        share_id,
        LISTED_MAX,
    )
    return [_share(row) for row in rows]


async def settle_share(connection: Connection, share_id: UUID, status: str) -> bool:
    """Answer a partner's request, once; False when it was answered."""
    settled = await connection.fetchval(
        """UPDATE tendering.expert_shares SET status = $2 WHERE id = $1 AND status = 'asked'
           RETURNING true""",
        share_id,
        status,
    )
    return settled is not None


async def insert_places(
    connection: Connection, share_id: UUID, held: Sequence[tuple[UUID, bytes]]
) -> None:
    """Keep who stands behind the places that we offer, in their order."""
    await connection.executemany(
        """INSERT INTO tendering.shared_places (share_id, place, expert_id, salt, status)
           VALUES ($1, $2, $3, $4, 'offered')""",
        [(share_id, place, expert_id, salt) for place, (expert_id, salt) in enumerate(held)],
    )


async def find_place(connection: Connection, share_id: UUID, place: int) -> HeldPlace | None:
    """A place that we offered."""
    row = await connection.fetchrow(
        _PLACES + "WHERE p.share_id = $1 AND p.place = $2 FOR NO KEY UPDATE OF p", share_id, place
    )
    return None if row is None else HeldPlace(**dict(row))


async def list_places_of(connection: Connection, person_id: UUID) -> list[HeldPlace]:
    """The places of somebody that were drawn somewhere."""
    rows = await connection.fetch(
        _PLACES + "WHERE e.person_id = $1 AND p.status <> 'offered'"
        " ORDER BY p.begins_at, p.share_id, p.place LIMIT 200",
        person_id,
    )
    return [HeldPlace(**dict(row)) for row in rows]


async def save_drawn(
    connection: Connection,
    held: HeldPlace,
    *,
    venue: str,
    speciality: str,
    begins_at: datetime,
    respond_until: datetime,
) -> None:
    """A place of ours was drawn."""
    await connection.execute(
        """UPDATE tendering.shared_places
           SET status = 'drawn', venue = $3, speciality = $4, begins_at = $5, respond_until = $6
           WHERE share_id = $1 AND place = $2""",
        held.share_id,
        held.place,
        venue,
        speciality,
        begins_at,
        respond_until,
    )


async def save_place_status(connection: Connection, held: HeldPlace, status: str) -> None:
    """Enter what the expert of a drawn place said."""
    await connection.execute(
        "UPDATE tendering.shared_places SET status = $3 WHERE share_id = $1 AND place = $2",
        held.share_id,
        held.place,
        status,
    )


def _needs_json(needs: Sequence[Shared]) -> list[JsonValue]:
    return [
        {"speciality": one.speciality, "region": one.region, "seats": one.seats} for one in needs
    ]


def _needs(text: str) -> tuple[Shared, ...]:
    return tuple(Shared(**one) for one in cast("list[dict[str, Any]]", from_json(text)["needs"]))


def _request(row: Record) -> ExpertRequest:
    needs = _needs(row["needs"])
    offer = None
    if row["places"] is not None:
        places = cast("list[dict[str, Any]]", from_json(row["places"])["places"])
        offer = Offer(
            row["id"],
            needs,
            tuple(Place(bytes.fromhex(one["commitment"]), tuple(one["needs"])) for one in places),
        )
    return ExpertRequest(row["id"], row["tender_id"], row["partner_id"], needs, offer)


def _share(row: Record) -> Share:
    return Share(
        id=row["id"],
        partner_id=row["partner_id"],
        needs=_needs(row["needs"]),
        interested=frozenset(row["interested"]),
        regime=row["regime"],
        asked_at=row["asked_at"],
        status=row["status"],
        offered=row["offered"],
        drawn=row["drawn"],
        accepted=row["accepted"],
    )
