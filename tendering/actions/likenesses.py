"""What the opened bids of a lot have in common: found after each session, bound in custody.

It prepares the work of committee and supervisor and rejects no bid. 实施条例 第四十条 says what
counts as collusion, and people say whether it was.
"""

import asyncio
import secrets
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from tendering.domain.journal import Event, Stream
from tendering.likeness_process import Material, compare_in_process, reader
from tendering.storage import journal, likenesses, openings, tender_documents, tenders
from tendering.storage.blobs import Blobs
from tendering.storage.connection import Connection, Pool, reading, transaction
from tendering.storage.likenesses import DueLikeness, MadeLikeness

MADE = "likeness.made"


class _Row(msgspec.Struct, frozen=True):
    bidder_id: UUID
    form: dict[str, Any]


class _Revealed(msgspec.Struct, frozen=True):
    lot: str
    rows: tuple[_Row, ...]
    session: int = 1


async def make_likeness(
    pool: Pool, blobs: Blobs, due: DueLikeness, *, now: Callable[[], datetime]
) -> None:
    """Make the report of a session; whoever is first among several processes keeps it.

    `now` is read under the tender's lock. Killed at any moment it leaves nothing, and the session
    is due again. Raises OSError, ProcessFailed.
    """
    async with reading(pool) as connection:
        material = await _material(connection, blobs, due)
    temporary = blobs.temporary(secrets.token_hex(8))
    try:
        digest, size = await compare_in_process(material, temporary)
        await asyncio.to_thread(blobs.keep_opened, {temporary: digest.hex()})
    finally:
        await asyncio.to_thread(temporary.unlink, missing_ok=True)
    async with transaction(pool) as connection:
        # Also while the tender stands still: nothing is decided by it.
        await tenders.lock_also_suspended(connection, due.tender_id)
        made = MadeLikeness(due.lot, due.session, digest, size, now())
        if await likenesses.insert(connection, due.tender_id, made):
            event = _event(made)
            await journal.append(connection, due.tender_id, Stream.CUSTODY, event, at=made.made_at)


async def _material(connection: Connection, blobs: Blobs, due: DueLikeness) -> Material:
    tender = await tenders.get(connection, due.tender_id)
    bundles: dict[UUID, dict[str, Path]] = {}
    for session in range(1, due.session + 1):
        for one in await openings.unlocks(connection, tender.id, due.lot, session=session):
            if one.unlocked_by is not None:
                bundles.setdefault(one.bidder_id, {}).update(
                    (envelope.kind, blobs.opened_path(envelope.plaintext_digest.hex()))
                    for envelope in one.envelopes
                )
    prices: dict[UUID, int] = {}
    for entry in await journal.list_of_kinds(
        connection, tender.id, Stream.PUBLIC, ["prices.revealed"]
    ):
        body = msgspec.convert(entry.body, _Revealed)
        if body.lot == due.lot and body.session <= due.session:
            read = {one.bidder_id: one.form.get("price_fen") for one in body.rows}
            prices |= {key: fen for key, fen in read.items() if type(fen) is int and key in bundles}
    documents = []
    for document in tender.documents:
        _, upload_id = await tender_documents.document_upload(connection, tender.id, document.name)
        documents.append((document.name, blobs.path(upload_id)))
    return Material(bundles, documents, prices, tender.lot(due.lot).ceiling_price_fen)


def _event(made: MadeLikeness) -> Event:
    return Event(
        MADE,
        {
            "lot": made.lot,
            "session": made.session,
            "digest": made.digest.hex(),
            "size_bytes": made.size_bytes,
            "reader": reader(),
        },
    )
