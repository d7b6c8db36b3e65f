"""Signed statements of parties: who says it, with which certificate, and is it the expected one."""

from dataclasses import dataclass
from datetime import datetime

from crypto.canonical import JsonValue
from crypto.errors import CryptoError
from crypto.signing import SignedStatement, verify_statement
from tendering.actions.certificates import require_valid
from tendering.domain.refusals.signatures import SignatureRefused
from tendering.keys import PlatformKeys
from tendering.storage.connection import Connection


async def statement_by(
    connection: Connection,
    keys: PlatformKeys,
    value: JsonValue,
    *,
    label: str,
    uscc: str,
    at: datetime,
) -> JsonValue:
    """What the organization with this credit code says under `label`.

    Raises SignatureRefused: malformed, another label, a certificate that does not hold at `at`.
    """
    said = read_statement(keys, value, label=label, uscc=uscc, at=at)
    await require_valid(connection, keys, said.certificate, uscc=uscc, at=at)
    return said.statement


@dataclass(frozen=True, slots=True)
class Said:
    """A statement whose signature holds, its certificate, DER, and that one's number in hex."""

    statement: JsonValue
    certificate: bytes
    serial: str


def read_statement(
    keys: PlatformKeys, value: JsonValue, *, label: str, uscc: str, at: datetime
) -> Said:
    """The same without asking whether the certificate was revoked, which the caller then does.

    Raises SignatureRefused.
    """
    try:
        signed = SignedStatement.from_value(value)
        told = verify_statement(signed, label=label, trusted_roots=keys.trusted_roots(), at=at)
    except CryptoError as error:
        raise SignatureRefused(str(error)) from error
    if told.uscc != uscc:
        raise SignatureRefused("the certificate is of another organization")
    return Said(signed.statement, signed.certificate, f"{told.serial:x}")


def require_statement(found: JsonValue, expected: JsonValue) -> None:
    """Raise SignatureRefused unless the signed statement says exactly what is being done."""
    if found != expected:
        raise SignatureRefused("the signed statement says something else")
