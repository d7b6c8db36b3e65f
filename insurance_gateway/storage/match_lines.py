"""SQL of `insurance.match_lines`: lines of issued lists and payment files, by their day."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import msgspec

from insurance_gateway.three_way import Issue, Payment
from tendering.storage.connection import Connection


async def replace_day(
    connection: Connection,
    guarantor_id: UUID,
    day: date,
    issued: Sequence[Issue],
    payments: Sequence[Payment],
) -> None:
    """Keep the lines of a day, in place of those that were handed in for it before."""
    await connection.execute(
        "DELETE FROM insurance.match_lines WHERE guarantor_id = $1 AND day = $2",
        guarantor_id,
        day,
    )
    lines: list[tuple[str, Sequence[Issue | Payment]]] = [
        ("issued", issued),
        ("payments", payments),
    ]
    await connection.executemany(
        """INSERT INTO insurance.match_lines (guarantor_id, day, number, source, order_id, body)
           VALUES ($1, $2, $3, $4, $5, $6)""",
        [
            (guarantor_id, day, number, source, one.order_id, msgspec.json.encode(one).decode())
            for source, found in lines
            for number, one in enumerate(found)
        ],
    )


async def list_of_orders(
    connection: Connection, guarantor_id: UUID, order_ids: Sequence[UUID], *, until: date
) -> tuple[list[Issue], list[Payment]]:
    """All lines about some orders, of days up to `until`."""
    rows = await connection.fetch(
        """SELECT source, body FROM insurance.match_lines
           WHERE guarantor_id = $1 AND order_id = ANY($2) AND day <= $3
           ORDER BY day, source, number LIMIT 100000""",
        guarantor_id,
        list(order_ids),
        until,
    )
    issued = [
        msgspec.json.decode(row["body"], type=Issue) for row in rows if row["source"] == "issued"
    ]
    payments = [
        msgspec.json.decode(row["body"], type=Payment)
        for row in rows
        if row["source"] == "payments"
    ]
    return issued, payments
