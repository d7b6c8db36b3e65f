"""What happened to a message that was to be sent, and what is told once a tender is open."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from insurance_gateway.actions.orders import tell_cancelled
from insurance_gateway.guarantee import (
    GuaranteeState,
    Order,
    Reception,
    Step,
    reception,
    state_after,
)
from insurance_gateway.matters import MATTERS, MatterStep
from insurance_gateway.storage import matters, orders, outbox
from insurance_gateway.storage.outbox import Parcel
from insurance_gateway.wire import Disclosure, ProcuringEntity, encode
from tendering.domain.tender import TenderStatus
from tendering.storage import organizations, tenders
from tendering.storage.connection import Connection

# What has happened to an order when its guarantor has such a message.
_STEPS: Final = {"disclosure": Step.DISCLOSE, "release": Step.RELEASE}
_MATTERS: Final = frozenset({"extension", "surrender", "claim"})
UNDELIVERED_REASON: Final = "the guarantor could not be reached"
# Bids are open, so who bids is public. In OPENING they are not yet: with too few bids the tender
# fails there, and a tender that fails before it is opened is never disclosed.
OPEN: Final = frozenset(
    {
        TenderStatus.OPENED,
        TenderStatus.EVALUATING,
        TenderStatus.EVALUATED,
        TenderStatus.CANDIDATES_PUBLISHED,
        TenderStatus.AWARDED,
    }
)


async def arrived(connection: Connection, parcel: Parcel, *, at: datetime) -> None:
    """The guarantor has the message; after a disclosure it knows what its guarantee is for."""
    # Lock order: order, then message.
    order = await orders.lock(connection, parcel.order_id)
    await outbox.delivered(connection, parcel.id)
    if parcel.kind == "application" and order.state is GuaranteeState.CANCELLED:
        # Cancelled while the application was on its way, which the cancellation overtook.
        await tell_cancelled(connection, order, "cancellation after arrival")
    step = _STEPS.get(parcel.kind)
    # Sent twice when a lease ran out: the second arrival changes nothing.
    if step is not None and reception(order.state, step) is Reception.NOW:
        after = state_after(order.state, step)
        await orders.save(connection, replace(order, state=after), at=at)


async def give_up(connection: Connection, parcel: Parcel, *, error: str, at: datetime) -> None:
    """Bury a message; an order that never reached its guarantor says so to the bidder."""
    order = await orders.lock(connection, parcel.order_id)
    await outbox.bury(connection, parcel.id, error=error)
    if parcel.kind in _MATTERS:
        # A matter's message has its id.
        matter = await matters.lock(connection, parcel.id, order_id=parcel.order_id)
        after_matter = MATTERS[matter.state].get(MatterStep.GIVE_UP_DELIVERY)
        if after_matter is not None:
            await matters.save(
                connection, replace(matter, state=after_matter, reason=UNDELIVERED_REASON)
            )
        return
    if parcel.kind != "application":
        return
    if reception(order.state, Step.GIVE_UP_DELIVERY) is not Reception.NOW:
        return
    after = state_after(order.state, Step.GIVE_UP_DELIVERY)
    await orders.save(connection, replace(order, state=after, reason=UNDELIVERED_REASON), at=at)


async def disclose_tender(connection: Connection, tender_id: UUID) -> None:
    """Once a tender is open, put into the outbox what each guarantor's guarantees were for."""
    tender = await tenders.get(connection, tender_id)
    if tender.status not in OPEN:
        return
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
