"""Whatever is asked of a room, in whatever order: its journal folded is what its tables hold."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from random import Random

from evaluation_rooms import commands as c
from evaluation_rooms import review
from evaluation_rooms.fold import rooms_of
from evaluation_rooms.phases import Phase
from evaluation_rooms.room import Room
from evaluation_rooms.storage import rooms as stored
from tendering.domain.evaluation_report import LOW_PRICE
from tendering.domain.journal import Stream
from tendering.domain.refusals import Refused
from tendering.domain.roles import Role
from tendering.storage import journal
from tendering.storage.connection import Pool, reading, transaction
from tests.support.evaluation import (
    ROOM,
    TENDER,
    check_ins,
    confirmations,
    decisions,
    elects,
    scores,
    votes,
)
from tests.support.evaluation_tender import insert_organization
from tests.support.room_server import RoomServer

STEPS = 14
# Chance that is the same every time, and comes far.
SEED = 6
# The way to the report, from which the members sometimes go back.
NEXT = dict(pairwise([one for one in Phase if one not in {Phase.CLARIFICATION, Phase.SIGNING}])) | {
    Phase.CLARIFICATION: Phase.PRELIMINARY
}


def by_the_book(room: Room) -> Iterator[c.Command]:
    """What brings the room on from here, unless it is refused: as far as its report."""
    work = {
        Phase.PREPARATION: check_ins,
        Phase.CHAIR: elects,
        Phase.PRELIMINARY: votes,
        Phase.TECHNICAL: scores,
        Phase.CHECKS: decisions,
        Phase.REPORT: confirmations,
    }
    yield c.ResumeRoom("示范监督甲")
    yield from (c.BeginMedia(1), c.LoseMedia(1, "line"))
    for number in room.motions:
        yield from (c.VoteOnMotion(seat, number, seat != 4, "证据不足") for seat in range(1, 6))
    for one in room.enquiries.values():
        yield c.AnswerEnquiry(one.asked.enquiry, one.asked.bidder_id, "三百天", {})
    for bid in review.asked_about(room):
        yield c.ExplainPrice(bid, "自有设备", 30)
        yield from (c.VoteOnItem(seat, bid, LOW_PRICE, True, "", "") for seat in range(1, 6))
    if room.phase in work:
        yield from work[room.phase](room)
    yield c.AdvancePhase(None, NEXT.get(room.phase, Phase.REPORT))
    yield c.AdvancePhase(None, Phase.REPORT)


def anything(dice: Random) -> list[c.Command]:
    """Something that somebody may ask at any time, sensible or not."""
    seat, bid = dice.randint(1, 5), dice.randint(0, 4)
    yes, words = dice.random() < 0.7, dice.choice(["理由", "", "工期约三百天"])
    back = dice.choice(list(Phase))
    asked: list[list[c.Command]] = [
        [c.MakeMotion(seat, "rejection", bid, "第五十一条", words, "")],
        [c.MakeMotion(seat, "enquiry", bid, "", words, "第3页", "unclear", 30)],
        [c.MakeMotion(seat, "low_price", bid, "", words, "投标函")],
        [c.VoteOnItem(seat, bid, "seal", yes, words, "")],
        [c.SubmitScore(seat, bid, "design", Decimal(dice.randint(0, 20)))],
        [c.PauseRoom("示范监督甲", words), c.Speak(seat, "说话")],
        [
            c.ProposeStepBack(None, back, words),
            *[c.AnswerStepBack(one, yes or one < 5, words) for one in range(1, 6)],
        ],
        [c.RecordRefusal(seat, words), c.RequestTime(seat, words)],
        [c.AdvancePhase(None, dice.choice(list(Phase)[:-2]))],
    ]
    return dice.choice(asked)


async def test_the_journal_folds_to_the_tables_whatever_is_asked(
    rooms: RoomServer, pool: Pool
) -> None:
    dice = Random(SEED)
    room = (await rooms.open()).room
    async with transaction(pool) as connection:
        # Whoever is asked something is told.
        for number, bid in enumerate(room.bids, start=20):
            await insert_organization(connection, bid.bidder_id, number, Role.BIDDER)
    for _ in range(STEPS):
        asked = [command for _ in range(6) for command in anything(dice)]
        for command in [*asked, *by_the_book(room)]:
            try:
                room = (await rooms.do(command)).room
            except Refused:
                continue
        async with reading(pool) as connection:
            entries = await journal.after(connection, TENDER, Stream.COMMITTEE, 0, limit=5000)
            tables = await stored.load(connection, TENDER, ROOM)
        assert rooms_of(entries) == {ROOM: tables}
        assert tables == room
    kinds = {entry.kind for entry in entries}
    # The walk is worth something only if it comes far.
    assert kinds >= {
        "motion.decided",
        "enquiry.answered",
        "step_back.answered",
        "time.requested",
        "report.drafted",
    }
