"""As what somebody is in a room: decided when the ticket is given, fixed for the connection."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from evaluation_rooms.room import Seat, SeatRole
from tendering.domain.parties import Actor
from tendering.domain.refusals import NotFound
from tendering.domain.roles import Role


class Viewer(StrEnum):
    """Whose eyes: what each may see is in `views`."""

    PUBLIC = "public"
    MEMBER = "member"
    HOST = "host"
    GUEST_OPERATOR = "guest_operator"
    SUPERVISOR = "supervisor"


@dataclass(frozen=True, slots=True)
class Standing:
    """A viewer, with the seat of a member. `person_id` is None for somebody not logged in.

    `organization_id` is known in the hall, where organizations speak.
    """

    viewer: Viewer
    seat: int | None = None
    person_id: UUID | None = None
    organization_id: UUID | None = None

    def __post_init__(self) -> None:
        assert (self.viewer is Viewer.MEMBER) == (self.seat is not None)


def standing_in_room(
    actor: Actor, seats: Iterable[Seat], *, hosts: frozenset[UUID], supervisor_id: UUID
) -> Standing:
    """As what `actor` may enter an evaluation room. `hosts` are the organizations that run it.

    Raises NotFound: whoever has no place there does not learn that the room exists.
    """
    if actor.role is Role.EXPERT:
        return _seated(actor, seats)
    if actor.role is Role.SUPERVISOR and actor.organization_id == supervisor_id:
        return Standing(Viewer.SUPERVISOR, person_id=actor.person_id)
    if actor.role in {Role.AGENCY, Role.PROCURING_ENTITY} and actor.organization_id in hosts:
        return Standing(Viewer.HOST, person_id=actor.person_id)
    if actor.role is Role.VENUE_OPERATOR and any(
        seat.role is SeatRole.GUEST_OPERATOR and seat.person_id == actor.person_id for seat in seats
    ):
        return Standing(Viewer.GUEST_OPERATOR, person_id=actor.person_id)
    raise NotFound


def standing_in_hall(actor: Actor | None, *, hosts: frozenset[UUID]) -> Standing:
    """As what somebody enters the opening hall: everybody may watch.

    Bidders are `PUBLIC` like the gallery: what they may do follows from the published list.
    """
    if actor is None:
        return Standing(Viewer.PUBLIC)
    is_host = actor.role in {Role.AGENCY, Role.PROCURING_ENTITY} and actor.organization_id in hosts
    return Standing(
        Viewer.HOST if is_host else Viewer.PUBLIC,
        person_id=actor.person_id,
        organization_id=actor.organization_id,
    )


def _seated(actor: Actor, seats: Iterable[Seat]) -> Standing:
    for seat in seats:
        if seat.role is SeatRole.MEMBER and seat.person_id == actor.person_id and not seat.recused:
            return Standing(Viewer.MEMBER, seat.number, actor.person_id)
    raise NotFound
