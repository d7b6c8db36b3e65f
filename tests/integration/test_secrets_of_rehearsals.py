"""That somebody rehearsed the opening nobody can see: not how many, not who, not whether at all.

With no rehearsal, with one and with twenty, everything that anybody can read is the same, byte for
byte; and the platform itself has written nothing down.
"""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest

from clients.room_client import open_room
from clients.sdk.timing import read_platform_time
from tendering.domain.journal import Stream
from tendering.storage import journal
from tendering.storage.connection import reading
from tests.integration.test_secrets_before_their_time import seen_by, series
from tests.support.intake import BIDS, Intake, intake
from tests.support.platform import ROLES, platform
from tests.support.rehearsing import a_rehearser, announce_keys

__all__ = ["intake", "platform"]

# What the platform's loops write by themselves, and what every visitor leaves: a session, a ticket.
_BY_ITSELF: Final = (
    *("log_", "heartbeats", "duty_watches", "deliveries"),
    *("sessions", "rate_limits", "tickets"),
)


async def written(intake: Intake) -> Mapping[str, int]:
    """How many rows every table has, and how long every stream of the tender is."""
    async with reading(intake.platform.running.context.pool) as connection:
        tables = await connection.fetch(
            """SELECT format('%I.%I', table_schema, table_name) AS name
               FROM information_schema.tables
               WHERE table_type = 'BASE TABLE'
                 AND table_schema IN ('tendering', 'rooms', 'insurance')"""
        )
        rows = {
            each["name"]: await connection.fetchval(f"SELECT count(*) FROM {each['name']}")
            for each in tables
            if not any(word in each["name"] for word in _BY_ITSELF)
        }
        heads = {
            str(stream): (await journal.head(connection, intake.tender.id, stream))[0]
            for stream in Stream
        }
    assert len(rows) > 40
    return rows | heads


@pytest.mark.timeout(120)
async def test_nothing_tells_that_bidders_have_rehearsed(
    intake: Intake, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await announce_keys(intake)
    rehearsers = [
        await a_rehearser(intake, bidder, tmp_path / f"{number}")
        for number, bidder in enumerate(intake.bidders)
    ]
    # Whoever looks into the hall leaves such figures, and whoever reads the figures.
    async with rehearsers[0].line() as line, open_room(line, intake.tender.id):
        await read_platform_time(line)
        await read_platform_time(line)
        await series(intake.platform)
    tokens = intake.platform.tokens
    who = {"public": "", **{str(role): tokens[role] for role in ROLES}}
    none, figures, rows = await seen_by(intake, who), await series(intake.platform), {}
    rows[0] = await written(intake)
    caplog.clear()

    with caplog.at_level(logging.DEBUG, logger="tendering"):
        report = await rehearsers[1].rehearse()
        rows[1] = await written(intake)
        one = await seen_by(intake, who)
        for rehearser in rehearsers:
            await rehearser.rehearse()
        rows[BIDS] = await written(intake)
    routes = {getattr(each, "route", "") for each in caplog.records}
    twenty = await seen_by(intake, who)

    assert report.hall == "rehearsal"
    assert rows[0] == rows[1] == rows[BIDS]
    assert none == one == twenty
    assert [route for route in routes if "rehearsal" in route] == []
    assert [route for route in routes if "clock" in route] == ["/api/v1/clock"]
    assert await series(intake.platform) == figures
