"""The one group of a negotiation, as `kaibiao verify` holds it against the draw it came from."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import date
from typing import Any, cast
from uuid import UUID

import pytest

from clients.verifying.case import Case
from clients.verifying.draws import check_committee, check_draw
from clients.verifying.report import Notes
from tendering.domain.archive import Edition
from tendering.domain.draw import Draw, DrawnSeat, draw_committee, following, freeze_pool
from tendering.domain.draw_steps import opened, seated
from tendering.domain.experts import Expert, Need
from tendering.domain.journal import Entry, Event, Stream
from tendering.domain.kept_groups import KeptGroup, keeps_group, kept
from tendering.domain.tender import Previous
from tendering.procedures import PROCEDURES, procedure_of, round_of
from tendering.rulebooks import rulebook_of
from tests.support.make import PUBLISHED_AT, a_tender

GOODS = rulebook_of("government_procurement")
FIRST, SECOND = (round_of("competitive-negotiation", number, GOODS) for number in (1, 2))
PREVIOUS = UUID(int=0x1)
SEED = b"g" * 32
NEEDS = (Need("示范市", "", "A01", 2, 1), Need("示范二市", "510200", "A01", 1, 0))
EXPERTS = {
    UUID(int=number): Expert(
        UUID(int=number),
        UUID(int=100 + number),
        f"示范专家{number}",
        "510200" if number % 2 else "510100",
        "示范单位",
        "",
        frozenset({"A01"}),
        10,
        date(2030, 1, 1),
    )
    for number in range(1, 9)
}
POOL = freeze_pool(
    [(one, (0, 1) if one.region == "510200" else (0,)) for one in EXPERTS.values()],
    NEEDS,
    [bytes([number]) * 32 for number in range(1, 9)],
)
DRAWN = draw_committee(POOL.entries, POOL.needs, seed=SEED)
PLACES = dict(enumerate(DRAWN.seats, start=1))


def after_replacing(seat: int) -> KeptGroup:
    """The group once the next in the drawn order sits on a seat."""
    left = PLACES[seat]
    taken = frozenset(one.index for one in PLACES.values())
    place = following(POOL.entries, DRAWN.permutation, left.need, taken=taken)
    assert place is not None
    return KeptGroup(PLACES | {seat: DrawnSeat(left.need, left.venue, place)}, (left,))


def told(group: KeptGroup) -> list[tuple[Stream, Event]]:
    seats = tuple(group.seats[number] for number in sorted(group.seats))
    return [
        (Stream.PUBLIC, kept(PREVIOUS, POOL, group, seed=SEED)),
        (Stream.COMMITTEE, seated(POOL, Draw(seats, DRAWN.reserves, ()), EXPERTS)),
    ]


def found(events: list[tuple[Stream, Event]], round_: Any = SECOND) -> list[str]:
    """What does not hold of an archive in which this was said."""
    tender = replace(a_tender(round=round_), previous=Previous(PREVIOUS, bytes(32)))
    streams: dict[Stream, list[Entry]] = {stream: [] for stream in Stream}
    for stream, event in events:
        seq = len(streams[stream]) + 2
        body = deepcopy(event.body)
        streams[stream].append(
            Entry(tender.id, stream, seq, event.kind, body, PUBLISHED_AT, bytes(32))
        )
    notice = Entry(tender.id, Stream.PUBLIC, 1, "tender.published", {}, PUBLISHED_AT, bytes(32))
    case = Case(
        archive=cast("Any", None),
        edition=Edition.FULL,
        made_at=PUBLISHED_AT,
        demonstration=True,
        tender=tender,
        published=notice,
        streams=streams,
        heads={},
        parties={},
        keys=cast("Any", None),
        own_keys=cast("Any", None),
        trusted_beforehand=True,
        digests={},
    )
    notes = Notes()
    check_draw(case, notes)
    check_committee(case, notes)
    return notes.failures


def test_groups_of_negotiation_and_consultation_go_on_and_no_other_committee_does() -> None:
    kept_in = {
        (name, number)
        for names in PROCEDURES.values()
        for name in names
        for number in range(1, len(procedure_of(name).rounds) + 1)
        if keeps_group(round_of(name, number, rulebook_of(procedure_of(name).regimes[0])))
    }

    assert kept_in == {("competitive-negotiation", 2), ("competitive-consultation", 2)}


def test_a_group_as_drawn_and_one_with_the_next_in_order_hold() -> None:
    assert found(told(KeptGroup(PLACES, ()))) == []
    assert found(told(after_replacing(1))) == []
    assert found(told(after_replacing(3))) == []


def test_in_the_round_that_goes_on_the_next_in_the_order_of_the_one_draw_steps_in() -> None:
    group = after_replacing(1)
    place = following(POOL.entries, DRAWN.permutation, 0, taken=group.taken)

    def stepped_in(index: int, *, asked: bool = False) -> list[tuple[Stream, Event]]:
        body: dict[str, Any] = {"seat": 2, "index": index, "commitment": "", "asked": asked}
        named = opened(POOL, DrawnSeat(0, "示范市", index), EXPERTS)
        return [
            *told(group),
            (Stream.PUBLIC, Event("committee.replaced", body)),
            (Stream.COMMITTEE, Event("committee.reseated", named | {"seat": 2, "left": 0})),
        ]

    assert place is not None
    assert found(stepped_in(place)) == []
    assert "not the next in the drawn order" in found(stepped_in(group.left[0].index))[0]
    assert "not as asked" in found(stepped_in(place, asked=True))[0]


def another_tender(body: dict[str, Any]) -> None:
    body["previous_id"] = str(UUID(int=2))


def another_seed(body: dict[str, Any]) -> None:
    body["seed"] = "00" * 32


def another_pool(body: dict[str, Any]) -> None:
    body["entries"] = body["entries"][::-1]


def a_friend(body: dict[str, Any]) -> None:
    free = DRAWN.permutation[-1]
    body["seats"][0] |= {"index": free, "commitment": POOL.entries[free].commitment.hex()}


def one_seat_less(body: dict[str, Any]) -> None:
    body["seats"].pop()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (another_tender, "another tender than the round before"),
        (another_seed, "not those the draw gave"),
        (another_pool, "another pool than its root"),
        (a_friend, "not those the draw gave"),
        (one_seat_less, "not those the draw gave"),
    ],
)
def test_another_group_is_named(change: Callable[[dict[str, Any]], None], says: str) -> None:
    events = told(KeptGroup(PLACES, ()))
    change(cast("dict[str, Any]", events[0][1].body))

    assert any(says in one for one in found(events))


def test_names_that_do_not_open_the_places_are_found() -> None:
    public, _ = told(KeptGroup(PLACES, ()))
    names = told(after_replacing(2))[1]

    assert any("the seats are not the drawn ones" in one for one in found([public, names]))
    assert "the drawn places were not opened once" in found([public])[0]


def test_a_second_draw_two_groups_or_none_do_not_hold() -> None:
    public, names = told(KeptGroup(PLACES, ()))
    empty = {"pool_root": "", "needs": (), "entries": (), "vrf_public": "", "bidders": ()}
    drawn = (Stream.PUBLIC, Event("draw.pool_frozen", cast("dict[str, Any]", empty)))
    reported = (Stream.PUBLIC, Event("evaluation.reported", {"lot": "1"}))

    def first(events: list[tuple[Stream, Event]], round_: Any = SECOND) -> str:
        return found(events, round_)[0]

    assert "somebody is drawn" in found([public, names, drawn])[0]
    assert "without the one group" in first([public, public, names])
    assert "without the one group" in first([reported])
    assert "every round has its own committee" in first([public, names], FIRST)
