"""Canaries: each key holder shows in time that it can still unwrap, and everybody sees who has.

One is made when the tender is published, one in the last day before the deadline, one for a key
holder that takes another's place. Nothing in them is a secret of bidders, so they stand in the
public stream. A canary that nobody opened forbids nothing: it tells the host to extend the deadline
or to replace a key holder while there is time. docs/specs/sealed-bid-v1.md §10.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from crypto.canary import canary_context, is_answer, make_canary
from crypto.canonical import JsonValue
from crypto.seal_header import SealPolicy
from tendering.domain.journal import Event, instant
from tendering.domain.refusals import NotFound
from tendering.domain.refusals.key_holders import CanaryNotOpened
from tendering.domain.refusals.tenders import WrongPhase
from tendering.domain.tender import KeyHolder, Tender, TenderStatus

ANSWER_LABEL: Final = "kaibiao/canary-answer/v1"
# So long a key holder has for the first one, and a new key holder for its own.
ANSWER_TIME: Final = timedelta(hours=72)
# The second is made so long before the deadline, when signing in begins,
EVE: Final = timedelta(hours=24)
# and due so long before it: half a day is left to extend the deadline.
EVE_DUE: Final = timedelta(hours=12)


class Occasion(StrEnum):
    """Why a canary was made."""

    PUBLICATION = "publication"
    EVE = "eve"
    REPLACEMENT = "replacement"


class State(StrEnum):
    """What a key holder has done about a canary."""

    OPENED = "opened"
    DUE = "due"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class Chance:
    """What makes a canary unpredictable: 16 bytes, and the public key of nobody, of the suite."""

    file_key: bytes
    nobody: bytes


@dataclass(frozen=True, slots=True)
class Canary:
    """A canary. `number` counts from 1 in a tender; `asked` are the holders that must open it.

    `answers` are the digests of the right answers of all holders, in order; `deadline` is the one
    before which it was made.
    """

    number: int
    occasion: Occasion
    asked: tuple[int, ...]
    header: bytes
    answers: tuple[bytes, ...]
    issued_at: datetime
    due_at: datetime
    deadline: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """How a canary stands at an instant: what each asked holder has done, by number.

    `enough`: as many have opened it as can open a bid together.
    """

    canary: Canary
    states: Mapping[int, State]
    opened_at: Mapping[int, datetime]
    enough: bool

    @property
    def overdue(self) -> tuple[int, ...]:
        """The holders that are late."""
        return tuple(n for n, state in self.states.items() if state is State.OVERDUE)


def context_of(tender: Tender, number: int) -> bytes:
    """The context of canary `number`, computed from what was published; never a bid's."""
    return canary_context(
        tender_id=str(tender.id),
        canary=number,
        threshold=tender.threshold,
        holders=[
            ((holder.public_key or b"").hex(), holder.announcement_digest.hex())
            for holder in tender.key_holders
        ],
        suite_name=tender.suite,
    )


def decide_canary(
    tender: Tender,
    occasion: Occasion,
    *,
    number: int,
    asked: Sequence[int],
    chance: Chance,
    at: datetime,
) -> tuple[Canary, Event]:
    """Make the next canary of a tender whose key holders have all announced their keys."""
    policy = SealPolicy(
        context=context_of(tender, number),
        threshold=tender.threshold,
        holders=tuple(holder.public_key or b"" for holder in tender.key_holders),
        bidder=chance.nobody,
    )
    header, answers = make_canary(chance.file_key, policy)
    canary = Canary(
        number=number,
        occasion=occasion,
        asked=tuple(asked),
        header=header,
        answers=answers,
        issued_at=at,
        due_at=_due(tender, occasion, at),
        deadline=tender.deadline,
    )
    return canary, Event(
        "canary.issued",
        {
            "canary": number,
            "occasion": occasion,
            "asked": list(canary.asked),
            "header": header.hex(),
            "answers": [one.hex() for one in answers],
            "due_at": instant(canary.due_at),
            "deadline": instant(canary.deadline),
        },
    )


def is_eve(tender: Tender, *, at: datetime) -> bool:
    """Is it the time of the second canary?"""
    return tender.status is TenderStatus.PUBLISHED and tender.deadline - EVE <= at < tender.deadline


def answer_statement(
    tender: Tender, canary: int, holder: KeyHolder, answer: str
) -> dict[str, JsonValue]:
    """What a key holder signs: its answer, 32 bytes in hex, with the one key it announced."""
    return {
        "tender_id": str(tender.id),
        "canary": canary,
        "number": holder.number,
        "organization_id": str(holder.organization_id),
        "public_key": (holder.public_key or b"").hex(),
        "answer": answer,
    }


def decide_answer(
    tender: Tender,
    canary: Canary,
    holder: KeyHolder,
    *,
    answer: str,
    statement: JsonValue,
    at: datetime,
) -> Event:
    """A key holder has opened a canary; late is better than never, until submission is closed.

    Raises WrongPhase, NotFound, CanaryNotOpened.
    """
    if tender.status is not TenderStatus.PUBLISHED or at >= tender.closing_at:
        raise WrongPhase(status=tender.status)
    if holder.number not in canary.asked:
        raise NotFound("this canary is not for you", canary=canary.number)
    if not is_answer(bytes.fromhex(answer), canary.answers[holder.number - 1]):
        raise CanaryNotOpened(canary=canary.number)
    return Event(
        "canary.opened",
        {
            "canary": canary.number,
            "number": holder.number,
            "answer": answer,
            "in_time": at < canary.due_at,
            "statement": statement,
        },
    )


def standing_of(
    canary: Canary, opened_at: Mapping[int, datetime], *, threshold: int, at: datetime
) -> Standing:
    """How a canary stands at `at`. `opened_at` by number of the holder."""
    late = State.OVERDUE if at >= canary.due_at else State.DUE
    states = {
        number: State.OPENED if number in opened_at else late for number in sorted(canary.asked)
    }
    # Whoever was not asked has shown it with an earlier canary, or will with the next.
    needed = min(threshold, len(canary.asked))
    opened = sum(1 for state in states.values() if state is State.OPENED)
    return Standing(canary, states, dict(opened_at), enough=opened >= needed)


def decide_missed(standing: Standing) -> Event:
    """The time is over and somebody has not answered: what the host is told, and may act upon."""
    return Event(
        "canary.missed",
        {
            "canary": standing.canary.number,
            "occasion": standing.canary.occasion,
            "missing": list(standing.overdue),
            "enough": standing.enough,
        },
    )


def _due(tender: Tender, occasion: Occasion, at: datetime) -> datetime:
    if occasion is Occasion.EVE:
        return max(tender.deadline - EVE_DUE, at)
    # Never later than the deadline: after it there is nothing left to mend.
    return min(at + ANSWER_TIME, tender.deadline)
