"""Deeds about bid securities: on record when they come, back to whom they belong, or kept.

The gateway has verified the guarantor's word before it records a guarantee; the operator, at whose
bank cash arrives, records a deposit. What is to go back the clockwork orders by the journal.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from crypto.canonical import digest
from tendering.actions.tenders import Law
from tendering.domain.bid_security import BidSecurity, SecurityForm
from tendering.domain.duties import OPENED
from tendering.domain.journal import Event, Stream, instant
from tendering.domain.parties import Actor
from tendering.domain.re_evaluation import VOIDED
from tendering.domain.refusals import Forbidden, NotFound
from tendering.domain.refusals.awards import CashNotTaken, SecurityNotReturnable
from tendering.domain.roles import Role
from tendering.domain.security_release import (
    REVOKED,
    TRIGGERS,
    HeldSecurity,
    Rates,
    Returned,
    decide_keep,
    is_cancelled,
    is_in_play_again,
    ordered,
    orders,
    release_at,
    released,
    returned,
    same_payers,
)
from tendering.domain.tender import Tender, TenderStatus, require_party, require_status
from tendering.storage import bid_securities, candidates, journal, organizations, tenders
from tendering.storage.connection import Connection

ACCOUNT_LABEL: Final = "kaibiao/deposit-account/v1"
# Cash stands until it goes back.
CASH_UNTIL: Final = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Deposit:
    """Cash that arrived: from whose account, whether that is the bidder's basic one."""

    lot: str
    bidder_uscc: str
    amount_fen: int
    account: str
    basic_account: bool
    reference: str


async def record(
    connection: Connection,
    security: BidSecurity,
    *,
    at: datetime,
    account_digest: bytes | None = None,
) -> None:
    """Put a bid security on record, in custody. Raises NotFound, WrongPhase."""
    tender = await tenders.lock_also_suspended(connection, security.tender_id)
    require_status(tender, TenderStatus.PUBLISHED)
    tender.lot(security.lot)
    await bid_securities.put(connection, security, at=at, account_digest=account_digest)
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


def account_digest_of(tender_id: UUID, account: str) -> bytes:
    """What is kept of an account, 32 bytes: the same for all who paid from it for a tender.

    Bound to the tender: the same account cannot be followed from one tender to another.
    """
    return digest(ACCOUNT_LABEL, {"tender_id": str(tender_id), "account": account})


async def on_record(
    connection: Connection, tender_id: UUID, place: tuple[str, UUID], *, reference: str | None
) -> HeldSecurity | None:
    """A bidder's security for a lot as it stands, when it is the one with this reference."""
    for held in await bid_securities.list_held(connection, tender_id):
        if _place(held) == place and held.security.reference == reference:
            return held
    return None


async def has_cash(connection: Connection, tender_id: UUID, place: tuple[str, UUID]) -> bool:
    """Is a deposit of cash on record that has not gone back? Nothing may take its place unseen."""
    return any(
        _place(held) == place and held.security.form is SecurityForm.CASH and not held.settled
        for held in await bid_securities.list_held(connection, tender_id)
    )


async def extend(connection: Connection, security: BidSecurity, *, at: datetime) -> None:
    """A guarantee on record covers more, or lasts longer. The caller holds the tender's lock."""
    await bid_securities.prolong(connection, security)
    event = Event(
        "bid_security.extended",
        {
            "lot": security.lot,
            "bidder_id": str(security.bidder_id),
            "amount_fen": security.amount_fen,
            "valid_until": instant(security.valid_until),
            "reference": security.reference,
        },
    )
    await journal.append(connection, security.tender_id, Stream.CUSTODY, event, at=at)


async def surrender(connection: Connection, held: HeldSecurity, *, at: datetime) -> None:
    """A guarantee that its bidder gives back secures nothing from now on.

    The caller holds the tender's lock.
    """
    await bid_securities.save_fate(connection, replace(held, released_at=at))
    security = held.security
    event = Event(
        "bid_security.surrendered", {"lot": security.lot, "bidder_id": str(security.bidder_id)}
    )
    await journal.append(connection, security.tender_id, Stream.CUSTODY, event, at=at)


async def record_cash(
    connection: Connection, tender_id: UUID, deposit: Deposit, *, at: datetime
) -> None:
    """Put a deposit on record; of the account only a digest. Raises NotFound, WrongPhase,
    CashNotTaken.
    """
    tender = await tenders.get(connection, tender_id)
    # E12, 条例 第二十六条: from the basic account. G06, 条例 第三十三条: no cash at all.
    if tender.regime == "government_procurement":
        raise CashNotTaken(why="non-cash-only")
    if not deposit.basic_account:
        raise CashNotTaken(why="not-from-basic-account")
    organization = await organizations.get_by_uscc(connection, deposit.bidder_uscc)
    if organization is None or Role.BIDDER not in organization.roles:
        raise NotFound("no such bidder")
    for held in await bid_securities.list_held(connection, tender_id):
        same = (held.security.lot, held.security.bidder_id) == (deposit.lot, organization.id)
        if same and held.released_at is None:
            raise CashNotTaken(why="secured-already")
    security = BidSecurity(
        tender_id,
        deposit.lot,
        organization.id,
        SecurityForm.CASH,
        deposit.amount_fen,
        CASH_UNTIL,
        None,
        deposit.reference,
    )
    account = account_digest_of(tender_id, deposit.account)
    await record(connection, security, at=at, account_digest=account)


