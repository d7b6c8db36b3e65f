"""Signed statements of parties: who says it, with which certificate, and is it the expected one."""

from datetime import datetime

from crypto.canonical import JsonValue
from crypto.errors import CryptoError
from crypto.signing import SignedStatement, verify_statement
from tendering.actions.certificates import require_valid
from tendering.domain.refusals import SignatureRefused
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
    try:
        signed = SignedStatement.from_value(value)
        await require_valid(connection, keys, signed.certificate, uscc=uscc, at=at)
        verify_statement(signed, label=label, trusted_roots=keys.trusted_roots(), at=at)
    except CryptoError as error:
        raise SignatureRefused(str(error)) from error
    return signed.statement


def require_statement(found: JsonValue, expected: JsonValue) -> None:
    """Raise SignatureRefused unless the signed statement says exactly what is being done."""
    if found != expected:
        raise SignatureRefused("the signed statement says something else")
