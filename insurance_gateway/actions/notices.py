"""A guarantor's notices: kept as they come, applied once and in the right state.

A notice that comes too early waits until the one before it has come; one that comes too late is
kept and changes nothing. A policy that passes is put on record as bid security in the same
transaction, by tendering, which owns that fact.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import msgspec

from crypto.request_signatures import Signed, nonce_lifetime
from insurance_gateway.actions.matter_notices import settle_matter
from insurance_gateway.actions.orders import required_cover
from insurance_gateway.actions.policies import (
    Checked,
    PolicyFault,
    file_digest,
    read_signed,
    require_fitting,
    require_named,
)
from insurance_gateway.guarantee import (
    GuaranteeState,
    Order,
    Reception,
    Step,
    reception,
    state_after,
)
from insurance_gateway.matters import MatterKind, is_open
from insurance_gateway.storage import guarantors, matters, orders, policy_files
from insurance_gateway.storage.guarantors import Guarantor, GuarantorKind
from insurance_gateway.wire import STEP_OF, Notice, Policy, encode, has_policy
from tendering.actions import bid_securities
from tendering.domain.bid_security import BidSecurity, SecurityForm
from tendering.domain.refusals import Invalid, NotFound
from tendering.domain.refusals.wire import MessageReplayed
from tendering.domain.tender import Tender, TenderStatus
from tendering.keys import PlatformKeys
from tendering.storage import tenders
from tendering.storage.connection import Connection

FORMS: Final[dict[GuarantorKind, SecurityForm]] = {
    "insurer": SecurityForm.GUARANTEE_INSURANCE,
    "bank": SecurityForm.BANK_GUARANTEE,
    "guarantee_company": SecurityForm.BANK_GUARANTEE,
}


@dataclass(frozen=True, slots=True)
class _Case:
    """What does not change while the notices of an order are applied."""

    keys: PlatformKeys
    guarantor: Guarantor
    tender: Tender
    checked: Checked
    at: datetime


async def check_policies(
    connection: Connection,
    keys: PlatformKeys,
    guarantor: Guarantor,
    notice: Notice,
    *,
    at: datetime,
) -> Checked:
    """Check the signatures of the policies that `receive` will meet, before it locks the tender.

    Those are the policy of the notice, and any that waits for this notice. Raises NotFound (also
    for another guarantor's order).
    """
    await _order_of(connection, guarantor, notice)
    waiting = await orders.list_waiting(connection, notice.order_id)
    met = [notice, *(msgspec.json.decode(body, type=Notice) for _, body in waiting)]
    return {
        each.id: await read_signed(connection, keys, guarantor, each, at=at)
        for each in met
        if has_policy(each)
    }


async def receive(
    connection: Connection,
    keys: PlatformKeys,
    guarantor: Guarantor,
    notice: Notice,
    signed: Signed,
    *,
    checked: Checked,
    at: datetime,
) -> Order:
    """Take in a notice whose signature was verified; the order as it stands then.

    Raises MessageReplayed, MessageConflict, Invalid, NotFound (also for another's order).
    """
    if not await guarantors.remember_nonce(
        connection, guarantor.id, signed.nonce, created_at=signed.created
    ):
        raise MessageReplayed
    await guarantors.forget_nonces(connection, before=at - nonce_lifetime())
    found = await _order_of(connection, guarantor, notice)
    # Lock order: tender, then order.
    tender = await tenders.lock_also_suspended(connection, found.tender_id)
    order = await orders.lock(connection, found.id)
    if (notice.premium_fen or 0) >= order.cover.amount_fen:
        raise Invalid("the premium is not less than the cover: premium_fen is in fen")
    is_new = await orders.insert_notice(
        connection,
        guarantor.id,
        notice.id,
        order_id=order.id,
        body=encode(notice).decode(),
        at=at,
    )
    if not is_new:
        return order
    if notice.matter_id is not None:
        order, turn = await settle_matter(
            connection, order, notice, tender, policy=checked.get(notice.id), at=at
        )
        await orders.settle_notice(connection, guarantor.id, notice.id, turn)
        return order
    return await _settle(connection, _Case(keys, guarantor, tender, checked, at), order)


async def _settle(connection: Connection, case: _Case, order: Order) -> Order:
    """Apply what waits and whose turn it is, until nothing more moves. Each notice moves once."""
    waiting = await orders.list_waiting(connection, order.id)
    moved = True
    while moved:
        moved = False
        for notice_id, body in list(waiting):
            notice = msgspec.json.decode(body, type=Notice)
            turn = reception(order.state, STEP_OF[notice.state])
            if turn is Reception.LATER:
                continue
            if turn is Reception.NOW:
                order = await _apply(connection, case, order, notice)
                await orders.save(connection, order, at=case.at)
            await orders.settle_notice(connection, case.guarantor.id, notice_id, turn)
            waiting.remove((notice_id, body))
            moved = True
    return order


async def _apply(connection: Connection, case: _Case, order: Order, notice: Notice) -> Order:
    step = STEP_OF[notice.state]
    premium_fen = notice.premium_fen or order.premium_fen
    if step is not Step.VERIFY:
        return replace(
            order,
            state=state_after(order.state, step),
            premium_fen=premium_fen,
            reason=notice.reason,
        )
    try:
        policy = await _verified(connection, case, order, notice)
    except PolicyFault as fault:
        failed = GuaranteeState.NOT_VERIFIED
        return replace(order, state=failed, premium_fen=premium_fen, reason=str(fault)[:500])
    security = BidSecurity(
        tender_id=order.tender_id,
        lot=order.lot,
        bidder_id=order.bidder_id,
        form=FORMS[case.guarantor.kind],
        amount_fen=policy.insured.amount_fen,
        valid_until=policy.insured.until,
        guarantor_id=case.guarantor.organization_id,
        reference=policy.number,
    )
    # Kept as evidence, for after the opening: from whose account the premium came.
    payer = policy.payer_account
    account = bid_securities.account_digest_of(order.tender_id, payer) if payer else None
    await bid_securities.record(connection, security, at=case.at, account_digest=account)
    if (digest := file_digest(notice)) is not None:
        await policy_files.accept(connection, order.id, digest, at=case.at)
    return replace(
        order,
        state=state_after(order.state, Step.VERIFY),
        premium_fen=premium_fen,
        policy_number=policy.number,
        insured=policy.insured,
        reason="",
    )


async def _verified(connection: Connection, case: _Case, order: Order, notice: Notice) -> Policy:
    """The policy, checked: who signed, for whom, how much, until when.

    Raises PolicyFault.
    """
    policy = case.checked.get(notice.id)
    if policy is None:
        # It came in between our look and our lock, and waited for us: its own call is over.
        policy = await read_signed(connection, case.keys, case.guarantor, notice, at=case.at)
    # What was asked for, and what the lot requires by now: a deadline may have moved.
    required = required_cover(case.tender, order.lot)
    policy = await require_fitting(connection, policy, order, order.cover, required)
    await require_named(connection, policy, case.tender)
    found = await matters.list_of_orders(connection, [order.id])
    if any(is_open(one, MatterKind.SURRENDER) for one in found.get(order.id, [])):
        raise PolicyFault("the bidder is giving the guarantee back")
    if await bid_securities.has_cash(connection, order.tender_id, (order.lot, order.bidder_id)):
        # The record would forget whose money must go back.
        raise PolicyFault("a deposit of cash is on record for this lot")
    if case.tender.status is not TenderStatus.PUBLISHED:
        raise PolicyFault("the tender takes no more bid securities")
    return policy


async def _order_of(connection: Connection, guarantor: Guarantor, notice: Notice) -> Order:
    found = await orders.get(connection, notice.order_id)
    if found.guarantor_id != guarantor.id:
        raise NotFound
    return found
