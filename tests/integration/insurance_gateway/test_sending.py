"""What leaves for guarantors: what cannot be sent, what arrived, and what is told after opening."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from clients.platform import PlatformRefused
from insurance_gateway.actions.sending import arrived, give_up
from insurance_gateway.delivery import (
    FIRST_ID,
    deliver,
    deliver_outbox,
    disclose_opened,
    watch_in_force,
)
from insurance_gateway.settings import InsuranceSettings, pause_seconds
from insurance_gateway.storage import guarantors, orders, outbox
from insurance_gateway.storage.outbox import Parcel
from tendering.domain.journal import Event, Stream
from tendering.domain.roles import Role
from tendering.domain.tender import TenderStatus
from tendering.storage import journal
from tendering.storage.connection import reading, transaction
from tests.integration.insurance_gateway.conftest import (
    BIDDER,
    INSURER,
    PUBLIC,
    Gateway,
    Guarantor,
    now,
    open_tender,
)

SECONDS_MAX = 10
UNUSABLE = ("http://h/路径", "http://h/a b", "http://h/%zz", "http://a..b", f"http://{'a' * 64}.b")


async def parcels(gateway: Gateway, guarantor_id: UUID) -> dict[str, Parcel]:
    """What is to be sent to a guarantor, by kind."""
    async with transaction(gateway.context.pool) as connection:
        found = await outbox.claim(connection, guarantor_id, limit=10, lease_seconds=0)
    return {parcel.kind: parcel for parcel in found}


async def enter_unusable(gateway: Gateway, endpoint: str) -> UUID:
    """A guarantor whose endpoint was registered before it was refused."""
    known = guarantors.Guarantor(
        uuid4(), gateway.organizations[INSURER], "示范财产保险甲", endpoint, bytes(32)
    )
    async with transaction(gateway.context.pool) as connection:
        await guarantors.insert(connection, known, at=now())
        await guarantors.set_live(connection, known.id, conformance_digest=None, at=now())
    return known.id


@pytest.mark.parametrize("endpoint", UNUSABLE)
async def test_an_endpoint_that_no_request_reaches_is_refused(
    gateway: Gateway, endpoint: str
) -> None:
    with pytest.raises(PlatformRefused, match="guarantor-endpoint-invalid"):
        await gateway.register(endpoint, PUBLIC)


@pytest.mark.parametrize("endpoint", UNUSABLE)
async def test_an_endpoint_that_no_request_reaches_is_a_failed_delivery(
    gateway: Gateway, endpoint: str
) -> None:
    guarantor_id = await enter_unusable(gateway, endpoint)
    async with gateway.line(BIDDER, Role.BIDDER) as line:
        order = await gateway.order(line, guarantor_id)
        async with reading(gateway.context.pool) as connection:
            guarantor = await guarantors.get(connection, guarantor_id)
        last = replace((await parcels(gateway, guarantor_id))["application"], attempts=3)

        await deliver(gateway.context, guarantor, last)

        seen = await line.get(f"/insurance/orders/{order['id']}")
    assert seen["state"] == "undelivered"


@pytest.mark.parametrize("endpoint", UNUSABLE)
async def test_an_endpoint_that_no_request_reaches_offers_nothing(
    gateway: Gateway, endpoint: str
) -> None:
    await enter_unusable(gateway, endpoint)

    async with gateway.line(BIDDER, Role.BIDDER) as line:
        where = {"tender_id": str(gateway.tender.id), "lot": "1"}
        answer = await line.post("/insurance/quotes", where)

    assert answer == {"items": []}


async def lose_the_answers(guarantor: Guarantor) -> None:
    """The platform gives the application up; the guarantor has it all the same."""
    parcel = (await parcels(guarantor.gateway, guarantor.id))["application"]
    async with transaction(guarantor.gateway.context.pool) as connection:
        await give_up(connection, parcel, error="no answer", at=now())


async def test_a_guarantee_counts_though_the_answers_were_lost(guarantor: Guarantor) -> None:
    await lose_the_answers(guarantor)
    before = await guarantor.state()

    await guarantor.tell_all()

    assert (before, await guarantor.state()) == ("undelivered", "verified")
    assert await guarantor.has_security()


async def test_an_order_comes_back_to_life_beside_the_one_after_it(guarantor: Guarantor) -> None:
    await lose_the_answers(guarantor)
    second = await guarantor.gateway.order(guarantor.line, guarantor.id)

    await guarantor.tell_all()
    await replace(guarantor, order=second).tell(
        replace(guarantor, order=second).notice("underwriting")
    )

    assert await guarantor.state() == "verified"
    assert await replace(guarantor, order=second).state() == "underwriting"


async def test_a_guarantor_at_work_is_not_asked_again(guarantor: Guarantor) -> None:
    await guarantor.tell(guarantor.notice("underwriting"))

    with pytest.raises(PlatformRefused, match="order-under-way"):
        await guarantor.gateway.order(guarantor.line, guarantor.id)


@pytest.mark.parametrize(
    "status", [TenderStatus.OPENING, TenderStatus.FAILED, TenderStatus.TERMINATED]
)
async def test_a_tender_that_is_not_opened_is_not_disclosed(
    guarantor: Guarantor, status: TenderStatus
) -> None:
    await guarantor.tell_all()
    await open_tender(guarantor.gateway, status)

    await disclose_opened(guarantor.gateway.context, at=now())

    assert set(await parcels(guarantor.gateway, guarantor.id)) == {"application"}


async def test_an_order_is_disclosed_when_the_guarantor_has_it(guarantor: Guarantor) -> None:
    context = guarantor.gateway.context
    await guarantor.tell_all()
    await open_tender(guarantor.gateway)
    await disclose_opened(context, at=now())
    queued = await guarantor.state()
    parcel = (await parcels(guarantor.gateway, guarantor.id))["disclosure"]

    for _ in range(2):
        async with transaction(context.pool) as connection:
            await arrived(connection, parcel, at=now())

    assert (queued, await guarantor.state()) == ("verified", "disclosed")


async def test_a_disclosure_is_queued_once(guarantor: Guarantor) -> None:
    context = guarantor.gateway.context
    await guarantor.tell_all()
    await open_tender(guarantor.gateway)

    await asyncio.gather(*(disclose_opened(context, at=now()) for _ in range(4)))

    async with reading(context.pool) as connection:
        left = await orders.list_tenders_blind(connection, after=FIRST_ID, at=now())
    assert left == []
    assert set(await parcels(guarantor.gateway, guarantor.id)) == {"application", "disclosure"}
    # While one sender takes them, another one finds none.
    async with transaction(context.pool) as one, transaction(context.pool) as other:
        taken = await outbox.claim(one, guarantor.id, limit=9, lease_seconds=60)
        left_over = await outbox.claim(other, guarantor.id, limit=9, lease_seconds=60)
    assert (len(taken), left_over) == (2, [])


async def test_a_guarantee_that_has_ended_is_not_looked_at(guarantor: Guarantor) -> None:
    await guarantor.tell_all()
    end = datetime.fromisoformat(guarantor.order["cover_until"]).astimezone(UTC)

    async with reading(guarantor.gateway.context.pool) as connection:
        before = await orders.list_tenders_blind(
            connection, after=FIRST_ID, at=end - timedelta(seconds=1)
        )
        after = await orders.list_tenders_blind(connection, after=FIRST_ID, at=end)

    assert (before, after) == ([guarantor.gateway.tender.id], [])


async def test_opened_tenders_are_looked_for_less_often_than_messages(
    guarantor: Guarantor,
) -> None:
    looks: list[datetime] = []

    def counted() -> datetime:
        looks.append(now())
        return looks[-1]

    context = guarantor.gateway.context
    seldom: Any = replace(context.settings, disclose_seconds=3600.0)
    loop = asyncio.create_task(deliver_outbox(replace(context, now=counted, settings=seldom)))
    async with asyncio.timeout(SECONDS_MAX):
        # The application is sent three times, so the loop has gone round at least as often.
        while await guarantor.state() != "undelivered":  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    loop.cancel()
    await asyncio.wait([loop])

    # One look, and the instant at which the order was given up.
    assert len(looks) == 2


async def test_a_guarantee_that_tendering_gives_back_is_released_by_its_guarantor(
    guarantor: Guarantor,
) -> None:
    gateway = guarantor.gateway
    await guarantor.tell_all()
    bidder = str(gateway.organizations[BIDDER])
    told = {"lot": "1", "bidder_id": bidder, "security_reference": "POLICY-1"}

    await watch_in_force(gateway.context, at=now())
    before = set(await parcels(gateway, guarantor.id))
    async with transaction(gateway.context.pool) as connection:
        event = Event("bid_security.released", dict(told))
        await journal.append(connection, gateway.tender.id, Stream.CUSTODY, event, at=now())
    await asyncio.gather(*(watch_in_force(gateway.context, at=now()) for _ in range(2)))
    sent = await parcels(gateway, guarantor.id)
    async with transaction(gateway.context.pool) as connection:
        await arrived(connection, sent["release"], at=now())

    assert "release" not in before
    assert set(sent) == {"application", "release"}
    # The tender is not open: who it was for is not said.
    assert str(gateway.tender.id) not in sent["release"].body
    assert await guarantor.state() == "released"


def test_an_insurer_that_is_down_for_a_day_is_tried_when_it_is_back() -> None:
    patient = InsuranceSettings()
    waited = sum(pause_seconds(patient, number) for number in range(1, patient.attempts_max))

    assert timedelta(hours=24) < timedelta(seconds=waited) < timedelta(hours=30)
