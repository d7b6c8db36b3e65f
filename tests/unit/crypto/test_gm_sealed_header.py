"""Sealed headers under the national algorithms: every way to open, and every way to cheat."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crypto.age_header import Stanza, build_header, check_mac, encode_base64, parse_header
from crypto.algorithms import AGE, NATIONAL
from crypto.errors import BadHeader, BadKey, BadMac, BadShare, NoMatchingIdentity
from crypto.gm_curve import reduced_scalar
from crypto.opening_keys import Sm2SoftwareKey
from crypto.seal_header import (
    SealPolicy,
    derive_header,
    parse_sealed_header,
    read_sealed_header,
    seal_context,
    share_commitment,
)
from crypto.seal_opening import (
    file_key_from_shares,
    unwrap_share,
    unwrap_with_opening_key,
    verify_file_key,
)
from crypto.seal_suites import GM
from crypto.share_combining import ShareVerdict

VECTOR_FILE = Path(__file__).parents[2] / "vectors/gm-sealed-bid.json"
VECTOR: dict[str, Any] = json.loads(VECTOR_FILE.read_text())

THRESHOLD = 3
HOLDERS = [Sm2SoftwareKey(reduced_scalar(bytes([number]) * 48)) for number in range(1, 6)]
BIDDER = Sm2SoftwareKey(reduced_scalar(b"\x77" * 48))
FILE_KEY = bytes(range(16))


def _context(tender_id: str = "T-1") -> bytes:
    return seal_context(
        suite_name=GM.name,
        tender_id=tender_id,
        lot="1",
        envelope="price",
        bidder_id="B-1",
        counter=1,
        threshold=THRESHOLD,
        holders=[(holder.public.hex(), "ab" * 32) for holder in HOLDERS],
    )


CONTEXT = _context()
POLICY = SealPolicy(CONTEXT, THRESHOLD, tuple(holder.public for holder in HOLDERS), BIDDER.public)
HEADER = derive_header(FILE_KEY, POLICY)
SHARES = {
    number: unwrap_share(HEADER, number, holder, CONTEXT)
    for number, holder in enumerate(HOLDERS, start=1)
}


def _rebuilt(change: Callable[[list[Stanza]], object], file_key: bytes = FILE_KEY) -> bytes:
    """The header with other stanzas and a MAC that fits: what a cheating bidder can make."""
    stanzas = list(parse_header(HEADER, accepted=(NATIONAL,)).stanzas)
    change(stanzas)
    return build_header(file_key, stanzas, algorithms=NATIONAL)


def _wrapped(secret: bytes, public: bytes, context: bytes = CONTEXT) -> bytes:
    return GM.wrap(secret, public, material=b"\x01" * 48, context=context, position=b"")


def _with_record(number: int, wrapped: bytes, commitment: bytes) -> bytes:
    records = [(each.wrapped, each.commitment) for each in read_sealed_header(HEADER).records]
    records[number - 1] = (wrapped, commitment)
    body = b"".join(part for record in records for part in record)
    return _rebuilt(lambda stanzas: stanzas.append(replace(stanzas.pop(), body=body)))


def test_the_header_is_the_published_one() -> None:
    keys = [Sm2SoftwareKey(bytes.fromhex(secret)) for secret in VECTOR["holder_secrets"]]
    bidder = Sm2SoftwareKey(bytes.fromhex(VECTOR["bidder_secret"]))
    context = seal_context(
        suite_name=GM.name,
        **VECTOR["context_of"],
        threshold=VECTOR["threshold"],
        holders=[
            (key.public.hex(), digest)
            for key, digest in zip(keys, VECTOR["announcements"], strict=True)
        ],
    )
    policy = SealPolicy(
        context, VECTOR["threshold"], tuple(key.public for key in keys), bidder.public
    )

    assert context.hex() == VECTOR["context"]
    header = derive_header(bytes.fromhex(VECTOR["file_key"]), policy)
    assert header.decode("ascii").split("\n") == VECTOR["header"]


def test_a_header_says_that_it_is_not_age() -> None:
    assert HEADER.startswith(NATIONAL.version_line + b"\n")
    assert b"age-encryption.org" not in HEADER
    with pytest.raises(BadHeader):
        parse_header(HEADER)
    stanzas = parse_header(HEADER, accepted=(NATIONAL,)).stanzas
    with pytest.raises(BadHeader, match="one suite"):
        read_sealed_header(build_header(FILE_KEY, stanzas, algorithms=AGE))
    with pytest.raises(BadHeader, match="another suite"):
        parse_sealed_header(HEADER, expected_context=CONTEXT, threshold=THRESHOLD, n=5)


def test_the_bidder_opens_alone() -> None:
    assert unwrap_with_opening_key(HEADER, BIDDER) == FILE_KEY


def test_another_key_does_not_open() -> None:
    with pytest.raises(NoMatchingIdentity):
        unwrap_with_opening_key(HEADER, HOLDERS[0])


@pytest.mark.parametrize("numbers", [(1, 2, 3), (2, 4, 5), (1, 2, 3, 4, 5)])
def test_enough_holders_open_together(numbers: tuple[int, ...]) -> None:
    handed_in = {number: SHARES[number] for number in numbers}

    found = file_key_from_shares(HEADER, handed_in, CONTEXT)

    assert found == (FILE_KEY, ShareVerdict((), False, False))


def test_too_few_holders_learn_nothing() -> None:
    found = file_key_from_shares(HEADER, {1: SHARES[1], 2: SHARES[2]}, CONTEXT)

    assert found == (None, ShareVerdict((), False, False))


def test_a_holder_that_lies_is_named() -> None:
    shares = SHARES | {2: bytes(16), 9: bytes(16), 4: b"short"}

    found = file_key_from_shares(HEADER, shares, CONTEXT)

    assert found == (FILE_KEY, ShareVerdict((2, 4, 9), False, False))


def test_a_holder_refuses_another_context() -> None:
    with pytest.raises(BadHeader):
        unwrap_share(HEADER, 1, HOLDERS[0], _context("T-2"))
    with pytest.raises(BadHeader):
        file_key_from_shares(HEADER, SHARES, _context("T-2"))
    with pytest.raises(BadHeader):
        unwrap_share(HEADER, 6, HOLDERS[0], CONTEXT)


def test_a_record_moved_into_another_container_is_refused() -> None:
    theirs = replace(POLICY, context=_context("T-2"))
    moved = read_sealed_header(derive_header(bytes(16), theirs)).record(2).wrapped
    header = _with_record(2, moved, read_sealed_header(HEADER).record(2).commitment)

    with pytest.raises(BadShare, match="does not decrypt"):
        unwrap_share(header, 2, HOLDERS[1], CONTEXT)


def test_a_record_for_another_key_is_the_bidders_fault() -> None:
    wrapped = _wrapped(SHARES[2], HOLDERS[0].public)
    header = _with_record(2, wrapped, read_sealed_header(HEADER).record(2).commitment)

    with pytest.raises(BadShare, match="does not decrypt"):
        unwrap_share(header, 2, HOLDERS[1], CONTEXT)
    verdict = verify_file_key(header, FILE_KEY, POLICY)
    assert (verdict.mac_ok, verdict.valid, verdict.wrong_records) == (True, False, (2,))


def test_a_share_that_was_not_committed_is_refused() -> None:
    wrapped = _wrapped(bytes(16), HOLDERS[1].public)
    header = _with_record(2, wrapped, read_sealed_header(HEADER).record(2).commitment)

    with pytest.raises(BadShare, match="committed"):
        unwrap_share(header, 2, HOLDERS[1], CONTEXT)


def test_selective_shares_are_found_out() -> None:
    bad = bytes(16)
    wrapped = _wrapped(bad, HOLDERS[1].public)
    header = _with_record(2, wrapped, share_commitment(GM, CONTEXT, 2, bad))

    file_key, verdict = file_key_from_shares(header, SHARES | {2: bad}, CONTEXT)

    assert (file_key, verdict) == (FILE_KEY, ShareVerdict((), True, False))
    assert verify_file_key(header, FILE_KEY, POLICY).wrong_records == (2,)


def test_shares_of_another_key_than_the_headers_are_the_bidders_fault() -> None:
    header = _rebuilt(lambda stanzas: None, file_key=b"\x01" * 16)

    found = file_key_from_shares(header, SHARES, CONTEXT)

    assert found == (None, ShareVerdict((), False, True))
    with pytest.raises(BadMac):
        unwrap_with_opening_key(header, BIDDER)


def test_an_honest_header_derives_again() -> None:
    verdict = verify_file_key(HEADER + b"payload", FILE_KEY, POLICY)

    assert verdict.valid
    assert verdict.bidder_stanza_ok
    assert verdict.wrong_records == ()


@pytest.mark.parametrize("file_key", [bytes(16), b"", bytes(15), bytes(17)])
def test_another_file_key_is_recognized(file_key: bytes) -> None:
    verdict = verify_file_key(HEADER, file_key, POLICY)

    assert not verdict.valid
    assert not verdict.mac_ok
    assert verdict.wrong_records == (1, 2, 3, 4, 5)


def test_a_header_for_more_holders_than_the_policy_names_is_wrong() -> None:
    policy = replace(POLICY, holders=POLICY.holders[:4])

    assert 5 in verify_file_key(HEADER, FILE_KEY, policy).wrong_records


def test_a_bidders_stanza_for_another_context_does_not_open() -> None:
    wrapped = _wrapped(FILE_KEY, BIDDER.public, _context("T-2"))
    header = _rebuilt(lambda stanzas: stanzas.__setitem__(0, replace(stanzas[0], body=wrapped)))

    with pytest.raises(NoMatchingIdentity):
        unwrap_with_opening_key(header, BIDDER)


def test_the_door_knows_an_honest_header() -> None:
    sealed = parse_sealed_header(
        suite_name=GM.name, data=HEADER + b"x", expected_context=CONTEXT, threshold=THRESHOLD, n=5
    )

    assert len(set(sealed.ephemeral_keys)) == 6
    assert sealed.header.length == len(HEADER)


def test_the_door_refuses_another_purpose() -> None:
    for expected in (
        {"expected_context": _context("T-2"), "threshold": THRESHOLD, "n": 5},
        {"expected_context": CONTEXT, "threshold": 2, "n": 5},
        {"expected_context": CONTEXT, "threshold": THRESHOLD, "n": 4},
    ):
        with pytest.raises(BadHeader):
            parse_sealed_header(suite_name=GM.name, data=HEADER, **expected)  # type: ignore[arg-type]  # of mixed types


def test_the_door_refuses_an_ephemeral_key_used_twice() -> None:
    first = read_sealed_header(HEADER).record(1)

    with pytest.raises(BadHeader, match="twice"):
        parse_sealed_header(
            suite_name=GM.name,
            data=_with_record(2, first.wrapped, first.commitment),
            expected_context=CONTEXT,
            threshold=THRESHOLD,
            n=5,
        )


def _threshold(*arguments: str) -> Callable[[list[Stanza]], object]:
    return lambda stanzas: stanzas.append(replace(stanzas.pop(), arguments=arguments))


def _body(change: Callable[[bytes], bytes], place: int = 1) -> Callable[[list[Stanza]], object]:
    return lambda stanzas: stanzas.__setitem__(
        place, replace(stanzas[place], body=change(stanzas[place].body))
    )


TEXT = encode_base64(CONTEXT)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda stanzas: stanzas.reverse(), id="reordered"),
        pytest.param(lambda stanzas: stanzas.append(stanzas[0]), id="a third stanza"),
        pytest.param(lambda stanzas: stanzas.pop(), id="one stanza"),
        pytest.param(
            lambda stanzas: stanzas.__setitem__(
                0, replace(stanzas[0], arguments=(GM.bidder_kind, "more"))
            ),
            id="an argument too many",
        ),
        pytest.param(_threshold(GM.threshold_kind, "3", "5"), id="no context"),
        pytest.param(_threshold(GM.threshold_kind, "03", "5", TEXT), id="leading zero"),
        pytest.param(_threshold(GM.threshold_kind, "1", "5", TEXT), id="threshold of one"),
        pytest.param(_threshold(GM.threshold_kind, "6", "5", TEXT), id="threshold too high"),
        pytest.param(_threshold(GM.threshold_kind, "3", "33", TEXT), id="too many holders"),
        pytest.param(_threshold(GM.threshold_kind, "3", "4", TEXT), id="a record too many"),
        pytest.param(_threshold(GM.threshold_kind, "3", "6", TEXT), id="a record too few"),
        pytest.param(_threshold(GM.threshold_kind, "3", "5", TEXT[:-3]), id="short context"),
        pytest.param(_body(lambda body: body[:-1]), id="cut"),
        pytest.param(_body(lambda body: body + b"\0"), id="extended"),
        pytest.param(_body(lambda body: b""), id="empty"),
        pytest.param(_body(lambda body: b"\x31" + body[1:]), id="not a sequence"),
        pytest.param(_body(lambda body: b"", place=0), id="empty stanza"),
        pytest.param(
            _body(lambda body: _wrapped(bytes(15), BIDDER.public), place=0),
            id="a byte too few inside",
        ),
    ],
)
def test_a_header_of_another_shape_is_refused(change: Callable[[list[Stanza]], object]) -> None:
    with pytest.raises(BadHeader):
        read_sealed_header(_rebuilt(change))


@pytest.mark.parametrize(
    ("threshold", "holders"),
    [(1, POLICY.holders), (6, POLICY.holders), (2, POLICY.holders * 7), (2, POLICY.holders[:1])],
)
def test_a_policy_nobody_can_seal_to_is_refused(threshold: int, holders: tuple[bytes, ...]) -> None:
    with pytest.raises(BadKey):
        SealPolicy(CONTEXT, threshold, holders, BIDDER.public)


def test_a_policy_with_one_key_twice_or_a_key_off_the_curve_is_refused() -> None:
    with pytest.raises(BadKey):
        replace(POLICY, bidder=HOLDERS[0].public)
    with pytest.raises(BadKey):
        derive_header(FILE_KEY, replace(POLICY, bidder=b"\x04" + bytes(64)))


def test_every_altered_bit_of_a_header_is_noticed() -> None:
    for place in range(0, len(HEADER), 41):
        altered = bytearray(HEADER)
        altered[place] ^= 1
        with pytest.raises((BadHeader, BadMac, NoMatchingIdentity)):
            unwrap_with_opening_key(bytes(altered), BIDDER)


def test_the_mac_is_checked_before_a_payload_may_be_opened() -> None:
    header = parse_header(HEADER, accepted=(NATIONAL,))

    check_mac(header, FILE_KEY)
    for file_key in (bytes(16), b"", FILE_KEY + b"\0"):
        with pytest.raises(BadMac):
            check_mac(header, file_key)
