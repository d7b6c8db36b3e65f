"""What happened to a message that was to be sent, and what is to be sent when a tender opens."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID, uuid5

from insurance_gateway.guarantee import Order, Reception, Step, reception, state_after
from insurance_gateway.storage import orders, outbox
from insurance_gateway.storage.outbox import Parcel
from insurance_gateway.wire import Disclosure, ProcuringEntity, encode
from tendering.domain.tender import TenderStatus
from tendering.storage import organizations, tenders
from tendering.storage.connection import Connection

UNDELIVERED_REASON: Final = "the guarantor could not be reached"
# Bids are open, so who bids is public. A tender that fails before its opening is never disclosed.
OPEN: Final = frozenset(
    {
        TenderStatus.OPENING,
        TenderStatus.OPENED,
        TenderStatus.EVALUATING,
        TenderStatus.EVALUATED,
        TenderStatus.CANDIDATES_PUBLISHED,
        TenderStatus.AWARDED,
    }
)


async def give_up(connection: Connection, parcel: Parcel, *, error: str) -> None:
    """Bury a message; an order that never reached its guarantor says so to the bidder."""
    await outbox.bury(connection, parcel.id, error=error)
    order = await orders.lock(connection, parcel.order_id)
    if reception(order.state, Step.GIVE_UP_DELIVERY) is not Reception.NOW:
        return
    after = state_after(order.state, Step.GIVE_UP_DELIVERY)
    await orders.save(connection, replace(order, state=after, reason=UNDELIVERED_REASON))


async def disclose_tender(connection: Connection, tender_id: UUID) -> int:
    """Once a tender is open, tell each guarantor what its own guarantees were for; how many."""
    tender = await tenders.get(connection, tender_id)
    if tender.status not in OPEN:
        return 0
    entity = await organizations.get(connection, tender.procuring_entity_id)
    assert entity is not None
    found: Sequence[Order] = await orders.lock_blind(connection, tender_id)
    for order in found:
        lot = tender.lot(order.lot)
        assert order.policy_number is not None
        disclosure = Disclosure(
            order_id=order.id,
            policy_number=order.policy_number,
            tender_id=tender.id,
            tender_number=tender.number,
            tender_title=tender.title,
            lot=lot.lot,
            lot_title=lot.title,
            procuring_entity=ProcuringEntity(entity.name, entity.uscc),
            bid_security_fen=lot.bid_security_fen,
            deadline=tender.deadline,
        )
        await outbox.insert(
            connection,
            uuid5(order.id, "disclosure"),
            guarantor_id=order.guarantor_id,
            order_id=order.id,
            kind="disclosure",
            body=encode(disclosure).decode(),
        )
        after = state_after(order.state, Step.DISCLOSE)
        await orders.save(connection, replace(order, state=after))
    return len(found)
