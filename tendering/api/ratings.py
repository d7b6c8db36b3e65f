"""Ratings over HTTP: one's own, the public totals, and following up what was rated badly."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID, uuid4

from msgspec import Meta, Struct

from tendering.actions import ratings as deeds
from tendering.api.context import Actor, Context
from tendering.api.fields import Instant
from tendering.domain.ratings import Level, Service, follow_up_due, services_for
from tendering.domain.roles import Role
from tendering.rulebooks import holiday_calendar
from tendering.storage import ratings
from tendering.storage.connection import Connection
from tendering.storage.ratings import BadRating

FOLLOW_UPS_MAX: Final = 200
Comment = Annotated[str, Meta(max_length=2000)]
Note = Annotated[str, Meta(min_length=1, max_length=2000)]


class PostRating(Struct, frozen=True, forbid_unknown_fields=True):
    """How a service was, from `very_good` to `very_bad`, in words if you like."""

    service: Service
    level: Level
    comment: Comment = ""


class OwnRating(Struct, frozen=True):
    """A finished service that you received; `level` is what you said of it, or null."""

    service: Service
    level: Level | None


class OwnRatings(Struct, frozen=True):
    """The finished services of a tender that you received."""

    items: list[OwnRating]


class ServiceTotals(Struct, frozen=True):
    """How often a service was rated how."""

    service: Service
    very_good: int
    good: int
    fair: int
    bad: int
    very_bad: int


class RatingTotals(Struct, frozen=True):
    """All ratings that may be counted; submissions are counted after the opening."""

    items: list[ServiceTotals]


class FollowUp(Struct, frozen=True):
    """A bad rating. `due`: the first instant that is too late to settle it.

    `organization_name` is null where it would name who judged.
    """

    id: UUID
    tender_id: UUID
    tender_number: str
    tender_title: str
    service: Service
    level: Level
    comment: str
    role: Role
    organization_name: str | None
    at: Instant
    due: Instant
    overdue: bool
    settled_at: Instant | None
    note: str


class FollowUpList(Struct, frozen=True):
    """Bad ratings, those that wait first."""

    items: list[FollowUp]


class PostSettlement(Struct, frozen=True, forbid_unknown_fields=True):
    """What was found and done about a bad rating."""

    note: Note


async def post_rating(
    actor: Actor,
    connection: Connection,
    received_at: datetime,
    tender_id: UUID,
    body: PostRating,
) -> None:
    """Rate a finished service of a tender, once."""
    said = (body.service, body.level, body.comment.strip())
    await deeds.rate(connection, tender_id, said, rating_id=uuid4(), by=actor, at=received_at)


async def get_own_ratings(actor: Actor, connection: Connection, tender_id: UUID) -> OwnRatings:
    """What you may rate of a tender, and what you said."""
    standing = await ratings.standing_of(connection, tender_id, actor)
    own = await ratings.own_of(connection, tender_id, actor.person_id)
    return OwnRatings([OwnRating(one, own.get(one)) for one in services_for(actor.role, standing)])


async def get_totals(connection: Connection) -> RatingTotals:
    """How users rate the services of this platform."""
    found = await ratings.totals(connection)
    return RatingTotals(
        [
            ServiceTotals(
                service, **{level.value: found.get((service, level), 0) for level in Level}
            )
            for service in Service
        ]
    )


async def get_follow_ups(
    context: Context, actor: Actor, connection: Connection, received_at: datetime
) -> FollowUpList:
    """Bad ratings: to the operator all, to a supervisor what is overdue in its tenders."""
    supervises = actor.role is Role.SUPERVISOR
    found = await ratings.list_bad(
        connection,
        supervisor_id=actor.organization_id if supervises else None,
        limit=FOLLOW_UPS_MAX,
    )
    shown = [_follow_up(context, one, received_at) for one in found]
    return FollowUpList([one for one in shown if one.overdue or not supervises])


async def post_settlement(
    connection: Connection, received_at: datetime, rating_id: UUID, body: PostSettlement
) -> None:
    """Close a bad rating with what was done (operator)."""
    await deeds.settle(connection, rating_id, body.note, at=received_at)


def _follow_up(context: Context, bad: BadRating, at: datetime) -> FollowUp:
    rating = bad.rating
    since = rating.seen_since
    assert since is not None, "what may not be seen is not listed"
    due = follow_up_due(
        since, holiday_calendar(), working_days=context.ratings.follow_up_working_days
    )
    return FollowUp(
        id=rating.id,
        tender_id=rating.tender_id,
        tender_number=bad.tender_number,
        tender_title=bad.tender_title,
        service=rating.service,
        level=rating.level,
        comment=rating.comment,
        role=rating.role,
        organization_name=bad.organization_name or None,
        at=rating.at,
        due=due,
        overdue=(rating.settled_at or at) >= due,
        settled_at=rating.settled_at,
        note=rating.settled_note,
    )
