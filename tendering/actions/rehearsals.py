"""Deeds of a rehearsal: they read, they answer, and they write nothing, not even to custody."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from crypto.canonical import JsonValue
from crypto.certificates import facts
from tendering.actions.certificates import require_valid
from tendering.actions.statements import read_statement, require_statement
from tendering.domain.parties import Actor
from tendering.domain.rehearsal import (
    REHEARSAL_LABEL,
    Rehearsal,
    RehearsedUnlock,
    receipt_message,
    rehearsal_statement,
    require_receipt,
    require_rehearsable,
    require_test_container,
    unlocked,
)
from tendering.domain.tender import Tender
from tendering.keys import PlatformKeys
from tendering.storage.connection import Connection


@dataclass(frozen=True, slots=True)
class RehearsalReceipt:
    """The platform's signature on what it was handed, and until when the certificate holds."""

    received_at: datetime
    key: str
    signature: bytes
    certificate_serial: str
    certificate_not_after: datetime


async def sign_in(
    connection: Connection,
    keys: PlatformKeys,
    tender: Tender,
    rehearsal: Rehearsal,
    *,
    statement: Mapping[str, JsonValue],
    by: Actor,
    at: datetime,
) -> RehearsalReceipt:
    """Check a test container and its signature as those of a bid, and acknowledge them.

    Raises NotFound, WrongPhase, DeadlinePassed, ContainerRefused, SignatureRefused.
    """
    require_rehearsable(tender, rehearsal.lot, at=at)
    require_test_container(tender, rehearsal)
    said = read_statement(keys, dict(statement), label=REHEARSAL_LABEL, uscc=by.uscc, at=at)
    await require_valid(connection, keys, said.certificate, uscc=by.uscc, at=at)
    require_statement(said.statement, rehearsal_statement(tender, rehearsal))
    return RehearsalReceipt(
        received_at=at,
        key=keys.receipt.verifier,
        signature=keys.receipt.sign(receipt_message(tender, rehearsal, received_at=at)),
        certificate_serial=said.serial,
        certificate_not_after=facts(said.certificate).not_after,
    )


def unlock(
    keys: PlatformKeys,
    tender: Tender,
    rehearsal: Rehearsal,
    *,
    received_at: datetime,
    signature: bytes,
    file_key: bytes,
    at: datetime,
) -> RehearsedUnlock:
    """Open a test container that has a receipt.

    Raises NotFound, WrongPhase, DeadlinePassed, RehearsalUnknown, ContainerRefused, WrongFileKey.
    """
    require_rehearsable(tender, rehearsal.lot, at=at)
    require_receipt(
        tender, rehearsal, received_at=received_at, signature=signature, key=keys.receipt
    )
    require_test_container(tender, rehearsal)
    return unlocked(tender, rehearsal, file_key)
