"""Processes on one port, exchanged one by one while bidders hand in: one retry cures everything."""

import asyncio
import json
import os
import signal
import socket
from collections.abc import Callable
from pathlib import Path

import aiohttp
import pytest

from tendering.domain.tender import Tender
from tendering.listening import PortTaken, reserve
from tendering.process_group import ProcessFailed, ProcessGroup
from tendering.ready_signal import tell_supervisor
from tendering.settings import ServerSettings
from tendering.storage.blobs import Blobs
from tendering.storage.connection import Pool
from tests.support import programs
from tests.support.killing import (
    UPLOAD_BYTES_MAX,
    Bidder,
    Moment,
    a_hall,
    a_line,
    hand_in,
    require_sound,
    require_what_is_owed,
)
from tests.support.platform import serving
from tests.support.postgres import Database

SECONDS = 90
LOOK_SECONDS = 0.02
BREATH_SECONDS = 0.05
BEFORE = 4

SERVES = """
import json, os, sys, time
told = sys.stdin.read()
with open("{noted}", "a") as file:
    print(told.replace(" ", ""), file=file)
if os.path.exists("{broken}"):
    sys.exit(3)
print(json.dumps(["ready"]), flush=True)
time.sleep(60)
"""


def children_of(process_id: int) -> set[int]:
    """The processes that a process has started."""
    listed = Path(f"/proc/{process_id}/task/{process_id}/children").read_text("ascii")
    return {int(word) for word in listed.split()}


def pids(group: ProcessGroup) -> set[int]:
    return {member.process.pid for member in group.members}


def lives(process_id: int) -> bool:
    return Path(f"/proc/{process_id}").exists()


async def until(come: Callable[[], bool]) -> None:
    while not come():  # noqa: ASYNC110 - what another process does
        await asyncio.sleep(LOOK_SECONDS)


async def hand_in_for_ever(url: str, tender: Tender, bidder: Bidder, moment: Moment) -> None:
    """One bid after the other, with a breath between; what fails is tried once more."""
    async with a_line(url, bidder) as line:
        while True:
            handed = bidder.next(tender)
            try:
                handed.receipt = await hand_in(line, handed)
            except aiohttp.ClientError:
                handed.receipt = await hand_in(line, handed)
            moment.receipt_given()
            await asyncio.sleep(BREATH_SECONDS)


async def test_processes_are_exchanged_under_load_and_one_retry_cures_it(
    database: Database, pool: Pool, tmp_path: Path
) -> None:
    async with serving(database, tmp_path, upload_bytes_max=UPLOAD_BYTES_MAX) as platform:
        tender, (large, small, *_) = await a_hall(platform)
    bidders = (large, small)
    config = tmp_path / "kaibiao.toml"
    config.write_text(
        f'[server]\nport = 0\n[database]\ndsn_file = "{tmp_path / "dsn"}"\n'
        f'[platform]\nfolder = "{tmp_path}"\nupload_bytes_max = {UPLOAD_BYTES_MAX}\n'
    )
    begun = Moment(BEFORE)

    async with (
        asyncio.timeout(SECONDS),
        programs.running("server", "serve", "--processes", 1, "--config", config) as program,
    ):
        former, group = set(program.facts["processes"]), program.process
        load = [
            asyncio.create_task(hand_in_for_ever(program.url, tender, one, begun))
            for one in bidders
        ]
        await begun.come.wait()
        group.send_signal(signal.SIGHUP)
        while not (later := children_of(group.pid)) or later & former:
            assert not any(task.done() for task in load)
            await asyncio.sleep(LOOK_SECONDS)
        for task in load:
            task.cancel()
        await asyncio.wait(load)
        await require_what_is_owed(program.url, tender, bidders)
        status = await program.stop()

    assert all(task.cancelled() for task in load)
    assert (len(later), status) == (1, 0)
    assert begun.given > BEFORE
    await require_sound(pool, Blobs(tmp_path / "blobs"), tender, bidders)


async def test_what_dies_is_started_again_and_what_does_not_start_changes_nothing(
    tmp_path: Path,
) -> None:
    broken, noted = tmp_path / "broken", tmp_path / "told"
    program = SERVES.format(broken=str(broken), noted=str(noted))
    group = ProcessGroup(["-c", program], {"server": {"port": 1}}, drain_seconds=1)
    exchange = asyncio.Event()

    async with asyncio.timeout(SECONDS):
        for _ in range(2):
            await group.start()
        first, second = (member.process.pid for member in group.members)
        keeping = asyncio.create_task(group.keep(2, exchange))
        os.kill(first, signal.SIGKILL)
        await until(lambda: first not in pids(group) and len(group.members) == 2)
        restarted = pids(group)
        broken.touch()
        exchange.set()
        await until(lambda: not exchange.is_set())
        await until(lambda: keeping.done() or len(noted.read_text().split()) == 4)
        kept = pids(group)
        broken.unlink()
        exchange.set()
        await until(lambda: not pids(group) & kept and len(group.members) == 2)
        keeping.cancel()
        await asyncio.wait([keeping])
        exchanged = pids(group)
        await group.stop()

    assert second in restarted
    assert kept == restarted
    assert len(exchanged) == 2
    assert not any(lives(one) for one in restarted | exchanged)
    assert json.loads(noted.read_text().split("\n")[0]) == {"server": {"port": 1}}


async def test_a_process_that_does_not_become_ready_is_told() -> None:
    group = ProcessGroup(["-c", "import sys; sys.exit(3)"], {}, drain_seconds=1)

    with pytest.raises(ProcessFailed):
        await group.start()


def test_the_supervisor_that_wants_to_hear_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as supervisor:
        supervisor.bind(address)
        monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
        tell_supervisor("READY=0")
        monkeypatch.setenv("NOTIFY_SOCKET", address)
        tell_supervisor("READY=1")

        assert supervisor.recv(99) == b"READY=1"


def test_a_port_that_a_stranger_shares_is_not_taken_for_ours() -> None:
    with reserve(ServerSettings(port=0)) as stranger:
        port = stranger.getsockname()[1]

        with pytest.raises(PortTaken, match=str(port)), reserve(ServerSettings(port=port)):
            pass
