"""Deeds about bid securities: the gateway has verified the guarantor's word; here it is kept."""

from datetime import datetime

from tendering.domain.bid_security import BidSecurity
from tendering.domain.journal import Event, Stream, instant
from tendering.domain.tender import TenderStatus, require_status
from tendering.storage import bid_securities, journal, tenders
from tendering.storage.connection import Connection


async def record(connection: Connection, security: BidSecurity, *, at: datetime) -> None:
    """Put a bid security on record, in custody. Raises NotFound, WrongPhase."""
    tender = await tenders.lock_also_suspended(connection, security.tender_id)
    require_status(tender, TenderStatus.PUBLISHED)
    tender.lot(security.lot)
    await bid_securities.put(connection, security, at=at)
    event = Event(
        "bid_security.recorded",
        {
            "lot": security.lot,
            "bidder_id": str(security.bidder_id),
            "form": security.form,
            "amount_fen": security.amount_fen,
            "valid_until": instant(security.valid_until),
            "reference": security.reference,
        },
    )
    await journal.append(connection, security.tender_id, Stream.CUSTODY, event, at=at)
