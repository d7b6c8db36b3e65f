"""The second session of an opening: who is in it, and when it may begin."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from crypto.canonical import JsonValue
from tendering.domain.journal import Entry, Event, Stream
from tendering.domain.opening import (
    OpenedEnvelope,
    Opening,
    OpeningPhase,
    UnlockedBy,
    decide_unlock,
)
from tendering.domain.opening_forms import form_to_read
from tendering.domain.opening_window import least_in
from tendering.domain.procedure import Least
from tendering.domain.refusals.openings import NoLaterSession
from tendering.domain.refusals.tenders import WrongPhase
from tendering.domain.resumption import RESUMED, decide_resumption, session_of
from tendering.domain.tender import Tender, TenderStatus
from tendering.procedures import round_of
from tendering.rulebooks import rulebook_of
from tests.support.make import DEADLINE, a_tender, an_opening

ROOM = UUID(int=0x400)
AT = DEADLINE + timedelta(hours=6)
ROUND = round_of("two-envelope-tendering", 1, rulebook_of("construction"))


def evaluating() -> Tender:
    return replace(a_tender(), status=TenderStatus.EVALUATING, round=ROUND)


def recorded() -> Opening:
    opening = an_opening()
    return replace(opening, phase=OpeningPhase.RECORDED, unlocked=frozenset(opening.bidders))


def resumed(
    tender: Tender, opening: Opening, left: tuple[UUID, ...], at: datetime = AT
) -> tuple[Opening, Event]:
    return decide_resumption(
        tender, opening, room_id=ROOM, left=left, committee=(7, bytes(32)), at=at
    )


def test_the_second_session_unlocks_the_prices_of_the_bids_left_for_as_long_as_the_first() -> None:
    tender, first = evaluating(), recorded()
    gone, *left = first.bidders

    second, event = resumed(tender, first, tuple(left))

    assert (second.session, second.phase) == (2, OpeningPhase.UNLOCK)
    assert second.bidders == tuple(left)
    assert second.unlock_until == AT + timedelta(minutes=tender.terms.unlock_minutes)
    assert event.body["kinds"] == ["price"]
    assert event.body["committee"] == {"seq": 7, "head": "00" * 32}
    assert str(gone) not in str(event.body)


def test_a_bid_that_did_not_open_in_the_first_session_is_not_in_the_second() -> None:
    first = recorded()
    one, *others = first.bidders

    second, _ = resumed(evaluating(), replace(first, unlocked=frozenset(others)), first.bidders)

    assert one not in second.bidders


@pytest.mark.parametrize("phase", sorted(set(OpeningPhase) - {OpeningPhase.RECORDED}))
def test_the_record_of_the_first_session_comes_first(phase: OpeningPhase) -> None:
    first = replace(recorded(), phase=phase)
    with pytest.raises(WrongPhase):
        resumed(evaluating(), first, first.bidders)


def test_nothing_is_resumed_twice_or_outside_the_evaluation_or_for_nobody() -> None:
    first = recorded()
    with pytest.raises(NoLaterSession):
        resumed(evaluating(), replace(first, session=2), first.bidders)
    with pytest.raises(NoLaterSession):
        resumed(replace(evaluating(), round=a_tender().round), first, first.bidders)
    with pytest.raises(WrongPhase):
        resumed(replace(evaluating(), status=TenderStatus.OPENED), first, first.bidders)
    with pytest.raises(WrongPhase):
        resumed(evaluating(), first, ())


def test_which_session_a_bidder_is_in_follows_from_the_public_record() -> None:
    first = recorded()
    out, *left = first.bidders
    _, event = resumed(evaluating(), first, tuple(left))
    entry = Entry(UUID(int=1), Stream.PUBLIC, 9, event.kind, event.body, AT, bytes(32))

    assert event.kind == RESUMED
    assert session_of([entry], first.lot, left[0]) == 2
    assert session_of([entry], first.lot, out) == 1
    assert session_of([entry], "2", left[0]) == 1


def test_a_verdict_of_the_second_session_shows_no_digest_of_a_price() -> None:
    first = recorded()
    second, _ = resumed(evaluating(), first, first.bidders)
    price = OpenedEnvelope("price", bytes(32), b"d" * 32, rederives=True)

    event = decide_unlock(
        second,
        bidder_id=first.bidders[0],
        by=UnlockedBy.BIDDER,
        envelopes=[price],
        received_at=AT,
    )

    assert (b"d" * 32).hex() not in str(event.body)


def test_too_few_are_counted_among_those_who_were_left() -> None:
    least = Least(3, "E19", "")
    first = recorded()
    two, _ = resumed(evaluating(), first, first.bidders[:2])

    assert least_in(first, least).count == 3
    assert least_in(two, least).count == 2


def test_the_first_session_reads_out_what_is_no_price_whatever_the_forms_say() -> None:
    forms: dict[str, dict[str, JsonValue]] = {
        "qualification": {"quality": "合格", "price_fen": 5, "objective": {"credit": "8"}},
        "technical": {"duration_days": 90, "project_manager": 7},
        "price": {"price_fen": 100, "quality": "优良"},
    }

    first = form_to_read(forms, ROUND.kinds_in(1), later=ROUND.later)

    assert first == {"quality": "合格", "duration_days": 90}
    assert form_to_read(forms, ROUND.kinds_in(2), later=ROUND.later) == forms["price"]
    assert form_to_read(forms, ("qualification",), later=()) == {}
