"""SQL of `rooms.rooms` and the whole of a room: load it, save what an action changed.

A room is small (some hundred votes and marks), so an action loads it whole under the tender's
lock, lets the rules decide, and saves the difference.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec

from evaluation_rooms.events import ReportDrafted
from evaluation_rooms.phases import Phase
from evaluation_rooms.room import Change, Election, Results, Room
from evaluation_rooms.storage import answers, bids, matters, price_matters, scores, seats, votes
from evaluation_rooms.terms import Terms
from tendering.domain.refusals import NotFound
from tendering.domain.refusals.rooms import RoomExists
from tendering.storage.connection import Connection, Record, UniqueViolation, constraint_name


async def find_tender(connection: Connection, room_id: UUID) -> UUID | None:
    """The tender that a room belongs to; None when there is no such room."""
    tender_id: UUID | None = await connection.fetchval(
        "SELECT tender_id FROM rooms.rooms WHERE id = $1", room_id
    )
    return tender_id


async def tender_of(connection: Connection, room_id: UUID) -> UUID:
    """The tender that a room belongs to. Raises NotFound."""
    tender_id = await find_tender(connection, room_id)
    if tender_id is None:
        raise NotFound
    return tender_id


async def list_of_tender(connection: Connection, tender_id: UUID) -> list[tuple[UUID, str, Phase]]:
    """The rooms of a tender: id, lot, phase, by lot."""
    rows = await connection.fetch(
        """SELECT id, lot, phase FROM rooms.rooms WHERE tender_id = $1
           ORDER BY lot, number""",
        tender_id,
    )
    return [(row["id"], row["lot"], Phase(row["phase"])) for row in rows]


async def of_lot(connection: Connection, tender_id: UUID, lot: str, *, voided: int = 0) -> UUID:
    """The room of a lot, of so many void evaluations before it. Raises NotFound."""
    room_id = await connection.fetchval(
        "SELECT id FROM rooms.rooms WHERE tender_id = $1 AND lot = $2 AND number = $3",
        tender_id,
        lot,
        voided + 1,
    )
    if room_id is None:
        raise NotFound("this lot has no evaluation room", lot=lot)
    assert isinstance(room_id, UUID)
    return room_id


@dataclass(frozen=True, slots=True)
class DueEdition:
    """A bid of a blind room that has no anonymous edition yet."""

    tender_id: UUID
    room_id: UUID
    bid: int


async def list_due_editions(connection: Connection, *, limit: int) -> list[DueEdition]:
    """Bids of blind rooms before their review whose editions are to be made."""
    rows = await connection.fetch(
        """SELECT r.tender_id, r.id, b.number FROM rooms.rooms r
           JOIN rooms.bids b ON b.tender_id = r.tender_id AND b.room_id = r.id
           WHERE r.phase IN ('preparation', 'chair') AND r.terms @> '{"editions":true}'
             AND NOT EXISTS (
                 SELECT FROM rooms.matters m
                 WHERE m.tender_id = r.tender_id AND m.room_id = r.id AND m.kind = 'edition'
                   AND m.number = b.number)
           ORDER BY r.tender_id, r.id, b.number LIMIT $1""",
        limit,
    )
    return [DueEdition(row["tender_id"], row["id"], row["number"]) for row in rows]


async def load(connection: Connection, tender_id: UUID, room_id: UUID) -> Room:
    """The whole room. Raises NotFound. Call it under the tender's lock to decide upon it."""
    row = await connection.fetchrow(
        """SELECT lot, phase, terms, numbering_seed, chair, election_round, election_candidates,
                  revealed, named, priced, corrected, price, totals, report
           FROM rooms.rooms WHERE tender_id = $1 AND id = $2""",
        tender_id,
        room_id,
    )
    if row is None:
        raise NotFound
    named_bids, rejected, unopened = await bids.list_of_room(connection, tender_id, room_id)
    chair_votes, review_votes = await votes.list_of_room(connection, tender_id, room_id)
    confirmed, confirmations = await answers.list_of_room(connection, tender_id, room_id)
    price_answers, explanations = await price_matters.list_of_room(connection, tender_id, room_id)
    matter = await matters.list_of_room(connection, tender_id, room_id)
    findings, finding_answers = await answers.list_findings(connection, tender_id, room_id)
    return Room(
        id=room_id,
        tender_id=tender_id,
        lot=row["lot"],
        phase=Phase(row["phase"]),
        terms=msgspec.json.decode(row["terms"], type=Terms),
        numbering_seed=row["numbering_seed"],
        seats=await seats.list_of_room(connection, tender_id, room_id),
        bids=named_bids,
        objective=await scores.list_objective(connection, tender_id, room_id),
        chair=row["chair"],
        election=Election(row["election_round"], tuple(row["election_candidates"]), chair_votes),
        votes=review_votes,
        rejected=rejected,
        marks=await scores.list_of_room(connection, tender_id, room_id),
        revealed=row["revealed"],
        named=row["named"],
        confirmed=confirmed,
        price_answers=price_answers,
        explanations=explanations,
        results=Results(
            price=_object(row, "price"),
            totals=_object(row, "totals"),
            findings=findings,
            answers=finding_answers,
            corrected=row["corrected"],
            report=_report(row),
            confirmations=confirmations,
            refusals=matter["refusal"],
        ),
        priced=row["priced"],
        unopened=unopened,
        motions=matter["motion"],
        enquiries=matter["enquiry"],
        pauses=matter["pause"],
        step_back=matter["step_back"].get(1),
        cameras=matter["camera"],
        gaps=matter["gap"],
        editions=matter["edition"],
        leak_decisions=matter["leak"],
        time_requests=matter["time"],
        pages=matter["page"],
    )


