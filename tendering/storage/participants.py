"""SQL of `tendering.participants`: who was invited or admitted; in custody until the opening."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from tendering.domain.participants import Answer, Participant
from tendering.storage.connection import Connection


async def of_all(
    connection: Connection, places: Sequence[tuple[UUID, str, UUID]]
) -> set[tuple[UUID, str, UUID]]:
    """The places (tender, lot, bidder) of those who may take part. One statement."""
    rows = await connection.fetch(
        """SELECT p.tender_id, p.lot, p.organization_id
           FROM unnest($1::uuid[], $2::text[], $3::uuid[]) AS a (tender_id, lot, organization_id)
           JOIN tendering.participants p USING (tender_id, lot, organization_id)
           WHERE p.answer <> 'declined' ORDER BY 1, 2, 3""",
        [tender_id for tender_id, _, _ in places],
        [lot for _, lot, _ in places],
        [bidder_id for _, _, bidder_id in places],
    )
    return {(row["tender_id"], row["lot"], row["organization_id"]) for row in rows}


async def add_all(
    connection: Connection, tender_id: UUID, found: Sequence[Participant], *, at: datetime
) -> None:
    """Put participants on the list; whoever stands on it already stays as it is."""
    await connection.executemany(
        """INSERT INTO tendering.participants (tender_id, lot, organization_id, answer, added_at)
           VALUES ($1, $2, $3, $4, $5) ON CONFLICT (tender_id, lot, organization_id) DO NOTHING""",
        [(tender_id, one.lot, one.organization_id, one.answer, at) for one in found],
    )


async def place_of(
    connection: Connection, tender_id: UUID, lot: str, organization_id: UUID
) -> Participant | None:
    """An organization's place in a lot."""
    row = await connection.fetchrow(
        """SELECT answer FROM tendering.participants
           WHERE tender_id = $1 AND lot = $2 AND organization_id = $3""",
        tender_id,
        lot,
        organization_id,
    )
    return None if row is None else Participant(lot, organization_id, Answer(row["answer"]))


async def list_of_tender(connection: Connection, tender_id: UUID) -> list[Participant]:
    """The whole list, by lot and name. For the parties who run the tender."""
    rows = await connection.fetch(
        """SELECT p.lot, p.organization_id, o.name, p.answer
           FROM tendering.participants p JOIN tendering.organizations o ON o.id = p.organization_id
           WHERE p.tender_id = $1 ORDER BY p.lot, o.name, p.organization_id""",
        tender_id,
    )
    return [
        Participant(row["lot"], row["organization_id"], Answer(row["answer"]), row["name"])
        for row in rows
    ]


async def list_own(
    connection: Connection, organization_id: UUID
) -> list[tuple[UUID, str, str, datetime, Participant]]:
    """Where an organization takes part: tender, its number and title, deadline, and its place."""
    rows = await connection.fetch(
        """SELECT t.id, t.number, t.title, t.deadline, p.lot, p.organization_id, p.answer
           FROM tendering.participants p JOIN tendering.tenders t ON t.id = p.tender_id
           WHERE p.organization_id = $1 AND t.status <> 'draft'
           ORDER BY t.published_at DESC, t.id, p.lot LIMIT 500""",
        organization_id,
    )
    return [
        (
            row["id"],
            row["number"],
            row["title"],
            row["deadline"],
            Participant(row["lot"], row["organization_id"], Answer(row["answer"])),
        )
        for row in rows
    ]


async def answer(
    connection: Connection,
    tender_id: UUID,
    participant: Participant,
    *,
    at: datetime,
) -> None:
    """Write a participant's answer to its invitation."""
    await connection.execute(
        """UPDATE tendering.participants SET answer = $4, answered_at = $5
           WHERE tender_id = $1 AND lot = $2 AND organization_id = $3""",
        tender_id,
        participant.lot,
        participant.organization_id,
        participant.answer,
        at,
    )
