"""Signed statements: the one envelope for everything a party says with legal weight.

A statement is canonical JSON, signed with the party's P-256 key under a label that names the kind
of statement, carried with the certificate of the key. docs/specs/sealed-bid-v1.md §8.
"""

import base64
import binascii
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from crypto.canonical import JsonValue, canonical, parse
from crypto.certificates import CertificateFacts, facts, verify_chain
from crypto.errors import BadCertificate, BadKey, BadSignature
from crypto.keys import SigningKey, verify_signature

STATEMENT_BYTES_MAX = 1 << 20

_MEMBERS = {"statement", "label", "certificate", "signature"}


@dataclass(frozen=True, slots=True)
class SignedStatement:
    """A statement with its signature. Nothing is verified until `verify_statement` says so."""

    statement: JsonValue
    label: str
    certificate: bytes
    signature: bytes

    def to_json(self) -> bytes:
        """Canonical JSON; certificate and signature in standard base64."""
        return canonical(self.to_value())

    def to_value(self) -> JsonValue:
        """The same as a JSON value, to be put inside another one."""
        return {
            "statement": self.statement,
            "label": self.label,
            "certificate": base64.b64encode(self.certificate).decode("ascii"),
            "signature": base64.b64encode(self.signature).decode("ascii"),
        }

    @classmethod
    def from_json(cls, data: bytes) -> "SignedStatement":
        """Read the envelope strictly. Raises BadSignature when it is malformed."""
        if len(data) > STATEMENT_BYTES_MAX:
            raise BadSignature("the statement is too long")
        try:
            value = parse(data)
        except ValueError as error:
            raise BadSignature("the envelope is not strict JSON") from error
        return cls.from_value(value)

    @classmethod
    def from_value(cls, value: JsonValue) -> "SignedStatement":
        """Read the envelope from a JSON value. Raises BadSignature when it is malformed."""
        if not isinstance(value, Mapping) or set(value) != _MEMBERS:
            raise BadSignature("an envelope has statement, label, certificate and signature")
        label = value["label"]
        if not isinstance(label, str):
            raise BadSignature("the label is not a string")
        certificate = _bytes(value["certificate"])
        return cls(value["statement"], label, certificate, _bytes(value["signature"]))


def sign_statement(
    key: SigningKey, certificate_der: bytes, *, label: str, statement: JsonValue
) -> SignedStatement:
    """Sign; the certificate must be the key's. Raises BadCertificate."""
    if facts(certificate_der).public_der != key.public_der:
        raise BadCertificate("the certificate belongs to another key")
    signature = key.sign(label, canonical(statement))
    return SignedStatement(statement, label, certificate_der, signature)


def verify_statement(
    signed: SignedStatement,
    *,
    label: str,
    trusted_roots: Iterable[bytes],
    at: datetime,
    chain: Sequence[bytes] = (),
) -> CertificateFacts:
    """Who made this statement: the certificate was valid at `at` and the signature is its key's.

    Raises BadSignature (also for another label than expected), BadCertificate. Whether the
    certificate was revoked, and whether its holder may say this, is for the caller to ask.
    """
    if signed.label != label:
        raise BadSignature(f"a statement of another kind than {label}")
    signer = verify_chain(signed.certificate, chain, trusted_roots=trusted_roots, at=at)
    try:
        message = canonical(signed.statement)
        verify_signature(signer.public_der, label, message, signed.signature)
    except (BadKey, TypeError, ValueError) as error:
        raise BadSignature("the statement or its key is not of the right kind") from error
    return signer


def _bytes(value: JsonValue) -> bytes:
    if not isinstance(value, str):
        raise BadSignature("certificate and signature are base64 strings")
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadSignature("certificate and signature are base64 strings") from error
