"""The platform's own keys, each for one use, in one folder that only the platform can read.

Made once, on the first start of the embedded default; elsewhere the key ceremony puts them there.
A folder that is incomplete or readable by others is refused: half a set of keys is an incident.
"""

import logging
import os
import secrets
import shutil
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from crypto.certificates import CertificateSubject, facts, issue, make_authority, make_request
from crypto.errors import BadCertificate, BadKey
from crypto.keys import NoteKey, SigningKey, generate_signing_key
from crypto.vrf import vrf_public

AUTHORITY_YEARS: Final = 20
TIMESTAMPING_DAYS: Final = 3650
SEED_BYTES: Final = 32

logger = logging.getLogger(__name__)


class KeysUnusable(RuntimeError):
    """The key folder is missing, incomplete, malformed or readable by others: do not start."""


@dataclass(frozen=True, slots=True)
class CertifiedKey:
    """A P-256 key and its certificate, DER."""

    key: SigningKey = field(repr=False)
    certificate: bytes


@dataclass(frozen=True, slots=True)
class PlatformKeys:
    """All keys of the platform. `trusted_outside` are roots of outside authorities, DER.

    `trust_folder` is where those came from; their revocation lists are kept beside them.
    From `webhook_seed` the secret of each webhook is derived, so that the database holds none.
    `centre_seed` signs what is told to partner centres; `image_seed` wraps the keys of images of
    experts.
    """

    authority: CertifiedKey
    timestamping: CertifiedKey
    receipt: NoteKey
    log: NoteKey
    vrf_seed: bytes = field(repr=False)
    webhook_seed: bytes = field(repr=False)
    centre_seed: bytes = field(repr=False)
    image_seed: bytes = field(repr=False)
    trusted_outside: tuple[bytes, ...] = ()
    trust_folder: Path | None = None

    @property
    def vrf_public(self) -> bytes:
        """The public half of the key for draws, 32 bytes (RFC 9381)."""
        return vrf_public(self.vrf_seed)

    def trusted_roots(self) -> tuple[bytes, ...]:
        """The authorities whose certificates are accepted, the platform's own first. DER."""
        return (self.authority.certificate, *self.trusted_outside)

    def outside_lists(self, issuer: str) -> tuple[bytes, ...]:
        """The revocation lists of an outside authority, DER, as the trust folder has them now.

        `issuer` is its name, RFC 4514. Whoever runs the platform fetches them anew, `*.crl`, in DER
        or PEM. A file that cannot be read at the moment is passed over. Blocks: use a thread.
        """
        if self.trust_folder is None:
            return ()
        found = []
        for file in sorted(self.trust_folder.glob("*.crl")):
            try:
                read = _list(file)
            except (OSError, ValueError):
                logger.warning("a revocation list cannot be read: %s", file)
                continue
            if read.issuer.rfc4514_string() == issuer:
                found.append(read.public_bytes(serialization.Encoding.DER))
        return tuple(found)


def load_keys(
    folder: Path,
    *,
    name: str,
    create: bool,
    at: datetime,
    trust_folder: Path | None = None,
) -> PlatformKeys:
    """Read the keys; with `create`, make them where there is no folder yet.

    `name` is the platform's host name: it stands in the notes the keys sign. `trust_folder` holds
    PEM files of outside authorities. Raises KeysUnusable.
    """
    if create and not (folder.is_dir() and any(folder.iterdir())):
        _create(folder, name=name, at=at)
    try:
        return PlatformKeys(
            authority=_certified(folder, "authority"),
            timestamping=_certified(folder, "timestamping"),
            receipt=NoteKey.from_seed(f"{name}/receipt", _seed(folder, "receipt")),
            log=NoteKey.from_seed(f"{name}/log", _seed(folder, "log")),
            vrf_seed=_seed(folder, "vrf"),
            webhook_seed=_seed(folder, "webhook"),
            centre_seed=_seed(folder, "centre"),
            image_seed=_seed(folder, "image"),
            trusted_outside=_roots(trust_folder) if trust_folder is not None else (),
            trust_folder=trust_folder,
        )
    except (OSError, ValueError, BadKey, BadCertificate) as error:
        raise KeysUnusable(f"{folder}: {error}") from error


def _create(folder: Path, *, name: str, at: datetime) -> None:
    """Make all keys aside, then move the folder into place: all of them or none."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = folder.with_name(f"{folder.name}.{secrets.token_hex(4)}.new")
    fresh.mkdir(mode=0o700)
    try:
        authority, stamping = generate_signing_key(), generate_signing_key()
        root = make_authority(f"{name} CA", key=authority, at=at, years=AUTHORITY_YEARS)
        subject = CertificateSubject(common_name=f"{name} TSA", organization=name)
        request = make_request(stamping, common_name=name, organization=name, uscc="")
        certificate = issue(
            root,
            authority,
            request,
            at=at,
            days=TIMESTAMPING_DAYS,
            subject=subject,
            usage="timestamping",
        )
        _write(fresh / "authority.key.pem", authority.to_pem(None))
        _write(fresh / "authority.pem", _pem(root))
        _write(fresh / "timestamping.key.pem", stamping.to_pem(None))
        _write(fresh / "timestamping.pem", _pem(certificate))
        for use in ("receipt", "log", "vrf", "webhook", "centre", "image"):
            _write(fresh / f"{use}.seed", secrets.token_bytes(SEED_BYTES).hex().encode() + b"\n")
        fresh.rename(folder)
    except OSError as error:
        shutil.rmtree(fresh)
        raise KeysUnusable(f"cannot make keys in {folder}: {error}") from error


def _write(file: Path, content: bytes) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def _secret(file: Path) -> bytes:
    if file.stat().st_mode & 0o077:
        raise KeysUnusable(f"{file} can be read by others: it must have mode 0600")
    return file.read_bytes()


def _certified(folder: Path, use: str) -> CertifiedKey:
    key = SigningKey.from_pem(_secret(folder / f"{use}.key.pem"))
    certificate = _der((folder / f"{use}.pem").read_bytes())[0]
    if facts(certificate).public_der != key.public_der:
        raise KeysUnusable(f"{folder}: the {use} certificate is not of the {use} key")
    return CertifiedKey(key, certificate)


def _seed(folder: Path, use: str) -> bytes:
    return bytes.fromhex(_secret(folder / f"{use}.seed").decode("ascii"))


def _roots(folder: Path) -> tuple[bytes, ...]:
    return tuple(der for file in sorted(folder.glob("*.pem")) for der in _der(file.read_bytes()))


def _list(file: Path) -> x509.CertificateRevocationList:
    """Raises OSError, ValueError."""
    content = file.read_bytes()
    if content.startswith(b"-----BEGIN"):
        return x509.load_pem_x509_crl(content)
    return x509.load_der_x509_crl(content)


def _der(pem: bytes) -> list[bytes]:
    return [
        certificate.public_bytes(serialization.Encoding.DER)
        for certificate in x509.load_pem_x509_certificates(pem)
    ]


def _pem(der: bytes) -> bytes:
    return x509.load_der_x509_certificate(der).public_bytes(serialization.Encoding.PEM)
