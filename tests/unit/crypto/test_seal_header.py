"""The sealed header: who can open, and who is to blame."""

import itertools
import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from crypto import suite
from crypto.age_header import parse_header, x25519_stanza
from crypto.errors import BadHeader, BadKey, BadMac, BadShare, CryptoError, NoMatchingIdentity
from crypto.keys import read_identity
from crypto.seal_header import (
    SealPolicy,
    derive_header,
    read_sealed_header,
    seal_context,
)
from crypto.seal_opening import (
    HeaderVerdict,
    check_share,
    file_key_from_shares,
    unwrap_share,
    unwrap_with_opening_key,
    verify_file_key,
)
from crypto.shares import split_derandomized
from tests.unit.crypto.a_sealed_header import (
    BIDDER,
    BIDDER_STANZA,
    CONTEXT,
    FILE_KEY,
    HEADER,
    HOLDERS,
    POLICY,
    SHARES,
    THRESHOLD,
    cheating_header,
    context_of,
    low_order_record,
    rebuilt,
    threshold_stanza,
)

VECTORS = Path(__file__).parents[2] / "vectors" / "sealed-header.json"


@pytest.mark.parametrize("numbers", list(itertools.combinations(range(1, 6), THRESHOLD)))
def test_any_three_of_five_holders_open(numbers: tuple[int, ...]) -> None:
    file_key, verdict = file_key_from_shares(HEADER, {n: SHARES[n] for n in numbers}, CONTEXT)

    assert file_key == FILE_KEY
    assert verdict.bad_shares_from == ()
    assert not verdict.bidder_fault_proven


@pytest.mark.parametrize("numbers", list(itertools.combinations(range(1, 6), THRESHOLD - 1)))
def test_two_holders_do_not_open_and_nobody_is_blamed(numbers: tuple[int, ...]) -> None:
    file_key, verdict = file_key_from_shares(HEADER, {n: SHARES[n] for n in numbers}, CONTEXT)

    assert file_key is None
    assert not verdict.bidder_fault_proven
    assert not verdict.bidder_inconsistent


def test_all_holders_together_open() -> None:
    assert file_key_from_shares(HEADER, SHARES, CONTEXT)[0] == FILE_KEY


def test_the_bidder_alone_opens() -> None:
    assert unwrap_with_opening_key(HEADER, BIDDER) == FILE_KEY


def test_another_key_than_the_bidders_does_not_open() -> None:
    with pytest.raises(NoMatchingIdentity):
        unwrap_with_opening_key(HEADER, HOLDERS[0])


def test_the_bidders_path_checks_the_mac() -> None:
    forged = HEADER[:-44] + b"A" * 43 + b"\n"

    with pytest.raises(BadMac):
        unwrap_with_opening_key(forged, BIDDER)


def test_an_honest_header_rederives_bit_for_bit() -> None:
    verdict = verify_file_key(HEADER, FILE_KEY, POLICY)

    assert verdict == HeaderVerdict(
        mac_ok=True, rederives=True, bidder_stanza_ok=True, wrong_records=()
    )
    assert verdict.valid


def test_rederivation_does_not_mind_the_payload_after_the_header() -> None:
    assert verify_file_key(HEADER + bytes(100), FILE_KEY, POLICY).valid


def test_another_file_key_does_not_verify() -> None:
    verdict = verify_file_key(HEADER, bytes(16), POLICY)

    assert not verdict.mac_ok
    assert not verdict.valid


def test_a_file_key_of_another_length_does_not_verify() -> None:
    verdict = verify_file_key(HEADER, FILE_KEY + b"\x00", POLICY)

    assert not verdict.valid
    assert verdict.wrong_records == (1, 2, 3, 4, 5)


def test_a_holder_refuses_a_container_of_another_context() -> None:
    with pytest.raises(BadHeader):
        unwrap_share(HEADER, 1, HOLDERS[0], context_of(tender_id="T-2"))


def test_the_shares_of_another_context_are_not_combined() -> None:
    with pytest.raises(BadHeader):
        file_key_from_shares(HEADER, SHARES, context_of(bidder_id="B-2"))


