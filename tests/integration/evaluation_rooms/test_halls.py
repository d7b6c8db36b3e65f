"""Opening halls on a real database: led by the clock, and silent until the list is published."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from evaluation_rooms.actions import hall
from evaluation_rooms.clockwork import lead_due
from evaluation_rooms.hall import WAITING_BEFORE, HallPhase
from evaluation_rooms.standing import Standing, Viewer
from evaluation_rooms.storage import halls
from tendering.domain.journal import Event, Stream, instant
from tendering.domain.roles import Role
from tendering.domain.suspension import Suspension, SuspensionReason
from tendering.domain.tender import TenderStatus
from tendering.storage import journal, tenders
from tendering.storage.connection import Pool, reading, transaction
from tests.support.evaluation import AT, TENDER
from tests.support.evaluation_tender import (
    SUPERVISOR,
    insert_organization,
    insert_tender,
)
from tests.support.postgres import Database
from tests.support.room_server import HOST, RoomServer, room_server

DEADLINE = AT + timedelta(days=2)
SIGN_IN = DEADLINE - timedelta(hours=24)
SECONDS = 10
BIDDER, STRANGER = UUID(int=0x81), UUID(int=0x82)
GALLERY = Standing(Viewer.PUBLIC)


def as_one_of(organization_id: UUID) -> Standing:
    """Somebody who is logged in; the ticket does not say whether the organization bids."""
    return Standing(Viewer.PUBLIC, organization_id=organization_id)


@pytest.fixture
async def server(pool: Pool, database: Database) -> AsyncIterator[RoomServer]:
    """Rooms, and a published tender with two organizations that might bid."""
    async with transaction(pool) as connection:
        await insert_tender(connection, TenderStatus.PUBLISHED)
        for number, one in enumerate((BIDDER, STRANGER), start=7):
            await insert_organization(connection, one, number, Role.BIDDER)
    await move_deadline(pool, DEADLINE)
    async with room_server(pool, database.app_dsn) as running:
        yield running


async def move_deadline(pool: Pool, deadline: datetime) -> None:
    async with transaction(pool) as connection:
        tender = await tenders.lock(connection, TENDER)
        moved = replace(
            tender,
            deadline=deadline,
            timetable={"sign_in_from": instant(deadline - timedelta(hours=24))},
            version=tender.version + 1,
        )
        await tenders.save(connection, moved)


async def publish_list(server: RoomServer) -> None:
    listed = Event(
        "submission.closed",
        {
            "lots": [
                {"lot": "1", "bids": [{"bidder_id": str(BIDDER), "bidder_name": "示范单位7"}]},
            ]
        },
    )
    async with transaction(server.context.pool) as connection:
        await journal.append(connection, TENDER, Stream.PUBLIC, listed, at=DEADLINE)
    server.context.bus.touched(TENDER)


async def shown(server: RoomServer) -> HallPhase:
    async with reading(server.context.pool) as connection:
        folded = (await hall.hall_of(connection, TENDER)).phase
        assert await halls.phase(connection, TENDER) is folded
    return folded


async def test_a_hall_is_led_through_its_day_and_each_step_is_one_entry(server: RoomServer) -> None:
    day = [SIGN_IN, DEADLINE - WAITING_BEFORE, DEADLINE]
    phases = []
    for at in day:
        assert await lead_due(server.context, at=at - timedelta(microseconds=1)) == []
        assert await lead_due(server.context, at=at) == [TENDER]
        phases.append(await shown(server))

    assert phases == [HallPhase.SIGN_IN, HallPhase.WAITING, HallPhase.CLOSING]


async def test_two_processes_make_one_entry(server: RoomServer) -> None:
    led = await asyncio.gather(*(lead_due(server.context, at=SIGN_IN) for _ in range(4)))

    assert sum(map(len, led)) == 1


async def test_a_platform_that_slept_leads_straight_to_where_the_clock_is(
    server: RoomServer,
) -> None:
    assert await lead_due(server.context, at=DEADLINE + timedelta(seconds=3)) == [TENDER]
    assert await shown(server) is HallPhase.CLOSING


async def test_a_deadline_that_moves_takes_the_hall_back(server: RoomServer) -> None:
    waiting = DEADLINE - timedelta(minutes=1)
    await lead_due(server.context, at=waiting)
    await move_deadline(server.context.pool, DEADLINE + timedelta(days=5))

    assert await lead_due(server.context, at=waiting) == [TENDER]
    assert await shown(server) is HallPhase.REHEARSAL


async def test_a_tender_that_stands_still_keeps_its_hall(server: RoomServer) -> None:
    async with transaction(server.context.pool) as connection:
        tender = await tenders.lock(connection, TENDER)
        stands = replace(
            tender,
            suspension=Suspension(SuspensionReason.COMPLAINT, AT),
            version=tender.version + 1,
        )
        await tenders.save(connection, stands)

    assert await lead_due(server.context, at=DEADLINE) == []


async def test_a_hall_that_is_over_is_no_longer_looked_after(server: RoomServer) -> None:
    await lead_due(server.context, at=DEADLINE)
    async with transaction(server.context.pool) as connection:
        tender = await tenders.lock(connection, TENDER)
        opening = replace(tender, status=TenderStatus.OPENING, version=tender.version + 1)
        await tenders.save(connection, opening)

    assert await lead_due(server.context, at=DEADLINE) == []
    async with reading(server.context.pool) as connection:
        assert await halls.phases(connection) == {}


async def test_a_bidder_gets_the_answer_of_a_stranger_until_the_list_is_published(
    server: RoomServer,
) -> None:
    async with (
        asyncio.timeout(SECONDS),
        server.join(as_one_of(BIDDER), room_id=TENDER) as bidder,
        server.join(as_one_of(STRANGER), room_id=TENDER) as stranger,
        server.join(GALLERY, room_id=TENDER) as gallery,
    ):
        before = [await one.ask(type="say", id="1", text="到") for one in (bidder, stranger)]
        assert [one.frames[:-1] for one in (bidder, stranger)] == [gallery.frames] * 2
        await publish_list(server)
        spoken = await bidder.ask(type="say", id="2", text="无异议")
        refused = await stranger.ask(type="say", id="2", text="我也说")
        seen = await gallery.until("entry", kind="hall.said")

    assert before[0] == before[1]
    assert before[0]["code"] == "silent-now"
    assert (spoken["type"], refused["code"]) == ("ack", "not-your-part")
    assert seen["body"]["organization_name"] == "示范单位7"
    assert seen["body"]["voice"] == "bidder"


async def test_presence_is_told_only_once_the_list_is_published_and_never_counts_the_gallery(
    server: RoomServer,
) -> None:
    async with (
        asyncio.timeout(SECONDS),
        server.join(GALLERY, room_id=TENDER) as gallery,
        server.join(as_one_of(STRANGER), room_id=TENDER),
        server.join(HOST, room_id=TENDER) as host,
    ):
        async with server.join(as_one_of(BIDDER), room_id=TENDER):
            await host.ask(type="say", id="1", text="即将开标")
            await gallery.until("entry", kind="hall.announced")
            quiet = [frame["type"] for frame in gallery.frames]
            await publish_list(server)
            there = await gallery.until("hall.presence")
        gone = await gallery.until("hall.presence", bidders=[])

    assert "hall.presence" not in quiet
    assert there == {"type": "hall.presence", "bidders": [str(BIDDER)], "host": True}
    assert gone["host"]


async def test_the_supervisor_speaks_before_the_list(server: RoomServer) -> None:
    async with (
        asyncio.timeout(SECONDS),
        server.join(as_one_of(SUPERVISOR), room_id=TENDER) as supervisor,
    ):
        spoken = await supervisor.ask(type="say", id="1", text="请核对时间")
        entry = await supervisor.until("entry")

    assert spoken["type"] == "ack"
    assert entry["body"]["voice"] == "supervisor"


async def test_a_host_leads_only_once_prices_are_shown(server: RoomServer) -> None:
    shown_prices = Event("prices.revealed", {"lot": "1"})
    async with (
        asyncio.timeout(SECONDS),
        server.join(HOST, room_id=TENDER) as host,
        server.join(as_one_of(BIDDER), room_id=TENDER) as bidder,
    ):
        early = await host.ask(type="phase.advance", id="1", to="confirm")
        await publish_list(server)
        async with transaction(server.context.pool) as connection:
            await journal.append(connection, TENDER, Stream.PUBLIC, shown_prices, at=DEADLINE)
        led = await host.ask(type="phase.advance", id="2", to="confirm")
        stranger = await bidder.ask(type="phase.advance", id="3", to="objections")

    assert (early["code"], led["type"]) == ("wrong-phase", "ack")
    assert stranger["code"] == "not-your-part"
