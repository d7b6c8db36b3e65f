"""The primary is killed while bidders hand in; a promoted replica has all that was acknowledged."""

import asyncio
import os
import signal
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest

from tendering.domain.tender import Tender
from tendering.storage.blobs import Blobs
from tendering.storage.connection import OUTAGES, open_connection, open_pool
from tendering.storage.embedded_postgres import embedded_postgres
from tendering.storage.migrations import migrate
from tendering.storage.postgres_home import Home, find_home
from tendering.storage.postgres_programs import launching, run_program
from tests.support.killing import (
    UPLOAD_BYTES_MAX,
    Away,
    Bidder,
    Moment,
    a_hall,
    a_line,
    hand_in,
    require_sound,
    require_what_is_owed,
)
from tests.support.platform import serving
from tests.support.postgres import MIGRATION_FOLDERS, ROOT, Database

SECONDS = 110
LOOK_SECONDS = 0.05
BEFORE, AFTER = 3, 2
SCRIPT = ROOT / "docs" / "operating" / "failover.sh"
IN_FORCE = """SELECT current_setting('synchronous_standby_names') <> ''
              AND (SELECT count(*) FROM pg_stat_replication) = 1"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the database's user can reach, which pytest's own folders are not for root."""
    with tempfile.TemporaryDirectory(prefix="kaibiao-test-") as parent:
        Path(parent).chmod(0o711)
        yield Path(parent)


@dataclass(frozen=True, slots=True)
class Pair:
    """A primary and its synchronous replica; `database` names both, and the one that can write."""

    database: Database
    primary: Home
    replica: Path
    replica_dsn: str

    def kill_primary(self) -> None:
        """As if its machine had lost its power."""
        pid_file = self.primary.data / "postmaster.pid"
        os.kill(int(pid_file.read_text().split("\n")[0]), signal.SIGKILL)

    async def promote(self, *fence: str) -> str:
        """What the operator's script says."""
        process = await asyncio.create_subprocess_exec(
            *("sh", "-s", "--", str(self.replica), *fence),
            cwd="/",
            env={"PATH": f"{self.primary.programs}:{os.environ['PATH']}"},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            user=self.primary.user,
            group=self.primary.group,
        )
        told, _ = await process.communicate(await asyncio.to_thread(SCRIPT.read_bytes))
        return told.decode()


@asynccontextmanager
async def a_pair(folder: Path) -> AsyncIterator[Pair]:
    """A primary that commits when its replica has it; both end with the block."""
    async with embedded_postgres(folder / "primary") as running:
        home = find_home(folder / "primary")
        owner, app = urlsplit(running.owner_dsn), urlsplit(running.app_dsn)
        (sockets,) = parse_qs(app.query)["host"]
        replica = folder / "replica"
        for place in (replica, folder / "sockets"):
            home.make_folder(place)
        source = f"host={sockets} user={owner.username} password={owner.password}"
        copying = ["pg_basebackup", f"--dbname={source}", f"--pgdata={replica}"]
        await asyncio.to_thread(
            run_program, home, [*copying, "--write-recovery-conf", "--checkpoint=fast"]
        )
        command = ["postgres", "-D", str(replica), "--listen_addresses="]
        command += [f"--unix_socket_directories={folder / 'sockets'}"]
        process = await asyncio.create_subprocess_exec(
            *launching(home, command), stdin=asyncio.subprocess.DEVNULL, start_new_session=True
        )
        try:
            # After the copy: a promoted replica must not wait for a replica of its own.
            await _replicate_synchronously(home, running.owner_dsn)
            both = f"host={sockets},{folder / 'sockets'}&target_session_attrs=read-write"
            both_owner, both_app = (one._replace(query=both).geturl() for one in (owner, app))
            database = Database("kaibiao", both_owner, both_app, running.audit_dsn)
            yield Pair(database, home, replica, both_app.replace(f"{sockets},", ""))
        finally:
            process.send_signal(signal.SIGINT)
            await process.wait()


async def _replicate_synchronously(home: Home, owner_dsn: str) -> None:
    with (home.data / "postgresql.auto.conf").open("a", encoding="ascii") as file:
        file.write("synchronous_standby_names = 'FIRST 1 (*)'\n")
    os.kill(int((home.data / "postmaster.pid").read_text().split("\n")[0]), signal.SIGHUP)
    async with open_connection(owner_dsn) as connection:
        while not await connection.fetchval(IN_FORCE):  # noqa: ASYNC110 - the server reloads
            await asyncio.sleep(LOOK_SECONDS)


async def hand_in_until_taken(url: str, tender: Tender, bidder: Bidder, moment: Moment) -> None:
    """One bid after the other; what is not taken is sent again until it is."""
    async with a_line(url, bidder) as line:
        while True:
            handed = bidder.next(tender)
            try:
                handed.receipt = await hand_in(line, handed)
            except (Away, aiohttp.ClientError):
                await asyncio.sleep(LOOK_SECONDS)
            else:
                moment.receipt_given()


async def _load(
    url: str,
    tender: Tender,
    bidders: Sequence[Bidder],
    moment: Moment,
    then: Callable[[], None] = lambda: None,
) -> None:
    """Let all hand in until the moment has come; then something happens, and they stop."""
    async with asyncio.TaskGroup() as group:
        load = [group.create_task(hand_in_until_taken(url, tender, one, moment)) for one in bidders]
        await moment.come.wait()
        then()
        for task in load:
            task.cancel()


@pytest.mark.timeout(SECONDS + 10)
async def test_a_promoted_replica_has_all_that_was_acknowledged(folder: Path) -> None:
    before, after = Moment(BEFORE), Moment(AFTER)
    async with asyncio.timeout(SECONDS), a_pair(folder) as pair:
        async with open_connection(pair.database.owner_dsn) as owner:
            await migrate(owner, MIGRATION_FOLDERS)
        async with serving(pair.database, folder, upload_bytes_max=UPLOAD_BYTES_MAX) as platform:
            tender, (large, small, *_) = await a_hall(platform)
            bidders, url = (large, small), platform.running.address
            await _load(url, tender, bidders, before, pair.kill_primary)
            owed = [(one, handed.receipt) for one in bidders for handed in one.handed]
            # Where only replicas answer, nobody can write: an outage, which ends no loop.
            with pytest.raises(OUTAGES):
                await open_connection(pair.replica_dsn).__aenter__()
            async with open_connection(pair.replica_dsn.partition("&")[0]) as reader:
                with pytest.raises(OUTAGES):
                    await reader.execute("DELETE FROM tendering.rate_limits")
            refused = await pair.promote("false")
            told = await pair.promote("true")
            await _load(url, tender, bidders, after)
            await require_what_is_owed(url, tender, bidders)
            ended = platform.running.ended.is_set()
        async with open_pool(pair.database.app_dsn, size=2) as pool:
            await require_sound(pool, Blobs(folder / "blobs"), tender, bidders)

    assert "nothing is promoted" in refused
    assert told.startswith("promoted after")
    assert any(receipt for _, receipt in owed)
    assert not ended