def test_transplanted_records_do_not_decrypt() -> None:
    other = context_of(tender_id="T-0")
    stanzas = parse_header(HEADER).stanzas
    transplanted = rebuilt(stanzas[0], threshold_stanza(other, stanzas[1].body))

    with pytest.raises(BadShare):
        unwrap_share(transplanted, 1, HOLDERS[0], other)


def test_a_record_moved_to_another_holder_does_not_decrypt() -> None:
    with pytest.raises(BadShare):
        unwrap_share(HEADER, 2, HOLDERS[0], CONTEXT)


def test_a_holder_number_that_does_not_exist_is_refused() -> None:
    with pytest.raises(BadHeader):
        unwrap_share(HEADER, 6, HOLDERS[0], CONTEXT)


def test_a_lying_holder_is_named() -> None:
    handed_in = {**SHARES, 3: bytes(16)}

    file_key, verdict = file_key_from_shares(HEADER, handed_in, CONTEXT)

    assert file_key == FILE_KEY
    assert verdict.bad_shares_from == (3,)


def test_a_share_is_checked_against_its_commitment() -> None:
    assert check_share(HEADER, 2, SHARES[2], CONTEXT)
    assert not check_share(HEADER, 2, SHARES[1], CONTEXT)
    assert not check_share(HEADER, 9, SHARES[1], CONTEXT)
    assert not check_share(HEADER, 2, SHARES[2][:15], CONTEXT)
    assert not check_share(HEADER, 2, SHARES[2], bytes(32))


def test_selectively_dealt_shares_are_detected_when_all_holders_answer() -> None:
    header = cheating_header(wrong_from=4, decryptable=True)
    shares = {n: unwrap_share(header, n, key, CONTEXT) for n, key in enumerate(HOLDERS, start=1)}

    file_key, verdict = file_key_from_shares(header, shares, CONTEXT)

    assert file_key == FILE_KEY
    assert verdict.bidder_inconsistent
    assert verdict.bad_shares_from == ()
    assert verify_file_key(header, FILE_KEY, POLICY).wrong_records == (4, 5)


def test_enough_committed_shares_that_do_not_fit_the_mac_prove_the_bidders_fault() -> None:
    header = cheating_header(wrong_from=3, decryptable=True)
    shares = {n: unwrap_share(header, n, HOLDERS[n - 1], CONTEXT) for n in (2, 3, 4)}

    file_key, verdict = file_key_from_shares(header, shares, CONTEXT)

    assert file_key is None
    assert verdict.bidder_fault_proven


def test_consistent_shares_of_another_secret_prove_the_bidders_fault() -> None:
    header = cheating_header(wrong_from=1, decryptable=True)
    shares = {n: unwrap_share(header, n, key, CONTEXT) for n, key in enumerate(HOLDERS, start=1)}

    file_key, verdict = file_key_from_shares(header, shares, CONTEXT)

    assert file_key is None
    assert not verdict.bidder_inconsistent
    assert verdict.bidder_fault_proven


def test_an_unwrappable_record_is_blamed_on_the_bidder_by_rederivation() -> None:
    header = cheating_header(wrong_from=4, decryptable=False)

    with pytest.raises(BadShare):
        unwrap_share(header, 4, HOLDERS[3], CONTEXT)
    verdict = verify_file_key(header, FILE_KEY, POLICY)

    assert verdict.mac_ok
    assert not verdict.rederives
    assert verdict.wrong_records == (4, 5)


def test_a_record_that_holds_another_share_than_committed_is_refused() -> None:
    honest = read_sealed_header(HEADER)
    body = parse_header(HEADER).stanzas[1].body
    spoiled = body[: 96 - 1] + bytes([body[96 - 1] ^ 1]) + body[96:]
    header = rebuilt(honest.bidder_stanza, threshold_stanza(CONTEXT, spoiled))

    with pytest.raises(BadShare):
        unwrap_share(header, 1, HOLDERS[0], CONTEXT)


def test_a_record_with_an_ephemeral_key_of_low_order_is_refused() -> None:
    header = rebuilt(BIDDER_STANZA, threshold_stanza(CONTEXT, low_order_record()))

    with pytest.raises(BadShare):
        unwrap_share(header, 1, HOLDERS[0], CONTEXT)


