"""The canaries of the small tender: two, which its key holders open, one of them late."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from crypto.canary import answer_canary
from crypto.keys import OpeningKey
from tendering.domain.canary import (
    ANSWER_LABEL,
    EVE,
    EVE_DUE,
    Canary,
    Chance,
    Occasion,
    answer_statement,
    context_of,
    decide_answer,
    decide_canary,
    decide_missed,
    standing_of,
)
from tests.support.archive_parties import DEADLINE, chance

if TYPE_CHECKING:
    from tests.support.archive_play import TenderPlay


def first_canary(play: "TenderPlay", at: datetime) -> None:
    """Made with the notice, opened by all."""
    canary = _issue(play, Occasion.PUBLICATION, 1, at)
    for number in (2, 1, 3):
        _open(play, canary, number, at + timedelta(hours=1))


def second_canary(play: "TenderPlay") -> None:
    """Made a day before the deadline; the third holder misses it and opens it late."""
    canary = _issue(play, Occasion.EVE, 2, DEADLINE - EVE)
    for number in (1, 2):
        _open(play, canary, number, DEADLINE - EVE + timedelta(minutes=number))
    late = DEADLINE - EVE_DUE
    opened = dict.fromkeys((1, 2), DEADLINE - EVE)
    standing = standing_of(canary, opened, threshold=play.tender.threshold, at=late)
    play.public(decide_missed(standing), late)
    _open(play, canary, 3, late + timedelta(minutes=1))


def _issue(play: "TenderPlay", occasion: Occasion, number: int, at: datetime) -> Canary:
    nobody = OpeningKey(chance("nobody", number)).public
    canary, event = decide_canary(
        play.tender,
        occasion,
        number=number,
        asked=(1, 2, 3),
        chance=Chance(chance("canary", number)[:16], nobody),
        at=at,
    )
    play.public(event, at)
    return canary


def _open(play: "TenderPlay", canary: Canary, number: int, at: datetime) -> None:
    key, holder = play.holder_keys[number - 1], play.tender.key_holders[number - 1]
    context = context_of(play.tender, canary.number)
    answer = answer_canary(canary.header, number, key, context).hex()
    said = answer_statement(play.tender, canary.number, holder, answer)
    signed = play.holders[number - 1].sign(ANSWER_LABEL, said)
    event = decide_answer(play.tender, canary, holder, answer=answer, statement=signed, at=at)
    play.public(event, at)
