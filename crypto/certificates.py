"""X.509 certificates of organizations, experts and time-stamping authorities (RFC 5280).

A small authority issues them: P-256, SHA-256, the unified social credit code in the subject's
organizationIdentifier (2.5.4.97). Everything is a function of its arguments: the time is given, the
serial number is a hash of what is certified, signatures are deterministic. Outside authorities'
certificates verify by the same rules.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Literal, TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID, NameOID

from crypto.certificate_reading import load_certificate, load_request, load_revocations
from crypto.errors import BadCertificate
from crypto.keys import SigningKey

Usage = Literal["signing", "timestamping"]
Extension = TypeVar("Extension", bound=x509.ExtensionType)

CHAIN_MAX = 5
PATHS_MAX = 4096

_DOCUMENT_SIGNING = x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36")  # RFC 9336
_DAYS_A_YEAR = 365
_SERIAL_BYTES = 16
_UNDERSTOOD = frozenset(
    {
        ExtensionOID.BASIC_CONSTRAINTS,
        ExtensionOID.KEY_USAGE,
        ExtensionOID.EXTENDED_KEY_USAGE,
    }
)


@dataclass(frozen=True, slots=True)
class CertificateSubject:
    """Who a certificate is for; an expert has no credit code of its own."""

    common_name: str
    organization: str = ""
    uscc: str = ""


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """What a certificate says. `issuer` is RFC 4514 text; absent attributes are empty."""

    organization: str
    uscc: str
    common_name: str
    serial: int
    not_before: datetime
    not_after: datetime
    issuer: str
    public_der: bytes


def make_authority(name: str, *, key: SigningKey, at: datetime, years: int) -> bytes:
    """A self-signed authority certificate, DER, valid from `at`."""
    subject = subject_name(CertificateSubject(common_name=name, organization=name))
    public = key.private.public_key()
    builder = _builder(
        subject,
        subject,
        public,
        purpose="authority",
        at=at,
        until=at + timedelta(days=_DAYS_A_YEAR * years),
        authority=public,
    )
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    builder = builder.add_extension(_key_usage(authority=True), critical=True)
    return _signed(builder, key)


def make_request(key: SigningKey, *, common_name: str, organization: str, uscc: str) -> bytes:
    """A certification request, PKCS #10 DER, that proves possession of the key."""
    subject = subject_name(CertificateSubject(common_name, organization, uscc))
    request = (
        x509.CertificateSigningRequestBuilder()
        .subject_name(subject)
        .sign(key.private, hashes.SHA256(), ecdsa_deterministic=True)
    )
    return request.public_bytes(serialization.Encoding.DER)


def request_subject(csr_der: bytes) -> CertificateSubject:
    """What a request asks to be called; its signature has been checked. Raises BadCertificate."""
    request = load_request(csr_der)
    return CertificateSubject(
        name_attribute(request.subject, NameOID.COMMON_NAME),
        name_attribute(request.subject, NameOID.ORGANIZATION_NAME),
        name_attribute(request.subject, NameOID.ORGANIZATION_IDENTIFIER),
    )


def issue(
    ca_cert_der: bytes,
    ca_key: SigningKey,
    csr_der: bytes,
    *,
    at: datetime,
    days: int,
    subject: CertificateSubject,
    usage: Usage = "signing",
) -> bytes:
    """Certify the request's key under `subject`, valid from `at` for `days`; DER.

    Only the key is taken from the request: what it asks to be called is for the authority to check
    and to pass as `subject`. Raises BadCertificate for a request that does not prove its key.
    """
    authority = load_certificate(ca_cert_der)
    public = load_request(csr_der).public_key()
    if not isinstance(public, ec.EllipticCurvePublicKey) or not isinstance(
        public.curve, ec.SECP256R1
    ):
        raise BadCertificate("only P-256 keys are certified")
    builder = _builder(
        subject_name(subject),
        authority.subject,
        public,
        purpose=usage,
        at=at,
        until=at + timedelta(days=days),
        authority=ca_key.private.public_key(),
    )
    builder = builder.add_extension(
        x509.BasicConstraints(ca=False, path_length=None), critical=True
    )
    builder = builder.add_extension(_key_usage(authority=False), critical=True)
    # RFC 3161 §2.3: critical, and the only purpose.
    stamping = usage == "timestamping"
    purpose = ExtendedKeyUsageOID.TIME_STAMPING if stamping else _DOCUMENT_SIGNING
    builder = builder.add_extension(x509.ExtendedKeyUsage([purpose]), critical=stamping)
    return _signed(builder, ca_key)


