"""Rating a finished service, and settling what was rated badly."""

from datetime import datetime
from uuid import UUID

from tendering.domain.parties import Actor
from tendering.domain.ratings import Level, Rating, Service, decide_rating
from tendering.domain.refusals import NotFound
from tendering.domain.refusals.notifications import AlreadyRated
from tendering.domain.refusals.remedies import AlreadyAnswered
from tendering.storage import ratings
from tendering.storage.connection import Connection


async def rate(
    connection: Connection,
    tender_id: UUID,
    said: tuple[Service, Level, str],
    *,
    rating_id: UUID,
    by: Actor,
    at: datetime,
) -> None:
    """Say how a service was: level and comment. Raises NotServed, AlreadyRated."""
    service, level, comment = said
    standing = await ratings.standing_of(connection, tender_id, by)
    decide_rating(service, by.role, standing)
    rating = Rating(rating_id, tender_id, service, level, comment, by.role, at, opened_at=None)
    if not await ratings.insert(connection, rating, by=by):
        raise AlreadyRated(service=service)


async def settle(connection: Connection, rating_id: UUID, note: str, *, at: datetime) -> None:
    """Close a bad rating with what was done. Raises NotFound, AlreadyAnswered."""
    if await ratings.find_bad(connection, rating_id) is None:
        raise NotFound
    if not await ratings.settle(connection, rating_id, note, at=at):
        raise AlreadyAnswered