async def look_after(
    connection: Connection, tender: Tender, law: Law, *, at: datetime
) -> datetime | None:
    """Order what is to go back by now, and release what our word releases; when to look again.

    The caller holds the tender's lock. Doing it twice changes nothing.
    """
    securities = await bid_securities.list_held(connection, tender.id)
    if all(held.settled for held in securities):
        return None
    entries = [
        entry
        for stream in (Stream.PUBLIC, Stream.CUSTODY)
        for entry in await journal.list_of_kinds(
            connection, tender.id, stream, sorted(TRIGGERS | {"award.notified", REVOKED, VOIDED})
        )
    ]
    standing = [
        await _cancelled(connection, held, at=at)
        if is_cancelled(held) or is_in_play_again(held, entries)
        else held
        for held in securities
    ]
    by_place = {_place(held): held for held in standing}
    for order in orders(tender, law.rulebook, law.calendar, standing, entries):
        held = replace(order.held, case=order.case, since=order.since, due=order.due)
        await bid_securities.save_fate(connection, held)
        await journal.append(connection, tender.id, Stream.CUSTODY, ordered(order), at=at)
        by_place[_place(held)] = held
    ahead = []
    for held in by_place.values():
        when = release_at(tender, held)
        if when is not None and when <= at:
            await _release(connection, held, None, at=at)
        elif when is not None:
            ahead.append(when)
    return min(ahead, default=None)


async def return_cash(
    connection: Connection,
    tender_id: UUID,
    place: tuple[str, UUID],
    law: Law,
    rates: Rates,
    *,
    reference: str,
    at: datetime,
) -> Returned:
    """Enter that a deposit went back, with what was owed. Again it is refused.

    Raises NotFound, SecurityNotReturnable.
    """
    await tenders.lock_also_suspended(connection, tender_id)
    held = await _find(connection, tender_id, place)
    if held.settled:
        raise SecurityNotReturnable(why="settled")
    if held.case is None:
        raise SecurityNotReturnable(why="not-ordered")
    if held.by_word:
        raise SecurityNotReturnable(why="guarantor")
    if is_cancelled(held):
        raise SecurityNotReturnable(why="bid-stands")
    figures = returned(held, law.rulebook, rates, reference=reference, at=at)
    await _release(connection, held, figures, at=at)
    return figures


async def keep(
    connection: Connection,
    tender_id: UUID,
    place: tuple[str, UUID],
    *,
    cause: str,
    evidence: str,
    by: Actor,
    at: datetime,
) -> None:
    """Keep a security for a listed cause. Raises NotFound, Forbidden, WrongPhase,
    SecurityNotKept.
    """
    tender = await tenders.lock(connection, tender_id)
    require_party(tender, by.organization_id)
    require_status(tender, *OPENED)
    held = await _find(connection, tender_id, place)
    # Whoever won and fell away is still the one whose security may be kept.
    awards = await candidates.list_all_awards(connection, tender_id)
    won = [one.bidder_id for one in awards if one.lot == place[0]]
    award = place[1] if place[1] in won else next(reversed(won), None)
    event = decide_keep(tender, held, cause=cause, evidence=evidence, award=award)
    await bid_securities.save_fate(connection, replace(held, kept_because=cause))
    await journal.append(connection, tender_id, Stream.CUSTODY, event, at=at)


async def list_visible(
    connection: Connection, tender_id: UUID, *, actor: Actor
) -> tuple[list[HeldSecurity], Mapping[str, tuple[tuple[UUID, ...], ...]]]:
    """The securities that the actor may see, and by lot which deposits came from one account.

    A bidder sees its own; the operator cash, before the opening only what must go back already;
    who runs or supervises the tender all, after the opening. Raises NotFound, Forbidden.
    """
    tender = await tenders.get(connection, tender_id)
    securities = await bid_securities.list_held(connection, tender_id)
    if actor.role is Role.BIDDER:
        mine = [one for one in securities if one.security.bidder_id == actor.organization_id]
        return mine, {}
    if actor.role is Role.OPERATOR:
        opened = tender.status in OPENED
        cash = [one for one in securities if not one.by_word]
        return [one for one in cash if opened or one.case is not None], {}
    parties = {tender.procuring_entity_id, tender.agency_id, tender.supervisor_id}
    if actor.organization_id not in parties:
        raise Forbidden
    if tender.status not in OPENED:
        raise Forbidden("bids are not open yet")
    accounts = await bid_securities.accounts_of(connection, tender_id)
    return securities, {lot: same_payers(one) for lot, one in accounts.items()}


async def _cancelled(connection: Connection, held: HeldSecurity, *, at: datetime) -> HeldSecurity:
    """The security, no longer to go back."""
    security = held.security
    stays = replace(held, case=None, since=None, due=None)
    await bid_securities.save_fate(connection, stays)
    event = Event(
        "bid_security.release_cancelled",
        {"lot": security.lot, "bidder_id": str(security.bidder_id)},
    )
    await journal.append(connection, security.tender_id, Stream.CUSTODY, event, at=at)
    return stays


async def _release(
    connection: Connection, held: HeldSecurity, figures: Returned | None, *, at: datetime
) -> None:
    await bid_securities.save_fate(connection, replace(held, released_at=at))
    event = released(held, figures)
    await journal.append(connection, held.security.tender_id, Stream.CUSTODY, event, at=at)


async def _find(connection: Connection, tender_id: UUID, place: tuple[str, UUID]) -> HeldSecurity:
    for held in await bid_securities.list_held(connection, tender_id):
        if _place(held) == place:
            return held
    raise NotFound("no such bid security")


def _place(held: HeldSecurity) -> tuple[str, UUID]:
    return held.security.lot, held.security.bidder_id
