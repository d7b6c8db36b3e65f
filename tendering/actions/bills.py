"""Deeds of bills of quantities: which file of the tender documents is the bill of a lot."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from uuid import UUID

from crypto.canonical import JsonValue
from tendering.domain.bill_amendments import lots_priced_by
from tendering.domain.parties import Actor
from tendering.domain.quantities.lot_bill import LotBill, lot_bill, require_price_left
from tendering.domain.quantities.stored_bill import CONTENT_BYTES_MAX, parse_bill
from tendering.domain.quantities.terms import Terms, parse_terms
from tendering.domain.refusals.tenders import TenderChanged
from tendering.domain.tender import Lot, Tender, TenderStatus, require_party, require_status
from tendering.storage import lot_bills, tender_documents, tenders
from tendering.storage.blobs import Blobs
from tendering.storage.connection import Pool, reading, transaction


async def attach_bill(
    pool: Pool,
    blobs: Blobs,
    tender_id: UUID,
    lot: str,
    *,
    document: str,
    terms: Mapping[str, JsonValue],
    by: Actor,
) -> LotBill:
    """Name a file of the tender documents as the lot's bill; again, another takes its place.

    Raises NotFound, Forbidden, WrongPhase, BillInvalid; TenderChanged when the file was replaced
    while it was read.
    """
    wanted = parse_terms(dict(terms))
    async with reading(pool) as connection:
        of = _draft_lot(await tenders.get(connection, tender_id), lot, by)
        named, upload_id = await tender_documents.document_upload(connection, tender_id, document)
    path = blobs.path(upload_id)
    bill = await asyncio.to_thread(_read, path, document, named.digest, wanted)
    require_price_left(bill, of.ceiling_price_fen)
    async with transaction(pool) as connection:
        _draft_lot(await tenders.lock(connection, tender_id), lot, by)
        now, _ = await tender_documents.document_upload(connection, tender_id, document)
        if now.digest != named.digest:
            raise TenderChanged
        await lot_bills.set_bill(connection, tender_id, lot, bill)
    return bill


async def detach_bill(pool: Pool, tender_id: UUID, lot: str, *, by: Actor) -> None:
    """The lot has no bill. Raises NotFound, Forbidden, WrongPhase."""
    async with transaction(pool) as connection:
        _draft_lot(await tenders.lock(connection, tender_id), lot, by)
        await lot_bills.set_bill(connection, tender_id, lot, None)


async def read_amended(path: Path, tender: Tender, name: str, digest: bytes) -> LotBill | None:
    """The bill in a file that waits for an amendment; None where no lot is priced by that name.

    Holds no connection. Raises BillInvalid.
    """
    lots = lots_priced_by(tender, name)
    if tender.status is TenderStatus.DRAFT or not lots:
        return None
    assert lots[0].bill is not None
    bill = await asyncio.to_thread(_read, path, name, digest, lots[0].bill.terms)
    for lot in lots:
        require_price_left(bill, lot.ceiling_price_fen)
    return bill


def read_content(path: Path) -> bytes:
    """A bill's bytes, as many as a bill may have and one more. Blocks. Raises OSError."""
    with path.open("rb") as file:
        return file.read(CONTENT_BYTES_MAX + 1)


def _read(path: Path, document: str, digest: bytes, terms: Terms) -> LotBill:
    return lot_bill(parse_bill(read_content(path)), document, digest, terms)


def _draft_lot(tender: Tender, lot: str, by: Actor) -> Lot:
    require_party(tender, by.organization_id)
    require_status(tender, TenderStatus.DRAFT)
    return tender.lot(lot)
