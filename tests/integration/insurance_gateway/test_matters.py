"""A guarantee after it was issued: cancelled, given back, extended, claimed, and over."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from clients.platform import PlatformRefused
from insurance_gateway.actions.sending import arrived, give_up
from insurance_gateway.delivery import watch_in_force
from insurance_gateway.guarantee import Cover
from insurance_gateway.storage import outbox
from insurance_gateway.storage.outbox import Parcel
from insurance_gateway.wire import Claim, Extension, Notice, Surrender
from tendering.actions.bid_securities import CASH_UNTIL, on_record, record
from tendering.domain.bid_security import BidSecurity, SecurityForm
from tendering.domain.journal import Event, Stream
from tendering.domain.roles import Role
from tendering.domain.tender import TenderStatus
from tendering.storage import bid_securities, journal, tenders
from tendering.storage.connection import reading, transaction
from tests.integration.insurance_gateway.conftest import (
    BID_SECURITY_FEN,
    BIDDER,
    RIVAL,
    Guarantor,
    now,
    open_tender,
)

PREMIUM_FEN = 500_000
PROCURING_ENTITY = 5


async def parcel_of(guarantor: Guarantor, kind: str) -> Parcel | None:
    """A message that is to be sent to the guarantor."""
    async with transaction(guarantor.gateway.context.pool) as connection:
        found = await outbox.claim(connection, guarantor.id, limit=20, lease_seconds=0)
    return next((parcel for parcel in found if parcel.kind == kind), None)


async def message(guarantor: Guarantor, kind: type[Any]) -> Any:
    """The message of that type, which is to be sent."""
    parcel = await parcel_of(guarantor, kind.__name__.lower())
    assert parcel is not None
    return msgspec.json.decode(parcel.body, type=kind)


async def do(guarantor: Guarantor, deed: str) -> Any:
    """The bidder's deed about its order."""
    return await guarantor.line.post(f"/insurance/orders/{guarantor.order['id']}/{deed}", {})


async def answer(guarantor: Guarantor, matter_id: UUID, state: Any, **told: Any) -> str:
    """The guarantor's answer about a matter; the order's state then."""
    order_id = UUID(guarantor.order["id"])
    notice = Notice(uuid4(), order_id, state, matter_id=matter_id, **told)
    status, body = await guarantor.tell(notice)
    assert status == 200, body
    return str(body["state"])


async def the_matter(guarantor: Guarantor) -> dict[str, Any]:
    """The only matter of the order, as the bidder sees it."""
    seen = await guarantor.line.get(f"/insurance/orders/{guarantor.order['id']}")
    (matter,) = seen["matters"]
    return dict(matter)


async def test_an_order_that_nobody_was_told_of_is_cancelled_in_silence(
    guarantor: Guarantor,
) -> None:
    first = await do(guarantor, "cancellation")
    again = await do(guarantor, "cancellation")

    assert first["state"] == again["state"] == "cancelled"
    assert await parcel_of(guarantor, "application") is None
    assert await parcel_of(guarantor, "cancellation") is None


async def test_a_guarantor_that_was_asked_learns_of_the_cancellation(guarantor: Guarantor) -> None:
    await parcel_of(guarantor, "application")
    await do(guarantor, "cancellation")
    # Too late: the order is over.
    await guarantor.tell_all()

    told = await parcel_of(guarantor, "cancellation")
    assert told is not None
    assert set(msgspec.json.decode(told.body)) == {"order_id"}
    assert await guarantor.state() == "cancelled"
    assert not await guarantor.has_security()


async def test_an_application_on_its_way_is_not_repeated_and_its_cancellation_is(
    guarantor: Guarantor,
) -> None:
    application = await parcel_of(guarantor, "application")
    assert application is not None
    await do(guarantor, "cancellation")
    async with transaction(guarantor.gateway.context.pool) as connection:
        early = await outbox.claim(connection, guarantor.id, limit=9, lease_seconds=3600)
        # The attempt that was under way fails, or arrives.
        await outbox.postpone(connection, application.id, seconds=0.0, error="no answer")
        again = await outbox.claim(connection, guarantor.id, limit=9, lease_seconds=3600)
        await arrived(connection, application, at=now())
        late = await outbox.claim(connection, guarantor.id, limit=9, lease_seconds=3600)

    assert [parcel.kind for parcel in early] == ["cancellation"]
    assert again == []
    assert [parcel.kind for parcel in late] == ["cancellation"]
    assert late[0].id != early[0].id


