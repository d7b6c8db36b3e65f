"""What a database holds, as one digest a table: to show that a refused request changed nothing."""

from typing import Final

from tendering.storage.connection import open_connection
from tests.support.postgres import Database

# Log and heartbeat go on by themselves; an attempt is counted whatever becomes of it.
_BY_THEMSELVES: Final = ("heartbeats", "log_%", "rate_limits")


async def contents(database: Database) -> dict[str, str]:
    """The number of rows and an MD5 over them, by table, of all schemas of the platform."""
    async with open_connection(database.owner_dsn) as connection:
        tables = await connection.fetch(
            """SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
               WHERE schemaname NOT IN ('pg_catalog', 'information_schema')
                 AND NOT tablename LIKE ANY ($1::text[])
               ORDER BY name""",
            list(_BY_THEMSELVES),
        )
        return {
            table["name"]: await connection.fetchval(
                f"""SELECT count(*) || ' ' || coalesce(md5(string_agg(row::text, E'\\n'
                           ORDER BY row::text)), '') FROM {table["name"]} AS row"""
            )
            for table in tables
        }
