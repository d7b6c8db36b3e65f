"""SQL of `rooms.chair_votes` and `rooms.review_votes`."""

from uuid import UUID

from evaluation_rooms.events import ReviewVoted
from evaluation_rooms.room import Room
from tendering.storage.connection import Connection

ChairVotes = dict[tuple[int, int], int]
ReviewVotes = dict[tuple[int, int, str], ReviewVoted]


async def list_of_room(
    connection: Connection, tender_id: UUID, room_id: UUID
) -> tuple[ChairVotes, ReviewVotes]:
    """Votes for the chair by (round, seat), and of the review by (seat, bid, item)."""
    chair = await connection.fetch(
        """SELECT round, seat, candidate FROM rooms.chair_votes
           WHERE tender_id = $1 AND room_id = $2 ORDER BY round, seat""",
        tender_id,
        room_id,
    )
    review = await connection.fetch(
        """SELECT seat, bid, item, passed, reason, evidence FROM rooms.review_votes
           WHERE tender_id = $1 AND room_id = $2 ORDER BY seat, bid, item""",
        tender_id,
        room_id,
    )
    return (
        {(row["round"], row["seat"]): row["candidate"] for row in chair},
        {
            (row["seat"], row["bid"], row["item"]): ReviewVoted(
                room_id,
                row["seat"],
                row["bid"],
                row["item"],
                row["passed"],
                row["reason"],
                row["evidence"],
            )
            for row in review
        },
    )


async def save(connection: Connection, before: Room, after: Room) -> None:
    """Write the votes that came or changed, remove those that are void."""
    if before.election.votes is not after.election.votes:
        await _save_chair(connection, before, after)
    if before.votes is not after.votes:
        await _save_review(connection, before, after)


async def _save_chair(connection: Connection, before: Room, after: Room) -> None:
    old, new = before.election.votes, after.election.votes
    cast = [
        (after.tender_id, after.id, *key, candidate)
        for key, candidate in new.items()
        if key not in old
    ]
    if cast:
        await connection.executemany(
            """INSERT INTO rooms.chair_votes (tender_id, room_id, round, seat, candidate)
               VALUES ($1, $2, $3, $4, $5)""",
            cast,
        )
    void = [(after.tender_id, after.id, *key) for key in old if key not in new]
    if void:
        await connection.executemany(
            """DELETE FROM rooms.chair_votes
               WHERE tender_id = $1 AND room_id = $2 AND round = $3 AND seat = $4""",
            void,
        )


async def _save_review(connection: Connection, before: Room, after: Room) -> None:
    cast = [
        (after.tender_id, after.id, *key, vote.passed, vote.reason, vote.evidence)
        for key, vote in after.votes.items()
        if before.votes.get(key) != vote
    ]
    if cast:
        await connection.executemany(
            """INSERT INTO rooms.review_votes (tender_id, room_id, seat, bid, item, passed, reason,
                   evidence)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
               ON CONFLICT (tender_id, room_id, seat, bid, item) DO UPDATE
               SET passed = EXCLUDED.passed, reason = EXCLUDED.reason,
                   evidence = EXCLUDED.evidence""",
            cast,
        )
    void = [(after.tender_id, after.id, *key) for key in before.votes if key not in after.votes]
    if void:
        await connection.executemany(
            """DELETE FROM rooms.review_votes
               WHERE tender_id = $1 AND room_id = $2 AND seat = $3 AND bid = $4 AND item = $5""",
            void,
        )