async def test_what_is_paid_for_is_not_cancelled_and_what_is_not_paid_not_refunded(
    guarantor: Guarantor,
) -> None:
    with pytest.raises(PlatformRefused, match="surrender-refused"):
        await do(guarantor, "surrender")
    await guarantor.tell_all()
    with pytest.raises(PlatformRefused, match="guarantee-step-refused"):
        await do(guarantor, "cancellation")


async def test_a_guarantee_that_is_given_back_secures_nothing_from_then_on(
    guarantor: Guarantor,
) -> None:
    await guarantor.tell_all()
    matter = await do(guarantor, "surrender")
    secured = await guarantor.has_security()
    with pytest.raises(PlatformRefused, match="matter-under-way"):
        await do(guarantor, "surrender")
    asked: Surrender = await message(guarantor, Surrender)

    short = await answer(guarantor, asked.matter_id, "agreed", amount_fen=PREMIUM_FEN - 1)
    reason = (await the_matter(guarantor))["reason"]
    full = await answer(guarantor, asked.matter_id, "agreed", amount_fen=PREMIUM_FEN)
    # A refund told twice is one refund.
    await answer(guarantor, asked.matter_id, "agreed", amount_fen=PREMIUM_FEN)

    assert (asked.refund_fen, str(asked.matter_id), secured) == (PREMIUM_FEN, matter["id"], False)
    assert (short, reason) == ("verified", "the refund is not the full premium")
    assert full == "surrendered"
    with pytest.raises(PlatformRefused, match="surrender-refused"):
        await do(guarantor, "surrender")


async def test_a_surrender_that_is_declined_leaves_the_guarantee_in_force(
    guarantor: Guarantor,
) -> None:
    await guarantor.tell_all()
    matter = await do(guarantor, "surrender")

    state = await answer(guarantor, UUID(matter["id"]), "declined", reason="示范理由")

    assert state == "verified"
    assert await guarantor.has_security()
    assert (await the_matter(guarantor))["state"] == "declined"


async def test_a_policy_that_comes_while_its_premium_goes_back_is_no_security(
    guarantor: Guarantor,
) -> None:
    for state in ("awaiting_premium", "paid"):
        await guarantor.tell(guarantor.notice(state))
    await do(guarantor, "surrender")

    _, told = await guarantor.tell(guarantor.notice("issued"))

    assert told["reason"] == "the bidder is giving the guarantee back"
    assert not await guarantor.has_security()


async def test_a_policy_does_not_take_the_place_of_cash_and_its_premium_comes_back(
    guarantor: Guarantor,
) -> None:
    gateway = guarantor.gateway
    bidder = gateway.organizations[BIDDER]
    cash = BidSecurity(
        gateway.tender.id, "1", bidder, SecurityForm.CASH, 1, CASH_UNTIL, None, "示范流水"
    )
    async with transaction(gateway.context.pool) as connection:
        await record(connection, cash, at=now())

    await guarantor.tell_all()
    state = await guarantor.state()
    matter = await do(guarantor, "surrender")

    async with reading(gateway.context.pool) as connection:
        (held,) = await bid_securities.list_held(connection, gateway.tender.id)
    assert (state, matter["amount_fen"]) == ("not_verified", PREMIUM_FEN)
    assert (held.security, held.settled) == (cash, False)


async def test_orders_of_others_are_cancelled_and_given_back_by_nobody(
    guarantor: Guarantor,
) -> None:
    async with guarantor.gateway.line(RIVAL, Role.BIDDER) as rival:
        for deed in ("cancellation", "surrender"):
            with pytest.raises(PlatformRefused, match="not-found"):
                await rival.post(f"/insurance/orders/{guarantor.order['id']}/{deed}", {})


