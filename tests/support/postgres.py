"""A real PostgreSQL for tests: one cluster and one migrated template a process, a database a test.

The cluster is the one `TEST_DATABASE_URL` names (a superuser; the passwords of the platform's three
roles are changed there), else the embedded programs on a temporary folder, not durable but fast: in
memory where there is room for it, for on a disk copying the template costs ten times as much.
"""

import asyncio
import os
import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from tendering.storage.connection import Connection, open_connection
from tendering.storage.embedded_postgres import embedded_postgres
from tendering.storage.migrations import migrate

ROOT: Final = Path(__file__).resolve().parents[2]
_PACKAGES: Final = (
    ("tendering", ROOT / "tendering/storage/migrations"),
    ("rooms", ROOT / "evaluation_rooms/storage/migrations"),
    ("insurance", ROOT / "insurance_gateway/storage/migrations"),
)
MIGRATION_FOLDERS: Final = tuple(pair for pair in _PACKAGES if any(pair[1].glob("*.sql")))
_PREFIX: Final = "kaibiao-test-"
_MEMORY: Final = Path("/dev/shm")
_MEMORY_BYTES_MIN: Final = 2 << 30
_ROLES: Final = ("tendering_owner", "tendering_app", "tendering_audit")


@dataclass(frozen=True, slots=True)
class Database:
    """One database, empty or migrated, with a connection string for each role."""

    name: str
    owner_dsn: str = field(repr=False)
    app_dsn: str = field(repr=False)
    audit_dsn: str = field(repr=False)

    def renamed(self, name: str) -> "Database":
        """Give the same cluster's other database `name`."""
        return Database(
            name,
            _with_database(self.owner_dsn, name),
            _with_database(self.app_dsn, name),
            _with_database(self.audit_dsn, name),
        )


@dataclass(frozen=True, slots=True)
class Cluster:
    """A server and its migrated template; the owner's connection makes and drops databases."""

    template: Database

    @asynccontextmanager
    async def migrated(self) -> AsyncIterator[Database]:
        """Give a database with all migrations, dropped afterwards."""
        async with self._copy_of(self.template.name) as database:
            yield database

    @asynccontextmanager
    async def empty(self) -> AsyncIterator[Database]:
        """Give a database without any migration, dropped afterwards."""
        async with self._copy_of("template0") as database:
            yield database

    @asynccontextmanager
    async def _copy_of(self, template: str) -> AsyncIterator[Database]:
        name = f"test_{secrets.token_hex(8)}"
        async with open_connection(_with_database(self.template.owner_dsn, "postgres")) as owner:
            await owner.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
            try:
                yield self.template.renamed(name)
            finally:
                await owner.execute(f"DROP DATABASE {name} WITH (FORCE)")


@asynccontextmanager
async def cluster() -> AsyncIterator[Cluster]:
    """Run (or borrow) the cluster of this test run, with its template migrated."""
    url = os.environ.get("TEST_DATABASE_URL")
    async with _borrowed(url) if url else _embedded() as database:
        name = f"template_{secrets.token_hex(8)}"
        async with open_connection(database.owner_dsn) as owner:
            await owner.execute(f"CREATE DATABASE {name} TEMPLATE template0")
            try:
                template = database.renamed(name)
                async with open_connection(template.owner_dsn) as connection:
                    await migrate(connection, MIGRATION_FOLDERS)
                yield Cluster(template)
            finally:
                await owner.execute(f"DROP DATABASE {name} WITH (FORCE)")


@asynccontextmanager
async def _embedded() -> AsyncIterator[Database]:
    parent = _fast_folder()
    _sweep(parent)
    with tempfile.TemporaryDirectory(prefix=f"{_PREFIX}{os.getpid()}-", dir=parent) as folder:
        # The system user that serves for root must reach the cluster inside.
        await asyncio.to_thread(Path(folder).chmod, 0o711)
        async with embedded_postgres(Path(folder) / "database", fast=True) as running:
            yield Database(
                "postgres",
                *(
                    _with_database(dsn, "postgres")
                    for dsn in (running.owner_dsn, running.app_dsn, running.audit_dsn)
                ),
            )


def _fast_folder() -> Path:
    """Where clusters of tests live: in memory if there is room, unless TMPDIR says otherwise."""
    usable = "TMPDIR" not in os.environ and _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK)
    if usable and shutil.disk_usage(_MEMORY).free >= _MEMORY_BYTES_MIN:
        return _MEMORY
    return Path(tempfile.gettempdir())


def _sweep(parent: Path) -> None:
    """Remove what runs that were killed have left: memory is dear."""
    for folder in parent.glob(f"{_PREFIX}*-*"):
        process = folder.name.removeprefix(_PREFIX).partition("-")[0]
        if process.isdecimal() and not Path("/proc", process).exists():
            shutil.rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def _borrowed(url: str) -> AsyncIterator[Database]:
    passwords = {role: _password(role) for role in _ROLES}
    async with open_connection(url) as superuser, superuser.transaction():
        # The processes of one run do this at the same time, to the same roles.
        await superuser.execute("SELECT pg_advisory_xact_lock(20261123)")
        for role, password in passwords.items():
            await _set_password(superuser, role, password)
        await superuser.execute(
            "ALTER ROLE tendering_owner CREATEDB CREATEROLE;"
            "GRANT pg_signal_backend TO tendering_owner"
        )
    yield Database(
        "postgres",
        *(
            _with_user(_with_database(url, "postgres"), role, password)
            for role, password in passwords.items()
        ),
    )


def _password(role: str) -> str:
    """Something new each run, the same in all its processes."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or secrets.token_hex(16)
    return sha256(f"{run} {role}".encode()).hexdigest()


async def _set_password(superuser: Connection, role: str, password: str) -> None:
    exists = await superuser.fetchval("SELECT true FROM pg_roles WHERE rolname = $1", role)
    verb = "ALTER" if exists else "CREATE"
    await superuser.execute(f"{verb} ROLE {role} LOGIN PASSWORD '{password}'")


def _with_database(dsn: str, name: str) -> str:
    return urlunsplit(urlsplit(dsn)._replace(path=f"/{name}"))


def _with_user(dsn: str, user: str, password: str) -> str:
    parts = urlsplit(dsn)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{user}:{password}@{host}"))
