"""What a guarantor says about an extension, a surrender or a claim, and what follows from it."""

from dataclasses import dataclass, replace
from datetime import datetime

from insurance_gateway.actions.paying import refund_if_paid
from insurance_gateway.actions.policies import (
    PolicyFault,
    file_digest,
    require_fitting,
    require_named,
)
from insurance_gateway.guarantee import Order, Reception, state_after
from insurance_gateway.matters import (
    EFFECTS,
    MATTERS,
    Matter,
    MatterKind,
    MatterState,
    MatterStep,
    matter_reception,
    settlement_fault,
)
from insurance_gateway.storage import matters, orders, policy_files
from insurance_gateway.wire import MATTER_STEP_OF, Notice, Policy
from tendering.actions import bid_securities
from tendering.domain.tender import Tender, TenderStatus
from tendering.storage.connection import Connection

ENDED: frozenset[MatterState] = frozenset({MatterState.AGREED, MatterState.DECLINED})


@dataclass(frozen=True, slots=True)
class _Heard:
    """A step of a matter, and everything that was said with it."""

    matter: Matter
    step: MatterStep
    notice: Notice
    tender: Tender
    policy: Policy | PolicyFault | None
    at: datetime


async def settle_matter(
    connection: Connection,
    order: Order,
    notice: Notice,
    tender: Tender,
    *,
    policy: Policy | PolicyFault | None,
    at: datetime,
) -> tuple[Order, Reception]:
    """Apply a notice to the matter it names; the order as it stands then, and whether it counted.

    The caller holds tender and order. What does not fit leaves the matter open, with the reason,
    and a better notice may follow. Raises NotFound.
    """
    assert notice.matter_id is not None
    matter = await matters.lock(connection, notice.matter_id, order_id=order.id)
    step = MATTER_STEP_OF[notice.state]
    if matter_reception(matter.state, step) is not Reception.NOW:
        return order, Reception.NEVER
    moved = replace(matter, state=MATTERS[matter.state][step], reason=notice.reason)
    if moved.state in ENDED:
        moved = replace(moved, settled_at=at)
    try:
        heard = _Heard(matter, step, notice, tender, policy, at)
        order = await _applied(connection, order, heard)
    except PolicyFault as fault:
        await matters.save(connection, replace(matter, reason=str(fault)[:500]))
        return order, Reception.NOW
    await matters.save(connection, moved)
    await orders.save(connection, order, at=at)
    await refund_if_paid(connection, order, at=at)
    return order, Reception.NOW


async def _applied(connection: Connection, order: Order, heard: _Heard) -> Order:
    """The order after the step. Raises PolicyFault."""
    matter, step = heard.matter, heard.step
    if step is MatterStep.AGREE and matter.kind is MatterKind.EXTENSION:
        return await _extended(connection, order, heard)
    if step is MatterStep.AGREE and (fault := settlement_fault(matter, heard.notice.amount_fen)):
        raise PolicyFault(fault)
    if step is MatterStep.DECLINE and matter.kind is MatterKind.SURRENDER:
        await _restore(connection, order, heard)
    effect = EFFECTS.get((matter.kind, step))
    if effect is None:
        return order
    return replace(order, state=state_after(order.state, effect))


async def _extended(connection: Connection, order: Order, heard: _Heard) -> Order:
    """The order with its longer cover, which tendering learns where the guarantee still counts."""
    asked = heard.matter.cover
    assert asked is not None
    found = heard.policy or PolicyFault("an extension is agreed to with a policy")
    fitting = await require_fitting(connection, found, order, asked)
    await require_named(connection, fitting, heard.tender)
    if fitting.number != order.policy_number:
        raise PolicyFault("the policy has another number than the one it extends")
    place = order.lot, order.bidder_id
    held = await bid_securities.on_record(
        connection, order.tender_id, place, reference=order.policy_number
    )
    if held is not None and not held.settled:
        insured = fitting.insured
        longer = replace(held.security, amount_fen=insured.amount_fen, valid_until=insured.until)
        await bid_securities.extend(connection, longer, at=heard.at)
    if (digest := file_digest(heard.notice)) is not None:
        await policy_files.accept(connection, order.id, digest, at=heard.at)
    return replace(order, insured=fitting.insured)


async def _restore(connection: Connection, order: Order, heard: _Heard) -> None:
    """A surrender that is declined leaves the guarantee in force: it secures a bid again."""
    place = order.lot, order.bidder_id
    held = await bid_securities.on_record(
        connection, order.tender_id, place, reference=order.policy_number
    )
    if held is None or heard.tender.status is not TenderStatus.PUBLISHED or held.case is not None:
        return
    await bid_securities.record(connection, held.security, at=heard.at)