async def test_a_deadline_that_moves_within_its_bucket_asks_for_nothing(
    guarantor: Guarantor,
) -> None:
    await guarantor.tell_all()
    moved = await moved_to_the_end_of_its_bucket(guarantor, timedelta())

    await watch_in_force(guarantor.gateway.context, at=now())

    assert moved > guarantor.gateway.tender.deadline
    assert await parcel_of(guarantor, "extension") is None


async def moved_to_the_end_of_its_bucket(guarantor: Guarantor, beyond: timedelta) -> datetime:
    """The deadline moves so far that the cover which was asked for just lasts, and `beyond`."""
    until = datetime.fromisoformat(guarantor.order["cover_until"]).astimezone(UTC)
    tender = guarantor.gateway.tender
    deadline = until - timedelta(days=tender.terms.bid_validity_days) + beyond
    async with transaction(guarantor.gateway.context.pool) as connection:
        await tenders.save(connection, replace(tender, deadline=deadline))
    return deadline


async def test_a_deadline_that_moves_on_asks_for_a_longer_guarantee_once(
    guarantor: Guarantor,
) -> None:
    context = guarantor.gateway.context
    await guarantor.tell_all()
    deadline = await moved_to_the_end_of_its_bucket(guarantor, timedelta(microseconds=1))
    for _ in range(2):
        await watch_in_force(context, at=now())
    asked: Extension = await message(guarantor, Extension)
    longer = Cover(asked.amount_fen, asked.valid_until)

    # Without a policy, with a short one, with another number: nothing has changed.
    faults = []
    for policy in (
        None,
        guarantor.policy(),
        guarantor.policy(insured=longer, number="POLICY-2"),
    ):
        await answer(guarantor, asked.matter_id, "agreed", policy=policy)
        matter = await the_matter(guarantor)
        faults.append((matter["state"], matter["reason"]))
    await answer(guarantor, asked.matter_id, "agreed", policy=guarantor.policy(insured=longer))

    place = "1", guarantor.gateway.organizations[BIDDER]
    async with reading(context.pool) as connection:
        held = await on_record(connection, guarantor.gateway.tender.id, place, reference="POLICY-1")
        kinds = await journal.after(connection, guarantor.gateway.tender.id, Stream.CUSTODY, 0)
    assert asked.valid_until >= deadline + timedelta(days=90)
    assert {state for state, _ in faults} == {"asked"}
    assert len({reason for _, reason in faults}) == 3
    assert held is not None
    assert held.security.valid_until == asked.valid_until
    assert [entry.kind for entry in kinds] == ["bid_security.recorded", "bid_security.extended"]
    assert (await the_matter(guarantor))["state"] == "agreed"


async def test_an_extension_leaves_at_a_time_of_its_own(guarantor: Guarantor) -> None:
    slow = replace(guarantor.gateway.context.settings, spread_seconds=10**9)
    context = replace(guarantor.gateway.context, settings=slow)
    await guarantor.tell_all()
    await moved_to_the_end_of_its_bucket(guarantor, timedelta(days=1))

    await watch_in_force(context, at=now())

    assert await parcel_of(guarantor, "extension") is None
    assert (await the_matter(guarantor))["kind"] == "extension"


async def test_what_is_kept_is_claimed_from_a_guarantor_that_knows_what_it_was_for(
    guarantor: Guarantor,
) -> None:
    gateway = guarantor.gateway
    await guarantor.tell_all()
    await open_tender(gateway, TenderStatus.AWARDED)
    await keep(guarantor)
    await watch_in_force(gateway.context, at=now())
    early = await parcel_of(guarantor, "claim")
    await disclosed(guarantor)
    for _ in range(2):
        await watch_in_force(gateway.context, at=now())
    asked: Claim = await message(guarantor, Claim)

    partly = await answer(guarantor, asked.matter_id, "agreed", amount_fen=1)
    await answer(guarantor, asked.matter_id, "under_review")
    async with gateway.line(PROCURING_ENTITY, Role.PROCURING_ENTITY) as line:
        (seen,) = (await line.get(f"/tenders/{gateway.tender.id}/claims"))["items"]
    paid = await answer(guarantor, asked.matter_id, "agreed", amount_fen=BID_SECURITY_FEN)

    assert early is None
    assert (asked.claimed_fen, asked.cause) == (BID_SECURITY_FEN, "contract_refused")
    assert asked.statement == "示范证据"
    assert asked.settle_before - now() > timedelta(days=13)
    assert (partly, paid) == ("claimed", "indemnified")
    assert seen["claim"]["state"] == "under_review"


