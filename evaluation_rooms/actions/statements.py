"""Signatures of members, verified before any lock is taken."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crypto.certificates import facts
from crypto.errors import CryptoError
from crypto.signing import SignedStatement, verify_statement
from evaluation_rooms.commands import CheckIn, Command, ConfirmReport, LockScores
from evaluation_rooms.leading import REPORT_LABEL
from evaluation_rooms.scoring import SHEET_LABEL
from evaluation_rooms.seating import STATEMENT_LABEL
from tendering.domain.parties import Actor
from tendering.domain.refusals.signatures import SignatureRefused
from tendering.storage import certificates
from tendering.storage.connection import Connection


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose certificates count: DER roots, and the authorities below them."""

    roots: tuple[bytes, ...]
    chain: tuple[bytes, ...] = ()


def is_signed(command: Command) -> bool:
    """Does the command carry a signature that `verify` checks?"""
    match command:
        case CheckIn():
            return True
        case LockScores(statement=statement) | ConfirmReport(statement=statement):
            return statement is not None
        case _:
            return False


def verify(command: Command, trust: Trust, *, at: datetime) -> None:
    """Check the signatures that a command carries. Raises SignatureRefused.

    Whether they say the right thing, with the right key, is for the rules.
    """
    match command:
        case CheckIn(statements=statements):
            _verify(statements, STATEMENT_LABEL, trust, at)
        case LockScores(statement=statement) if statement is not None:
            _verify([statement], SHEET_LABEL, trust, at)
        case ConfirmReport(statement=statement) if statement is not None:
            _verify([statement], REPORT_LABEL, trust, at)
        case _:
            pass


async def require_own(
    connection: Connection, command: CheckIn, actor: Actor, *, at: datetime
) -> None:
    """Is the key that signed the statements the actor's? Call it after `verify`.

    Raises SignatureRefused: a certificate of another organization, or a revoked one.
    """
    for statement in command.statements:
        certificate = SignedStatement.from_value(statement).certificate
        told = facts(certificate)
        if told.uscc != actor.uscc:
            raise SignatureRefused("the certificate is of another organization")
        known = await certificates.get(connection, f"{told.serial:x}")
        # An outside authority may use the same number: only our own certificate is on our list.
        revoked_at = known.revoked_at if known is not None and known.der == certificate else None
        if revoked_at is not None and revoked_at <= at:
            raise SignatureRefused("the certificate is revoked")


def _verify(
    statements: Sequence[Mapping[str, Any]], label: str, trust: Trust, at: datetime
) -> None:
    for statement in statements:
        try:
            signed = SignedStatement.from_value(statement)
            verify_statement(
                signed, label=label, trusted_roots=trust.roots, chain=trust.chain, at=at
            )
        except CryptoError as error:
            raise SignatureRefused(str(error)) from error
