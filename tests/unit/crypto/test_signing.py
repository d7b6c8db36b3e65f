"""Signed statements: the envelope, and everything that must not pass in it."""

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from crypto.canonical import JsonValue
from crypto.certificates import CertificateSubject, issue, make_authority, make_request
from crypto.errors import BadCertificate, BadSignature
from crypto.keys import SigningKey, generate_signing_key
from crypto.signing import SignedStatement, sign_statement, verify_statement

AT = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
LABEL = "kaibiao/test/v1"
VECTORS = Path(__file__).parents[2] / "vectors" / "signed-statement.json"
CA_KEY = SigningKey(ec.derive_private_key(1001, ec.SECP256R1()))
KEY = SigningKey(ec.derive_private_key(1002, ec.SECP256R1()))
ROOT = make_authority("示范根证书", key=CA_KEY, at=AT, years=10)
CERTIFICATE = issue(
    ROOT,
    CA_KEY,
    make_request(KEY, common_name="示范", organization="示范公司", uscc="91350100M000100Y43"),
    at=AT,
    days=365,
    subject=CertificateSubject("示范", "示范公司", "91350100M000100Y43"),
)
SIGNED = sign_statement(KEY, CERTIFICATE, label=LABEL, statement={"b": 1, "a": "开标"})


def test_a_signed_statement_names_its_signer() -> None:
    signer = verify_statement(SIGNED, label=LABEL, trusted_roots=[ROOT], at=AT)

    assert signer.uscc == "91350100M000100Y43"


def test_a_statement_survives_its_json() -> None:
    assert SignedStatement.from_json(SIGNED.to_json()) == SIGNED
    assert SignedStatement.from_value(SIGNED.to_value()) == SIGNED


def test_the_order_of_keys_in_the_json_does_not_matter() -> None:
    members = json.loads(SIGNED.to_json())
    shuffled = json.dumps(dict(reversed(list(members.items()))), indent=2).encode()

    read = SignedStatement.from_json(shuffled)

    verify_statement(read, label=LABEL, trusted_roots=[ROOT], at=AT)


@pytest.mark.parametrize("statement", [{"b": 2, "a": "开标"}, {"b": True, "a": "开标"}, {}, None])
def test_an_altered_statement_is_refused(statement: JsonValue) -> None:
    altered = SignedStatement(statement, LABEL, SIGNED.certificate, SIGNED.signature)

    with pytest.raises(BadSignature):
        verify_statement(altered, label=LABEL, trusted_roots=[ROOT], at=AT)


def test_a_statement_of_another_kind_is_refused() -> None:
    relabelled = SignedStatement(SIGNED.statement, "kaibiao/x/v1", CERTIFICATE, SIGNED.signature)

    with pytest.raises(BadSignature, match="another kind"):
        verify_statement(SIGNED, label="kaibiao/x/v1", trusted_roots=[ROOT], at=AT)
    with pytest.raises(BadSignature):
        verify_statement(relabelled, label="kaibiao/x/v1", trusted_roots=[ROOT], at=AT)


def test_an_expired_certificate_is_refused() -> None:
    with pytest.raises(BadCertificate):
        verify_statement(SIGNED, label=LABEL, trusted_roots=[ROOT], at=AT + timedelta(days=400))


def test_a_statement_that_has_no_canonical_form_is_refused() -> None:
    floating = SignedStatement(1.5, LABEL, CERTIFICATE, SIGNED.signature)  # type: ignore[arg-type]

    with pytest.raises(BadSignature):
        verify_statement(floating, label=LABEL, trusted_roots=[ROOT], at=AT)


def test_a_key_does_not_sign_under_anothers_certificate() -> None:
    with pytest.raises(BadCertificate, match="another key"):
        sign_statement(generate_signing_key(), CERTIFICATE, label=LABEL, statement={})


GOOD = json.loads(SIGNED.to_json())


@pytest.mark.parametrize(
    "envelope",
    [
        [],
        {},
        {**GOOD, "more": 1},
        {**GOOD, "label": 1},
        {**GOOD, "signature": None},
        {**GOOD, "signature": "!"},
        {**GOOD, "certificate": "é"},
        {key: value for key, value in GOOD.items() if key != "label"},
        {**GOOD, "statement": 1.5},
        "x" * 2_000_000,
    ],
)
def test_a_malformed_envelope_is_refused(envelope: object) -> None:
    with pytest.raises(BadSignature):
        SignedStatement.from_json(json.dumps(envelope).encode())


def test_repeated_keys_in_an_envelope_are_refused() -> None:
    text = SIGNED.to_json().replace(b'{"certificate"', b'{"label":"other","certificate"', 1)

    with pytest.raises(BadSignature):
        SignedStatement.from_json(text)


def test_the_published_vectors_verify() -> None:
    published = json.loads(VECTORS.read_text("utf-8"))
    root = base64.b64decode(published["trusted_root"])
    at = datetime.fromisoformat(published["at"])

    for vector in published["vectors"]:
        signed = SignedStatement.from_value(vector["envelope"])
        label = vector["label"]
        if vector["expect"] == "success":
            verify_statement(signed, label=label, trusted_roots=[root], at=at)
            continue
        with pytest.raises(BadSignature):
            verify_statement(signed, label=label, trusted_roots=[root], at=at)
