"""A certificate from an authority of one's own choice: the request out, the certificate in.

What comes back is checked as bidders will check it: it must lead straight to an authority that the
platform publishes as a certifier, and name the organization of the account. A key holder should not
take the platform's own authority: who certifies key holders could make some of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from stdnum.cn import uscc as credit_code

from clients.key_files import KeyFolder, Signer
from clients.platform import Identity
from clients.serving import write_private
from crypto.certificates import CertificateFacts, make_request, verify_chain
from crypto.errors import BadCertificate
from tendering.domain.published_keys import PublishedKeys

REQUEST_FILE: Final = "certificate-request.pem"
CERTIFICATE_BYTES_MAX: Final = 64 << 10
COMMON_NAME_MAX: Final = 64  # RFC 5280, ub-common-name


class NotEnrolled(Exception):
    """The certificate is not one that bidders would believe."""


@dataclass(frozen=True, slots=True)
class Request:
    """A certificate request in a file, and the SHA-256 of the public key, hex, to compare."""

    file: Path
    fingerprint: str


def prepare_request(keys: KeyFolder, *, organization: str, uscc: str) -> Request:
    """Make the signing key, if there is none, and a PKCS #10 request for it, PEM.

    Raises NotEnrolled for a credit code that is none, BadKey, WrongPassphrase, OSError.
    """
    if not credit_code.is_valid(uscc):
        raise NotEnrolled(f"{uscc} is no unified social credit code")
    key = keys.signing_key()
    name = organization[:COMMON_NAME_MAX]
    der = make_request(key, common_name=name, organization=organization, uscc=uscc)
    file = keys.folder / REQUEST_FILE
    write_private(file, x509.load_der_x509_csr(der).public_bytes(Encoding.PEM))
    return Request(file, sha256(key.public_der).hexdigest())


def read_certificates(file: Path) -> tuple[bytes, list[bytes]]:
    """A certificate and those above it, DER, out of a PEM file. Raises NotEnrolled, OSError."""
    with file.open("rb") as stream:
        pem = stream.read(CERTIFICATE_BYTES_MAX)
    try:
        first, *above = x509.load_pem_x509_certificates(pem)
    except ValueError as error:
        raise NotEnrolled(f"{file.name} holds no certificate") from error
    return first.public_bytes(Encoding.DER), [one.public_bytes(Encoding.DER) for one in above]


def keep_certificate(
    keys: KeyFolder,
    certificate: bytes,
    above: Sequence[bytes],
    *,
    published: PublishedKeys,
    me: Identity,
    at: datetime,
) -> Signer:
    """Keep a certificate that bidders will believe at `at`. Raises NotEnrolled, BadKey."""
    told = require_believed(certificate, published, at)
    if (told.organization, told.uscc) != (me.organization_name, me.uscc):
        raise NotEnrolled(
            f"the certificate is of {told.organization} ({told.uscc}), "
            f"the account of {me.organization_name} ({me.uscc})"
        )
    return keys.keep_certificate(certificate, above)


def require_believed(
    certificate: bytes, published: PublishedKeys, at: datetime
) -> CertificateFacts:
    """What a certificate says that every bidder will believe at `at`. Raises NotEnrolled."""
    roots = [authority.root for authority in published.certifiers]
    try:
        return verify_chain(certificate, [], trusted_roots=roots, at=at)
    except BadCertificate as error:
        names = ", ".join(authority.name for authority in published.certifiers)
        raise NotEnrolled(
            f"bidders believe certificates of {names or 'nobody'} alone: {error}"
        ) from error


def is_operators(certificate: bytes, published: PublishedKeys, at: datetime) -> bool:
    """Is it a certificate of the operator's own authority?"""
    try:
        verify_chain(certificate, [], trusted_roots=published.operator_roots, at=at)
    except BadCertificate:
        return False
    return True
