"""Deeds about key holders that are replaced before the deadline."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from crypto.canonical import JsonValue
from tendering.actions.canaries import fresh_chance, issue_canary
from tendering.actions.statements import require_statement, statement_by
from tendering.domain.canary import Occasion
from tendering.domain.journal import Stream
from tendering.domain.key_policy import (
    REPLACEMENT_LABEL,
    Successor,
    decide_order,
    decide_replacement,
)
from tendering.domain.parties import Actor
from tendering.domain.refusals import Invalid
from tendering.domain.roles import Role
from tendering.domain.tender import Tender
from tendering.keys import PlatformKeys
from tendering.storage import canaries, journal, key_holders, organizations, tenders
from tendering.storage.connection import Connection


async def order_replacement(
    connection: Connection,
    keys: PlatformKeys,
    tender_id: UUID,
    *,
    number: int,
    organization_id: UUID,
    reason: str,
    statement: Mapping[str, JsonValue],
    by: Actor,
    at: datetime,
) -> None:
    """The host names who is to take a key holder's place, and why, under its signature.

    Raises Forbidden, WrongPhase, ReplacementTooLate, NotFound, Invalid, SignatureRefused.
    """
    said = await statement_by(
        connection, keys, statement, label=REPLACEMENT_LABEL, uscc=by.uscc, at=at
    )
    await tenders.lock(connection, tender_id)
    # What the holder of the lock before us has changed is seen by a statement of its own.
    tender = await tenders.get(connection, tender_id)
    body: dict[str, JsonValue] = {
        "tender_id": str(tender_id),
        "number": number,
        "organization_id": str(organization_id),
        "reason": reason,
    }
    require_statement(said, body)
    organization = await organizations.get(connection, organization_id)
    if organization is None or Role.KEY_HOLDER not in organization.roles:
        raise Invalid("no such organization in this role", role=Role.KEY_HOLDER)
    successor = Successor(number, organization_id, organization.name, reason)
    event = decide_order(tender, successor, by=by.organization_id, statement=dict(statement), at=at)
    await key_holders.put_successor(connection, tender_id, successor, at=at)
    await journal.append(connection, tender_id, Stream.PUBLIC, event, at=at)


async def take_place(
    connection: Connection,
    tender: Tender,
    successor: Successor,
    *,
    public_key: bytes,
    announcement: Mapping[str, JsonValue],
    at: datetime,
) -> None:
    """The new key holder's announcement takes effect, for the locked tender as it stands now.

    `at` was read under the lock: no bid that came in before can have arrived later. Raises
    WrongPhase, ReplacementTooLate, Invalid.
    """
    after, event = decide_replacement(
        tender, successor, public_key=public_key, announcement=announcement, at=at
    )
    place = successor.number - 1
    left, new = tender.key_holders[place], after.key_holders[place]
    await key_holders.replace(
        connection, tender.id, left, new, version=tender.policy_version, at=at
    )
    await tenders.save(connection, replace(after, version=tender.version + 1))
    await canaries.excuse(connection, tender.id, new.number)
    await journal.append(connection, tender.id, Stream.PUBLIC, event, at=at)
    await issue_canary(
        connection,
        after,
        Occasion.REPLACEMENT,
        asked=[new.number],
        chance=fresh_chance(after.suite),
        at=at,
    )
