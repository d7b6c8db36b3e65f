"""What a database says of itself: version, settings, time, and what the role that asks may do."""

from datetime import datetime
from typing import Final

from tendering.storage.connection import Connection

SETTINGS: Final = (
    *("fsync", "full_page_writes", "synchronous_commit", "data_checksums"),
    *("TimeZone", "archive_mode"),
)
_NEEDED: Final = ("INSERT", "SELECT")


async def version(connection: Connection) -> int:
    """The server's version as a number: 180006 is 18.6."""
    return int(await connection.fetchval("SELECT current_setting('server_version_num')"))


async def shown_settings(connection: Connection) -> dict[str, str]:
    """SETTINGS, as they hold for this session: open it with none of its own."""
    rows = await connection.fetch(
        """
        SELECT name, setting
        FROM pg_settings
        WHERE name = ANY ($1::text[])
        ORDER BY name
        """,
        list(SETTINGS),
    )
    return {row["name"]: row["setting"] for row in rows}


async def copies_wal(connection: Connection) -> bool:
    """Does anybody receive the WAL as it is written: a backup, or a standby?"""
    copied: bool = await connection.fetchval(
        """
        SELECT EXISTS (SELECT FROM pg_replication_slots WHERE active AND slot_type = 'physical')
            OR EXISTS (SELECT FROM pg_stat_replication)
        """
    )
    return copied


async def server_time(connection: Connection) -> datetime:
    """The database's clock."""
    found = await connection.fetchval("SELECT clock_timestamp()")
    assert isinstance(found, datetime)
    return found


async def excess_rights(connection: Connection) -> list[str]:
    """What the role may do that would let it rewrite the journal, in a word each."""
    row = await connection.fetchrow(
        """
        SELECT rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls
        FROM pg_roles
        WHERE rolname = current_user
        """
    )
    assert row is not None
    return [name for name, has in row.items() if has] + [
        f"journal {right}"
        for right in ("UPDATE", "DELETE", "TRUNCATE", "TRIGGER")
        if await _may(connection, right)
    ]


async def lacking_rights(connection: Connection) -> list[str]:
    """What the role needs of the journal and may not do; nothing where there is no journal."""
    return [f"journal {right}" for right in _NEEDED if await _may(connection, right) is False]


async def _may(connection: Connection, right: str) -> bool | None:
    """None: there is no journal."""
    found = await connection.fetchval(
        """
        SELECT has_schema_privilege(pg_namespace.oid, 'USAGE')
            AND has_table_privilege(pg_class.oid, $1)
        FROM pg_class
        JOIN pg_namespace ON pg_namespace.oid = pg_class.relnamespace
        WHERE nspname = 'tendering' AND relname = 'journal'
        """,
        right,
    )
    return None if found is None else bool(found)
