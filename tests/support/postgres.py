"""A real PostgreSQL for tests: one cluster and one migrated template a run, one database a test.

The cluster is the one `TEST_DATABASE_URL` names (a superuser; the passwords of the platform's three
roles are changed there), else the embedded programs on a temporary folder, not durable but fast.
"""

import asyncio
import os
import secrets
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
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
    with tempfile.TemporaryDirectory(prefix="kaibiao-test-") as folder:
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


@asynccontextmanager
async def _borrowed(url: str) -> AsyncIterator[Database]:
    passwords = {role: secrets.token_urlsafe(24) for role in _ROLES}
    async with open_connection(url) as superuser:
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