def facts(certificate_der: bytes) -> CertificateFacts:
    """What the certificate says, verifying nothing. Raises BadCertificate."""
    return _facts(load_certificate(certificate_der))


def verify_chain(
    certificate_der: bytes,
    chain: Sequence[bytes],
    *,
    trusted_roots: Iterable[bytes],
    at: datetime,
    usage: Usage = "signing",
) -> CertificateFacts:
    """Check that the certificate leads to a trusted root and was valid at `at` for `usage`.

    `chain` holds intermediate certificates in any order. Raises BadCertificate. Revocation is a
    separate question: `is_revoked`.
    """
    path = _path(certificate_der, tuple(chain[:CHAIN_MAX]), tuple(trusted_roots), usage)
    for not_before, not_after in path.windows:
        if not not_before <= at <= not_after:
            raise BadCertificate("the certificate was not valid at that time")
    return path.facts


@dataclass(frozen=True, slots=True)
class _Path:
    """A certificate that leads to a trusted root: what it says, and when each step is valid."""

    facts: CertificateFacts
    windows: tuple[tuple[datetime, datetime], ...]


# The same few stand at the end of every path.
_authority = lru_cache(maxsize=64)(load_certificate)


# The signatures along a path do not depend on the time. What is refused is not remembered.
@lru_cache(maxsize=PATHS_MAX)
def _path(
    certificate_der: bytes, chain: tuple[bytes, ...], trusted_roots: tuple[bytes, ...], usage: Usage
) -> _Path:
    roots = [_authority(der) for der in trusted_roots]
    intermediates = [load_certificate(der) for der in chain]
    leaf = load_certificate(certificate_der)
    check_leaf(leaf, usage)
    windows = []
    current = leaf
    for depth in range(CHAIN_MAX):
        windows.append(_window(current))
        if current in roots:
            return _Path(_facts(leaf), tuple(windows))
        root = _issuer_of(current, roots, depth)
        if root is not None:
            return _Path(_facts(leaf), (*windows, _window(root)))
        issuer = _issuer_of(current, intermediates, depth)
        if issuer is None:
            raise BadCertificate("the certificate does not lead to a trusted root")
        current = issuer
    raise BadCertificate("the chain of certificates is too long")


def make_crl(
    ca_cert_der: bytes,
    ca_key: SigningKey,
    revoked: Iterable[tuple[int, datetime]],
    *,
    at: datetime,
    days: int,
    number: int,
) -> bytes:
    """A revocation list, DER, of pairs (serial, revoked at); good until `at` + `days`."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(load_certificate(ca_cert_der).subject)
        .last_update(at)
        .next_update(at + timedelta(days=days))
        .add_extension(x509.CRLNumber(number), critical=False)
    )
    for serial, revoked_at in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(revoked_at)
        builder = builder.add_revoked_certificate(entry.build())
    crl = builder.sign(ca_key.private, hashes.SHA256(), ecdsa_deterministic=True)
    return crl.public_bytes(serialization.Encoding.DER)


def check_crl(crl: bytes, *, authority: bytes, at: datetime) -> None:
    """Check a list's signature and that it is current at `at`. Raises BadCertificate."""
    parsed = load_revocations(crl)
    public = load_certificate(authority).public_key()
    next_update = parsed.next_update_utc
    if not isinstance(public, ec.EllipticCurvePublicKey) or not parsed.is_signature_valid(public):
        raise BadCertificate("the revocation list is not by this authority")
    if next_update is None or not parsed.last_update_utc <= at <= next_update:
        raise BadCertificate("the revocation list is out of date")


def is_revoked(crl: bytes, serial: int, at: datetime) -> bool:
    """Was the certificate of this serial revoked at `at` or before? `check_crl` comes first.

    Raises BadCertificate for a malformed list.
    """
    entry = load_revocations(crl).get_revoked_certificate_by_serial_number(serial)
    return entry is not None and entry.revocation_date_utc <= at


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    public: ec.EllipticCurvePublicKey,
    *,
    purpose: str,
    at: datetime,
    until: datetime,
    authority: ec.EllipticCurvePublicKey,
) -> x509.CertificateBuilder:
    spki = public.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    told = [purpose.encode("ascii"), subject.public_bytes(), issuer.public_bytes(), spki]
    told += [moment.isoformat().encode("ascii") for moment in (at, until)]
    material = b"kaibiao/certificate-serial/v1" + b"".join(
        len(part).to_bytes(4, "big") + part for part in told
    )
    serial = int.from_bytes(hashlib.sha256(material).digest()[:_SERIAL_BYTES], "big") or 1
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(serial)
        .not_valid_before(at)
        .not_valid_after(until)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority), critical=False
        )
    )


