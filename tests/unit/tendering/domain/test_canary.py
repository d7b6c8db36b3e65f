"""When canaries are made and due, who may answer, and what is said of those that do not."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from crypto.canary import answer_canary
from crypto.keys import OpeningKey
from tendering.domain.canary import (
    ANSWER_TIME,
    EVE,
    EVE_DUE,
    Canary,
    Chance,
    Occasion,
    State,
    context_of,
    decide_answer,
    decide_canary,
    decide_missed,
    is_eve,
    standing_of,
)
from tendering.domain.journal import Event, instant
from tendering.domain.refusals import NotFound
from tendering.domain.refusals.key_holders import CanaryNotOpened
from tendering.domain.refusals.tenders import WrongPhase
from tendering.domain.tender import Tender, TenderStatus
from tests.support.make import DEADLINE, MOMENT, PUBLISHED_AT, a_tender

CHANCE = Chance(b"\x13" * 16, OpeningKey(b"\x66" * 32).public)
TENDER = a_tender()


def made(occasion: Occasion = Occasion.PUBLICATION, **changes: object) -> Canary:
    """A canary for all three holders."""
    at = {"at": PUBLISHED_AT} | changes
    canary, _ = decide_canary(
        TENDER,
        occasion,
        number=1,
        asked=(1, 2, 3),
        chance=CHANCE,
        **at,  # type: ignore[arg-type]  # one value
    )
    return canary


def answer(canary: Canary, number: int = 2, **changes: object) -> Event:
    """Holder `number` answers rightly, unless changed."""
    key = OpeningKey(bytes([number]) * 32)
    given = {
        "tender": TENDER,
        "answer": answer_canary(canary.header, number, key, context_of(TENDER, 1)).hex(),
        "at": PUBLISHED_AT,
        "holder": TENDER.key_holders[number - 1],
    } | changes
    return decide_answer(canary=canary, statement={}, **given)  # type: ignore[arg-type]  # see above


def test_the_entry_says_what_everybody_needs_to_check_it() -> None:
    canary, event = decide_canary(
        TENDER, Occasion.EVE, number=4, asked=(1, 3), chance=CHANCE, at=DEADLINE - EVE
    )

    assert event == Event(
        "canary.issued",
        {
            "canary": 4,
            "occasion": "eve",
            "asked": [1, 3],
            "header": canary.header.hex(),
            "answers": [one.hex() for one in canary.answers],
            "due_at": instant(DEADLINE - EVE_DUE),
            "deadline": instant(DEADLINE),
        },
    )
    assert CHANCE.file_key.hex() not in str(event.body)


def test_the_first_is_due_after_three_days_and_never_after_the_deadline() -> None:
    assert made().due_at == PUBLISHED_AT + ANSWER_TIME
    assert made(at=DEADLINE - MOMENT).due_at == DEADLINE


def test_a_second_one_made_late_is_due_at_once() -> None:
    assert made(Occasion.EVE, at=DEADLINE - timedelta(hours=1)).due_at == DEADLINE - timedelta(
        hours=1
    )


@pytest.mark.parametrize(
    ("before", "eve"), [(EVE + MOMENT, False), (EVE, True), (MOMENT, True), (timedelta(), False)]
)
def test_the_eve_is_the_last_day(before: timedelta, eve: bool) -> None:
    assert is_eve(TENDER, at=DEADLINE - before) is eve


def test_a_draft_has_no_eve() -> None:
    assert not is_eve(replace(TENDER, status=TenderStatus.DRAFT), at=DEADLINE - EVE)


def test_the_right_answer_is_entered_and_a_late_one_says_so() -> None:
    canary = made()

    assert answer(canary).body["in_time"] is True
    assert answer(canary, at=canary.due_at).body["in_time"] is False


def test_a_wrong_answer_is_refused() -> None:
    with pytest.raises(CanaryNotOpened):
        answer(made(), answer="00" * 32)
    with pytest.raises(CanaryNotOpened):
        answer(made(), holder=TENDER.key_holders[0])


def test_who_was_not_asked_does_not_answer() -> None:
    with pytest.raises(NotFound):
        answer(replace(made(), asked=(1, 3)))


@pytest.mark.parametrize(
    "changes",
    [
        {"tender": a_tender(status=TenderStatus.OPENING)},
        {"at": TENDER.closing_at},
    ],
)
def test_after_the_closing_nobody_answers(changes: dict[str, Any]) -> None:
    with pytest.raises(WrongPhase):
        answer(made(), **changes)


def states(canary: Canary, opened: tuple[int, ...], tender: Tender = TENDER) -> tuple[object, ...]:
    """What is seen once it is due."""
    standing = standing_of(
        canary,
        dict.fromkeys(opened, PUBLISHED_AT),
        threshold=tender.threshold,
        at=canary.due_at,
    )
    return standing.overdue, standing.enough


def test_before_it_is_due_nobody_is_late() -> None:
    canary = made()
    standing = standing_of(canary, {2: PUBLISHED_AT}, threshold=2, at=canary.due_at - MOMENT)

    assert dict(standing.states) == {1: State.DUE, 2: State.OPENED, 3: State.DUE}
    assert standing.overdue == ()


@pytest.mark.parametrize(
    ("opened", "expected"),
    [
        ((), ((1, 2, 3), False)),
        ((2,), ((1, 3), False)),
        ((1, 2), ((3,), True)),
        ((1, 2, 3), ((), True)),
    ],
)
def test_fewer_than_the_threshold_is_said(opened: tuple[int, ...], expected: object) -> None:
    assert states(made(), opened) == expected


def test_one_that_asks_a_single_holder_needs_that_one() -> None:
    canary = replace(made(), asked=(3,))

    assert states(canary, ()) == ((3,), False)
    assert states(canary, (3,)) == ((), True)


def test_a_missed_canary_names_who_is_late() -> None:
    canary = made(Occasion.EVE)
    standing = standing_of(canary, {2: PUBLISHED_AT}, threshold=2, at=canary.due_at)

    assert decide_missed(standing) == Event(
        "canary.missed", {"canary": 1, "occasion": "eve", "missing": [1, 3], "enough": False}
    )
