"""Reading together: members show one another pages, and say which criterion a page evidences.

87号令 第六十二条: while all score alone nobody shows anybody anything; what a member notes stays
with the member until the sheets are locked and revealed.
"""

from evaluation_rooms.commands import ShowPage
from evaluation_rooms.events import RoomEvent
from evaluation_rooms.page_events import PageShown
from evaluation_rooms.phases import Phase
from evaluation_rooms.room import Room
from evaluation_rooms.seating import require_member
from tendering.domain.refusals import NotFound
from tendering.domain.refusals.rooms import SilentNow
from tendering.domain.refusals.tenders import WrongPhase

PAGES_MAX = 2000
_BEFORE_READING = frozenset({Phase.PREPARATION, Phase.CHAIR})


def decide_page(room: Room, command: ShowPage) -> tuple[RoomEvent, ...]:
    """A member shows a page. Raises WrongPhase, SilentNow, NotFound."""
    require_member(room, command.seat)
    if room.phase in _BEFORE_READING or len(room.pages) >= PAGES_MAX:
        raise WrongPhase(phase=room.phase)
    if room.phase is Phase.TECHNICAL and not room.revealed:
        raise SilentNow
    room.bid(command.bid)
    known = {one.id for one in room.method.criteria} if room.terms.method else set()
    known |= {item.id for item in room.terms.items}
    if command.criterion and command.criterion not in known:
        raise NotFound("no such criterion", criterion=command.criterion)
    return (
        PageShown(
            room.id,
            len(room.pages) + 1,
            command.seat,
            command.bid,
            command.part,
            command.file,
            command.page,
            command.criterion,
            command.text,
        ),
    )
