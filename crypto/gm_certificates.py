"""X.509 certificates with SM2 keys, which `cryptography` reads but can neither verify nor sign.

Names, times and extensions are judged by the same functions as other certificates
(`certificates`); signatures are SM2 with SM3 over the certificate's inner bytes, with the default
signer id (GM/T 0015, GB/T 20518). Issuing is here for tests and for authorities of one's own.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from asn1crypto import algos, keys
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.x509.oid import NameOID

from crypto import gm_sm2
from crypto.certificate_reading import DER_BYTES_MAX
from crypto.certificates import (
    CHAIN_MAX,
    CertificateFacts,
    CertificateSubject,
    Usage,
    check_leaf,
    check_valid,
    may_issue,
    name_attribute,
    subject_name,
)
from crypto.errors import BadCertificate, BadKey, BadSignature
from crypto.gm_sm2 import Sm2Key
from crypto.gm_sm3 import sm3

SM2_WITH_SM3 = "1.2.156.10197.1.501"  # GM/T 0006

_SERIAL_BYTES = 16
_GENERAL_TIME_FROM = 2050  # RFC 5280 §4.1.2.5


def facts(certificate_der: bytes) -> CertificateFacts:
    """What the certificate says, verifying nothing. Raises BadCertificate."""
    certificate = _load(certificate_der)
    subject = certificate.subject
    return CertificateFacts(
        organization=name_attribute(subject, NameOID.ORGANIZATION_NAME),
        uscc=name_attribute(subject, NameOID.ORGANIZATION_IDENTIFIER),
        common_name=name_attribute(subject, NameOID.COMMON_NAME),
        serial=certificate.serial_number,
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        issuer=certificate.issuer.rfc4514_string(),
        public_der=_public_der(certificate_der),
    )


def verify_chain(
    certificate_der: bytes,
    chain: Sequence[bytes],
    *,
    trusted_roots: Iterable[bytes],
    at: datetime,
    usage: Usage = "signing",
) -> CertificateFacts:
    """Check that the certificate leads to a trusted root and was valid at `at` for `usage`.

    `chain` holds intermediate certificates in any order; roots that are not SM2 certificates are
    passed over. Raises BadCertificate. Revocation is a separate question.
    """
    roots = [der for der in trusted_roots if _is_sm2(der)]
    known = [*roots, *(der for der in chain[:CHAIN_MAX] if _is_sm2(der))]
    leaf = _load(certificate_der)
    check_leaf(leaf, usage)
    current = certificate_der
    for depth in range(CHAIN_MAX):
        check_valid(_load(current), at)
        if current in roots:
            return facts(certificate_der)
        issuer = next((each for each in known if _signed_by(current, each, depth)), None)
        if issuer is None:
            raise BadCertificate("the certificate does not lead to a trusted root")
        current = issuer
    raise BadCertificate("the chain of certificates is too long")


def issue(
    public_der: bytes,
    subject: CertificateSubject,
    *,
    authority: tuple[Sm2Key, bytes | None],
    at: datetime,
    days: int,
    is_authority: bool = False,
) -> bytes:
    """A certificate, DER, for the public key `public_der`, valid from `at` for `days`.

    `authority` is its key with its certificate, or with None for a certificate that it signs for
    itself. Raises BadKey, BadCertificate.
    """
    gm_sm2.public_point(public_der)
    key, authority_der = authority
    name = asn1.Name.load(subject_name(subject).public_bytes())
    issuer = name if authority_der is None else _inner(authority_der)["subject"]
    told = b"".join((issuer.dump(), name.dump(), public_der, at.isoformat().encode("ascii")))
    usage = {"key_cert_sign", "crl_sign"} if is_authority else {"digital_signature"}
    inner = asn1.TbsCertificate(
        {
            "version": "v3",
            "serial_number": int.from_bytes(sm3(told)[:_SERIAL_BYTES], "big") or 1,
            "signature": _algorithm(),
            "issuer": issuer,
            "validity": {
                "not_before": _time(at),
                "not_after": _time(at + timedelta(days=days)),
            },
            "subject": name,
            "subject_public_key_info": keys.PublicKeyInfo.load(public_der),
            "extensions": [
                {
                    "extn_id": "basic_constraints",
                    "critical": True,
                    "extn_value": asn1.BasicConstraints({"ca": is_authority}),
                },
                {
                    "extn_id": "key_usage",
                    "critical": True,
                    "extn_value": asn1.KeyUsage(usage),
                },
            ],
        }
    )
    encoded: bytes = asn1.Certificate(
        {
            "tbs_certificate": inner,
            "signature_algorithm": _algorithm(),
            "signature_value": key.sign(inner.dump()),
        }
    ).dump()
    return encoded


def _time(moment: datetime) -> asn1.Time:
    form = "utc_time" if moment.year < _GENERAL_TIME_FROM else "general_time"
    return asn1.Time(name=form, value=moment.replace(microsecond=0))


def _algorithm() -> algos.SignedDigestAlgorithm:
    return algos.SignedDigestAlgorithm({"algorithm": SM2_WITH_SM3})


def _signed_by(certificate_der: bytes, candidate_der: bytes, depth: int) -> bool:
    certificate, candidate = _load(certificate_der), _load(candidate_der)
    if certificate.issuer != candidate.subject or not may_issue(candidate, depth):
        return False
    try:
        gm_sm2.verify(
            _public_der(candidate_der), certificate.tbs_certificate_bytes, certificate.signature
        )
    except BadSignature:
        return False
    return True


def _is_sm2(der: bytes) -> bool:
    try:
        _load(der)
        _public_der(der)
    except BadCertificate:
        return False
    return True


def _load(der: bytes) -> x509.Certificate:
    if len(der) > DER_BYTES_MAX:
        raise BadCertificate("a certificate that is too long")
    try:
        certificate = x509.load_der_x509_certificate(der)
        certificate.extensions  # noqa: B018 - parsed lazily: malformed ones must show here
    except ValueError as error:
        raise BadCertificate("not a certificate") from error
    if certificate.signature_algorithm_oid.dotted_string != SM2_WITH_SM3:
        raise BadCertificate("the certificate is not signed with SM2 and SM3")
    return certificate


def _inner(der: bytes) -> asn1.TbsCertificate:
    try:
        return asn1.Certificate.load(der, strict=True)["tbs_certificate"]
    except ValueError as error:
        raise BadCertificate("not a certificate") from error


def _public_der(der: bytes) -> bytes:
    try:
        public: bytes = _inner(der)["subject_public_key_info"].dump()
        gm_sm2.public_point(public)
    except BadKey as error:
        raise BadCertificate("the certificate's key is not an SM2 key") from error
    return public
