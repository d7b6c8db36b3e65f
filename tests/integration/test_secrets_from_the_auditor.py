"""The database's auditor sees the same whether bids are in or not, as long as they are sealed."""

from typing import Final

from tendering.storage.connection import InsufficientPrivilege, open_connection
from tests.support.intake import Intake, intake
from tests.support.platform import platform

__all__ = ["intake", "platform"]

# They grow with time, and the same with bids and without: tests/integration/log.
_BY_THEMSELVES: Final = ("log_%", "rate_limits", "heartbeats")


async def seen_by_the_auditor(intake: Intake) -> dict[str, list[str]]:
    """Every row of every table and view, as far as the auditor may read its columns."""
    seen: dict[str, list[str]] = {}
    async with open_connection(intake.platform.database.audit_dsn) as auditor:
        columns = await auditor.fetch(
            """SELECT format('%I.%I', table_schema, table_name) AS name,
                      string_agg(quote_ident(column_name), ', ' ORDER BY column_name) AS columns
               FROM information_schema.column_privileges
               WHERE grantee = 'tendering_audit' AND privilege_type = 'SELECT'
                 AND NOT table_name LIKE ANY ($1::text[])
               GROUP BY name""",
            list(_BY_THEMSELVES),
        )
        for row in columns:
            rows = await auditor.fetch(f"SELECT {row['columns']} FROM {row['name']}")
            seen[row["name"]] = sorted(str(tuple(each)) for each in rows)
    return seen


async def test_the_auditor_sees_the_same_with_no_bid_and_with_twenty(intake: Intake) -> None:
    none = await seen_by_the_auditor(intake)
    for bidder in intake.bidders:
        await intake.submit(bidder)
    twenty = await seen_by_the_auditor(intake)

    assert "tendering.audited_journal" in none
    assert none == twenty


async def test_what_tells_real_leaves_from_padding_is_not_for_the_auditor(intake: Intake) -> None:
    refused = []
    async with open_connection(intake.platform.database.audit_dsn) as auditor:
        for table in ("log_blocks", "log_leaves", "log_pending", "receipts", "bids", "journal"):
            try:
                await auditor.fetch(f"SELECT * FROM tendering.{table}")
            except InsufficientPrivilege:
                refused.append(table)

    assert len(refused) == 6
