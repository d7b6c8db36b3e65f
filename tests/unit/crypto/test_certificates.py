"""Certificates: who is who, for what and how long."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from crypto.certificates import (
    CertificateSubject,
    check_crl,
    facts,
    is_revoked,
    issue,
    make_authority,
    make_crl,
    make_request,
    request_subject,
    verify_chain,
)
from crypto.errors import BadCertificate
from crypto.keys import SigningKey


def _key(number: int) -> SigningKey:
    return SigningKey(ec.derive_private_key(number, ec.SECP256R1()))


AT = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
LATER = AT + timedelta(days=10)
CA_KEY, KEY = _key(1001), _key(1002)
ROOT = make_authority("示范根证书", key=CA_KEY, at=AT, years=10)
SUBJECT = CertificateSubject("示范签名证书", "示范建设有限公司", "91350100M000100Y43")
REQUEST = make_request(
    KEY, common_name=SUBJECT.common_name, organization=SUBJECT.organization, uscc=SUBJECT.uscc
)
CERTIFICATE = issue(ROOT, CA_KEY, REQUEST, at=AT, days=365, subject=SUBJECT)


def test_an_issued_certificate_says_what_the_authority_put_in_it() -> None:
    found = verify_chain(CERTIFICATE, [], trusted_roots=[ROOT], at=LATER)

    assert (found.common_name, found.organization, found.uscc) == (
        SUBJECT.common_name,
        SUBJECT.organization,
        SUBJECT.uscc,
    )
    assert found.public_der == KEY.public_der
    assert found.not_before == AT
    assert found.not_after == AT + timedelta(days=365)
    assert "示范根证书" in found.issuer
    assert found == facts(CERTIFICATE)


def test_the_authority_decides_on_the_name_not_the_request() -> None:
    other = CertificateSubject("示范专家甲（一号席位）")

    found = facts(issue(ROOT, CA_KEY, REQUEST, at=AT, days=1, subject=other))

    assert (found.common_name, found.organization, found.uscc) == (other.common_name, "", "")


def test_a_request_tells_what_it_asks_to_be_called() -> None:
    assert request_subject(REQUEST) == SUBJECT


def test_issuing_is_a_function_of_its_arguments() -> None:
    again = issue(ROOT, CA_KEY, REQUEST, at=AT, days=365, subject=SUBJECT)
    stamping = issue(ROOT, CA_KEY, REQUEST, at=AT, days=365, subject=SUBJECT, usage="timestamping")

    assert again == CERTIFICATE
    assert facts(stamping).serial != facts(CERTIFICATE).serial
    assert make_authority("示范根证书", key=CA_KEY, at=AT, years=10) == ROOT


@pytest.mark.parametrize("at", [AT - timedelta(seconds=1), AT + timedelta(days=365, seconds=1)])
def test_a_certificate_is_refused_outside_its_time(at: datetime) -> None:
    with pytest.raises(BadCertificate, match="not valid at that time"):
        verify_chain(CERTIFICATE, [], trusted_roots=[ROOT], at=at)


def test_an_unknown_root_is_refused() -> None:
    other = make_authority("示范根证书", key=_key(1009), at=AT, years=10)

    with pytest.raises(BadCertificate, match="trusted root"):
        verify_chain(CERTIFICATE, [], trusted_roots=[other], at=LATER)
    with pytest.raises(BadCertificate, match="trusted root"):
        verify_chain(CERTIFICATE, [], trusted_roots=[], at=LATER)
    with pytest.raises(BadCertificate, match="trusted root"):
        verify_chain(CERTIFICATE, [other], trusted_roots=[], at=LATER)


def test_a_certificate_signed_by_an_ordinary_certificate_is_refused() -> None:
    forged = issue(
        CERTIFICATE, KEY, make_request(_key(5), common_name="", organization="", uscc=""),
        at=AT, days=1, subject=CertificateSubject("示范冒名者"),
    )  # fmt: skip

    with pytest.raises(BadCertificate, match="trusted root"):
        verify_chain(forged, [CERTIFICATE], trusted_roots=[ROOT], at=AT)


def test_an_authority_does_not_sign_statements() -> None:
    with pytest.raises(BadCertificate, match="certificates only"):
        verify_chain(ROOT, [], trusted_roots=[ROOT], at=LATER)


def test_a_certificate_serves_one_purpose() -> None:
    stamping = issue(ROOT, CA_KEY, REQUEST, at=AT, days=9, subject=SUBJECT, usage="timestamping")

    verify_chain(stamping, [], trusted_roots=[ROOT], at=AT, usage="timestamping")
    with pytest.raises(BadCertificate, match="purpose"):
        verify_chain(stamping, [], trusted_roots=[ROOT], at=AT)
    with pytest.raises(BadCertificate, match="purpose"):
        verify_chain(CERTIFICATE, [], trusted_roots=[ROOT], at=AT, usage="timestamping")


def test_a_pinned_certificate_is_its_own_root() -> None:
    found = verify_chain(CERTIFICATE, [], trusted_roots=[CERTIFICATE], at=LATER)

    assert found.uscc == SUBJECT.uscc


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _outside(
    number: int,
    issuer: tuple[str, int],
    *,
    path_length: int | None = None,
    change: Callable[[x509.CertificateBuilder], x509.CertificateBuilder] | None = None,
    is_authority: bool = True,
) -> bytes:
    """A certificate as another authority might make it: CA number `number` under `issuer`."""
    issuer_name, issuer_number = issuer
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(f"CA {number}"))
        .issuer_name(_name(issuer_name))
        .public_key(_key(number).private.public_key())
        .serial_number(number)
        .not_valid_before(AT)
        .not_valid_after(AT + timedelta(days=1000))
    )
    if is_authority:
        builder = builder.add_extension(
            x509.BasicConstraints(ca=True, path_length=path_length), critical=True
        )
    if change is not None:
        builder = change(builder)
    signed = builder.sign(_key(issuer_number).private, hashes.SHA256())
    return signed.public_bytes(serialization.Encoding.DER)


TOP = _outside(1, ("CA 1", 1))


def test_intermediate_authorities_are_followed_in_any_order() -> None:
    second, third = _outside(2, ("CA 1", 1)), _outside(3, ("CA 2", 2))
    leaf = issue(third, _key(3), REQUEST, at=AT, days=1, subject=SUBJECT)

    for chain in ([second, third], [third, second]):
        assert verify_chain(leaf, chain, trusted_roots=[TOP], at=AT).uscc == SUBJECT.uscc


def test_an_intermediate_authority_may_be_trusted_itself() -> None:
    second = _outside(2, ("CA 1", 1))
    leaf = issue(second, _key(2), REQUEST, at=AT, days=1, subject=SUBJECT)

    assert verify_chain(leaf, [], trusted_roots=[second], at=AT).uscc == SUBJECT.uscc


def test_a_path_longer_than_allowed_is_refused() -> None:
    root = _outside(1, ("CA 1", 1), path_length=0)
    second = _outside(2, ("CA 1", 1))
    direct = issue(root, _key(1), REQUEST, at=AT, days=1, subject=SUBJECT)
    indirect = issue(second, _key(2), REQUEST, at=AT, days=1, subject=SUBJECT)

    verify_chain(direct, [], trusted_roots=[root], at=AT)
    with pytest.raises(BadCertificate):
        verify_chain(indirect, [second], trusted_roots=[root], at=AT)


def test_a_chain_without_end_is_refused() -> None:
    chain = [_outside(n, (f"CA {n - 1}", n - 1)) for n in range(2, 9)]
    leaf = issue(chain[-1], _key(8), REQUEST, at=AT, days=1, subject=SUBJECT)
    circle = [_outside(2, ("CA 3", 3)), _outside(3, ("CA 2", 2))]
    circular = issue(circle[0], _key(2), REQUEST, at=AT, days=1, subject=SUBJECT)

    with pytest.raises(BadCertificate):
        verify_chain(leaf, chain, trusted_roots=[TOP], at=AT)
    with pytest.raises(BadCertificate, match="too long"):
        verify_chain(circular, circle, trusted_roots=[TOP], at=AT)


def _key_usage(*, signs: bool, certifies: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        signs, False, True, False, False, certifies, False, False, False
    )  # fmt: skip


def test_an_authority_not_meant_to_certify_is_refused() -> None:
    weak = _outside(
        2,
        ("CA 1", 1),
        change=lambda b: b.add_extension(_key_usage(signs=True, certifies=False), critical=True),
    )
    leaf = issue(weak, _key(2), REQUEST, at=AT, days=1, subject=SUBJECT)

    with pytest.raises(BadCertificate):
        verify_chain(leaf, [weak], trusted_roots=[TOP], at=AT)


def test_a_certificate_for_encryption_signs_nothing() -> None:
    leaf = _outside(
        2,
        ("CA 1", 1),
        is_authority=False,
        change=lambda b: b.add_extension(_key_usage(signs=False, certifies=False), critical=True),
    )

    with pytest.raises(BadCertificate, match="not for signatures"):
        verify_chain(leaf, [], trusted_roots=[TOP], at=AT)


def test_a_certificate_without_extensions_by_an_outside_authority_passes() -> None:
    leaf = _outside(2, ("CA 1", 1), is_authority=False)

    assert verify_chain(leaf, [], trusted_roots=[TOP], at=AT).common_name == "CA 2"


def test_a_critical_extension_of_unknown_meaning_is_refused() -> None:
    unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4.5"), b"\x05\x00")
    leaf = _outside(
        2,
        ("CA 1", 1),
        is_authority=False,
        change=lambda b: b.add_extension(unknown, critical=True),
    )

    with pytest.raises(BadCertificate, match="critical"):
        verify_chain(leaf, [], trusted_roots=[TOP], at=AT)


def test_a_name_with_two_codes_is_refused() -> None:
    code = x509.NameAttribute(NameOID.ORGANIZATION_IDENTIFIER, SUBJECT.uscc)
    twice = x509.Name([code, x509.NameAttribute(NameOID.ORGANIZATION_IDENTIFIER, "other")])
    leaf = _outside(2, ("CA 1", 1), is_authority=False, change=lambda b: _renamed(b, twice))

    with pytest.raises(BadCertificate, match="twice"):
        facts(leaf)


def _renamed(builder: x509.CertificateBuilder, name: x509.Name) -> x509.CertificateBuilder:
    builder._subject_name = name
    return builder


def test_an_altered_certificate_is_refused() -> None:
    position = CERTIFICATE.index(SUBJECT.uscc.encode())
    altered = bytearray(CERTIFICATE)
    altered[position] ^= 1

    with pytest.raises(BadCertificate):
        verify_chain(bytes(altered), [], trusted_roots=[ROOT], at=LATER)


@pytest.mark.parametrize("junk", [b"", b"junk", CERTIFICATE[:-1], b"\x30" * 100_000])
def test_junk_is_not_a_certificate(junk: bytes) -> None:
    with pytest.raises(BadCertificate):
        facts(junk)


def test_a_request_with_a_wrong_signature_is_refused() -> None:
    altered = REQUEST.replace(SUBJECT.uscc.encode(), b"91350100M000100Y44")

    with pytest.raises(BadCertificate, match="not signed by the key"):
        issue(ROOT, CA_KEY, altered, at=AT, days=1, subject=SUBJECT)
    with pytest.raises(BadCertificate, match="not a certification request"):
        issue(ROOT, CA_KEY, b"junk", at=AT, days=1, subject=SUBJECT)


def test_a_request_for_another_curve_is_refused() -> None:
    request = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(_name("x"))
        .sign(ec.derive_private_key(5, ec.SECP384R1()), hashes.SHA256())
        .public_bytes(serialization.Encoding.DER)
    )

    with pytest.raises(BadCertificate, match="P-256"):
        issue(ROOT, CA_KEY, request, at=AT, days=1, subject=SUBJECT)


def test_a_revoked_certificate_is_on_the_list_from_its_revocation_on() -> None:
    serial = facts(CERTIFICATE).serial
    crl = make_crl(ROOT, CA_KEY, [(serial, LATER)], at=LATER, days=7, number=1)

    assert is_revoked(crl, serial, LATER)
    assert not is_revoked(crl, serial, LATER - timedelta(seconds=1))
    assert not is_revoked(crl, serial + 1, LATER)


def test_a_revocation_list_is_checked_for_its_authority_and_its_time() -> None:
    crl = make_crl(ROOT, CA_KEY, [], at=AT, days=7, number=1)
    other = make_authority("示范其他", key=_key(1009), at=AT, years=1)

    check_crl(crl, authority=ROOT, at=LATER - timedelta(days=5))
    with pytest.raises(BadCertificate, match="not by this authority"):
        check_crl(crl, authority=other, at=AT)
    with pytest.raises(BadCertificate, match="out of date"):
        check_crl(crl, authority=ROOT, at=LATER)
    with pytest.raises(BadCertificate, match="not a revocation list"):
        check_crl(b"junk", authority=ROOT, at=LATER)
