"""Guarantees in force, looked at again and again: given back, claimed, too short, or over.

What tendering has decided stands in the tender's journal; here it becomes messages to guarantors.
Doing it twice changes nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from insurance_gateway.actions.orders import required_cover
from insurance_gateway.actions.sending import OPEN
from insurance_gateway.guarantee import (
    TRANSITIONS,
    Cover,
    Order,
    Step,
    blind,
    short_of,
    state_after,
)
from insurance_gateway.matters import Matter, MatterKind, MatterState, claim_due, is_open
from insurance_gateway.storage import matters, orders, outbox
from insurance_gateway.wire import Claim, Evidence, Extension, ProcuringEntity, Release, encode
from tendering.domain.calendar import Calendar
from tendering.domain.journal import Entry, Stream
from tendering.domain.tender import Tender, TenderStatus
from tendering.domain.validity import ANSWERED, REQUESTED, extensions_of, validity_of
from tendering.storage import bid_securities, journal, organizations, tenders
from tendering.storage.connection import Connection

RELEASED: Final = "bid_security.released"
KEPT: Final = "bid_security.kept"


@dataclass(frozen=True, slots=True)
class Watch:
    """What the rim gives: the time, the calendar, and a pause in seconds, by chance.

    Before the opening, messages about the orders of one tender leave at different times: if they
    left together, their guarantor would learn which of its customers bid for the same.
    """

    at: datetime
    calendar: Calendar
    pause: Callable[[], float]


async def watch_tender(connection: Connection, tender_id: UUID, watch: Watch) -> None:
    """Put into the outbox what is due by now for the guarantees of a tender."""
    tender = await tenders.get(connection, tender_id)
    in_force = await orders.lock_in_force(connection, tender_id)
    entries = await journal.list_of_kinds(connection, tender_id, Stream.CUSTODY, [RELEASED, KEPT])
    told = await _release(connection, tender, in_force, entries, watch)
    if tender.status in OPEN:
        told |= await _claim(connection, tender, in_force, entries, watch)
    left = [order for order in in_force if order.id not in told]
    await _extend(connection, tender, left, watch)


async def expire_ended(connection: Connection, *, at: datetime) -> int:
    """Some guarantees whose time is over by now are; how many."""
    ended = await orders.lock_ended(connection, at=at)
    for order in ended:
        after = state_after(order.state, Step.EXPIRE)
        await orders.save(connection, replace(order, state=after), at=at)
    return len(ended)


async def _release(
    connection: Connection,
    tender: Tender,
    in_force: Sequence[Order],
    entries: Sequence[Entry],
    watch: Watch,
) -> set[UUID]:
    """Tell guarantors what goes back, as the journal of the tender says; the orders concerned."""
    given_back = {
        (one.body["lot"], one.body["bidder_id"], one.body["security_reference"]): one.at
        for one in entries
        if one.kind == RELEASED
    }
    told = set()
    for order in in_force:
        at = given_back.get((order.lot, str(order.bidder_id), order.policy_number))
        if at is None:
            continue
        assert order.policy_number is not None
        told.add(order.id)
        await outbox.insert(
            connection,
            uuid5(order.id, "release"),
            guarantor_id=order.guarantor_id,
            order_id=order.id,
            kind="release",
            body=encode(Release(order.id, order.policy_number, at)).decode(),
            after_seconds=0.0 if tender.status in OPEN else watch.pause(),
        )
    return told


async def _claim(
    connection: Connection,
    tender: Tender,
    in_force: Sequence[Order],
    entries: Sequence[Entry],
    watch: Watch,
) -> set[UUID]:
    """Claim what the procuring entity keeps, from guarantors who know what it was for."""
    kept = {
        (str(one.body["lot"]), str(one.body["bidder_id"])): one
        for one in entries
        if one.kind == KEPT
    }
    if not kept:
        return set()
    references = {
        (held.security.lot, str(held.security.bidder_id)): held.security.reference
        for held in await bid_securities.list_held(connection, tender.id)
        if held.kept_because
    }
    claimed = set()
    for order in in_force:
        place = order.lot, str(order.bidder_id)
        is_kept = references.get(place) == order.policy_number
        if is_kept and place in kept and Step.CLAIM in TRANSITIONS[order.state]:
            await _claim_one(connection, tender, order, kept[place], watch)
            claimed.add(order.id)
    return claimed


async def _claim_one(
    connection: Connection, tender: Tender, order: Order, entry: Entry, watch: Watch
) -> None:
    lot = tender.lot(order.lot)
    entity = await organizations.get(connection, tender.procuring_entity_id)
    assert entity is not None
    assert order.policy_number is not None
    matter = Matter(
        uuid5(order.id, "claim"),
        order.id,
        MatterKind.CLAIM,
        MatterState.ASKED,
        watch.at,
        amount_fen=lot.bid_security_fen,
        due_at=claim_due(watch.calendar, watch.at),
    )
    assert matter.due_at is not None
    await matters.insert(connection, matter)
    claimed = replace(order, state=state_after(order.state, Step.CLAIM))
    await orders.save(connection, claimed, at=watch.at)
    claim = Claim(
        matter_id=matter.id,
        order_id=order.id,
        policy_number=order.policy_number,
        claimed_fen=lot.bid_security_fen,
        creditor=ProcuringEntity(entity.name, entity.uscc),
        cause=str(entry.body["cause"]),
        law=str(entry.body["law"]),
        statement=str(entry.body["evidence"]),
        documents=[Evidence(one.name, one.digest.hex()) for one in tender.documents],
        journal_seq=entry.seq,
        journal_head=entry.head.hex(),
        settle_before=matter.due_at,
    )
    await outbox.insert(
        connection,
        matter.id,
        guarantor_id=order.guarantor_id,
        order_id=order.id,
        kind="claim",
        body=encode(claim).decode(),
    )


async def _extend(
    connection: Connection, tender: Tender, in_force: Sequence[Order], watch: Watch
) -> None:
    """Ask for longer guarantees where a deadline or a validity has moved beyond a bucket."""
    required = await _required(connection, tender, in_force)
    short = [
        order
        for order in in_force
        if order.id in required
        and order.insured is not None
        and short_of(order.insured, required[order.id])
    ]
    known = await matters.list_of_orders(connection, [order.id for order in short])
    for order in short:
        cover = blind(required[order.id])
        if not any(_settles(matter, cover) for matter in known.get(order.id, [])):
            await _extend_one(connection, tender, order, cover, watch)


def _settles(matter: Matter, cover: Cover) -> bool:
    """Was this much asked before, or is the guarantee being given back?"""
    if matter.kind is MatterKind.EXTENSION:
        return matter.cover == cover or is_open(matter, MatterKind.EXTENSION)
    return is_open(matter, matter.kind)


async def _extend_one(
    connection: Connection, tender: Tender, order: Order, cover: Cover, watch: Watch
) -> None:
    assert order.policy_number is not None
    matter = Matter(
        uuid5(order.id, f"extension {cover.amount_fen} {cover.until.isoformat()}"),
        order.id,
        MatterKind.EXTENSION,
        MatterState.ASKED,
        watch.at,
        cover=cover,
    )
    await matters.insert(connection, matter)
    extension = Extension(matter.id, order.id, order.policy_number, cover.amount_fen, cover.until)
    pause = 0.0
    if tender.status is TenderStatus.PUBLISHED:
        # However long the pause, most of the time until the deadline is the guarantor's.
        left = max(0.0, (tender.deadline - watch.at).total_seconds())
        pause = min(watch.pause(), left / 4)
    await outbox.insert(
        connection,
        matter.id,
        guarantor_id=order.guarantor_id,
        order_id=order.id,
        kind="extension",
        body=encode(extension).decode(),
        after_seconds=pause,
    )


async def _required(
    connection: Connection, tender: Tender, in_force: Sequence[Order]
) -> Mapping[UUID, Cover]:
    """What each order must cover by now; an order of which nothing is asked any more is not in it.

    条例 第二十六条: the validity of the security is that of the bid, also where that was prolonged.
    """
    if tender.status is TenderStatus.PUBLISHED:
        return {order.id: required_cover(tender, order.lot) for order in in_force}
    if tender.status not in OPEN:
        return {}
    entries = await journal.list_of_kinds(
        connection, tender.id, Stream.PUBLIC, [REQUESTED, ANSWERED]
    )
    extensions = extensions_of(entries)
    found = {}
    for order in in_force:
        until = validity_of(tender, extensions, order.lot, order.bidder_id)
        prolonged = any(one.lot == order.lot for one in extensions)
        if prolonged and until is not None:
            found[order.id] = Cover(tender.lot(order.lot).bid_security_fen, until)
    return found
