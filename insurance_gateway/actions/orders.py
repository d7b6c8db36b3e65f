"""A bidder's deeds: order a guarantee. What leaves for the guarantor names no tender."""

from datetime import datetime, timedelta
from uuid import UUID

from insurance_gateway.guarantee import Cover, GuaranteeState, Order, blind
from insurance_gateway.storage import guarantors, orders, outbox
from insurance_gateway.wire import Applicant, Application, encode
from tendering.domain.parties import Actor
from tendering.domain.refusals.bids import DeadlinePassed
from tendering.domain.refusals.guarantees import NoBidSecurityAsked
from tendering.domain.tender import Tender, TenderStatus, require_status
from tendering.storage import tenders
from tendering.storage.connection import Connection


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
    OrderUnderWay.
    """
    guarantor = await guarantors.get(connection, guarantor_id)
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
