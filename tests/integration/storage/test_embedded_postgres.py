"""The embedded server: made once, private, and never left behind or in the way, however it ends."""

import os
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tendering.storage.connection import open_connection
from tendering.storage.embedded_postgres import (
    EmbeddedDatabase,
    EmbeddedPostgresFailed,
    FolderInUse,
    embedded_postgres,
    running_database,
)
from tests.support.postgres import ROOT

SECOND_START_SECONDS_MAX = 2.0  # 0.06 on a quiet machine; a new cluster takes ten times that


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the server's user can reach, which pytest's own folders are not for root."""
    with tempfile.TemporaryDirectory(prefix="kaibiao-test-") as parent:
        Path(parent).chmod(0o711)
        yield Path(parent) / "database"


async def test_what_was_written_is_there_after_a_restart(folder: Path) -> None:
    async with embedded_postgres(folder) as first, open_connection(first.owner_dsn) as connection:
        await connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")

    async with embedded_postgres(folder) as again, open_connection(again.owner_dsn) as connection:
        assert await connection.fetchval("SELECT answer FROM kept") == 42


async def test_a_second_start_is_fast(folder: Path) -> None:
    async with embedded_postgres(folder):
        pass

    begun = time.monotonic()
    async with embedded_postgres(folder):
        assert time.monotonic() - begun < SECOND_START_SECONDS_MAX


async def test_it_is_durable_checks_its_pages_and_has_no_tcp_port(folder: Path) -> None:
    async with embedded_postgres(folder) as running, open_connection(running.owner_dsn) as one:
        settings = [
            await one.fetchval("SELECT current_setting($1)", name)
            for name in ("fsync", "synchronous_commit", "data_checksums", "listen_addresses")
        ]

    assert settings == ["on", "on", "on", ""]


async def test_only_its_user_may_enter_and_passwords_are_asked_for(folder: Path) -> None:
    async with embedded_postgres(folder) as running:
        modes = [stat.S_IMODE((folder / name).stat().st_mode) for name in ("data", "run")]
        with pytest.raises(Exception, match="password authentication failed"):
            async with open_connection(running.owner_dsn.replace(":", ":not", 2)):
                pass

    assert modes == [0o700, 0o700]
    assert stat.S_IMODE((folder / "passwords").stat().st_mode) == 0o600


async def test_who_only_looks_finds_the_server_that_runs_and_makes_none(folder: Path) -> None:
    with pytest.raises(EmbeddedPostgresFailed, match="there is no database"):
        running_database(folder)
    assert list(folder.parent.iterdir()) == []

    async with embedded_postgres(folder, fast=True) as running:
        found = running_database(folder)
    with pytest.raises(EmbeddedPostgresFailed, match="no database server runs"):
        running_database(folder)

    assert found == (running.owner_dsn, running.app_dsn, running.audit_dsn)


async def test_a_second_platform_on_the_same_folder_is_refused(folder: Path) -> None:
    async with embedded_postgres(folder, fast=True):
        with pytest.raises(FolderInUse):
            async with embedded_postgres(folder, fast=True):
                pass


async def test_a_path_too_long_for_a_socket_works(folder: Path) -> None:
    long = folder.with_name("long-" * 40)

    async with embedded_postgres(long, fast=True) as running:
        assert await _answers(running)


async def test_a_killed_platform_takes_its_server_along(folder: Path) -> None:
    holder = _hold(folder)
    server = int((folder / "data/postmaster.pid").read_text().split()[0])

    holder.kill()
    holder.communicate()

    async with embedded_postgres(folder, fast=True) as running:
        assert not _is_alive(server)
        assert await _answers(running)


async def test_a_killed_server_ends_the_platform_and_recovers(folder: Path) -> None:
    holder = _hold(folder)
    server = int((folder / "data/postmaster.pid").read_text().split()[0])

    os.kill(server, signal.SIGKILL)
    _, sentence = holder.communicate(timeout=30)

    assert holder.returncode == 1
    assert "ended by itself" in sentence
    async with embedded_postgres(folder, fast=True) as running:
        assert await _answers(running)


async def test_a_stale_pid_file_that_names_a_stranger_is_no_obstacle(folder: Path) -> None:
    async with embedded_postgres(folder, fast=True):
        pass
    (folder / "data/postmaster.pid").write_text(f"{os.getpid()}\n{folder / 'data'}\n")

    async with embedded_postgres(folder, fast=True) as running:
        assert not running.ended.is_set()


async def test_a_cluster_of_another_version_is_refused_with_a_sentence(folder: Path) -> None:
    async with embedded_postgres(folder, fast=True):
        pass
    (folder / "data/PG_VERSION").write_text("9\n")

    with pytest.raises(EmbeddedPostgresFailed, match="was made by PostgreSQL 9"):
        async with embedded_postgres(folder, fast=True):
            pass


async def test_a_half_made_cluster_is_made_anew(folder: Path) -> None:
    (folder / "data.new").mkdir(parents=True)
    (folder / "data.new/PG_VERSION").write_text("18\n")

    async with embedded_postgres(folder, fast=True) as running:
        assert await _answers(running)


def _hold(folder: Path) -> subprocess.Popen[str]:
    """Start a process that serves the folder; return once it does."""
    holder = subprocess.Popen(
        [sys.executable, "-m", "tests.support.hold_postgres", str(folder)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline().startswith("postgresql://")
    return holder


async def _answers(running: EmbeddedDatabase) -> bool:
    async with open_connection(running.owner_dsn) as connection:
        return bool(await connection.fetchval("SELECT true"))


def _is_alive(process: int) -> bool:
    """Whether the process runs; one that only waits to be collected by init does not."""
    status = Path(f"/proc/{process}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"
