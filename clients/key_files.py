"""A party's keys as files: mode 0600, in a folder that only its owner can read.

`signing.key.pem` and `certificate.pem` (with the authorities above it) sign; opening keys are age
identity files, so that a stock `age -d -i FILE` opens what the party has sealed. With a passphrase
the secret files are age files under it and end in `.age`; stock `age -d` and `age -i` take them.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from clients.serving import write_private
from crypto import age_passphrase
from crypto.canonical import JsonValue
from crypto.certificates import CertificateFacts, facts
from crypto.errors import BadKey, WrongPassphrase
from crypto.keys import AnyOpeningKey, SigningKey, generate_signing_key, read_identity
from crypto.seal_suites import CLASSIC, SUITES
from crypto.signing import SignedStatement, sign_statement

SIGNING_KEY: Final = "signing.key.pem"
CERTIFICATE: Final = "certificate.pem"
SECRET_BYTES_MAX: Final = 64 << 10


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

    def __init__(self, folder: Path, passphrase: str | None = None) -> None:
        """Use `folder`; with a passphrase the signing key is kept under it."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder = folder
        self._passphrase = passphrase

    def signing_key(self) -> SigningKey:
        """The signing key, made at the first use. Raises BadKey, WrongPassphrase."""
        file = secret_file(self.folder / SIGNING_KEY, self._passphrase)
        if not file.exists():
            write_secret(file, generate_signing_key().to_pem(None), self._passphrase)
        return SigningKey.from_pem(read_secret(file, self._passphrase))

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

    @property
    def certificate(self) -> CertificateFacts:
        """What the certificate says: it is no secret. Raises OSError when there is none yet."""
        pem = (self.folder / CERTIFICATE).read_bytes()
        return facts(x509.load_pem_x509_certificates(pem)[0].public_bytes(Encoding.DER))

    def signer(self) -> Signer:
        """Key and certificate. Raises OSError when there is no certificate yet."""
        stored = x509.load_pem_x509_certificates((self.folder / CERTIFICATE).read_bytes())
        certificate, *chain = (one.public_bytes(Encoding.DER) for one in stored)
        return Signer(self.signing_key(), certificate, tuple(chain))

    def opening_key(self, name: str, suite_name: str = CLASSIC.name) -> AnyOpeningKey:
        """The opening key of that name, made at the first use for a suite."""
        file = self.opening_key_file(name)
        if not file.exists():
            key = SUITES[suite_name].fresh_key()
            text = f"# public key: {key.recipient}\n{key.identity}\n"
            write_secret(file, text.encode(), self._passphrase)
        return read_opening_key(file, self._passphrase)

    def opening_key_file(self, name: str) -> Path:
        """Where the opening key of that name is kept: an age identity file."""
        return secret_file(self.folder / f"opening-{name}.txt", self._passphrase)

    def kept_opening_key(self, name: str) -> AnyOpeningKey | None:
        """The opening key of that name if there is one. Raises BadKey, WrongPassphrase."""
        file = self.opening_key_file(name)
        return read_opening_key(file, self._passphrase) if file.exists() else None

    def lose_opening_key(self, name: str) -> None:
        """Remove an opening key for good: only key holders then open what was sealed to it."""
        self.opening_key_file(name).unlink()


def write_opening_keys(
    file: Path, keys: Mapping[str, AnyOpeningKey], passphrase: str | None = None
) -> None:
    """Keep the opening keys of a submission, by the kind of envelope: an age identity file."""
    lines = [
        f"# {kind} public key: {key.recipient}\n{key.identity}\n" for kind, key in keys.items()
    ]
    write_secret(file, "".join(lines).encode("ascii"), passphrase)


def read_opening_keys(file: Path, passphrase: str | None = None) -> dict[str, AnyOpeningKey]:
    """The opening keys of an age identity file, by their public halves, `age1…`.

    Raises OSError, BadKey, WrongPassphrase and what else is wrong with a file under a passphrase.
    """
    text = read_secret(file, passphrase).decode("ascii", "replace")
    lines = [line.strip() for line in text.splitlines()]
    keys = [read_identity(line) for line in lines if line and not line.startswith("#")]
    return {key.recipient: key for key in keys}


def secret_file(file: Path, passphrase: str | None) -> Path:
    """The name a secret file has with or without a passphrase."""
    return file if passphrase is None else file.with_name(f"{file.name}.age")


def write_secret(file: Path, content: bytes, passphrase: str | None) -> None:
    """Write a secret that only its owner may read, under the passphrase if there is one."""
    write_private(file, content if passphrase is None else age_passphrase.lock(content, passphrase))


def read_secret(file: Path, passphrase: str | None) -> bytes:
    """What `write_secret` wrote. Raises OSError, WrongPassphrase, CryptoError."""
    with file.open("rb") as stream:
        content = stream.read(SECRET_BYTES_MAX)
    if not age_passphrase.is_locked(content):
        return content
    if passphrase is None:
        raise WrongPassphrase(f"{file.name} is under a passphrase")
    return age_passphrase.unlock(content, passphrase)


def read_opening_key(file: Path, passphrase: str | None = None) -> AnyOpeningKey:
    """The opening key of an age identity file. Raises OSError, BadKey, WrongPassphrase."""
    lines = read_secret(file, passphrase).decode("ascii", "replace").splitlines()
    identities = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    if len(identities) != 1:
        raise BadKey(f"{file.name} holds no single identity")
    return read_identity(identities[0])


def _pem(der: bytes) -> bytes:
    return x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM)
