"""Deeds of key holders beside the opening: which tenders are theirs, and their keys' end."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from crypto.canonical import JsonValue
from tendering.actions.statements import require_statement, statement_by
from tendering.domain.journal import Event, Stream
from tendering.domain.opening import OpeningPhase
from tendering.domain.parties import Actor
from tendering.domain.refusals import WrongPhase
from tendering.domain.tender import TenderStatus
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
    tender failed, in which case nothing was ever unlocked. Raises NotKeyHolder, SignatureRefused,
    WrongPhase.
    """
    said = await statement_by(
        connection, keys, statement, label=DESTRUCTION_LABEL, uscc=by.uscc, at=at
    )
    tender = await tenders.lock_also_suspended(connection, tender_id)
    holder = tender.key_holder_of(by.organization_id)
    body: dict[str, JsonValue] = {
        "tender_id": str(tender_id),
        "number": holder.number,
        "organization_id": str(by.organization_id),
        "public_key": (holder.public_key or b"").hex(),
    }
    require_statement(said, body)
    if tender.status in {TenderStatus.DRAFT, TenderStatus.PUBLISHED}:
        raise WrongPhase(status=tender.status)
    for lot in await openings.list_lots(connection, tender_id):
        opening = await openings.get(connection, tender_id, lot)
        if opening.phase is OpeningPhase.UNLOCK and tender.status is TenderStatus.OPENING:
            raise WrongPhase(phase=opening.phase)
    drawn = await draws.get(connection, tender_id)
    if tender.status is TenderStatus.OPENED and (drawn is None or drawn.drawn_at is None):
        # The key may have to open contributions to the draw. docs/specs/draw-v1.md §3
        raise WrongPhase(status=tender.status)
    kind = "key_holder.key_destroyed"
    known = await journal.list_of_kinds(connection, tender_id, Stream.CUSTODY, [kind])
    if any(entry.body["number"] == holder.number for entry in known):
        return
    event = Event(kind, body | {"statement": dict(statement)})
    await journal.append(connection, tender_id, Stream.CUSTODY, event, at=at)
