"""How the bids of opened tenders were secured: counts and sums of each tender, for statistics."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tendering.domain.bid_security import SecurityForm
from tendering.domain.duties import OPENED
from tendering.storage.connection import Connection

TENDERS_MAX = 20_000


@dataclass(frozen=True, slots=True)
class SecuredTender:
    """A tender whose bids are open. A bidder counts once for each lot in which its bid stood.

    `unsecured` are bidders with no security on record; `spared_fen` is what the tender documents
    asked of those who gave a guarantee in the place of cash.
    """

    tender_id: UUID
    number: str
    title: str
    deadline: datetime
    bidders: int
    by_insurance: int
    by_bank: int
    by_cash: int
    spared_fen: int


async def list_secured(
    connection: Connection, *, begin: datetime, end: datetime
) -> list[SecuredTender]:
    """Opened tenders with deadlines in [begin, end), by deadline. What is not open yet is not said.

    Only tenders with a lot that asks for a security are in it.
    """
    rows = await connection.fetch(
        """WITH opened AS (
               SELECT id, number, title, deadline FROM tendering.tenders
               WHERE status = ANY($1) AND deadline >= $2 AND deadline < $3
               ORDER BY deadline, id LIMIT $4),
           stood AS (
               SELECT DISTINCT ON (b.tender_id, b.lot, b.bidder_id)
                      b.tender_id, b.lot, b.bidder_id, b.status
               FROM tendering.bids b JOIN opened o ON o.id = b.tender_id
               ORDER BY b.tender_id, b.lot, b.bidder_id, b.counter DESC)
           SELECT o.id, o.number, o.title, o.deadline,
                  count(b.bidder_id) AS bidders,
                  count(*) FILTER (WHERE s.form = $5) AS by_insurance,
                  count(*) FILTER (WHERE s.form = $6) AS by_bank,
                  count(*) FILTER (WHERE s.form = $7) AS by_cash,
                  coalesce(sum(l.bid_security_fen) FILTER (WHERE s.form IN ($5, $6)), 0) AS spared
           FROM opened o
           JOIN tendering.lots l ON l.tender_id = o.id AND l.bid_security_fen > 0
           LEFT JOIN stood b ON b.tender_id = o.id AND b.lot = l.lot AND b.status <> 'withdrawn'
           LEFT JOIN tendering.bid_securities s
                  ON s.tender_id = o.id AND s.lot = l.lot AND s.bidder_id = b.bidder_id
           GROUP BY o.id, o.number, o.title, o.deadline ORDER BY o.deadline, o.id""",
        sorted(OPENED),
        begin,
        end,
        TENDERS_MAX,
        SecurityForm.GUARANTEE_INSURANCE,
        SecurityForm.BANK_GUARANTEE,
        SecurityForm.CASH,
    )
    return [
        SecuredTender(
            row["id"],
            row["number"],
            row["title"],
            row["deadline"],
            row["bidders"],
            row["by_insurance"],
            row["by_bank"],
            row["by_cash"],
            int(row["spared"]),
        )
        for row in rows
    ]
