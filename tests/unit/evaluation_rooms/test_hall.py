"""The opening hall: it follows the clock, then the opening; who speaks when; whom it names."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest

from crypto.canonical import JsonValue
from evaluation_rooms import hall
from evaluation_rooms.hall import CLOCKED, LED, PHASE_BEGAN, Hall, HallPhase, Voice
from tendering.domain.journal import Entry, Stream
from tendering.domain.refusals.rooms import NotYourPart, SilentNow
from tendering.domain.refusals.tenders import WrongPhase
from tests.support.evaluation import AT, TENDER

BIDDER = UUID(int=41)
DEADLINE = AT
SIGN_IN = AT - timedelta(hours=24)
MICROSECOND = timedelta(microseconds=1)
Happened = tuple[str, dict[str, JsonValue]]
CLOSED: Happened = (
    "submission.closed",
    {
        "lots": [
            {"lot": lot, "bids": [{"bidder_id": str(BIDDER), "bidder_name": "示范建设一公司"}]}
            for lot in ("1", "2")
        ]
    },
)


def walked(*happened: Happened) -> Hall:
    state = Hall(TENDER)
    for seq, (kind, body) in enumerate(happened, start=1):
        state = hall.follow(state, Entry(TENDER, Stream.PUBLIC, seq, kind, body, AT, b"\0" * 32))
    return state


def recorded(lot: str) -> Happened:
    return ("opening.recorded", {"lot": lot})


@pytest.mark.parametrize(
    ("at", "phase"),
    [
        (SIGN_IN - MICROSECOND, HallPhase.REHEARSAL),
        (SIGN_IN, HallPhase.SIGN_IN),
        (DEADLINE - hall.WAITING_BEFORE, HallPhase.WAITING),
        (DEADLINE - MICROSECOND, HallPhase.WAITING),
        (DEADLINE, HallPhase.CLOSING),
        (DEADLINE + timedelta(days=1), HallPhase.CLOSING),
    ],
)
def test_before_the_bidder_list_the_clock_leads(at: datetime, phase: HallPhase) -> None:
    assert hall.phase_by_clock(sign_in_from=SIGN_IN, deadline=DEADLINE, at=at) is phase


def test_the_clock_leads_each_phase_once_and_a_moved_deadline_leads_back() -> None:
    for before, after in (*pairwise(CLOCKED), (HallPhase.WAITING, HallPhase.REHEARSAL)):
        event = hall.decide_phase(Hall(TENDER, before), after)
        assert event is not None
        assert walked((event.kind, event.body)).phase is after
        assert hall.decide_phase(Hall(TENDER, after), after) is None


def test_what_follows_the_opening_is_not_led_by_the_clock() -> None:
    for phase in set(HallPhase) - set(CLOCKED):
        assert hall.decide_phase(Hall(TENDER, phase), HallPhase.CLOSING) is None


def test_the_hall_follows_the_opening() -> None:
    issued: Happened = ("document.issued", {"kind": "opening_record"})
    published: Happened = ("tender.published", {})
    happened: tuple[Happened, ...] = (
        published,
        CLOSED,
        ("prices.revealed", {}),
        issued,
        recorded("1"),
    )

    assert walked(*happened[:1]).phase is HallPhase.REHEARSAL
    assert walked(*happened[:2]).phase is HallPhase.UNLOCK
    assert walked(*happened[:3]).phase is HallPhase.REVEAL
    assert walked(*happened[:4]).phase is HallPhase.RECORD
    assert walked(*happened).phase is HallPhase.RECORD
    assert walked(*happened, recorded("2")).phase is HallPhase.CLOSED


def test_a_closed_hall_is_resumed_for_the_prices_and_closes_again() -> None:
    first: tuple[Happened, ...] = (
        CLOSED,
        ("prices.revealed", {"lot": "1"}),
        recorded("1"),
        recorded("2"),
    )
    begun: Happened = ("opening.resumed", {"lot": "1"})
    read: tuple[Happened, ...] = (
        ("prices.revealed", {"lot": "1"}),
        ("document.issued", {"kind": "price_record"}),
    )

    assert walked(*first).phase is HallPhase.CLOSED
    assert walked(*first, begun).phase is HallPhase.UNLOCK
    assert walked(*first, begun, *read).phase is HallPhase.RECORD
    assert walked(*first, begun, *read, recorded("1")).phase is HallPhase.CLOSED


@pytest.mark.parametrize("kind", ["tender.failed", "tender.terminated"])
def test_a_tender_that_ends_closes_the_hall(kind: str) -> None:
    assert walked(("tender.published", {}), (kind, {})).phase is HallPhase.CLOSED


def test_a_suspended_tender_keeps_its_phase_and_says_so() -> None:
    stands = walked(CLOSED, ("tender.suspended", {}))

    assert (stands.phase, stands.suspended) == (HallPhase.UNLOCK, True)
    assert not walked(CLOSED, ("tender.suspended", {}), ("tender.resumed", {})).suspended


def test_the_host_leads_back_and_forth_while_prices_are_read_out() -> None:
    for one, other in (*pairwise(LED), *pairwise(reversed(LED))):
        event = hall.decide_lead(Hall(TENDER, one), other)
        assert (event.kind, event.body) == (PHASE_BEGAN, {"phase": other})


@pytest.mark.parametrize("phase", sorted(set(HallPhase) - set(LED)))
def test_the_host_does_not_lead_what_clock_opening_or_record_lead(phase: HallPhase) -> None:
    with pytest.raises(WrongPhase):
        hall.decide_lead(Hall(TENDER, phase), HallPhase.CONFIRM)
    with pytest.raises(WrongPhase):
        hall.decide_lead(Hall(TENDER, HallPhase.REVEAL), phase)


def test_the_host_speaks_until_the_hall_is_closed() -> None:
    assert hall.decide_announcement(Hall(TENDER), "五分钟后开标").kind == "hall.announced"
    with pytest.raises(WrongPhase):
        hall.decide_announcement(Hall(TENDER, HallPhase.CLOSED), "再见")


def test_nobody_is_named_before_the_list_is_published() -> None:
    assert walked(("tender.published", {})).bidders == {}
    assert walked(("tender.published", {}), CLOSED).bidders == {BIDDER: "示范建设一公司"}


def speech(state: Hall, voice: Voice | None) -> Mapping[str, JsonValue]:
    event = hall.decide_speech(
        state, voice, organization_id=BIDDER, name="示范建设一公司", text="无异议"
    )
    assert event.kind == "hall.said"
    return event.body


@pytest.mark.parametrize("voice", [Voice.BIDDER, Voice.KEY_HOLDER, None])
def test_before_the_list_all_but_officials_get_the_same_silence(voice: Voice | None) -> None:
    with pytest.raises(SilentNow):
        speech(Hall(TENDER), voice)


@pytest.mark.parametrize("voice", list(Voice))
def test_after_the_list_every_party_speaks_for_the_record(voice: Voice) -> None:
    assert speech(walked(CLOSED), voice) == {
        "voice": voice,
        "organization_id": str(BIDDER),
        "organization_name": "示范建设一公司",
        "text": "无异议",
    }


def test_the_gallery_never_speaks_and_nobody_after_the_end() -> None:
    with pytest.raises(NotYourPart):
        speech(walked(CLOSED), None)
    with pytest.raises(WrongPhase):
        speech(Hall(TENDER, HallPhase.CLOSED), Voice.HOST)


def test_everybody_in_the_hall_sees_an_outage_also_before_the_list_of_bidders() -> None:
    outage = Entry(TENDER, Stream.PUBLIC, 1, "platform.outage", {}, AT, b"\0" * 32)

    assert walked().shows(outage)
