"""A platform whose disk is gone comes back from its backups, up to the last receipt it gave."""

import asyncio
import io
import json
import shutil
import sys
import tarfile
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest

from crypto.age_file import open_plain
from crypto.opening_keys import OpeningKey, generate_opening_key
from tendering.backup.manifest import BackupRefused
from tendering.backup.restoring import drill, restore
from tendering.domain.tender import Tender
from tendering.settings import load_settings
from tendering.storage.blobs import Blobs
from tendering.storage.connection import Connection, open_connection, open_pool
from tendering.storage.embedded_postgres import EmbeddedPostgresFailed, running_database
from tendering.storage.postgres_backup import check_base, remove_cluster
from tendering.storage.postgres_home import find_home
from tests.support import programs
from tests.support.killing import (
    UPLOAD_BYTES_MAX,
    Bidder,
    a_hall,
    a_line,
    hand_in,
    require_sound,
    require_what_is_owed,
)
from tests.support.platform import serving
from tests.support.postgres import Database
from tests.support.programs import Program

COPIED_SECONDS: Final = 30
ENTRIES: Final = "SELECT count(*) FROM tendering.journal"


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the database's user can reach, which pytest's own folders are not for root."""
    with tempfile.TemporaryDirectory(prefix="kaibiao-test-") as parent:
        Path(parent).chmod(0o711)
        yield Path(parent)


@pytest.mark.timeout(180)
async def test_a_lost_platform_comes_back_with_every_receipt_it_gave(folder: Path) -> None:
    keepers = generate_opening_key()
    config = configured(folder, "first", recipient=keepers.recipient)
    async with programs.running("server", "serve", "--config", config) as program:
        tender, bidders = await hall_of(folder / "first")
        await hand_in_one_each(program, tender, bidders)
        status, told = await operate("backup", config)
        assert (status, len(told.splitlines())) == (0, 1)
        async with owner(folder / "first") as connection:
            entries = await connection.fetchval(ENTRIES)
            between = await connection.fetchval(
                """SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC',
                                  'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
            )
        await hand_in_one_each(program, tender, bidders)
        await copied(folder / "first", folder / "backups")

        # Beside the platform that serves, as it was before the second bids.
        status, told = await operate("restore-drill", config, "--json", "--until", between)
        earlier = json.loads(told)
        assert (status, earlier["holds"], earlier["wrong"]) == (0, True, [])
        assert (earlier["entries"], earlier["reached"] <= between) == (entries, True)
        program.process.kill()
        await program.process.wait()
    await ended(folder / "first")
    remove_cluster(folder / "first" / "postgres")
    shutil.rmtree(folder / "first")

    again = configured(folder, "again", recipient=keepers.recipient)
    status, told = await operate("restore", again)
    assert (status, told.splitlines()[-1]) == (0, "全部成立 All of it holds")
    put_keys_back(folder, keepers)
    async with programs.running("server", "serve", "--config", again) as program:
        await require_what_is_owed(program.url, tender, bidders)
        dsn = running_database(folder / "again" / "postgres")[1]
        async with open_pool(dsn, size=2) as pool:
            await require_sound(pool, Blobs(folder / "again" / "blobs"), tender, bidders)

    await refused(again, folder / "backups")

    uploads = (each for one in bidders for handed in one.handed for each in handed.uploads.values())
    flip_a_byte(folder / "backups" / "blobs" / "sealed" / next(uploads))
    status, told = await operate("restore-drill", again)
    assert (status, told.splitlines()[-1]) == (1, "不成立 DOES NOT HOLD")
    assert "the bytes are not those of the digest" in told
    base = max((folder / "backups").glob("2*/base"))
    flip_a_byte(base / "global" / "pg_control")
    with pytest.raises(EmbeddedPostgresFailed, match="pg_control"):
        check_base(folder / "again" / "postgres", base)
    remove_cluster(folder / "again" / "postgres")


async def refused(config: Path, backups: Path) -> None:
    """Never over a platform that is there, and not to before the first backup."""
    settings = load_settings(config)
    with pytest.raises(BackupRefused, match="is not empty"):
        await restore(settings, backups, until=None, migrations=())
    before = datetime(2020, 1, 1, tzinfo=UTC)
    with pytest.raises(BackupRefused, match="no backup from before 2020"):
        await drill(settings, until=before, migrations=())
    assert await asyncio.to_thread(lambda: list(backups.glob("drill-*"))) == []


async def ended(home: Path) -> None:
    """Until the database, which the kernel stops after a killed platform, is gone."""
    async with asyncio.timeout(COPIED_SECONDS):
        while find_home(home / "postgres").data.joinpath("postmaster.pid").exists():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


def configured(folder: Path, name: str, *, recipient: str) -> Path:
    """A configuration of a platform in a folder of its own; the backups are the same for all."""
    config = folder / f"{name}.toml"
    config.write_text(
        f'[server]\nport = 0\n[platform]\nfolder = "{folder / name}"\n'
        f"upload_bytes_max = {UPLOAD_BYTES_MAX}\n"
        f'[backups]\nfolder = "{folder / "backups"}"\nmirror_seconds = 1\n'
        f'recipients = ["{recipient}"]\n'
    )
    return config


async def hall_of(home: Path) -> tuple[Tender, list[Bidder]]:
    """A tender that takes bids, made by a second process' worth of platform on the same data."""
    database = Database("kaibiao", *running_database(home / "postgres"))
    async with serving(database, home, upload_bytes_max=UPLOAD_BYTES_MAX) as platform:
        return await a_hall(platform)


async def hand_in_one_each(program: Program, tender: Tender, bidders: Sequence[Bidder]) -> None:
    for bidder in bidders:
        async with a_line(program.url, bidder) as line:
            handed = bidder.next(tender)
            handed.receipt = await hand_in(line, handed)


async def copied(home: Path, backups: Path) -> None:
    """Until what was written so far is in the folder of backups."""
    async with owner(home) as connection, asyncio.timeout(COPIED_SECONDS):
        written = await connection.fetchval("SELECT pg_current_wal_flush_lsn()")
        reached = "SELECT restart_lsn >= $1 FROM pg_replication_slots"
        while not await connection.fetchval(reached, written):  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.02)
        while stored(home / "blobs") - stored(backups / "blobs"):  # noqa: ASYNC110 - the same
            await asyncio.sleep(0.02)


def stored(blobs: Path) -> set[tuple[str, int]]:
    return {
        (file.name, file.stat().st_size) for file in blobs.glob("sealed/*") if "." not in file.name
    }


@asynccontextmanager
async def owner(home: Path) -> AsyncIterator[Connection]:
    async with open_connection(running_database(home / "postgres")[0]) as connection:
        yield connection


async def operate(command: str, config: Path, *flags: str) -> tuple[int, str]:
    """Run a command of the operator; its status and all that it said."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "server", command, "--config", str(config), *flags),
        cwd=programs.ROOT,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    told, _ = await process.communicate()
    return process.returncode or 0, told.decode()


def put_keys_back(folder: Path, keepers: OpeningKey) -> None:
    """What the guide says: open the newest sealed keys, and unpack them into the new folder."""
    sealed = max((folder / "backups").glob("2*/keys.tar.age"))
    plain: Any = io.BytesIO()
    open_plain(sealed, plain, [keepers])
    plain.seek(0)
    with tarfile.open(fileobj=plain) as archive:
        archive.extractall(folder / "again", filter="data")


def flip_a_byte(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
