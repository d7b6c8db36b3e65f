"""The hybrid with ML-KEM-768: keys, sealing with chance and without, and the second suite of bids.

Opening goes through `cryptography`, whose decapsulation encrypts again and compares (FIPS 203): a
ciphertext of ours that differed in one bit would not give the same secret.
"""

import io
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey

from crypto import hybrid, hybrid_derandomized
from crypto.age_header import Stanza, build_header, encode_base64, parse_header
from crypto.errors import BadHeader, BadKey, BadShare, NoMatchingIdentity
from crypto.keys import HybridKey, OpeningKey, read_identity, recipient_public, recipient_text
from crypto.mlkem_derandomized import encapsulate
from crypto.seal_header import (
    SEALED_HEADER_BYTES_MAX,
    SealPolicy,
    derive_header,
    parse_sealed_header,
    read_sealed_header,
    seal_context,
)
from crypto.seal_opening import (
    file_key_from_shares,
    unwrap_share,
    unwrap_with_opening_key,
    verify_file_key,
)
from crypto.seal_suites import CLASSIC, HYBRID
from crypto.sealed_file import open_plain, seal_file

BIDDER = HybridKey(b"\x77" * 32)
HOLDERS = [HybridKey(bytes([number]) * 32) for number in (1, 2, 3)]
FILE_KEY = bytes(range(16))
MATERIAL = bytes(range(64))


def context_of(suite_name: str = HYBRID.name) -> bytes:
    return seal_context(
        tender_id="T-1",
        lot="1",
        envelope="price",
        bidder_id="B-1",
        counter=1,
        threshold=2,
        holders=[(holder.public.hex(), "ab" * 32) for holder in HOLDERS],
        suite_name=suite_name,
    )


CONTEXT = context_of()
POLICY = SealPolicy(CONTEXT, 2, tuple(holder.public for holder in HOLDERS), BIDDER.public)


@pytest.fixture(scope="module")
def header() -> bytes:
    return derive_header(FILE_KEY, POLICY)


@pytest.mark.parametrize("number", range(3))
def test_what_is_encapsulated_with_given_chance_decapsulates_to_the_same(number: int) -> None:
    private = MLKEM768PrivateKey.from_seed_bytes(bytes([number]) * 64)

    shared, ciphertext = encapsulate(private.public_key().public_bytes_raw(), bytes([number]) * 32)

    assert private.decapsulate(ciphertext) == shared


@pytest.mark.parametrize("public", [b"", bytes(1183), b"\xff" * 1184])
def test_an_mlkem_key_that_is_none_is_refused(public: bytes) -> None:
    with pytest.raises(BadKey):
        encapsulate(public, bytes(32))


def test_sealing_with_given_chance_is_opened_like_any_other_and_repeats_itself() -> None:
    sealed = hybrid_derandomized.seal(BIDDER.public, b"share", material=MATERIAL, info=b"context")

    assert hybrid.unseal(BIDDER.seed, *sealed, info=b"context") == b"share"
    assert hybrid.unseal(BIDDER.seed, *sealed, info=b"another") is None
    assert sealed == hybrid_derandomized.seal(
        BIDDER.public, b"share", material=MATERIAL, info=b"context"
    )


def test_sealing_with_chance_never_repeats_itself() -> None:
    first, second = (hybrid.seal(BIDDER.public, b"x", info=b"") for _ in range(2))

    assert first[0] != second[0]
    assert hybrid.unseal(BIDDER.seed, *first, info=b"") == b"x"


@pytest.mark.parametrize(
    "public",
    [b"", BIDDER.public[:-1], b"\xff" * 1184 + b"\x09" * 32, BIDDER.public[:-32] + bytes(32)],
)
def test_a_hybrid_key_that_is_none_is_refused_by_both_ways_to_seal(public: bytes) -> None:
    with pytest.raises(BadKey):
        hybrid.seal(public, b"x", info=b"")
    with pytest.raises(BadKey):
        hybrid_derandomized.seal(public, b"x", material=MATERIAL, info=b"")


@pytest.mark.parametrize("encapsulated", [b"", bytes(1120), bytes(1121)])
def test_an_encapsulated_key_of_another_size_or_of_low_order_is_refused(
    encapsulated: bytes,
) -> None:
    with pytest.raises(BadKey):
        hybrid.unseal(BIDDER.seed, encapsulated, bytes(32), info=b"")


def test_the_texts_of_keys_are_read_again_and_nothing_else() -> None:
    assert read_identity(BIDDER.identity) == BIDDER
    assert recipient_public(BIDDER.recipient) == BIDDER.public
    assert BIDDER.recipient.startswith("age1pq1")
    for text in (BIDDER.identity.lower(), BIDDER.recipient):
        with pytest.raises(BadKey):
            read_identity(text)
    with pytest.raises(BadKey):
        recipient_public(BIDDER.recipient.upper())
    with pytest.raises(BadKey):
        recipient_public(recipient_text(b"\xff" * 1184 + b"\x09" * 32))


