"""A rehearsal passes where a bid would pass, and is known again by the receipt alone."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from uuid import UUID

import pytest

from crypto.age_header import build_header
from crypto.age_payload import seal_stream
from crypto.container_digest import container_digest
from crypto.keys import NoteKey, OpeningKey
from crypto.seal_header import derive_header, read_sealed_header
from crypto.sealed_file import SealPolicy
from tendering.domain.bid import envelope_context
from tendering.domain.contributions import sealed_contribution
from tendering.domain.refusals import NotFound
from tendering.domain.refusals.bids import ContainerRefused, DeadlinePassed
from tendering.domain.refusals.openings import RehearsalUnknown, WrongFileKey
from tendering.domain.refusals.tenders import WrongPhase
from tendering.domain.rehearsal import (
    Rehearsal,
    RehearsedUnlock,
    receipt_message,
    rehearsal_policy,
    require_receipt,
    require_rehearsable,
    require_test_container,
    unlocked,
)
from tendering.domain.tender import ENVELOPES, TenderStatus
from tests.support.make import BIDDER, DEADLINE, a_tender

TENDER = a_tender()
KEY = NoteKey.from_seed("bids.example/receipt", b"k" * 32)
OWN = OpeningKey(b"\x51" * 32)
FILE_KEY, NONCE, VALUE = b"f" * 16, b"n" * 16, b"v" * 32
AT = DEADLINE - timedelta(days=3)


def sealed(policy: SealPolicy | None = None) -> bytes:
    policy = policy or rehearsal_policy(TENDER, "1", BIDDER, OWN.recipient)
    return sealed_contribution(VALUE, policy, file_key=FILE_KEY, payload_nonce=NONCE)


GOOD = Rehearsal("1", BIDDER, OWN.recipient, sealed())


def bound_to(**changes: object) -> bytes:
    """The same container for another purpose."""
    said = {"lot": "1", "kind": "rehearsal", "bidder_id": BIDDER, "counter": 1} | changes
    tender = said.pop("tender", TENDER)
    context = envelope_context(tender, **said)  # type: ignore[arg-type]
    return sealed(replace(rehearsal_policy(TENDER, "1", BIDDER, OWN.recipient), context=context))


def test_what_was_sealed_is_found_again() -> None:
    require_test_container(TENDER, GOOD)

    found = unlocked(TENDER, GOOD, FILE_KEY)

    assert found == RehearsedUnlock(True, container_digest([VALUE]))
    assert GOOD.digest == sha256(b"\x00" + GOOD.container).digest()


@pytest.mark.parametrize(
    "container",
    [
        bound_to(tender=a_tender(id=UUID(int=0x99))),
        bound_to(lot="2"),
        bound_to(bidder_id=UUID(int=0x98)),
        bound_to(counter=2),
        *(bound_to(kind=kind) for kind in (*ENVELOPES, "draw/experts")),
        GOOD.container + b"x",
        GOOD.container[:-1],
        b"age-encryption.org/v1\n",
        b"",
    ],
)
def test_a_container_for_anything_else_is_refused(container: bytes) -> None:
    with pytest.raises(ContainerRefused):
        require_test_container(TENDER, replace(GOOD, container=container))


def test_a_test_container_passes_for_no_envelope_of_a_bid() -> None:
    contexts = {
        envelope_context(TENDER, lot="1", kind=kind, bidder_id=BIDDER, counter=1)
        for kind in ENVELOPES
    }

    assert read_sealed_header(GOOD.container).context not in contexts


def test_an_unusable_recipient_is_refused() -> None:
    with pytest.raises(ContainerRefused):
        require_test_container(TENDER, replace(GOOD, recipient="age1nothing"))


def test_another_file_key_does_not_open_it() -> None:
    with pytest.raises(WrongFileKey):
        unlocked(TENDER, GOOD, b"g" * 16)


def test_a_header_that_does_not_derive_is_told_and_a_broken_payload_refused() -> None:
    policy = rehearsal_policy(TENDER, "1", BIDDER, OWN.recipient)
    sealed_header = read_sealed_header(GOOD.container)
    other = read_sealed_header(derive_header(b"x" * 16, policy)).header.stanzas[1]
    mixed = build_header(FILE_KEY, [sealed_header.header.stanzas[0], other])
    target = BytesIO()
    seal_stream(FILE_KEY, NONCE, BytesIO(VALUE), target)
    underived = replace(GOOD, container=mixed + target.getvalue())
    broken = replace(GOOD, container=GOOD.container[:-1] + bytes([GOOD.container[-1] ^ 1]))

    assert not unlocked(TENDER, underived, FILE_KEY).rederives
    with pytest.raises(ContainerRefused):
        unlocked(TENDER, broken, FILE_KEY)


CHANGES: dict[str, Callable[[Rehearsal], Rehearsal]] = {
    "another container": lambda one: replace(one, container=one.container + b"x"),
    "another lot": lambda one: replace(one, lot="2"),
    "another bidder": lambda one: replace(one, bidder_id=UUID(int=0x98)),
    "another recipient": lambda one: replace(one, recipient=OpeningKey(b"\x52" * 32).recipient),
}


def test_the_receipt_is_known_again_and_is_about_nothing_else() -> None:
    signature = KEY.sign(receipt_message(TENDER, GOOD, received_at=AT))
    require_receipt(TENDER, GOOD, received_at=AT, signature=signature, key=KEY)
    later = AT + timedelta(microseconds=1)
    other_key = NoteKey.from_seed("bids.example/receipt", b"l" * 32)
    other_tender = a_tender(id=UUID(int=0x99))

    for tender, rehearsal, at, key in (
        *((TENDER, change(GOOD), AT, KEY) for change in CHANGES.values()),
        (TENDER, GOOD, later, KEY),
        (TENDER, GOOD, AT, other_key),
        (other_tender, GOOD, AT, KEY),
    ):
        with pytest.raises(RehearsalUnknown):
            require_receipt(tender, rehearsal, received_at=at, signature=signature, key=key)


def test_one_rehearses_from_the_notice_to_the_deadline() -> None:
    require_rehearsable(TENDER, "1", at=DEADLINE - timedelta(microseconds=1))

    with pytest.raises(DeadlinePassed):
        require_rehearsable(TENDER, "1", at=DEADLINE)
    with pytest.raises(NotFound):
        require_rehearsable(TENDER, "9", at=AT)
    for status in set(TenderStatus) - {TenderStatus.PUBLISHED}:
        with pytest.raises(WrongPhase):
            require_rehearsable(a_tender(status=status), "1", at=AT)
