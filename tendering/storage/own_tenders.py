"""SQL of "my tenders": in which tenders an organization has a part, and what a bidder has done."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tendering.storage.connection import Connection


@dataclass(frozen=True, slots=True)
class OwnTender:
    """A tender of one's own. `unconfirmed` counts clarifications that a bidder has to confirm."""

    tender_id: UUID
    number: str
    title: str
    status: str
    deadline: datetime
    unconfirmed: int = 0


async def list_run(connection: Connection, organization_id: UUID, *, limit: int) -> list[OwnTender]:
    """The tenders that an organization runs or supervises, drafts too; the last deadline first."""
    # Each part by the index that has it in order: a supervisor has a part in nearly all there are.
    rows = await connection.fetch(
        """WITH own AS (
             (SELECT id FROM tendering.tenders WHERE procuring_entity_id = $1
              ORDER BY deadline DESC, id LIMIT $2)
             UNION (SELECT id FROM tendering.tenders WHERE agency_id = $1
                    ORDER BY deadline DESC, id LIMIT $2)
             UNION (SELECT id FROM tendering.tenders WHERE supervisor_id = $1
                    ORDER BY deadline DESC, id LIMIT $2))
           SELECT t.id, t.number, t.title, t.status, t.deadline
           FROM own JOIN tendering.tenders t USING (id)
           ORDER BY t.deadline DESC, t.id LIMIT $2""",
        organization_id,
        limit,
    )
    return [OwnTender(*row) for row in rows]


async def list_bid_for(
    connection: Connection, organization_id: UUID, *, limit: int
) -> list[OwnTender]:
    """Where an organization has the documents, a bid or an invitation; the latest deadline first.

    As secret as the bids themselves: for this organization alone.
    """
    rows = await connection.fetch(
        """SELECT t.id, t.number, t.title, t.status, t.deadline,
                  (SELECT count(*) FROM tendering.clarifications c
                   JOIN tendering.downloads d USING (tender_id)
                   LEFT JOIN tendering.clarification_receipts r
                          ON r.tender_id = c.tender_id AND r.number = c.number
                         AND r.organization_id = $1
                   WHERE c.tender_id = t.id AND d.organization_id = $1 AND r.number IS NULL)
           FROM tendering.tenders t
           WHERE t.status <> 'draft'
             AND t.id IN (SELECT tender_id FROM tendering.downloads WHERE organization_id = $1
                          UNION SELECT tender_id FROM tendering.bids WHERE bidder_id = $1
                          UNION SELECT tender_id FROM tendering.participants
                                WHERE organization_id = $1)
           ORDER BY t.deadline DESC, t.id LIMIT $2""",
        organization_id,
        limit,
    )
    return [OwnTender(*row) for row in rows]


async def participation(
    connection: Connection, tender_id: UUID, organization_id: UUID
) -> tuple[datetime | None, list[int]]:
    """Since when an organization has the documents, and which clarifications it has confirmed."""
    row = await connection.fetchrow(
        """SELECT (SELECT d.at FROM tendering.downloads d
                   WHERE d.tender_id = $1 AND d.organization_id = $2) AS documents_at,
                  ARRAY(SELECT r.number FROM tendering.clarification_receipts r
                        WHERE r.tender_id = $1 AND r.organization_id = $2
                        ORDER BY r.number) AS confirmed""",
        tender_id,
        organization_id,
    )
    assert row is not None
    return row["documents_at"], list(row["confirmed"])
