"""The public age test kit: every vector behaves as it says; passphrases are refused, by name."""

import hashlib
import io
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from crypto.age_file import open_plain
from crypto.errors import (
    BadArmor,
    BadHeader,
    BadMac,
    BadPayload,
    CryptoError,
    NoMatchingIdentity,
    PassphraseOnly,
)
from tests.support.age_testkit import SUCCESS, Vector, load_vectors

EXPECTED_ERRORS: dict[str, type[CryptoError]] = {
    "no match": NoMatchingIdentity,
    "HMAC failure": BadMac,
    "header failure": BadHeader,
    "armor failure": BadArmor,
    "payload failure": BadPayload,
}
WITH_PASSPHRASE = {"header failure": 19, "no match": 4, SUCCESS: 2}


@pytest.fixture(scope="module")
def vectors(shared_data: Path) -> list[Vector]:
    return load_vectors(shared_data)


@cache
def _outcome(vector: Vector) -> tuple[type[CryptoError] | None, str]:
    """What opening raises, and the digest of what came out before."""
    target = io.BytesIO()
    raised = None
    try:
        open_plain(io.BytesIO(vector.file), target, vector.keys)
    except CryptoError as error:
        raised = type(error)
    return raised, hashlib.sha256(target.getvalue()).hexdigest()


def _expected(vector: Vector) -> type[CryptoError] | None:
    return EXPECTED_ERRORS.get(vector.expect)


def test_the_kit_has_143_vectors_of_which_25_have_a_passphrase(vectors: list[Vector]) -> None:
    passphrases = Counter(vector.expect for vector in vectors if vector.wants_passphrase)

    assert len(vectors) == 143
    assert passphrases == WITH_PASSPHRASE


def test_every_other_vector_gives_what_the_kit_expects(vectors: list[Vector]) -> None:
    tried = [vector for vector in vectors if not vector.wants_passphrase]

    wrong = {
        vector.name: (vector.expect, raised)
        for vector in tried
        if (raised := _outcome(vector)[0]) is not _expected(vector)
    }

    assert len(tried) == 118
    assert wrong == {}


def test_exactly_the_authentic_bytes_come_out_also_before_a_failure(vectors: list[Vector]) -> None:
    told = [v for v in vectors if v.plaintext_digest and not v.wants_passphrase]

    wrong = [vector.name for vector in told if _outcome(vector)[1] != vector.plaintext_digest]

    assert Counter(vector.expect for vector in told) == {SUCCESS: 24, "payload failure": 19}
    assert wrong == []


def test_a_file_that_a_passphrase_opens_is_refused_for_that_reason(vectors: list[Vector]) -> None:
    with_passphrase = [vector for vector in vectors if vector.wants_passphrase]

    reasons = Counter(_outcome(vector)[0] for vector in with_passphrase)

    # Two break the grammar of any header, one names its stanza in another case: unknown to all.
    assert reasons == {PassphraseOnly: 22, BadHeader: 2, NoMatchingIdentity: 1}
