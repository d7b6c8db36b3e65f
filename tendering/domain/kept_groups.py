"""One group for all rounds of a negotiation or consultation: who was drawn for the first goes on.

财政部令第74号 第七条, 财库〔2014〕214号 第十四条 (not verified): the group that negotiates is the
one that evaluates the final offers. Nobody is drawn a second time; who steps in is the next in the
order of the one draw.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from crypto.canonical import JsonValue
from tendering.domain.draw import DrawnSeat, Pool, PoolEntry, draw_committee, entries_json
from tendering.domain.draw_steps import place_json
from tendering.domain.experts import Need, needs_json
from tendering.domain.journal import Event
from tendering.domain.procedure import Round

KEPT: Final = "committee.kept"


@dataclass(frozen=True, slots=True)
class KeptGroup:
    """Who sits by number, and who had a seat in an earlier round and left it."""

    seats: Mapping[int, DrawnSeat]
    left: tuple[DrawnSeat, ...]

    @property
    def taken(self) -> frozenset[int]:
        """Every place of the pool that ever had a seat."""
        return frozenset(one.index for one in (*self.seats.values(), *self.left))


def keeps_group(round_: Round) -> bool:
    """Does the group of the round before go on? A committee (评标委员会) is one round's alone."""
    return round_.number > 1 and round_.committee.endswith("_group")


def kept(previous_id: UUID, pool: Pool, group: KeptGroup, *, seed: bytes) -> Event:
    """What everybody may know: the pool and the order of the draw there was, and who sits."""
    body: dict[str, JsonValue] = {
        "previous_id": str(previous_id),
        "needs": needs_json(pool.needs),
        "entries": entries_json(pool.entries),
        "pool_root": pool.root().hex(),
        "seed": seed.hex(),
        "seats": [
            {"seat": number} | place_json(pool, seat)
            for number, seat in sorted(group.seats.items())
        ],
        "left": [place_json(pool, seat) for seat in group.left],
        "shared": len(pool.shared),
    }
    return Event(KEPT, body)


def stand_ins(pool: Pool) -> list[JsonValue]:
    """The partners' places by index, and who stands for each: for the committee's stream."""
    return [
        {"index": index, "expert_id": str(pool.sealed[index].expert_id)}
        for index in sorted(pool.shared)
    ]


def strangers(
    entries: Sequence[PoolEntry],
    needs: Sequence[Need],
    group: KeptGroup,
    *,
    shared: frozenset[int] = frozenset(),
    seed: bytes,
) -> list[int]:
    """The seats whose members are neither drawn by the seed nor next in its order.

    Whoever had a seat, in which round ever, leaves no gap: all who fit the need and come before in
    the drawn order have had one too, or are `shared`: a partner's expert is passed over where
    nobody is asked. Raises PoolTooSmall for a pool nobody could draw from.
    """
    drawn = draw_committee(entries, needs, seed=seed)
    places = dict(enumerate(drawn.seats, start=1))
    taken, order = group.taken, drawn.permutation
    had = taken | shared
    found = sorted(places.keys() ^ group.seats.keys())
    for number, seat in sorted(group.seats.items()):
        own = places.get(number)
        if own is None or seat == own:
            continue
        same = (seat.need, seat.venue) == (own.need, own.venue)
        if not same or own.index not in taken or not _follows(entries, order, seat, had):
            found.append(number)
    return found


def _follows(
    entries: Sequence[PoolEntry], order: Sequence[int], seat: DrawnSeat, had: frozenset[int]
) -> bool:
    if seat.index not in order or seat.need not in entries[seat.index].needs:
        return False
    before = order[: order.index(seat.index)]
    return all(index in had for index in before if seat.need in entries[index].needs)
