"""Evidence records: time stamps renewed by a newer key or a longer hash, and what does not hold."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from crypto.certificates import CertificateSubject, issue, make_authority, make_request
from crypto.errors import BadTimestamp
from crypto.evidence_record import (
    EMPTY,
    Chain,
    EvidenceRecord,
    dump,
    load,
    renewed,
    to_stamp,
    verify_record,
)
from crypto.keys import SigningKey
from crypto.timestamp import make_request as ask
from crypto.timestamp import respond, token_of

BEGAN = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
YEAR = timedelta(days=365)
FILE = b"an archive"
DIGESTS = {name: hashlib.new(name, FILE).digest() for name in ("sha256", "sha384", "sha512")}
ROOT_KEY = SigningKey(ec.derive_private_key(1001, ec.SECP256R1()))
ROOT = make_authority("示范根证书", key=ROOT_KEY, at=BEGAN - YEAR, years=40)


def a_token(digest: bytes, *, at: datetime, key: int = 7) -> bytes:
    """A token by an authority whose certificate began a day before and lasts ten years."""
    signer = SigningKey(ec.derive_private_key(key, ec.SECP256R1()))
    request = make_request(signer, common_name="", organization="", uscc="")
    subject = CertificateSubject("示范时间戳服务", "示范交易中心")
    certificate = issue(
        ROOT,
        ROOT_KEY,
        request,
        at=at - timedelta(days=1),
        days=3650,
        subject=subject,
        usage="timestamping",
    )
    answer = respond(
        ask(digest, 5), certificate_der=certificate, key=signer, at=at, serial=1, policy_oid="1.2.3"
    )
    return token_of(answer)


def stamped(
    record: EvidenceRecord, *, years: int, algorithm: str = "sha256", key: int = 7
) -> EvidenceRecord:
    """The record with a time stamp more."""
    digest = to_stamp(record, algorithm, DIGESTS[algorithm])
    return renewed(record, algorithm, a_token(digest, at=BEGAN + years * YEAR, key=key))


FIRST = stamped(EMPTY, years=0)
KEPT = stamped(stamped(FIRST, years=8, key=8), years=16, algorithm="sha512", key=9)


def verified(record: EvidenceRecord, *, years: int, roots: tuple[bytes, ...] = (ROOT,)) -> int:
    """How many stamps hold."""
    at = BEGAN + years * YEAR + timedelta(days=2)
    return len(verify_record(record, DIGESTS, trusted_roots=roots, at=at))


def test_a_record_renewed_by_key_and_by_hash_holds_longer_than_its_first_certificate() -> None:
    assert [chain.algorithm for chain in KEPT.chains] == ["sha256", "sha512"]
    assert verified(KEPT, years=24) == 3


def test_a_record_that_was_not_renewed_ends_with_its_certificate() -> None:
    assert verified(FIRST, years=9) == 1
    with pytest.raises(BadTimestamp, match="not renewed"):
        verified(FIRST, years=11)


def test_a_renewal_that_came_too_late_does_not_hold() -> None:
    late = stamped(FIRST, years=11, key=8)

    with pytest.raises(BadTimestamp, match="had ended"):
        verified(late, years=11)


def test_another_file_does_not_hold_by_any_chain() -> None:
    other = {name: hashlib.new(name, b"another").digest() for name in DIGESTS}

    with pytest.raises(BadTimestamp):
        verify_record(FIRST, other, trusted_roots=[ROOT], at=BEGAN + YEAR)
    # The first chain's digest alone would be enough for who can break it: the second binds too.
    half = other | {"sha256": DIGESTS["sha256"]}
    with pytest.raises(BadTimestamp):
        verify_record(KEPT, half, trusted_roots=[ROOT], at=BEGAN + 17 * YEAR)


def test_a_token_taken_out_or_exchanged_is_noticed() -> None:
    first, second = KEPT.chains
    without = EvidenceRecord((Chain("sha256", first.tokens[:1]), second))
    turned = EvidenceRecord((Chain("sha256", first.tokens[::-1]), second))

    for changed in (without, turned):
        with pytest.raises(BadTimestamp):
            verified(changed, years=17)


def test_a_renewal_dated_before_what_it_renews_does_not_hold() -> None:
    backwards = stamped(stamped(EMPTY, years=2), years=1, key=8)

    with pytest.raises(BadTimestamp, match="older than what it renews"):
        verified(backwards, years=3)


def test_an_unknown_authority_an_empty_record_and_a_weaker_hash_do_not_hold() -> None:
    stranger = make_authority("示范他人", key=ROOT_KEY, at=BEGAN, years=1)

    with pytest.raises(BadTimestamp):
        verified(FIRST, years=1, roots=(stranger,))
    with pytest.raises(BadTimestamp, match="no time stamp"):
        verified(EMPTY, years=1)
    with pytest.raises(BadTimestamp, match="no renewal"):
        to_stamp(KEPT, "sha384", DIGESTS["sha384"])
    with pytest.raises(BadTimestamp, match="no chain may have"):
        to_stamp(EMPTY, "sha1", b"")


def test_a_record_is_written_in_one_form_and_read_back() -> None:
    der = dump(KEPT)

    assert load(der) == KEPT
    assert dump(load(der)) == der


@pytest.mark.parametrize(
    "der",
    [
        b"",
        b"\x30\x00",
        dump(KEPT)[:-1],
        dump(KEPT) + b"\0",
        dump(EvidenceRecord((Chain("sha256", ()),))),
        b"\0" * ((4 << 20) + 1),
    ],
)
def test_what_is_no_record_is_refused(der: bytes) -> None:
    with pytest.raises(BadTimestamp):
        load(der)


def test_a_record_by_an_algorithm_we_do_not_take_is_refused() -> None:
    der = dump(EvidenceRecord((Chain("md5", FIRST.chains[0].tokens),)))

    with pytest.raises(BadTimestamp, match="no chain may have"):
        load(der)