def _report(row: Record) -> ReportDrafted | None:
    if row["report"] is None:
        return None
    return msgspec.json.decode(row["report"], type=ReportDrafted)


async def insert(connection: Connection, room: Room, *, voided: int = 0) -> None:
    """A new room with its seats, bids and objective marks. Raises RoomExists.

    `voided`: how many evaluations of the lot are void.
    """
    try:
        await connection.execute(
            """INSERT INTO rooms.rooms (tender_id, id, lot, phase, terms, numbering_seed, chair,
                   election_round, election_candidates, revealed, named, priced, corrected,
                   number)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)""",
            room.tender_id,
            room.id,
            room.lot,
            room.phase,
            msgspec.json.encode(room.terms).decode(),
            room.numbering_seed,
            room.chair,
            room.election.round,
            list(room.election.candidates),
            room.revealed,
            room.named,
            room.priced,
            room.results.corrected,
            voided + 1,
        )
    except UniqueViolation as error:
        if constraint_name(error) == "rooms_one_a_lot":
            raise RoomExists(lot=room.lot) from error
        raise
    await seats.save(connection, room, room.seats)
    await bids.save(connection, room, room.bids)
    await scores.save_objective(connection, room, room.objective.values())


async def save(connection: Connection, changes: Sequence[Change]) -> None:
    """Write what differs between two states of each room; marks, the most, in one statement."""
    await scores.save(connection, changes)
    for one in changes:
        await _save(connection, one.before, one.after)


async def _save(connection: Connection, before: Room, after: Room) -> None:
    await _save_row(connection, before, after)
    await seats.save(connection, after, [one for one in after.seats if one not in before.seats])
    changed_bids = [
        bid
        for bid in after.bids
        if bid not in before.bids
        or (bid.number in after.rejected) != (bid.number in before.rejected)
        or (bid.number in after.unopened) != (bid.number in before.unopened)
    ]
    await bids.save(connection, after, changed_bids)
    await scores.save_objective(
        connection,
        after,
        [mark for key, mark in after.objective.items() if before.objective.get(key) != mark],
    )
    await votes.save(connection, before, after)
    await answers.save(connection, before, after)
    await price_matters.save(connection, before, after)
    await matters.save(connection, before, after)


async def _save_row(connection: Connection, before: Room, after: Room) -> None:
    if _row_of(before) == _row_of(after):
        return
    results = after.results
    await connection.execute(
        """UPDATE rooms.rooms
           SET phase = $3, chair = $4, election_round = $5, election_candidates = $6,
               revealed = $7, named = $8, corrected = $9, price = $10, totals = $11, report = $12,
               priced = $13
           WHERE tender_id = $1 AND id = $2""",
        after.tender_id,
        after.id,
        after.phase,
        after.chair,
        after.election.round,
        list(after.election.candidates),
        after.revealed,
        after.named,
        results.corrected,
        None if results.price is None else msgspec.json.encode(results.price).decode(),
        None if results.totals is None else msgspec.json.encode(results.totals).decode(),
        None if results.report is None else msgspec.json.encode(results.report).decode(),
        after.priced,
    )


def _row_of(room: Room) -> tuple[object, ...]:
    election, results = room.election, room.results
    return (
        (room.phase, room.chair, election.round, election.candidates, room.revealed, room.named),
        (room.priced,),
        (results.corrected, results.price, results.totals, results.report),
    )


def _object(row: Record, column: str) -> dict[str, object] | None:
    text = row[column]
    if text is None:
        return None
    value: dict[str, object] = msgspec.json.decode(text, type=dict[str, object])
    return value
