"""A party's keys as files: mode 0600, in a folder that only its owner can read.

`signing.key.pem` and `certificate.pem` (with the authorities above it) sign; opening keys are age
identity files, so that a stock `age -d -i FILE` opens what the party has sealed.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from clients.serving import write_private
from crypto.canonical import JsonValue
from crypto.certificates import facts
from crypto.errors import BadKey
from crypto.keys import OpeningKey, SigningKey, generate_opening_key, generate_signing_key
from crypto.signing import SignedStatement, sign_statement

SIGNING_KEY: Final = "signing.key.pem"
CERTIFICATE: Final = "certificate.pem"
IDENTITY_BYTES_MAX: Final = 4096


@dataclass(frozen=True, slots=True)
class Signer:
    """A signing key with its certificate and the authorities above it, DER."""

    key: SigningKey = field(repr=False)
    certificate: bytes
    chain: tuple[bytes, ...] = ()

    def sign(self, label: str, statement: JsonValue) -> JsonValue:
        """A signed statement as JSON."""
        return self.signed(label, statement).to_value()

    def signed(self, label: str, statement: JsonValue) -> SignedStatement:
        """A signed statement. Raises BadCertificate when the certificate is of another key."""
        return sign_statement(self.key, self.certificate, label=label, statement=statement)

    @property
    def certificate_text(self) -> str:
        """The certificate in base64, as statements carry it."""
        return base64.b64encode(self.certificate).decode("ascii")

    @property
    def chain_texts(self) -> list[str]:
        """The authorities above the certificate, each in base64."""
        return [base64.b64encode(one).decode("ascii") for one in self.chain]


class KeyFolder:
    """The folder of one party's keys; made with mode 0700 when it is not there."""

    def __init__(self, folder: Path) -> None:
        """Use `folder`."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder = folder

    def signing_key(self) -> SigningKey:
        """The signing key, made at the first use. Raises BadKey."""
        file = self.folder / SIGNING_KEY
        if not file.exists():
            write_private(file, generate_signing_key().to_pem(None))
        return SigningKey.from_pem(file.read_bytes())

    def keep_certificate(self, certificate: bytes, chain: Sequence[bytes]) -> Signer:
        """Store the certificate of the signing key, DER, with the authorities above it.

        Raises BadKey when it is of another key.
        """
        if facts(certificate).public_der != self.signing_key().public_der:
            raise BadKey("the certificate is of another key than the one in the folder")
        write_private(self.folder / CERTIFICATE, b"".join(map(_pem, [certificate, *chain])))
        return self.signer()

    @property
    def is_certified(self) -> bool:
        """Is there a certificate for the signing key?"""
        return (self.folder / CERTIFICATE).exists()

    def signer(self) -> Signer:
        """Key and certificate. Raises OSError when there is no certificate yet."""
        stored = x509.load_pem_x509_certificates((self.folder / CERTIFICATE).read_bytes())
        certificate, *chain = (one.public_bytes(Encoding.DER) for one in stored)
        return Signer(self.signing_key(), certificate, tuple(chain))

    def opening_key(self, name: str) -> OpeningKey:
        """The opening key of that name, made at the first use."""
        file = self.opening_key_file(name)
        if not file.exists():
            key = generate_opening_key()
            write_private(file, f"# public key: {key.recipient}\n{key.identity}\n".encode())
        return read_opening_key(file)

    def opening_key_file(self, name: str) -> Path:
        """Where the opening key of that name is kept: an age identity file."""
        return self.folder / f"opening-{name}.txt"

    def lose_opening_key(self, name: str) -> None:
        """Remove an opening key for good: only key holders then open what was sealed to it."""
        self.opening_key_file(name).unlink()


def read_opening_key(file: Path) -> OpeningKey:
    """The opening key of an age identity file. Raises OSError, BadKey."""
    with file.open("rb") as stream:
        lines = stream.read(IDENTITY_BYTES_MAX).decode("ascii", "replace").splitlines()
    identities = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    if len(identities) != 1:
        raise BadKey(f"{file.name} holds no single identity")
    return OpeningKey.from_identity(identities[0])


def _pem(der: bytes) -> bytes:
    return x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM)
