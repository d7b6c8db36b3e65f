"""The platform notices that it was away, and settles it: once, whoever looks, whenever it dies."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from evaluation_rooms.actions.emptying import empty_rooms
from tendering.actions.outages import Settling, notice, settle
from tendering.clockwork import close_due
from tendering.domain.journal import Entry, Stream, instant
from tendering.domain.opening import Opening, OpeningPhase
from tendering.domain.suspension import Suspension, SuspensionReason
from tendering.domain.tender import TenderStatus
from tendering.outage_watch import Heart
from tendering.settings import OutageSettings
from tendering.storage import openings, outages
from tendering.storage.connection import Pool, reading, transaction
from tests.support.objecting import CLOSES, Objecting, objecting
from tests.support.two_processes import two_at_once

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
SETTINGS = OutageSettings(heartbeat_seconds=1, trigger_seconds=120)


@pytest.fixture
async def case(pool: Pool, tmp_path: Path) -> Objecting:
    """A published tender."""
    return await objecting(pool, tmp_path)


async def silent_for(pool: Pool, silence: timedelta) -> None:
    """A process gave its last sign of life so long ago."""
    async with transaction(pool) as connection:
        await connection.execute(
            """INSERT INTO tendering.heartbeats (process_id, beat_at)
               VALUES ($1, clock_timestamp() - $2::interval)""",
            uuid4(),
            silence,
        )


def heart(case: Objecting) -> Heart:
    """A process that has just been started."""
    return Heart(case.context, SETTINGS, empty_rooms)


async def told(case: Objecting) -> list[Entry]:
    """What the public journal says of outages."""
    entries = await case.entries(Stream.PUBLIC)
    return [one for one in entries if one.kind == "platform.outage"]


async def begun(case: Objecting, at: datetime) -> datetime:
    """The opening of the tender begins; when its window ends."""
    await case.change(status=TenderStatus.OPENING)
    until = at + HOUR
    async with transaction(case.pool) as connection:
        opening = Opening("1", OpeningPhase.UNLOCK, at, until, (), frozenset(), frozenset())
        await openings.insert(connection, case.lot.id, opening)
    return until


async def window(case: Objecting) -> datetime:
    """When the window ends now."""
    async with reading(case.pool) as connection:
        return (await openings.get(connection, case.lot.id, "1")).unlock_until


async def test_a_platform_that_was_down_over_a_deadline_moves_it_and_opens_later(
    case: Objecting,
) -> None:
    await silent_for(case.pool, HOUR)
    back = CLOSES + HOUR / 2

    await heart(case).beat(at=back)

    tender = await case.tender()
    assert tender.deadline == back + 2 * HOUR
    assert tender.closing_at == back + 3 * HOUR
    assert tender.timetable["deadline"] == instant(back + 2 * HOUR)
    assert tender.timetable["closing_at"] == instant(back + 3 * HOUR)
    [entry] = await told(case)
    assert entry.body["deadline"] == instant(back + 2 * HOUR)
    assert await close_due(case.context, at=back) == []
    assert await close_due(case.context, at=back + 3 * HOUR - timedelta(seconds=1)) == []
    due = back + 3 * HOUR
    both = await two_at_once(case.pool, case.lot.id, lambda: close_due(case.context, at=due))
    assert sorted(both) == [[], [case.lot.id]]


async def test_everybody_concerned_is_told(case: Objecting) -> None:
    await silent_for(case.pool, HOUR)

    await heart(case).beat(at=CLOSES + HOUR / 2)

    async with reading(case.pool) as connection:
        roles = await connection.fetch(
            """SELECT DISTINCT role FROM tendering.messages
               WHERE kind = 'platform.outage' AND outward ORDER BY role"""
        )
    assert [row["role"] for row in roles] == ["key_holder", "procuring_entity", "supervisor"]


async def test_an_outage_during_the_unlocking_gives_the_time_back(case: Objecting) -> None:
    until = await begun(case, CLOSES)
    await silent_for(case.pool, HOUR / 2)
    back = CLOSES + timedelta(minutes=40)

    await heart(case).beat(at=back)

    gained = await window(case) - until
    assert abs(gained - HOUR / 2) < timedelta(seconds=10)
    [entry] = await told(case)
    assert entry.body["windows"] == [{"lot": "1", "unlock_until": instant(until + gained)}]


async def test_a_short_restart_changes_nothing(case: Objecting) -> None:
    before = await case.tender()
    await silent_for(case.pool, timedelta(seconds=100))

    await heart(case).beat(at=CLOSES + timedelta(seconds=30))

    assert await case.tender() == before
    assert await told(case) == []


async def test_a_first_start_is_no_outage(case: Objecting) -> None:
    await heart(case).beat(at=CLOSES + HOUR)

    assert await told(case) == []


async def test_one_process_that_lives_is_enough(case: Objecting) -> None:
    await silent_for(case.pool, HOUR)
    await silent_for(case.pool, timedelta(seconds=1))

    await heart(case).beat(at=CLOSES + HOUR)

    assert await told(case) == []


async def test_processes_that_start_together_settle_it_once(case: Objecting) -> None:
    until = await begun(case, CLOSES)
    await silent_for(case.pool, HOUR / 2)
    back = CLOSES + timedelta(minutes=40)

    async with asyncio.timeout(20), asyncio.TaskGroup() as group:
        for _ in range(4):
            group.create_task(heart(case).beat(at=back))

    assert len(await told(case)) == 1
    assert await window(case) - until < HOUR / 2 + timedelta(seconds=10)


async def test_a_process_killed_between_noticing_and_settling_leaves_it_to_the_next(
    case: Objecting,
) -> None:
    await silent_for(case.pool, HOUR)
    back = CLOSES + HOUR / 2
    async with transaction(case.pool) as connection:
        noticed = await notice(connection, uuid4(), trigger=timedelta(minutes=2), at=back)
    assert noticed is not None
    settling = Settling(case.context.law, empty_rooms, uuid4)
    async with reading(case.pool) as connection:
        unfinished = connection.transaction()
        await unfinished.start()
        assert await settle(connection, noticed, case.lot.id, settling, at=back)
        await unfinished.rollback()

    await heart(case).beat(at=back + timedelta(seconds=5))

    assert (await case.tender()).deadline == back + 2 * HOUR
    assert len(await told(case)) == 1
    async with reading(case.pool) as connection:
        assert await outages.list_unsettled(connection) == []


async def test_while_a_tender_stands_still_an_outage_takes_nothing(case: Objecting) -> None:
    since = CLOSES - timedelta(days=1)
    await case.change(suspension=Suspension(SuspensionReason.OBJECTION, since))
    await silent_for(case.pool, HOUR)

    await heart(case).beat(at=CLOSES + HOUR / 2)

    assert (await case.tender()).deadline == CLOSES
    assert await told(case) == []


async def test_a_second_outage_before_the_moved_deadline_moves_it_again(case: Objecting) -> None:
    await silent_for(case.pool, HOUR)
    await heart(case).beat(at=CLOSES + HOUR / 2)
    moved = await case.tender()
    async with transaction(case.pool) as connection:
        await connection.execute(
            "UPDATE tendering.heartbeats SET beat_at = beat_at - interval '3 hours'"
        )

    await heart(case).beat(at=moved.deadline + HOUR + MINUTE)

    assert (await case.tender()).deadline == moved.deadline + 25 * HOUR + MINUTE
    first, second = await told(case)
    assert str(first.body["until"]) < str(second.body["since"])


async def test_a_draft_and_a_tender_that_is_over_are_left_alone(case: Objecting) -> None:
    before = await case.change(status=TenderStatus.AWARDED)
    await silent_for(case.pool, HOUR)

    await heart(case).beat(at=CLOSES + HOUR / 2)

    assert await case.tender() == replace(before)
    assert await told(case) == []