def test_any_two_holders_or_the_bidder_open(header: bytes) -> None:
    shares = {n: unwrap_share(header, n, holder, CONTEXT) for n, holder in enumerate(HOLDERS, 1)}

    for left_out in (1, 2, 3):
        two = {number: share for number, share in shares.items() if number != left_out}
        assert file_key_from_shares(header, two, CONTEXT)[0] == FILE_KEY
    assert file_key_from_shares(header, {1: shares[1]}, CONTEXT)[0] is None
    assert unwrap_with_opening_key(header, BIDDER) == FILE_KEY


def test_the_header_rederives_and_an_altered_record_is_named(header: bytes) -> None:
    bidder_stanza, threshold_stanza = parse_header(header).stanzas
    body = bytearray(threshold_stanza.body)
    body[1184 + 5] ^= 1  # in the ML-KEM half of the second record
    altered = build_header(
        FILE_KEY, [bidder_stanza, Stanza(threshold_stanza.arguments, bytes(body))]
    )

    assert verify_file_key(header, FILE_KEY, POLICY).valid
    verdict = verify_file_key(altered, FILE_KEY, POLICY)
    assert verdict.mac_ok
    assert not verdict.valid
    assert verdict.wrong_records == (2,)
    with pytest.raises(BadShare):
        unwrap_share(altered, 2, HOLDERS[1], CONTEXT)


def test_another_key_opens_neither_stanza(header: bytes) -> None:
    for key in (HOLDERS[0], OpeningKey(BIDDER.seed)):
        with pytest.raises(NoMatchingIdentity):
            unwrap_with_opening_key(header, key)
    for other in (BIDDER, HOLDERS[1], OpeningKey(HOLDERS[0].seed)):
        with pytest.raises(BadShare):
            unwrap_share(header, 1, other, CONTEXT)


def test_the_suite_is_part_of_the_context() -> None:
    assert context_of(CLASSIC.name) != CONTEXT


def test_classic_and_hybrid_keys_do_not_go_into_one_policy() -> None:
    classic = OpeningKey(b"\x05" * 32).public

    with pytest.raises(BadKey):
        SealPolicy(CONTEXT, 2, (*POLICY.holders[:2], classic), BIDDER.public)
    with pytest.raises(BadKey):
        SealPolicy(CONTEXT, 2, POLICY.holders, classic)
    with pytest.raises(BadKey):
        SealPolicy(CONTEXT, 2, POLICY.holders, b"")


def test_the_door_wants_both_stanzas_of_one_suite(header: bytes) -> None:
    holders = tuple(OpeningKey(bytes([n]) * 32).public for n in (1, 2, 3))
    classic = derive_header(
        FILE_KEY, SealPolicy(CONTEXT, 2, holders, OpeningKey(b"\x77" * 32).public)
    )
    mixed = build_header(
        FILE_KEY, [parse_header(classic).stanzas[0], parse_header(header).stanzas[1]]
    )

    sealed = parse_sealed_header(
        header, expected_context=CONTEXT, threshold=2, n=3, suite_name=HYBRID.name
    )
    assert sealed.suite is HYBRID
    assert len({len(key) for key in sealed.ephemeral_keys}) == 1
    with pytest.raises(BadHeader):
        read_sealed_header(mixed)
    with pytest.raises(BadHeader, match="another suite"):
        parse_sealed_header(header, expected_context=CONTEXT, threshold=2, n=3)


def test_the_door_refuses_a_record_of_low_order_or_one_used_twice(header: bytes) -> None:
    bidder_stanza, stanza = parse_header(header).stanzas
    first, rest = stanza.body[:1184], stanza.body[1184:]
    low = first[:1088] + bytes(32) + first[1120:] + rest
    twice = first + first + rest[1184:]

    for body in (low, twice):
        altered = build_header(FILE_KEY, [bidder_stanza, Stanza(stanza.arguments, body)])
        with pytest.raises(BadHeader):
            parse_sealed_header(
                altered, expected_context=CONTEXT, threshold=2, n=3, suite_name=HYBRID.name
            )


def test_a_header_of_as_many_holders_as_there_may_be_fits_the_limit() -> None:
    body = bytes(32 * 1184)
    arguments = (HYBRID.threshold_kind, "32", "32", encode_base64(CONTEXT))
    bidder_stanza = HYBRID.bidder_stanza(
        FILE_KEY, BIDDER.public, material=MATERIAL, context=CONTEXT
    )

    header = build_header(FILE_KEY, [bidder_stanza, Stanza(arguments, body)])

    assert len(header) <= SEALED_HEADER_BYTES_MAX
    assert len(read_sealed_header(header).records) == 32


def test_a_hybrid_bid_is_an_age_file_for_its_bidder(tmp_path: Path) -> None:
    container = tmp_path / "container"
    seal_file(io.BytesIO(b"what is offered"), container, POLICY)
    target = io.BytesIO()

    open_plain(container, target, [BIDDER])

    assert target.getvalue() == b"what is offered"
