"""Who may enter which room, and what they see when they do."""

from datetime import datetime
from uuid import UUID

from evaluation_rooms.actions.hall import hall_of
from evaluation_rooms.hall import HallView, hall_view
from evaluation_rooms.standing import Viewer, standing_in_hall, standing_in_room
from evaluation_rooms.storage import rooms, seats
from evaluation_rooms.storage.tickets import Admission
from evaluation_rooms.views import RoomView, room_view
from tendering.actions.arrivals import require_in_place
from tendering.domain.disclosure import withholds
from tendering.domain.parties import Actor
from tendering.domain.refusals import NotFound
from tendering.domain.tender import Tender, TenderStatus
from tendering.storage import tenders
from tendering.storage.connection import Connection


async def admission_of(connection: Connection, room_id: UUID, actor: Actor | None) -> Admission:
    """As what `actor` may enter a room. `room_id` is the tender's id for its hall.

    Raises NotFound, also for a room that is none of the actor's business.
    """
    tender_id = await rooms.find_tender(connection, room_id)
    if tender_id is None:
        tender = await tenders.get(connection, room_id)
        if tender.status is TenderStatus.DRAFT:
            raise NotFound
        return Admission(room_id, room_id, standing_in_hall(actor, hosts=_hosts(tender)))
    if actor is None:
        raise NotFound
    tender = await tenders.get(connection, tender_id)
    standing = standing_in_room(
        actor,
        await seats.list_of_room(connection, tender_id, room_id),
        hosts=_hosts(tender),
        supervisor_id=tender.supervisor_id,
    )
    return Admission(room_id, tender_id, standing)


async def entered(
    connection: Connection, room_id: UUID, actor: Actor | None, *, at: datetime
) -> Admission:
    """As `admission_of`, for who comes in or acts: a member from the workstation of the seat.

    Raises also VenueWindowClosed, NotArrived, WrongWorkstation.
    """
    admission = await admission_of(connection, room_id, actor)
    if admission.standing.viewer is Viewer.MEMBER:
        assert actor is not None
        await require_in_place(connection, admission.tender_id, by=actor, at=at)
    return admission


async def load_as_seen(connection: Connection, admission: Admission) -> RoomView | HallView:
    """The state of a room as the holder of an admission may see it."""
    if admission.room_id == admission.tender_id:
        is_host = admission.standing.viewer is Viewer.HOST
        return hall_view(await hall_of(connection, admission.tender_id, whole=is_host))
    room = await rooms.load(connection, admission.tender_id, admission.room_id)
    return room_view(room, admission.standing)


async def reads_what_waits(connection: Connection, admission: Admission) -> bool:
    """Is it the host in the hall of a first round, of which the others see only the beginning?"""
    is_hall = admission.room_id == admission.tender_id
    if not is_hall or admission.standing.viewer is not Viewer.HOST:
        return False
    return withholds(await tenders.get(connection, admission.tender_id))


def _hosts(tender: Tender) -> frozenset[UUID]:
    # The agency acts for the procuring entity; without one the entity runs its tender itself.
    ids = {tender.procuring_entity_id, tender.agency_id}
    return frozenset(one for one in ids if one is not None)
