"""Orders of seats between centres: their order, their time, what the journal keeps of a partner."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clients.verifying.report import Notes, Status
from clients.verifying.venues import check_venues
from crypto.request_signatures import Message, sign_request
from tendering import centre_wire as wire
from tendering.domain import dispatch as rules
from tendering.domain import venues
from tendering.domain.dispatch import Evidence, Partner
from tendering.domain.journal import Entry, Event, Stream
from tendering.domain.refusals.partners import DispatchBegun
from tendering.domain.refusals.wire import MessageConflict, MessageEarly
from tendering.domain.venues import Booking, BookingStatus, Venue, Workstation

AT = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
PARTNER = Partner(
    UUID(int=1), UUID(int=2), "https://x.example", KEY.public_key().public_bytes_raw()
)
VENUE = Venue(UUID(int=3), PARTNER.organization_id, "示范二市中心", "510200")
BOOKING = Booking(UUID(int=4), UUID(int=5), VENUE, 1, False, AT, AT + timedelta(hours=3))
PLACE = Workstation(UUID(int=6), "A", "1")
URL = "https://host.example/api/v1/partners/messages"


def test_messages_count_one_after_the_other() -> None:
    rules.require_next(1, last=0)
    rules.require_next(3, last=2)

    for number, last in ((2, 2), (1, 2)):
        with pytest.raises(MessageConflict):
            rules.require_next(number, last=last)
    with pytest.raises(MessageEarly) as early:
        rules.require_next(4, last=2)
    assert early.value.parameters == {"expected": 3}


def test_nothing_changes_from_the_first_microsecond_on() -> None:
    rules.require_not_begun(BOOKING, at=AT - timedelta(microseconds=1))

    with pytest.raises(DispatchBegun):
        rules.require_not_begun(BOOKING, at=AT)


def test_a_message_has_the_same_id_however_often_it_is_made() -> None:
    made = {wire.message_id(BOOKING.id, "apply", 1) for _ in range(2)}

    assert len(made) == 1
    assert wire.message_id(BOOKING.id, "cancel", 2) not in made


def said(message: wire.Message, *, key: Ed25519PrivateKey = KEY, tag: str = wire.TAG) -> Evidence:
    body = wire.encode(message)
    headers = sign_request(
        Message("POST", URL, {"Content-Type": "application/json"}),
        body,
        key,
        tag=tag,
        at=AT,
        nonce="1",
    )
    return Evidence(URL, {name.lower(): value for name, value in headers.items()}, body.decode())


def notify(subject: UUID = BOOKING.id, label: str = "1", status: Any = "confirmed") -> wire.Notify:
    offered = wire.OfferedWorkstation("A", label, "0" * 64)
    return wire.Notify(
        id=UUID(int=9), subject=subject, number=1, status=status, workstations=(offered,)
    )


def found(*events: Event) -> tuple[Status, str]:
    """What the verifier says to a committee's stream of these."""
    notes = Notes()
    asked = rules.by_partner(venues.requested(BOOKING), PARTNER)
    entries = [
        Entry(UUID(int=5), Stream.COMMITTEE, seq, event.kind, event.body, AT, b"")
        for seq, event in enumerate([asked, *events], start=1)
    ]
    case: Any = type("Case", (), {"streams": {Stream.COMMITTEE: entries}})
    check_venues(case, notes)
    check = notes.as_check("", "")
    return check.status, check.detail


def test_what_a_partner_decides_is_what_it_signed() -> None:
    confirmed = venues.confirmed(BOOKING, [PLACE])
    failed = venues.ended(BOOKING, BookingStatus.FAILED, "停电")
    exception = wire.Exceptional(id=UUID(int=8), subject=BOOKING.id, number=2, reason="停电")
    other_key = Ed25519PrivateKey.from_private_bytes(b"1" * 32)
    truth = rules.by_partner(confirmed, PARTNER, said(notify()))
    wrong = [
        confirmed,
        rules.by_partner(confirmed, PARTNER),
        rules.by_partner(confirmed, PARTNER, said(notify(), key=other_key)),
        rules.by_partner(confirmed, PARTNER, said(notify(), tag="kaibiao-insurer-v1")),
        rules.by_partner(confirmed, PARTNER, said(notify(UUID(int=7)))),
        rules.by_partner(confirmed, PARTNER, said(notify(label="2"))),
        rules.by_partner(confirmed, PARTNER, said(notify(status="declined"))),
        rules.by_partner(confirmed, PARTNER, Evidence(URL, {}, "")),
    ]
    cancelled = venues.ended(BOOKING, BookingStatus.CANCELLED, "改期")

    assert found(truth, rules.by_partner(failed, PARTNER, said(exception)))[0] is Status.HOLDS
    assert found(truth, cancelled)[0] is Status.HOLDS
    assert found(truth, rules.by_partner(cancelled, PARTNER, said(exception)))[0] is Status.FAILS
    for event in wrong:
        assert found(event)[0] is Status.FAILS