def _signed(builder: x509.CertificateBuilder, key: SigningKey) -> bytes:
    certificate = builder.sign(key.private, hashes.SHA256(), ecdsa_deterministic=True)
    return certificate.public_bytes(serialization.Encoding.DER)


def subject_name(subject: CertificateSubject) -> x509.Name:
    """The distinguished name; what the subject has not got is left out."""
    pairs = [
        (NameOID.COUNTRY_NAME, "CN"),
        (NameOID.ORGANIZATION_NAME, subject.organization),
        (NameOID.ORGANIZATION_IDENTIFIER, subject.uscc),
        (NameOID.COMMON_NAME, subject.common_name),
    ]
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in pairs if value])


def _key_usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=not authority,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def _facts(certificate: x509.Certificate) -> CertificateFacts:
    return CertificateFacts(
        organization=name_attribute(certificate.subject, NameOID.ORGANIZATION_NAME),
        uscc=name_attribute(certificate.subject, NameOID.ORGANIZATION_IDENTIFIER),
        common_name=name_attribute(certificate.subject, NameOID.COMMON_NAME),
        serial=certificate.serial_number,
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        issuer=certificate.issuer.rfc4514_string(),
        public_der=certificate.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        ),
    )


def name_attribute(name: x509.Name, oid: x509.ObjectIdentifier) -> str:
    """An attribute's text, empty when absent. Raises BadCertificate when it stands twice."""
    values = [attribute.value for attribute in name.get_attributes_for_oid(oid)]
    if len(values) > 1:
        raise BadCertificate("an attribute of the name stands twice")
    return str(values[0]) if values else ""


def check_leaf(leaf: x509.Certificate, usage: Usage) -> None:
    """Raise BadCertificate unless the certificate is for `usage` and not an authority's."""
    constraints = _extension(leaf, x509.BasicConstraints)
    if constraints is not None and constraints.ca:
        raise BadCertificate("an authority's certificate signs certificates only")
    key_usage = _extension(leaf, x509.KeyUsage)
    if key_usage is not None and not key_usage.digital_signature:
        raise BadCertificate("the certificate is not for signatures")
    extended = _extension(leaf, x509.ExtendedKeyUsage)
    stamps = extended is not None and ExtendedKeyUsageOID.TIME_STAMPING in extended
    if stamps != (usage == "timestamping"):
        raise BadCertificate("the certificate is not for this purpose")


def check_valid(certificate: x509.Certificate, at: datetime) -> None:
    """Raise BadCertificate unless it was valid at `at` and has no critical surprise."""
    not_before, not_after = _window(certificate)
    if not not_before <= at <= not_after:
        raise BadCertificate("the certificate was not valid at that time")


def _window(certificate: x509.Certificate) -> tuple[datetime, datetime]:
    """From when to when it is valid. Raises BadCertificate for what cannot be understood."""
    critical = {each.oid for each in certificate.extensions if each.critical}
    if critical - _UNDERSTOOD:
        raise BadCertificate("the certificate has a critical extension of unknown meaning")
    return certificate.not_valid_before_utc, certificate.not_valid_after_utc


def _issuer_of(
    certificate: x509.Certificate, candidates: Sequence[x509.Certificate], depth: int
) -> x509.Certificate | None:
    """The candidate that may sign certificates and signed this one; `depth` lie below it."""
    for candidate in candidates:
        if not may_issue(candidate, depth):
            continue
        try:
            certificate.verify_directly_issued_by(candidate)
        except (ValueError, TypeError, InvalidSignature):
            continue
        return candidate
    return None


def may_issue(candidate: x509.Certificate, depth: int) -> bool:
    """Is it an authority's that may have `depth` further authorities below it?"""
    constraints = _extension(candidate, x509.BasicConstraints)
    key_usage = _extension(candidate, x509.KeyUsage)
    if constraints is None or not constraints.ca:
        return False
    if constraints.path_length is not None and constraints.path_length < depth:
        return False
    return key_usage is None or key_usage.key_cert_sign


def _extension(certificate: x509.Certificate, kind: type[Extension]) -> Extension | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None
