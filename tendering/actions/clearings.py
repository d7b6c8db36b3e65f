"""The clearing report (清标报告) of a lot: made once after the price opening, bound in the journal.

It prepares the committee's work and decides nothing; from it come the totals of the bids' bills
that a method asks for (`methods.opened`).
"""

import asyncio
import secrets
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from tendering.actions.tenders import current_documents
from tendering.clearing_process import PriceBundle, clear_in_process
from tendering.domain.journal import Event, Stream
from tendering.domain.opening import OpeningPhase
from tendering.domain.opening_forms import whole_number
from tendering.domain.parties import Actor
from tendering.domain.quantities.lot_bill import LotBill
from tendering.domain.refusals import NotFound
from tendering.domain.refusals.tenders import WrongPhase
from tendering.domain.tender import Tender, require_party
from tendering.storage import clearings, journal, openings, tender_documents, tenders
from tendering.storage.blobs import Blobs
from tendering.storage.clearings import MadeClearing
from tendering.storage.connection import Connection, Pool, reading, transaction

MADE = "clearing.made"


async def make_clearing(
    pool: Pool,
    blobs: Blobs,
    tender_id: UUID,
    lot: str,
    *,
    by: Actor,
    now: Callable[[], datetime],
) -> MadeClearing:
    """Make the report of a lot whose prices were read out; again, it is the same one.

    `now` is read under the tender's lock. Raises NotFound, Forbidden, OpeningNotStarted, WrongPhase
    before the prices are shown.
    """
    async with reading(pool) as connection:
        tender = await tenders.get(connection, tender_id)
        require_party(tender, by.organization_id)
        bill = _bill_of(tender, lot)
        existing = await clearings.find(connection, tender_id, lot)
        if existing is not None:
            return existing
        bundles = await _bundles(connection, blobs, tender, lot)
        upload_id = await _file_of(connection, tender, bill)
    temporary = blobs.temporary(secrets.token_hex(8))
    try:
        made = await asyncio.to_thread(
            clear_in_process, lot, blobs.path(upload_id), bill, bundles, temporary
        )
        await asyncio.to_thread(blobs.keep_opened, {temporary: made.digest.hex()})
    finally:
        await asyncio.to_thread(temporary.unlink, missing_ok=True)
    async with transaction(pool) as connection:
        await tenders.lock(connection, tender_id)
        existing = await clearings.find(connection, tender_id, lot)
        if existing is not None:
            return existing
        kept = MadeClearing(lot, made.digest, made.size_bytes, made.bill_fen, now())
        await clearings.insert(connection, tender_id, kept)
        await journal.append(connection, tender_id, Stream.COMMITTEE, _event(kept), at=kept.made_at)
    return kept


async def _file_of(connection: Connection, tender: Tender, bill: LotBill) -> UUID:
    """The upload of the bill at the deadline, in the version that brought it."""
    file = (await current_documents(connection, tender)).file(bill.document)
    assert file is not None, "a bill is one of the tender documents"
    _, upload_id = await tender_documents.document_upload(
        connection, tender.id, bill.document, version=file.since
    )
    return upload_id


def needs_clearing(tender: Tender, lot: str) -> bool:
    """Must a lot be cleared before its room opens? Not where prices follow the marks (双信封)."""
    return tender.lot(lot).bill is not None and tender.round.has_price and not tender.round.later


async def _bundles(
    connection: Connection, blobs: Blobs, tender: Tender, lot: str
) -> list[PriceBundle]:
    """The price envelopes that were opened. No more are once the prices were read out."""
    opening = await openings.get(connection, tender.id, lot)
    if opening.phase is OpeningPhase.UNLOCK or "price" not in tender.round.kinds_in(
        opening.session
    ):
        raise WrongPhase(phase=opening.phase)
    return [
        PriceBundle(
            one.bidder_id,
            blobs.opened_path(envelope.plaintext_digest.hex()),
            whole_number(one.forms.get("price", {}), "price_fen"),
        )
        for one in await openings.unlocks(connection, tender.id, lot, session=opening.session)
        if one.unlocked_by is not None
        for envelope in one.envelopes
        if envelope.kind == "price"
    ]


def _bill_of(tender: Tender, lot: str) -> LotBill:
    bill = tender.lot(lot).bill
    if bill is None or not tender.round.has_price:
        raise NotFound("the lot has no bill of quantities", lot=lot)
    return bill


def _event(made: MadeClearing) -> Event:
    return Event(
        MADE,
        {
            "lot": made.lot,
            "digest": made.digest.hex(),
            "size_bytes": made.size_bytes,
            "bill_fen": {
                str(bidder_id): dict(one) for bidder_id, one in sorted(made.bill_fen.items())
            },
        },
    )
