"""Reading certificates, requests and revocation lists: all of it at once, or a refusal.

The library reads many parts only when they are asked for and raises then what it likes; whoever has
a value from here can ask for any part.
"""

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from crypto.errors import BadCertificate

DER_BYTES_MAX = 64 << 10

_UNREADABLE = (
    ValueError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)


def load_certificate(der: bytes) -> x509.Certificate:
    """A certificate, read to its end, nothing verified. Raises BadCertificate."""
    if len(der) > DER_BYTES_MAX:
        raise BadCertificate("a certificate that is too long")
    try:
        certificate = x509.load_der_x509_certificate(der)
        # Parsed lazily: what is malformed must show here.
        certificate.extensions  # noqa: B018
        certificate.subject, certificate.issuer  # noqa: B018
        certificate.not_valid_before_utc, certificate.not_valid_after_utc  # noqa: B018
        certificate.public_key()
    except _UNREADABLE as error:
        raise BadCertificate("not a certificate") from error
    return certificate


def load_request(der: bytes) -> x509.CertificateSigningRequest:
    """A certification request whose own signature holds. Raises BadCertificate."""
    try:
        request = x509.load_der_x509_csr(der)
        request.subject  # noqa: B018 - parsed lazily, as above
        valid = request.is_signature_valid
    except _UNREADABLE as error:
        raise BadCertificate("not a certification request") from error
    if not valid:
        raise BadCertificate("the request is not signed by the key it names")
    return request


def load_revocations(der: bytes) -> x509.CertificateRevocationList:
    """A revocation list, its signature not verified. Raises BadCertificate."""
    try:
        revoked = x509.load_der_x509_crl(der)
        revoked.issuer, revoked.extensions, len(revoked)
    except _UNREADABLE as error:
        raise BadCertificate("not a revocation list") from error
    return revoked
