"""Deeds that end a tender without a winner, and begin it once more."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from crypto.canonical import JsonValue
from tendering.actions.failed_lots import failed_of, repeated_of
from tendering.actions.statements import require_statement, statement_by
from tendering.domain.exits import (
    TERMINATION_LABEL,
    Cause,
    decide_retender,
    decide_termination,
    destruction_order,
    termination_statement,
)
from tendering.domain.journal import Stream
from tendering.domain.parties import Actor
from tendering.domain.rulebook import Rulebook
from tendering.domain.tender import Tender, TenderStatus, require_party, require_sound
from tendering.keys import PlatformKeys
from tendering.storage import journal, openings, tenders
from tendering.storage.connection import Connection


@dataclass(frozen=True, slots=True)
class Termination:
    """Why a tender is terminated, in words and as one of the causes, and the signed statement."""

    cause: Cause
    text: str
    statement: Mapping[str, JsonValue]


async def terminate_tender(
    connection: Connection,
    keys: PlatformKeys,
    tender_id: UUID,
    rulebook: Rulebook,
    said: Termination,
    *,
    by: Actor,
    at: datetime,
) -> Tender:
    """End a tender, also one that stands still; keys that opened nothing are to be destroyed.

    Raises NotFound, Forbidden, SignatureRefused, WrongPhase, TerminationCauseUnlawful.
    """
    stated = await statement_by(
        connection, keys, said.statement, label=TERMINATION_LABEL, uscc=by.uscc, at=at
    )
    require_statement(stated, termination_statement(tender_id, said.cause, said.text))
    tender = await tenders.lock_also_suspended(connection, tender_id)
    require_party(tender, by.organization_id)
    ended, event = decide_termination(
        tender, rulebook, cause=said.cause, text=said.text, signed=said.statement
    )
    await tenders.save(connection, ended)
    await journal.append(connection, tender_id, Stream.PUBLIC, event, at=at)
    if tender.status in {TenderStatus.PUBLISHED, TenderStatus.OPENING}:
        await order_key_destruction(connection, ended, at=at)
    return ended


async def order_key_destruction(connection: Connection, tender: Tender, *, at: datetime) -> None:
    """Tell the key holders of a locked tender that is over to destroy their keys for it."""
    event = destruction_order(tender)
    await journal.append(connection, tender.id, Stream.PUBLIC, event, at=at)


async def retender(
    connection: Connection,
    tender_id: UUID,
    *,
    next_id: UUID,
    deadline: datetime,
    by: Actor,
    at: datetime,
) -> Tender:
    """Draft the next attempt from what has failed, each lot once.

    Raises NotFound, Forbidden, WrongPhase, AlreadyRetendered.
    """
    tender = await tenders.lock_also_suspended(connection, tender_id)
    require_party(tender, by.organization_id)
    failed = await failed_of(connection, tender_id)
    opened = {*await openings.list_lots(connection, tender_id)} - failed.keys()
    repeated = await repeated_of(connection, tender_id)
    draft, event = decide_retender(
        tender, opened, next_id=next_id, deadline=deadline, repeated=repeated
    )
    require_sound(draft)
    await tenders.insert(connection, draft, at=at)
    await journal.append(connection, tender_id, Stream.PUBLIC, event, at=at)
    return await tenders.get(connection, next_id)
