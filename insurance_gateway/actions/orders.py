"""A bidder's deeds: order a guarantee, cancel the order, give the guarantee back.

What leaves for the guarantor names no tender.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid5

from insurance_gateway.guarantee import (
    Cover,
    GuaranteeState,
    Order,
    Step,
    blind,
    state_after,
)
from insurance_gateway.matters import Matter, MatterKind, MatterState, decide_surrender
from insurance_gateway.storage import guarantors, matters, orders, outbox
from insurance_gateway.wire import Applicant, Application, Cancellation, Surrender, encode
from tendering.actions import bid_securities
from tendering.domain.parties import Actor
from tendering.domain.refusals import NotFound
from tendering.domain.refusals.bids import DeadlinePassed
from tendering.domain.refusals.guarantees import (
    GuarantorNotLive,
    NoBidSecurityAsked,
    SurrenderRefused,
)
from tendering.domain.tender import Tender, TenderStatus, require_status
from tendering.storage import tenders
from tendering.storage.connection import Connection

CANCELLED_REASON: Final = "the bidder has cancelled the order"


def required_cover(tender: Tender, lot: str) -> Cover:
    """What the tender documents ask a bid security to cover. Raises NotFound, NoBidSecurityAsked.

    招标投标法实施条例 第二十六条: the validity of the security is that of the bid.
    """
    amount_fen = tender.lot(lot).bid_security_fen
    if amount_fen == 0:
        raise NoBidSecurityAsked
    return Cover(amount_fen, tender.deadline + timedelta(days=tender.terms.bid_validity_days))


def require_accepting(tender: Tender, *, at: datetime) -> None:
    """Securities are ordered while bids are taken. Raises WrongPhase, DeadlinePassed."""
    require_status(tender, TenderStatus.PUBLISHED)
    # The same instant as for a bid: `decide_submission` refuses what arrives at the deadline.
    if at >= tender.deadline:
        raise DeadlinePassed


async def place(
    connection: Connection,
    *,
    order_id: UUID,
    tender_id: UUID,
    lot: str,
    guarantor_id: UUID,
    by: Actor,
    at: datetime,
) -> Order:
    """Order a guarantee and put the application into the outbox.

    Raises NotFound, WrongPhase, DeadlinePassed, NoBidSecurityAsked, GuarantorUnknown,
    GuarantorNotLive, OrderUnderWay.
    """
    guarantor = await guarantors.get(connection, guarantor_id)
    if guarantor.live_since is None:
        raise GuarantorNotLive
    tender = await tenders.get(connection, tender_id)
    require_accepting(tender, at=at)
    order = Order(
        id=order_id,
        bidder_id=by.organization_id,
        tender_id=tender_id,
        lot=lot,
        guarantor_id=guarantor.id,
        state=GuaranteeState.APPLIED,
        cover=blind(required_cover(tender, lot)),
        ordered_at=at,
    )
    application = Application(
        order_id=order.id,
        guarantor_id=guarantor.id,
        applicant=Applicant(by.organization_name, by.uscc),
        amount_fen=order.cover.amount_fen,
        valid_until=order.cover.until,
    )
    await orders.insert(connection, order)
    await outbox.insert(
        connection,
        order.id,
        guarantor_id=guarantor.id,
        order_id=order.id,
        kind="application",
        body=encode(application).decode(),
    )
    return order


async def cancel(connection: Connection, order_id: UUID, *, by: Actor, at: datetime) -> Order:
    """Cancel an order while no premium is paid; its guarantor is told if it was ever asked.

    Raises NotFound, GuaranteeStepRefused.
    """
    order = await orders.lock(connection, order_id)
    if order.bidder_id != by.organization_id:
        raise NotFound
    if order.state is GuaranteeState.CANCELLED:
        return order
    cancelled = replace(order, state=state_after(order.state, Step.CANCEL))
    await orders.save(connection, cancelled, at=at)
    if await outbox.take_back(connection, order.id, "application", reason=CANCELLED_REASON):
        await tell_cancelled(connection, cancelled, "cancellation")
    return cancelled


async def tell_cancelled(connection: Connection, order: Order, occasion: str) -> None:
    """Put into the outbox that an order is cancelled, once an occasion."""
    await outbox.insert(
        connection,
        uuid5(order.id, occasion),
        guarantor_id=order.guarantor_id,
        order_id=order.id,
        kind="cancellation",
        body=encode(Cancellation(order.id)).decode(),
    )


async def ask_surrender(
    connection: Connection, order_id: UUID, *, matter_id: UUID, by: Actor, at: datetime
) -> Matter:
    """Give a guarantee back for its full premium, in the published cases.

    From now on it secures no bid; if the guarantor declines it does again. Raises NotFound,
    SurrenderRefused, MatterUnderWay.
    """
    found = await orders.get(connection, order_id)
    if found.bidder_id != by.organization_id:
        raise NotFound
    # Lock order: tender, then order.
    tender = await tenders.lock_also_suspended(connection, found.tender_id)
    order = await orders.lock(connection, order_id)
    place = order.lot, order.bidder_id
    # A bidder that has put another security in its place may give this one back at any time.
    held = await bid_securities.on_record(
        connection, order.tender_id, place, reference=order.policy_number
    )
    decide_surrender(
        order.state,
        tender,
        bid=None if held is None else held.bid,
        release=None if held is None else held.case,
    )
    if order.premium_fen is None:
        raise SurrenderRefused(why="no-premium")
    matter = Matter(
        matter_id,
        order.id,
        MatterKind.SURRENDER,
        MatterState.ASKED,
        at,
        amount_fen=order.premium_fen,
    )
    await matters.insert(connection, matter)
    if held is not None and not held.settled:
        await bid_securities.surrender(connection, held, at=at)
    surrender = Surrender(matter.id, order.id, order.policy_number, order.premium_fen)
    await outbox.insert(
        connection,
        matter.id,
        guarantor_id=order.guarantor_id,
        order_id=order.id,
        kind="surrender",
        body=encode(surrender).decode(),
    )
    return matter
