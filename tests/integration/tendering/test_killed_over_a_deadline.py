"""kill -9 before a deadline, and the platform comes back after it: a real process."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp

from tendering.domain.journal import parse_instant
from tendering.storage.connection import open_pool, transaction
from tests.support import programs
from tests.support.platform import serving
from tests.support.postgres import Database
from tests.support.published import published_tender

AWAY = timedelta(hours=1)


async def test_a_server_killed_before_a_deadline_moves_it_when_it_is_back(
    database: Database, tmp_path: Path
) -> None:
    async with serving(database, tmp_path) as platform:
        tender = await published_tender(platform)
    config = tmp_path / "kaibiao.toml"
    config.write_text(
        f'[server]\nport = 0\n[database]\ndsn_file = "{tmp_path / "dsn"}"\n'
        f'[platform]\nfolder = "{tmp_path}"\n'
    )
    async with programs.running("server", "serve", "--config", config) as program:
        program.process.kill()
        await program.process.wait()
    # An hour passes in which the deadline comes.
    async with open_pool(database.app_dsn, size=1) as pool, transaction(pool) as connection:
        await connection.execute(
            "UPDATE tendering.heartbeats SET beat_at = beat_at - $1::interval", AWAY
        )
        await connection.execute(
            """UPDATE tendering.tenders SET deadline = clock_timestamp() - $2::interval
               WHERE id = $1""",
            tender.id,
            AWAY / 2,
        )

    async with programs.running("server", "serve", "--config", config) as program:
        entries = await _public(f"{program.url}/api/v1/tenders/{tender.id}/journal/public")

    [outage] = [one for one in entries if one["kind"] == "platform.outage"]
    since, until, deadline = (_at(outage, name) for name in ("since", "until", "deadline"))
    assert AWAY < until - since < AWAY + timedelta(minutes=5)
    assert deadline - until == timedelta(hours=2)
    assert not any(one["kind"] == "submission.closed" for one in entries)


def _at(entry: dict[str, Any], name: str) -> datetime:
    return parse_instant(entry["body"][name])


async def _public(url: str) -> list[dict[str, Any]]:
    async with aiohttp.ClientSession() as line, line.get(url) as answer:
        assert answer.status == 200
        found: list[dict[str, Any]] = json.loads(await answer.read())["entries"]
    return found
