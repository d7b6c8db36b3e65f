"""Every door has a name of its own, and those that act ask for an Idempotency-Key: none escapes."""

import re
from collections import Counter
from typing import Final

from tests.support.platform import ALL_ROUTES
from tests.support.postgres import ROOT

# What may be asked twice as it is, and why.
WITHOUT_KEY: Final = {
    "POST /sessions": "a second session harms nobody, and a token is not kept for replay",
    "POST /sessions/role": "the same",
    "POST /sessions/passkey-challenge": "a challenge is used up once",
    "POST /sessions/passkey": "bound to a challenge that is used up",
    "POST /passkeys/registration": "a challenge is used up once",
    "POST /passkeys": "bound to a challenge that is used up; a passkey is registered once",
    "POST /rooms/{room_id}/tickets": "a ticket is single use, for seconds, and is not kept",
    "POST /tsa": "RFC 3161: two stamps of one digest are two stamps, and clients are not ours",
    "POST /partners/messages": "signed, with a nonce and a number that are taken once",
    "POST /partners/queries": "signed, with a nonce that is taken once, and changes nothing",
    "POST /insurance/callbacks/{guarantor_id}": "signed, with a nonce that is taken once",
    "POST /insurance/gm/{guarantor_id}/{call}": "the same",
    "POST /insurance/xml/{guarantor_id}": "the same: the digest of a body passes once",
    "POST /insurance/policies/{guarantor_id}/{order_id}": "the same",
    "POST /insurance/payments/callbacks/{provider_id}": "signed, and its id is taken once for ever",
}
SERVED: Final = ("tendering", "evaluation_rooms", "insurance_gateway")
BESIDE_THE_TABLE: Final = re.compile(r"\.add_(route|post|patch|put|delete|routes|view)\(")


def test_every_post_and_patch_asks_for_a_key_or_is_named_with_its_reason() -> None:
    without = {
        f"{route.method} {route.path}"
        for route in ALL_ROUTES
        if route.method in {"POST", "PATCH"} and route.idempotency == "none"
    }

    assert without == set(WITHOUT_KEY)


def test_no_two_handlers_have_the_same_name() -> None:
    names = Counter(route.handler.__name__ for route in ALL_ROUTES)

    assert [name for name, count in names.items() if count > 1] == []


def test_no_door_that_acts_is_added_beside_the_table() -> None:
    found = {
        file.relative_to(ROOT).as_posix()
        for folder in SERVED
        for file in (ROOT / folder).rglob("*.py")
        if BESIDE_THE_TABLE.search(file.read_text())
    }

    assert found == {"tendering/api/routing.py"}
