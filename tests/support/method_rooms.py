"""Evaluation rooms that judge by a method of the library, with the bids of its example."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from msgspec import structs

from evaluation_rooms import commands as c
from evaluation_rooms.arranging import low_price_terms
from evaluation_rooms.events import RoomOpened
from evaluation_rooms.phases import Phase
from evaluation_rooms.room import Room
from evaluation_rooms.terms import NamedBid, ObjectiveMark
from tendering.domain.methods.method import Method, parse_method
from tendering.methods import example_text
from tendering.rulebooks import rulebook_of
from tests.support.evaluation import Play, a_room_opening, check_ins, decisions, elects, votes

SEED = "07" * 32
# What a form may say besides the price, under the names of the bids' file.
_FORM = ("policies", "parts_fen", "adjustments", "lines_fen", "brand")


@dataclass(frozen=True)
class Example:
    """A method with bids, as its files have them."""

    method: dict[str, Any]
    bids: dict[str, Any]

    @property
    def parsed(self) -> Method:
        """The method."""
        return parse_method(self.method)


def example(name: str, **bids: Any) -> Example:
    """An example of the library, with members of its bids' file replaced."""
    return Example(
        json.loads(example_text(name, "method")),
        json.loads(example_text(name, "bids")) | bids,
    )


def opening_of(given: Example, *, seed: str = SEED) -> RoomOpened:
    """A room for the example: bids in the order of the file, with their forms."""
    usual = a_room_opening(blind=False)
    method = given.parsed
    rows = given.bids["bids"]
    regime = method.regime or "construction"
    return structs.replace(
        usual,
        terms=structs.replace(
            usual.terms,
            method=given.method,
            ceiling_price_fen=given.bids.get("ceiling_fen"),
            parts_fen=given.bids.get("ceiling_parts_fen", {}),
            low_price=low_price_terms(given.method, rulebook_of(regime)),
            seed=seed,
        ),
        bids=tuple(
            NamedBid(
                number,
                UUID(int=0x300 + number),
                row["id"],
                row["price_fen"],
                form_of(row),
                _bill(row),
            )
            for number, row in enumerate(rows, start=1)
        ),
        objective=tuple(
            ObjectiveMark(number, one.id, Decimal(row["points"][one.id]), "示范")
            for number, row in enumerate(rows, start=1)
            for one in method.criteria
            if one.kind == "objective"
        ),
    )


def form_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """What the opening form of a bid of the file says."""
    form = {name: row[name] for name in _FORM if name in row}
    offer = row.get("offer", {})
    return form | {name: offer[name] for name in ("words_fen", "body_fen") if name in offer}


def _bill(row: Mapping[str, Any]) -> dict[str, int]:
    rows = row.get("offer", {}).get("rows")
    if not rows:
        return {}
    return {"total": sum(int(Decimal(one["quantity"]) * one["unit_price_fen"]) for one in rows)}


def sheets_of(room: Room, given: Example) -> Iterator[c.Command]:
    """Every member gives the points of the file, and locks."""
    rows = given.bids["bids"]
    for member in room.members:
        for bid in room.bids_left:
            for one in room.subjective:
                points = Decimal(rows[bid - 1].get("points", {}).get(one.id, "1"))
                yield c.SubmitScore(member.number, bid, one.id, points)
        yield c.ConfirmObjective(member.number, True, "")
        yield c.LockScores(member.number, None)


def answers_of(room: Room, given: Example) -> Iterator[c.Command]:
    """What the bidders of the file said to their corrected prices."""
    for number, row in enumerate(given.bids["bids"], start=1):
        offer = row.get("offer")
        if offer and number in room.bids_left:
            misplaced = offer.get("point_misplaced", False)
            yield c.AnswerPrice(number, offer.get("confirmed", True), misplaced, "示范澄清函")


def in_review(given: Example, *, seed: str = SEED) -> Play:
    """The room of an example in its preliminary review, before any vote."""
    play = Play(opening_of(given, seed=seed))
    play.do_all(check_ins(play.room))
    play.lead(Phase.CHAIR)
    play.do_all(elects(play.room))
    play.lead(Phase.PRELIMINARY)
    return play


def played(
    given: Example,
    *,
    until: Phase = Phase.PRICE,
    seed: str = SEED,
    rejected: frozenset[int] = frozenset(),
) -> Play:
    """The room of an example, on its way to a phase."""
    play = in_review(given, seed=seed)
    play.do_all(votes(play.room, rejected=rejected))
    play.do_all(answers_of(play.room, given))
    if len(rejected) == len(play.room.bids):
        play.lead(Phase.REPORT)
        return play
    play.lead(Phase.TECHNICAL)
    play.do_all(sheets_of(play.room, given))
    for phase in (Phase.PRICE, Phase.TOTALS, Phase.CHECKS, Phase.REPORT):
        if phase is Phase.REPORT:
            play.do_all(decisions(play.room))
        play.lead(phase)
        if phase is until:
            break
    return play


def price_of(play: Play) -> dict[str, Any]:
    """The result of the price phase."""
    price = play.room.results.price
    assert price is not None
    return dict(price)


def ranks(play: Play) -> list[tuple[int, str, str | None]]:
    """Rank, bid and how a tie ended, of all in the ranking."""
    totals = play.room.results.totals
    assert totals is not None
    return [(row["rank"], row["bid"], row["tie"]) for row in totals["ranking"]]
