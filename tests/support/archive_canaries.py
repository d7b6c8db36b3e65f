"""The canaries of the small tender: two, which its key holders open, one of them late."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from clients.key_holding import DESTRUCTION_LABEL
from clients.tender_facts import ANNOUNCEMENT_LABEL, announcement_statement
from crypto.canary import answer_canary
from crypto.canonical import JsonValue
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
from tendering.domain.key_policy import (
    REPLACEMENT_LABEL,
    Successor,
    decide_order,
    decide_replacement,
)
from tests.support.archive_parties import DEADLINE, chance, opening_key_of

if TYPE_CHECKING:
    from tests.support.archive_play import TenderPlay


def first_canary(play: "TenderPlay", at: datetime) -> None:
    """Made with the notice, opened by all."""
    canary = _issue(play, Occasion.PUBLICATION, 1, at)
    for number in (2, 1, 3):
        _open(play, canary, number, at + timedelta(hours=1))


def second_canary(play: "TenderPlay") -> None:
    """Made a day before the deadline; the third holder misses it and opens it late."""
    canary = _issue(play, Occasion.EVE, 3 if play.left else 2, DEADLINE - EVE)
    for number in (1, 2):
        _open(play, canary, number, DEADLINE - EVE + timedelta(minutes=number))
    late = DEADLINE - EVE_DUE
    opened = dict.fromkeys((1, 2), DEADLINE - EVE)
    standing = standing_of(canary, opened, threshold=play.tender.threshold, at=late)
    play.public(decide_missed(standing), late)
    _open(play, canary, 3, late + timedelta(minutes=1))


def replace_third_holder(play: "TenderPlay", at: datetime) -> None:
    """Another takes its place, by the host's order, and shows that its key works."""
    new, key = (
        play.platform.party(0x79, "示范市司法局", outside=True),
        opening_key_of(play.suite, chance("new")),
    )
    successor = Successor(3, new.id, new.name, "离任")
    said: dict[str, JsonValue] = {
        "tender_id": str(play.tender.id),
        "number": 3,
        "organization_id": str(new.id),
        "reason": successor.reason,
    }
    signed = play.entity.sign(REPLACEMENT_LABEL, said)
    ordered = at - timedelta(hours=1)
    play.public(
        decide_order(play.tender, successor, by=play.entity.id, statement=signed, at=ordered),
        ordered,
    )
    announced = announcement_statement(play.tender.id, 3, new.id, key.public)
    announcement = new.sign(ANNOUNCEMENT_LABEL, announced)
    assert isinstance(announcement, dict)
    play.tender, event = decide_replacement(
        play.tender, successor, public_key=key.public, announcement=announcement, at=at
    )
    play.public(event, at)
    play.left.append(play.holders[2])
    play.holders[2], play.holder_keys[2] = new, key
    canary = _issue(play, Occasion.REPLACEMENT, 2, at, asked=(3,))
    _open(play, canary, 3, at + timedelta(minutes=5))


def destroy_keys(play: "TenderPlay", at: datetime) -> None:
    """All key holders state that their keys are gone."""
    for number, (party, key) in enumerate(
        zip(play.holders, play.holder_keys, strict=True), start=1
    ):
        said = announcement_statement(play.tender.id, number, party.id, key.public)
        signed = party.sign(DESTRUCTION_LABEL, said)
        play.custody("key_holder.key_destroyed", said | {"statement": signed}, at)


def _issue(
    play: "TenderPlay",
    occasion: Occasion,
    number: int,
    at: datetime,
    *,
    asked: tuple[int, ...] = (1, 2, 3),
) -> Canary:
    nobody = opening_key_of(play.suite, chance("nobody", number)).public
    canary, event = decide_canary(
        play.tender,
        occasion,
        number=number,
        asked=asked,
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
