"""Deeds of key holders beside the opening: which tenders are theirs, and their keys' end."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from crypto.canonical import JsonValue
from tendering.actions.statements import require_statement, statement_by
from tendering.domain.journal import Event, Stream
from tendering.domain.opening import OpeningPhase
from tendering.domain.parties import Actor
from tendering.domain.refusals.tenders import WrongPhase
from tendering.domain.tender import KeyHolder, Tender, TenderStatus
from tendering.keys import PlatformKeys
from tendering.storage import draws, journal, openings, tenders
from tendering.storage.connection import Connection

DESTRUCTION_LABEL = "kaibiao/key-destruction/v1"


async def record_destruction(
    connection: Connection,
    keys: PlatformKeys,
    tender_id: UUID,
    *,
    statement: Mapping[str, JsonValue],
    by: Actor,
    at: datetime,
) -> None:
    """A key holder states that its key for this tender is destroyed. Once is enough.

    Not before the key can no longer be needed: all prices shown and the committee drawn, or the
    tender failed, in which case nothing was ever unlocked; the key of one that was replaced is
    needed no longer. Raises NotKeyHolder, SignatureRefused, WrongPhase.
    """
    said = await statement_by(
        connection, keys, statement, label=DESTRUCTION_LABEL, uscc=by.uscc, at=at
    )
    await tenders.lock_also_suspended(connection, tender_id)
    tender = await tenders.get(connection, tender_id)
    holder = _destroying(tender, by.organization_id, said)
    body: dict[str, JsonValue] = {
        "tender_id": str(tender_id),
        "number": holder.number,
        "organization_id": str(by.organization_id),
        "public_key": (holder.public_key or b"").hex(),
    }
    require_statement(said, body)
    if holder in tender.key_holders:
        await _require_not_needed(connection, tender)
    kind = "key_holder.key_destroyed"
    known = await journal.list_of_kinds(connection, tender_id, Stream.CUSTODY, [kind])
    if any(entry.body["public_key"] == body["public_key"] for entry in known):
        return
    event = Event(kind, body | {"statement": dict(statement)})
    await journal.append(connection, tender_id, Stream.CUSTODY, event, at=at)


def _destroying(tender: Tender, organization_id: UUID, said: JsonValue) -> KeyHolder:
    """The place whose key is meant: one's own of now, or one that somebody else has taken."""
    named = said.get("public_key") if isinstance(said, dict) else None
    for holders in (*(former.holders for former in tender.former), tender.key_holders):
        for holder in holders:
            key = (holder.public_key or b"").hex()
            if (holder.organization_id, key) == (organization_id, named):
                current = tender.key_holders[holder.number - 1]
                return current if current.public_key == holder.public_key else holder
    return tender.key_holder_of(organization_id)


_UNLOCKING = frozenset({TenderStatus.OPENING, TenderStatus.EVALUATING})


async def _require_not_needed(connection: Connection, tender: Tender) -> None:
    if tender.status in {TenderStatus.DRAFT, TenderStatus.PUBLISHED}:
        raise WrongPhase(status=tender.status)
    for lot in await openings.list_lots(connection, tender.id):
        opening = await openings.get(connection, tender.id, lot)
        if opening.phase is OpeningPhase.UNLOCK and tender.status in _UNLOCKING:
            raise WrongPhase(phase=opening.phase)
        due = opening.session < len(tender.round.sessions)
        if due and tender.status in {*_UNLOCKING, TenderStatus.OPENED}:
            # The prices are still sealed: a second session may need the key.
            raise WrongPhase(session=opening.session)
    drawn = await draws.get(connection, tender.id)
    if tender.status is TenderStatus.OPENED and (drawn is None or drawn.drawn_at is None):
        # The key may have to open contributions to the draw. docs/specs/draw-v1.md §3
        raise WrongPhase(status=tender.status)