def test_a_bidder_stanza_with_a_chosen_ephemeral_key_is_found_out() -> None:
    stanzas = parse_header(HEADER).stanzas
    chosen = x25519_stanza(FILE_KEY, BIDDER.public, ephemeral=b"\x11" * 32)

    verdict = verify_file_key(rebuilt(chosen, stanzas[1]), FILE_KEY, POLICY)

    assert verdict.mac_ok
    assert not verdict.bidder_stanza_ok
    assert verdict.wrong_records == ()
    assert not verdict.valid


def test_a_flipped_bit_anywhere_in_the_header_is_noticed_by_the_bidders_path() -> None:
    unnoticed = []
    for position, bit in itertools.product(range(len(HEADER)), (0, 5)):  # 5: the letter's case
        altered = bytearray(HEADER)
        altered[position] ^= 1 << bit
        try:
            unwrap_with_opening_key(bytes(altered), BIDDER)
        except CryptoError:
            continue
        unnoticed.append((position, bit))

    assert unnoticed == []


def test_a_policy_with_one_key_twice_is_refused() -> None:
    with pytest.raises(BadKey):
        SealPolicy(CONTEXT, 2, (BIDDER.public, HOLDERS[0].public), BIDDER.public)


@pytest.mark.parametrize("threshold", [0, 1, 6])
def test_a_policy_with_an_impossible_threshold_is_refused(threshold: int) -> None:
    with pytest.raises(BadKey):
        SealPolicy(CONTEXT, threshold, POLICY.holders, BIDDER.public)


def test_a_policy_with_a_key_of_another_length_is_refused() -> None:
    with pytest.raises(BadKey):
        SealPolicy(CONTEXT, 2, (bytes(31), HOLDERS[0].public), BIDDER.public)


def test_a_holder_key_of_low_order_is_refused() -> None:
    policy = SealPolicy(CONTEXT, 2, (bytes(32), HOLDERS[0].public), BIDDER.public)

    with pytest.raises(BadKey):
        derive_header(FILE_KEY, policy)


@pytest.mark.parametrize(
    "change",
    [
        {"tender_id": "T-2"},
        {"lot": "2"},
        {"envelope": "technical"},
        {"bidder_id": "B-2"},
        {"counter": 2},
        {"threshold": 2},
        {"holders": [("00" * 32, "ab" * 32)]},
    ],
)
def test_every_fact_changes_the_context(change: dict[str, object]) -> None:
    facts: dict[str, object] = {
        "tender_id": "T-1",
        "lot": "1",
        "envelope": "price",
        "bidder_id": "B-1",
        "counter": 1,
        "threshold": 3,
        "holders": [("11" * 32, "ab" * 32)],
    }

    assert seal_context(**{**facts, **change}) != seal_context(**facts)  # type: ignore[arg-type]


@pytest.mark.parametrize("vector", json.loads(VECTORS.read_text("utf-8"))["vectors"])
def test_the_published_vectors_are_reproduced(vector: dict[str, Any]) -> None:
    named = vector["context_of"]
    context = seal_context(
        **{**named, "holders": [(h["public_key"], h["announcement"]) for h in named["holders"]]}
    )
    holders = tuple(bytes.fromhex(h["public_key"]) for h in named["holders"])
    bidder = read_identity(vector["bidder_identity"])
    policy = SealPolicy(context, named["threshold"], holders, bidder.public)
    file_key = bytes.fromhex(vector["file_key"])
    header = derive_header(file_key, policy)

    assert policy.suite.name == named["suite_name"]
    assert bidder.recipient == vector["bidder_recipient"]
    assert bidder.public.hex() == vector["bidder_public_key"]
    assert context.hex() == vector["context"]
    assert header == b64decode(vector["header"])
    assert unwrap_with_opening_key(header, bidder) == file_key
    for number, text in enumerate(vector["holder_identities"], start=1):
        share = unwrap_share(header, number, read_identity(text), context)
        assert share.hex() == vector["shares"][number - 1]


def test_the_shares_in_the_header_are_the_derived_ones() -> None:
    coefficients = [
        suite.hkdf(
            FILE_KEY, salt=CONTEXT, info=f"kaibiao/seal/v1/coefficient/{k}".encode(), length=16
        )
        for k in (1, 2)
    ]

    assert list(SHARES.values()) == split_derandomized(FILE_KEY, coefficients, 5)
