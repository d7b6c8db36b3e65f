"""Sums over orders, matters and guarantors, for statistics. Callers name tenders that are open."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from insurance_gateway.statistics import Issuing, median_seconds
from tendering.storage.connection import Connection


@dataclass(frozen=True, slots=True)
class Record:
    """How a guarantor has done, as far as tenders are open: what a bidder compares."""

    issued: int = 0
    issue_seconds: int | None = None
    claims: int = 0
    claims_paid: int = 0


async def issuing_of(connection: Connection, tender_ids: Sequence[UUID]) -> dict[UUID, Issuing]:
    """By tender, what guarantors did for it."""
    issued = await connection.fetch(
        """SELECT o.tender_id,
                  array_agg(extract(epoch FROM s.at - o.ordered_at)::double precision
                            ORDER BY o.id) AS seconds
           FROM insurance.orders o
           JOIN insurance.order_steps s ON s.order_id = o.id AND s.state = 'verified'
           WHERE o.tender_id = ANY($1) GROUP BY o.tender_id""",
        list(tender_ids),
    )
    claimed = await connection.fetch(
        """SELECT o.tender_id, count(*) AS claims, sum(m.amount_fen) AS claimed,
                  coalesce(sum(m.amount_fen) FILTER (WHERE m.state = 'agreed'), 0) AS paid
           FROM insurance.orders o
           JOIN insurance.matters m ON m.order_id = o.id AND m.kind = 'claim'
           WHERE o.tender_id = ANY($1) GROUP BY o.tender_id""",
        list(tender_ids),
    )
    by_tender = {
        row["tender_id"]: (row["claims"], int(row["claimed"]), int(row["paid"])) for row in claimed
    }
    seconds = {row["tender_id"]: tuple(row["seconds"]) for row in issued}
    return {
        tender_id: Issuing(seconds.get(tender_id, ()), *by_tender.get(tender_id, (0, 0, 0)))
        for tender_id in {*seconds, *by_tender}
    }


async def count_guarantors(connection: Connection) -> tuple[int, int]:
    """How many guarantors have applied, and how many of them are live."""
    row = await connection.fetchrow(
        "SELECT count(*) AS applied, count(live_since) AS live FROM insurance.guarantors"
    )
    assert row is not None
    return row["applied"], row["live"]


async def records(connection: Connection) -> dict[UUID, Record]:
    """By guarantor, what is known of orders whose tenders were disclosed to it.

    Of others nothing: a count that grows before an opening would tell that somebody bids.
    """
    rows = await connection.fetch(
        """WITH told AS (
               SELECT DISTINCT x.order_id FROM insurance.outbox x
               WHERE x.kind = 'disclosure' AND x.delivered_at IS NOT NULL)
           SELECT o.guarantor_id, count(DISTINCT o.id) AS issued,
                  array_agg(extract(epoch FROM s.at - o.ordered_at)::double precision) AS seconds,
                  count(m.id) AS claims,
                  count(m.id) FILTER (WHERE m.state = 'agreed') AS paid
           FROM insurance.orders o
           JOIN told t ON t.order_id = o.id
           JOIN insurance.order_steps s ON s.order_id = o.id AND s.state = 'verified'
           LEFT JOIN insurance.matters m ON m.order_id = o.id AND m.kind = 'claim'
           GROUP BY o.guarantor_id"""
    )
    return {
        row["guarantor_id"]: Record(
            row["issued"], median_seconds(row["seconds"]), row["claims"], row["paid"]
        )
        for row in rows
    }
