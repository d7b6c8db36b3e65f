"""SQL of `rooms.answers` and `rooms.findings`: what members answered, and to what."""

from collections.abc import Mapping
from uuid import UUID

import msgspec

from evaluation_rooms.events import (
    Finding,
    FindingAnswered,
    ObjectiveConfirmed,
    ReportConfirmed,
)
from evaluation_rooms.room import Room
from tendering.storage.connection import Connection


async def list_of_room(
    connection: Connection, tender_id: UUID, room_id: UUID
) -> tuple[dict[int, ObjectiveConfirmed], dict[int, ReportConfirmed]]:
    """Answers to the objective marks and to the report, by seat."""
    rows = await connection.fetch(
        """SELECT subject, seat, body FROM rooms.answers
           WHERE tender_id = $1 AND room_id = $2 ORDER BY subject, seat""",
        tender_id,
        room_id,
    )
    objective = {
        row["seat"]: msgspec.json.decode(row["body"], type=ObjectiveConfirmed)
        for row in rows
        if row["subject"] == "objective"
    }
    report = {
        row["seat"]: msgspec.json.decode(row["body"], type=ReportConfirmed)
        for row in rows
        if row["subject"] == "report"
    }
    return objective, report


async def list_findings(
    connection: Connection, tender_id: UUID, room_id: UUID
) -> tuple[tuple[Finding, ...], dict[int, FindingAnswered]]:
    """The findings of the last checks, and the answers to them by number."""
    rows = await connection.fetch(
        """SELECT number, body, answer FROM rooms.findings
           WHERE tender_id = $1 AND room_id = $2 ORDER BY number""",
        tender_id,
        room_id,
    )
    findings = tuple(msgspec.json.decode(row["body"], type=Finding) for row in rows)
    answers = {
        row["number"]: msgspec.json.decode(row["answer"], type=FindingAnswered)
        for row in rows
        if row["answer"] is not None
    }
    return findings, answers


async def save(connection: Connection, before: Room, after: Room) -> None:
    """Write the answers and findings that came, remove those that are void."""
    if before.confirmed is not after.confirmed:
        await _save_answers(connection, after, "objective", before.confirmed, after.confirmed)
    old, new = before.results, after.results
    if old.confirmations is not new.confirmations:
        await _save_answers(connection, after, "report", old.confirmations, new.confirmations)
    if old.findings is not new.findings or old.answers is not new.answers:
        await _save_findings(connection, after)


async def _save_answers(
    connection: Connection,
    room: Room,
    subject: str,
    before: Mapping[int, msgspec.Struct],
    after: Mapping[int, msgspec.Struct],
) -> None:
    given = [
        (room.tender_id, room.id, subject, seat, msgspec.json.encode(one).decode())
        for seat, one in after.items()
        if before.get(seat) != one
    ]
    if given:
        await connection.executemany(
            """INSERT INTO rooms.answers (tender_id, room_id, subject, seat, body)
               VALUES ($1, $2, $3, $4, $5)
               ON CONFLICT (tender_id, room_id, subject, seat) DO UPDATE
               SET body = EXCLUDED.body""",
            given,
        )
    void = [(room.tender_id, room.id, subject, seat) for seat in before if seat not in after]
    if void:
        await connection.executemany(
            """DELETE FROM rooms.answers
               WHERE tender_id = $1 AND room_id = $2 AND subject = $3 AND seat = $4""",
            void,
        )


async def _save_findings(connection: Connection, room: Room) -> None:
    # A second run of the checks may find less than the first: all of them are written anew.
    await connection.execute(
        "DELETE FROM rooms.findings WHERE tender_id = $1 AND room_id = $2",
        room.tender_id,
        room.id,
    )
    answers = room.results.answers
    await connection.executemany(
        """INSERT INTO rooms.findings (tender_id, room_id, number, body, answer)
           VALUES ($1, $2, $3, $4, $5)""",
        [
            (
                room.tender_id,
                room.id,
                one.number,
                msgspec.json.encode(one).decode(),
                msgspec.json.encode(answers[one.number]).decode()
                if one.number in answers
                else None,
            )
            for one in room.results.findings
        ],
    )
