"""Bills of quantities over HTTP: a draft's lot gets one; after the opening its bids are cleared."""

from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta, Struct

from tendering.actions import bills as deeds
from tendering.actions.clearings import make_clearing
from tendering.api.context import Actor, Context
from tendering.api.fields import Instant, LotNumber
from tendering.api.tender_views import visible_tender
from tendering.api.tenders import DocumentName
from tendering.domain.quantities.lot_bill import lot_bill_json
from tendering.storage.connection import reading

Terms = Annotated[dict[str, Any], Meta(max_length=20)]


class PutLotBill(Struct, frozen=True, forbid_unknown_fields=True):
    """Which file of the tender documents is the bill (`kaibiao/bill/v1`); null: the lot has none.

    `terms`: decimals, and from when a price is worth a look; what is absent is as by default.
    """

    document: DocumentName | None
    terms: Terms = {}


class LotBillView(Struct, frozen=True):
    """The bill as the notice will name it."""

    bill: dict[str, Any] | None


class PostClearing(Struct, frozen=True, forbid_unknown_fields=True):
    """Which lot."""

    lot: LotNumber


class ClearingAnswer(Struct, frozen=True):
    """The report that was made: SHA-256 in hex; it is read in the lot's evaluation room."""

    lot: str
    digest: str
    size_bytes: int
    made_at: Instant


async def put_lot_bill(
    context: Context, actor: Actor, tender_id: UUID, lot: LotNumber, body: PutLotBill
) -> LotBillView:
    """Name the bill of quantities of a lot in a draft."""
    async with reading(context.pool) as connection:
        await visible_tender(connection, tender_id, actor)
    if body.document is None:
        await deeds.detach_bill(context.pool, tender_id, lot, by=actor)
        return LotBillView(None)
    bill = await deeds.attach_bill(
        context.pool,
        context.blobs,
        tender_id,
        lot,
        document=body.document,
        terms=body.terms,
        by=actor,
    )
    named = lot_bill_json(bill)
    assert named is not None
    return LotBillView(dict(named))


async def post_clearing(
    context: Context, actor: Actor, tender_id: UUID, body: PostClearing
) -> ClearingAnswer:
    """Make the clearing report of a lot's priced bills, for the committee and the supervisor."""
    made = await make_clearing(
        context.pool, context.blobs, tender_id, body.lot, by=actor, now=context.now
    )
    return ClearingAnswer(made.lot, made.digest.hex(), made.size_bytes, made.made_at)
