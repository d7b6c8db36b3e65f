"""The public age test kit: every vector passes, or is left out for a named reason."""

import hashlib
import io
import zlib
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from crypto.age_file import stream_plain
from crypto.errors import BadHeader, BadMac, BadPayload, CryptoError, NoMatchingIdentity
from crypto.keys import OpeningKey

EXPECTED_ERRORS: dict[str, type[CryptoError]] = {
    "no match": NoMatchingIdentity,
    "HMAC failure": BadMac,
    "header failure": BadHeader,
    "armor failure": BadHeader,
    "payload failure": BadPayload,
}
LEFT_OUT = {"a passphrase opens it": 25, "a hybrid identity opens it": 18}
X25519_IDENTITY = "AGE-SECRET-KEY-1"


@dataclass(frozen=True, slots=True)
class Vector:
    """One file of the kit."""

    name: str
    expect: str
    identities: tuple[str, ...]
    has_passphrase: bool
    plaintext_digest: str
    file: bytes

    @property
    def left_out(self) -> str:
        """Why this profile does not open it; empty when it does."""
        if self.x25519_identities or not (self.identities or self.has_passphrase):
            return ""
        return "a hybrid identity opens it" if self.identities else "a passphrase opens it"

    @property
    def x25519_identities(self) -> list[OpeningKey]:
        """The keys of this profile."""
        texts = [text for text in self.identities if text.startswith(X25519_IDENTITY)]
        return [OpeningKey.from_identity(text) for text in texts]


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
        named.get("payload", ""),
        body,
    )


@cache
def _outcome(vector: Vector) -> tuple[type[CryptoError] | None, str]:
    """What opening raises, and the digest of what came out before."""
    released = hashlib.sha256()
    try:
        for chunk in stream_plain(io.BytesIO(vector.file), vector.x25519_identities):
            released.update(chunk)
    except CryptoError as error:
        return type(error), released.hexdigest()
    return None, released.hexdigest()


@pytest.fixture(scope="module")
def vectors(shared_data: Path) -> list[Vector]:
    return [_load(path) for path in sorted((shared_data / "age-testkit").iterdir())]


def test_exactly_the_passphrase_and_hybrid_vectors_are_left_out(vectors: list[Vector]) -> None:
    reasons = Counter(vector.left_out for vector in vectors if vector.left_out)

    assert len(vectors) == 143
    assert reasons == LEFT_OUT


def test_every_other_vector_gives_what_the_kit_expects(vectors: list[Vector]) -> None:
    tried = [vector for vector in vectors if not vector.left_out]

    wrong = {
        vector.name: (vector.expect, outcome[0])
        for vector in tried
        if (outcome := _outcome(vector))[0] is not EXPECTED_ERRORS.get(vector.expect)
    }

    assert len(tried) == 100
    assert wrong == {}


def test_every_vector_that_opens_gives_the_right_plaintext(vectors: list[Vector]) -> None:
    opened = [vector for vector in vectors if vector.expect == "success"]
    tried = [vector for vector in opened if not vector.left_out]

    wrong = [vector.name for vector in tried if _outcome(vector)[1] != vector.plaintext_digest]

    assert wrong == []


def test_the_files_left_out_are_refused_and_never_opened(vectors: list[Vector]) -> None:
    key = OpeningKey(bytes(32))

    for vector in (vector for vector in vectors if vector.left_out):
        with pytest.raises((BadHeader, NoMatchingIdentity)):
            b"".join(stream_plain(io.BytesIO(vector.file), [key]))