async def keep(guarantor: Guarantor) -> None:
    """The procuring entity keeps the security."""
    gateway = guarantor.gateway
    bidder = gateway.organizations[BIDDER]
    body = {
        "lot": "1",
        "bidder_id": str(bidder),
        "cause": "contract_refused",
        "law": "示范条款",
        "evidence": "示范证据",
    }
    async with transaction(gateway.context.pool) as connection:
        (held,) = await bid_securities.list_held(connection, gateway.tender.id)
        await bid_securities.save_fate(connection, replace(held, kept_because="contract_refused"))
        event = Event("bid_security.kept", dict(body))
        await journal.append(connection, gateway.tender.id, Stream.CUSTODY, event, at=now())


async def disclosed(guarantor: Guarantor) -> None:
    """The guarantor has learned what its guarantee was for."""
    told = Parcel(uuid4(), UUID(guarantor.order["id"]), "disclosure", "{}", 1)
    async with transaction(guarantor.gateway.context.pool) as connection:
        await arrived(connection, told, at=now())


async def test_claims_are_read_after_the_opening_by_its_parties(guarantor: Guarantor) -> None:
    gateway = guarantor.gateway
    path = f"/tenders/{gateway.tender.id}/claims"
    async with gateway.line(PROCURING_ENTITY, Role.PROCURING_ENTITY) as line:
        with pytest.raises(PlatformRefused, match="forbidden"):
            await line.get(path)
        await open_tender(gateway)
        assert await line.get(path) == {"items": []}
    with pytest.raises(PlatformRefused, match="forbidden"):
        await guarantor.line.get(path)


async def test_a_matter_that_cannot_be_delivered_says_so_and_may_be_asked_again(
    guarantor: Guarantor,
) -> None:
    await guarantor.tell_all()
    await do(guarantor, "surrender")
    lost = await parcel_of(guarantor, "surrender")
    assert lost is not None
    async with transaction(guarantor.gateway.context.pool) as connection:
        await give_up(connection, lost, error="no answer", at=now())

    seen = await the_matter(guarantor)
    again = await do(guarantor, "surrender")

    assert (seen["state"], seen["id"] == again["id"]) == ("undelivered", False)
    # It had come after all, and only the answers were lost.
    assert await answer(guarantor, lost.id, "agreed", amount_fen=PREMIUM_FEN) == "surrendered"


async def test_a_guarantee_ends_at_its_end(guarantor: Guarantor) -> None:
    await guarantor.tell_all()
    end = datetime.fromisoformat(guarantor.order["cover_until"]).astimezone(UTC)

    await watch_in_force(guarantor.gateway.context, at=end - timedelta(microseconds=1))
    before = await guarantor.state()
    await watch_in_force(guarantor.gateway.context, at=end)

    assert (before, await guarantor.state()) == ("verified", "expired")


async def test_a_notice_names_a_matter_exactly_where_it_speaks_of_one(guarantor: Guarantor) -> None:
    order_id = UUID(guarantor.order["id"])
    notices = (
        Notice(uuid4(), order_id, "agreed"),
        Notice(uuid4(), order_id, "paid", matter_id=uuid4()),
    )

    assert [(await guarantor.tell(one))[0] for one in notices] == [422, 422]
    stranger = Notice(uuid4(), order_id, "agreed", matter_id=uuid4())
    assert (await guarantor.tell(stranger))[0] == 404
