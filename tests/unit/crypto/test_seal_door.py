"""The door: what the platform refuses without any key, and what it does not."""

import pytest

from crypto.age_header import Stanza, encode_base64
from crypto.errors import BadHeader
from crypto.seal_header import parse_sealed_header
from crypto.seal_suites import CLASSIC
from tests.unit.crypto.a_sealed_header import (
    BIDDER_STANZA,
    CONTEXT,
    HEADER,
    HOLDERS_STANZA,
    low_order_record,
    rebuilt,
    threshold_stanza,
)

_BODY = HOLDERS_STANZA.body
_WRAP_TEXT = encode_base64(CONTEXT)


def test_the_door_accepts_an_honest_header_and_tells_its_length() -> None:
    sealed = parse_sealed_header(HEADER + b"x", expected_context=CONTEXT, threshold=3, n=5)

    assert sealed.header_length == len(HEADER)
    assert len(sealed.records) == 5
    assert len(set(sealed.ephemeral_keys)) == 6
    assert len(sealed.mac) == 32


def _repeated_record() -> bytes:
    return _BODY[:96] * 2 + _BODY[2 * 96 :]


REFUSED_AT_THE_DOOR = {
    "a third recipient": rebuilt(BIDDER_STANZA, HOLDERS_STANZA, Stanza(("grease",), b"")),
    "a hidden second bidder": rebuilt(BIDDER_STANZA, BIDDER_STANZA, HOLDERS_STANZA),
    "no threshold stanza": rebuilt(BIDDER_STANZA),
    "no bidder stanza": rebuilt(HOLDERS_STANZA),
    "the other order": rebuilt(HOLDERS_STANZA, BIDDER_STANZA),
    "another context": rebuilt(BIDDER_STANZA, threshold_stanza(bytes(32), _BODY)),
    "a short context": rebuilt(BIDDER_STANZA, threshold_stanza(bytes(31), _BODY)),
    "one record too few": rebuilt(BIDDER_STANZA, threshold_stanza(CONTEXT, _BODY[:-96])),
    "one byte too many": rebuilt(BIDDER_STANZA, threshold_stanza(CONTEXT, _BODY + b"x")),
    "an ephemeral key of low order": rebuilt(
        BIDDER_STANZA, threshold_stanza(CONTEXT, low_order_record())
    ),
    "a repeated ephemeral key": rebuilt(
        BIDDER_STANZA, threshold_stanza(CONTEXT, _repeated_record())
    ),
    "threshold one": rebuilt(
        BIDDER_STANZA, Stanza((CLASSIC.threshold_kind, "1", "5", _WRAP_TEXT), _BODY)
    ),
    "threshold two": rebuilt(
        BIDDER_STANZA, Stanza((CLASSIC.threshold_kind, "2", "5", _WRAP_TEXT), _BODY)
    ),
    "a leading zero": rebuilt(
        BIDDER_STANZA, Stanza((CLASSIC.threshold_kind, "03", "5", _WRAP_TEXT), _BODY)
    ),
    "threshold above holders": rebuilt(
        BIDDER_STANZA, Stanza((CLASSIC.threshold_kind, "6", "5", _WRAP_TEXT), _BODY)
    ),
    "a missing argument": rebuilt(BIDDER_STANZA, Stanza((CLASSIC.threshold_kind, "3", "5"), _BODY)),
    "a later version": rebuilt(
        BIDDER_STANZA, Stanza(("kaibiao/threshold/v2", "3", "5", _WRAP_TEXT), _BODY)
    ),
    "an armored file": b"-----BEGIN AGE ENCRYPTED FILE-----\n" + HEADER,
    "a carriage return": HEADER.replace(b"\n", b"\r\n"),
    "another file version": HEADER.replace(b"/v1\n", b"/v2\n", 1),
    "a context that is not base64": rebuilt(
        BIDDER_STANZA, Stanza((CLASSIC.threshold_kind, "3", "5", "A"), _BODY)
    ),
    "nothing": b"",
    "a header cut short": HEADER[:-1],
    "a bidder stanza of the wrong size": rebuilt(
        Stanza(BIDDER_STANZA.arguments, BIDDER_STANZA.body + b"x"), HOLDERS_STANZA
    ),
    "a bidder stanza with two arguments": rebuilt(
        Stanza((*BIDDER_STANZA.arguments, "x"), BIDDER_STANZA.body), HOLDERS_STANZA
    ),
}


@pytest.mark.parametrize("header", REFUSED_AT_THE_DOOR.values(), ids=REFUSED_AT_THE_DOOR.keys())
def test_the_door_refuses(header: bytes) -> None:
    with pytest.raises(BadHeader):
        parse_sealed_header(header, expected_context=CONTEXT, threshold=3, n=5)
