"""Extension of bid validity: when it may be asked, what an answer does, which bid still holds."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from tendering.domain.bid_security import BidSecurity, SecurityForm
from tendering.domain.journal import Entry, Event, Stream
from tendering.domain.parties import Actor
from tendering.domain.refusals import Forbidden, Invalid, NotFound
from tendering.domain.refusals.awards import BidLapsed, ExtensionUnlawful
from tendering.domain.refusals.remedies import AlreadyAnswered
from tendering.domain.refusals.tenders import WrongPhase
from tendering.domain.roles import Role
from tendering.domain.tender import TenderStatus
from tendering.domain.validity import (
    Extension,
    decide_answer,
    decide_extension,
    extensions_of,
    refusal_of,
    require_valid,
    valid_until,
    validity_of,
)
from tests.support.make import BIDDER, DEADLINE, ENTITY, MOMENT, TENDER, a_tender

OTHER = UUID(int=0x401)
SILENT = UUID(int=0x402)
ASKED = frozenset({BIDDER, OTHER, SILENT})
OPENED = a_tender(status=TenderStatus.EVALUATING)
ENDS = valid_until(OPENED, 90)
AT = DEADLINE + timedelta(days=80)
TERM = AT + timedelta(days=5)


def an_actor(organization_id: UUID) -> Actor:
    return Actor(UUID(int=1), organization_id, Role.PROCURING_ENTITY, "示范单位", "")


def asked(**changes: Any) -> tuple[Extension, Event]:
    facts: dict[str, Any] = {
        "days": 120,
        "respond_until": TERM,
        "reason": "投诉处理尚未结束",
        "bidders": ASKED,
        "by": an_actor(ENTITY),
        "at": AT,
    }
    tender = changes.pop("tender", OPENED)
    before = changes.pop("before", ())
    lot = changes.pop("lot", "1")
    return decide_extension(tender, before, lot, **(facts | changes))


def played(*events: tuple[Event, datetime]) -> tuple[Extension, ...]:
    return extensions_of(entries(*events))


def entries(*events: tuple[Event, datetime]) -> list[Entry]:
    return [
        Entry(TENDER, Stream.PUBLIC, seq, event.kind, event.body, at, b"")
        for seq, (event, at) in enumerate(events, start=1)
    ]


def answer(extensions: tuple[Extension, ...], bidder_id: UUID, **changes: Any) -> Event | None:
    facts: dict[str, Any] = {"accepts": True, "security": None, "at": AT}
    return decide_answer(extensions, "1", 1, bidder_id=bidder_id, **(facts | changes))


def test_all_bidders_of_a_lot_are_asked_and_the_entry_says_it_all() -> None:
    extension, event = asked()

    assert played((event, AT)) == (extension,)
    assert (extension.until, extension.bidders) == (valid_until(OPENED, 120), ASKED)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"days": 90}, "not-longer"),
        ({"days": 3651}, "not-longer"),
        ({"at": ENDS, "respond_until": ENDS + MOMENT}, "validity-over"),
        ({"respond_until": AT}, "no-time-to-answer"),
        ({"respond_until": ENDS + MOMENT}, "no-time-to-answer"),
        ({"bidders": frozenset()}, "nobody-to-ask"),
    ],
)
def test_what_the_law_does_not_allow_is_not_asked(changes: dict[str, Any], why: str) -> None:
    with pytest.raises(ExtensionUnlawful) as refused:
        asked(**changes)

    assert refused.value.parameters["why"] == why


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"by": an_actor(BIDDER)}, Forbidden),
        ({"tender": a_tender()}, WrongPhase),
        ({"tender": a_tender(status=TenderStatus.AWARDED)}, WrongPhase),
        ({"lot": "9"}, NotFound),
        ({"reason": " "}, Invalid),
    ],
)
def test_nobody_else_asks_and_at_no_other_time(
    changes: dict[str, Any], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        asked(**changes)


def test_who_agrees_is_valid_for_longer_who_refuses_lapses_who_is_silent_ends_in_time() -> None:
    _, request = asked()
    extensions = played((request, AT))
    yes, no = answer(extensions, BIDDER), answer(extensions, OTHER, accepts=False)
    assert yes is not None
    assert no is not None

    extensions = played((request, AT), (yes, AT), (no, AT))

    found = {one: validity_of(OPENED, extensions, "1", one) for one in ASKED}
    assert found == {BIDDER: valid_until(OPENED, 120), OTHER: None, SILENT: ENDS}
    require_valid(OPENED, extensions, "1", BIDDER, at=ENDS)
    require_valid(OPENED, extensions, "1", SILENT, at=ENDS - MOMENT)
    for bidder, at in ((OTHER, AT), (SILENT, ENDS), (BIDDER, valid_until(OPENED, 120))):
        with pytest.raises(BidLapsed):
            require_valid(OPENED, extensions, "1", bidder, at=at)
    assert validity_of(OPENED, extensions, "2", OTHER) == ENDS
    said = entries((request, AT), (yes, AT), (no, AT))
    assert refusal_of(said, "1", OTHER) == said[2]
    assert refusal_of(said, "1", BIDDER) is None


def test_a_second_request_goes_to_those_whose_bids_stand_and_must_be_longer_still() -> None:
    first, request = asked()
    extensions = played((request, AT))
    no = answer(extensions, OTHER, accepts=False)
    assert no is not None
    extensions = played((request, AT), (no, AT))

    with pytest.raises(ExtensionUnlawful):
        asked(before=extensions, days=120)
    second, _ = asked(before=extensions, days=150)

    assert (first.number, second.number) == (1, 2)
    assert second.bidders == {BIDDER, SILENT}


def test_an_answer_is_given_once_in_time_and_by_who_is_asked() -> None:
    _, request = asked()
    extensions = played((request, AT))
    yes = answer(extensions, BIDDER)
    assert yes is not None
    answered = played((request, AT), (yes, AT))

    assert answer(answered, BIDDER) is None
    with pytest.raises(AlreadyAnswered):
        answer(answered, BIDDER, accepts=False)
    with pytest.raises(NotFound):
        answer(extensions, UUID(int=0x999))
    with pytest.raises(NotFound):
        answer((), BIDDER)
    with pytest.raises(ExtensionUnlawful):
        answer(extensions, OTHER, at=TERM)
    assert answer(extensions, OTHER, at=TERM - MOMENT) is not None


def test_e10_an_accepted_extension_says_whether_the_security_lasts_as_long() -> None:
    _, request = asked()
    extensions = played((request, AT))

    def told(until: datetime, *, accepts: bool = True) -> object:
        form = SecurityForm.BANK_GUARANTEE
        security = BidSecurity(TENDER, "1", BIDDER, form, 1, until, None, "示范1")
        event = answer(extensions, BIDDER, security=security, accepts=accepts)
        assert event is not None
        return event.body["security_lasts"]

    until = valid_until(OPENED, 120)
    assert told(until) is True
    assert told(until - MOMENT) is False
    assert told(until, accepts=False) is None


def test_an_answer_to_nothing_is_no_record() -> None:
    _, request = asked()
    yes = answer(played((request, AT)), BIDDER)
    assert yes is not None

    with pytest.raises(Invalid):
        played((yes, AT))
