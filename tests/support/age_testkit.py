"""The public age test kit: one file a vector, a head of named fields before the age file itself."""

import zlib
from dataclasses import dataclass
from pathlib import Path

from crypto.opening_keys import AnyOpeningKey, read_identity

FOLDER = "age-testkit"
SUCCESS = "success"


@dataclass(frozen=True, slots=True)
class Vector:
    """One file of the kit. `plaintext_digest` is of what may come out, also before a failure."""

    name: str
    expect: str
    identities: tuple[str, ...]
    has_passphrase: bool
    is_armored: bool
    plaintext_digest: str
    file: bytes

    @property
    def keys(self) -> list[AnyOpeningKey]:
        """The identities as keys."""
        return [read_identity(text) for text in self.identities]

    @property
    def wants_passphrase(self) -> bool:
        """Is a passphrase all there is to open it? Those are refused."""
        return self.has_passphrase and not self.identities


def load_vectors(shared_data: Path) -> list[Vector]:
    """All vectors, by name."""
    return [_load(path) for path in sorted((shared_data / FOLDER).iterdir())]


def _load(path: Path) -> Vector:
    head, _, body = path.read_bytes().partition(b"\n\n")
    fields = [line.split(": ", 1) for line in head.decode().split("\n")]
    named = dict(fields)
    if named.get("compressed") == "zlib":
        body = zlib.decompress(body)
    return Vector(
        path.name,
        named["expect"],
        tuple(value for key, value in fields if key == "identity"),
        "passphrase" in named,
        named.get("armored") == "yes",
        named.get("payload", ""),
        body,
    )
