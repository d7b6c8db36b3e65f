"""Another committee in a played tender: every seat passes to the next in the drawn order."""

from datetime import datetime

from crypto.canonical import JsonValue
from tendering.domain import draw_steps
from tendering.domain.draw import DrawnSeat, following
from tendering.domain.journal import Event, Stream
from tests.support.archive_committee import CommitteePlay


def seat_the_next(play: CommitteePlay, at: datetime, *, reason: str) -> None:
    """Nobody who was drawn first stays."""
    assert play.drawn is not None
    pool, drawn, names = play.drawn
    taken = {one.index for one in drawn.seats}
    for number, left in enumerate(drawn.seats, start=1):
        index = following(pool.entries, drawn.permutation, left.need, taken=frozenset(taken))
        assert index is not None
        taken.add(index)
        seat = DrawnSeat(left.need, left.venue, index)
        commitment = pool.entries[index].commitment.hex()
        place: dict[str, JsonValue] = {"seat": number, "index": index, "commitment": commitment}
        replaced = Event("committee.replaced", place | {"asked": False})
        play.journals.append(Stream.PUBLIC, replaced, at)
        opened = draw_steps.opened(pool, seat, names)
        said: dict[str, JsonValue] = {"seat": number, "left": left.index, "reason": reason}
        play.journals.append(Stream.COMMITTEE, Event("committee.reseated", opened | said), at)
        play.seats[number] = (names[pool.sealed[index].expert_id], left.venue)
