"""A room from the draw and the opening, and the signatures of its members."""

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from crypto.certificates import CertificateSubject, issue, make_authority, make_request
from crypto.keys import SigningKey, generate_signing_key
from crypto.signing import sign_statement
from evaluation_rooms import commands as c
from evaluation_rooms.actions.statements import Trust, verify
from evaluation_rooms.arranging import Expert, OpenedBid, Operator, arranged
from evaluation_rooms.events import RoomOpened
from evaluation_rooms.fold import opened
from evaluation_rooms.seating import STATEMENT_LABEL, require_sound
from tendering.domain.methods.method import parse_method
from tendering.domain.refusals.signatures import SignatureRefused
from tests.support.evaluation import AT, METHOD, ROOM, TENDER, a_room_opening, statements

SEED = b"s" * 32


def an_arranged_room() -> RoomOpened:
    return arranged(
        room_id=ROOM,
        tender_id=TENDER,
        lot="1",
        terms=a_room_opening().terms,
        experts=[
            Expert(seat, "示范市", f"示范专家{seat}", UUID(int=seat), UUID(int=100 + seat))
            for seat in (3, 1, 2)
        ],
        operators=[Operator("示范二市", "示范值机员", UUID(int=900))],
        bids=[
            OpenedBid(
                UUID(int=bidder),
                f"示范建设{bidder}",
                1000 + bidder,
                {},
                {"credit": (Decimal(bidder), "信用等级")},
            )
            for bidder in range(1, 8)
        ],
        seed=SEED,
    )


def test_an_arranged_room_is_sound() -> None:
    opening = an_arranged_room()

    require_sound(opening, parse_method(METHOD))
    assert [seat.number for seat in opening.seats] == [1, 2, 3, 4]
    assert len(opened(opening).members) == 3


def test_prices_and_objective_marks_stay_with_their_bidder() -> None:
    room = opened(an_arranged_room())

    for bid in room.bids:
        assert bid.price_fen == 1000 + bid.bidder_id.int
        assert room.objective[bid.number, "credit"].points == bid.bidder_id.int


@pytest.fixture(scope="module")
def root() -> tuple[bytes, SigningKey]:
    key = generate_signing_key()
    return make_authority("示范根", key=key, at=AT, years=1), key


def signed_by(root: tuple[bytes, SigningKey], label: str) -> tuple[dict[str, Any], ...]:
    authority, authority_key = root
    key = generate_signing_key()
    subject = CertificateSubject("示范专家甲")
    request = make_request(key, common_name="示范专家甲", organization="", uscc="")
    certificate = issue(authority, authority_key, request, at=AT, days=2, subject=subject)
    return tuple(
        json.loads(
            sign_statement(key, certificate, label=label, statement=one["statement"]).to_json()
        )
        for one in statements(1)
    )


def test_statements_with_good_signatures_pass(root: tuple[bytes, SigningKey]) -> None:
    command = c.CheckIn(1, UUID(int=1), signed_by(root, STATEMENT_LABEL))

    verify(command, Trust((root[0],)), at=AT + timedelta(hours=1))


def test_a_statement_that_was_changed_is_refused(root: tuple[bytes, SigningKey]) -> None:
    first, *others = signed_by(root, STATEMENT_LABEL)
    changed = first | {"statement": first["statement"] | {"seat": 2}}

    with pytest.raises(SignatureRefused):
        verify(c.CheckIn(1, UUID(int=1), (changed, *others)), Trust((root[0],)), at=AT)


@pytest.mark.parametrize(
    "command",
    [
        lambda signed: c.CheckIn(1, UUID(int=1), signed),
        lambda signed: c.LockScores(1, signed[0]),
        lambda signed: c.ConfirmReport(1, "", True, "", signed[0]),
    ],
)
def test_a_signature_for_something_else_is_refused(
    root: tuple[bytes, SigningKey], command: Any
) -> None:
    signed = signed_by(root, "kaibiao/other/v1")

    with pytest.raises(SignatureRefused):
        verify(command(signed), Trust((root[0],)), at=AT)


def test_what_carries_no_signature_passes() -> None:
    for command in (
        c.LockScores(1, None),
        c.ConfirmReport(1, "", True, "", None),
        c.Speak(1, "你好"),
    ):
        verify(command, Trust(()), at=AT)
