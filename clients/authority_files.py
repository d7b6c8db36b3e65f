"""A small certificate authority's files: key and root certificate, made at the first start."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from clients.serving import write_private
from crypto.certificates import make_authority
from crypto.keys import SigningKey, generate_signing_key

AUTHORITY_YEARS: Final = 20
# Clocks of others may be behind ours.
VALID_BEFORE: Final = timedelta(days=1)


def open_authority(folder: Path, name: str, *, at: datetime) -> tuple[SigningKey, bytes]:
    """Key and root certificate (DER) of the authority in `folder`, made when it is not there.

    The certificate is written last: without it the authority was never used and is made anew.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    key_file, root_file = folder / "authority.key.pem", folder / "authority.pem"
    if not root_file.exists():
        key = generate_signing_key()
        root = make_authority(name, key=key, at=at - VALID_BEFORE, years=AUTHORITY_YEARS)
        write_private(key_file, key.to_pem(None))
        write_private(root_file, to_pem(root))
    return SigningKey.from_pem(key_file.read_bytes()), from_pem(root_file.read_bytes())


def to_pem(certificate_der: bytes) -> bytes:
    """The certificate as a PEM block."""
    certificate = x509.load_der_x509_certificate(certificate_der)
    return certificate.public_bytes(serialization.Encoding.PEM)


def from_pem(pem: bytes) -> bytes:
    """The certificate of a PEM block, DER."""
    return x509.load_pem_x509_certificate(pem).public_bytes(serialization.Encoding.DER)
