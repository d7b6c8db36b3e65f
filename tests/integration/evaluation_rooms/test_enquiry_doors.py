"""A bidder's own door to what the committee asks: its own only, signed, in time."""

from uuid import UUID, uuid4

from evaluation_rooms import commands as c
from evaluation_rooms.enquiries import ANSWER_LABEL
from evaluation_rooms.fold import rooms_of
from evaluation_rooms.phases import Phase
from evaluation_rooms.storage import rooms as stored
from tendering.domain.journal import Stream
from tendering.domain.roles import Role
from tendering.storage import journal, organizations
from tendering.storage.connection import Pool, reading, transaction
from tests.support.evaluation import ROOM, TENDER, check_ins, elects
from tests.support.evaluation_tender import AGENCY, insert_organization
from tests.support.room_doors import Doors, Json, doors
from tests.support.room_server import RoomServer

__all__ = ["doors"]

ASKED, OTHER = UUID(int=0x302), UUID(int=0x301)
PATH = f"/tenders/{TENDER}/enquiries"


async def ask(rooms: RoomServer, pool: Pool) -> None:
    """Bid 2 is asked something; the bidders of 1 and 2 have accounts."""
    async with transaction(pool) as connection:
        await insert_organization(connection, OTHER, 21, Role.BIDDER)
        await insert_organization(connection, ASKED, 22, Role.BIDDER)
    room = (await rooms.open()).room
    await rooms.do(*check_ins(room), c.AdvancePhase(None, Phase.CHAIR), *elects(room))
    moved = c.MakeMotion(3, "enquiry", 2, "", "工期约三百天", "第12页", "unclear", 45)
    await rooms.do(c.AdvancePhase(None, Phase.PRELIMINARY), moved)
    await rooms.do(*[c.VoteOnMotion(seat, 1, True, "") for seat in range(1, 6)])


async def body(doors: Doors, shown: Json, text: str, *, by: UUID = ASKED) -> Json:
    said = {key: shown[key] for key in ("lot", "enquiry", "question")}
    async with reading(doors.pool) as connection:
        organization = await organizations.get(connection, by)
    assert organization is not None
    signed = doors.signed(
        ANSWER_LABEL, said | {"tender_id": str(TENDER), "text": text}, uscc=organization.uscc
    )
    return {"text": text, "statement": signed[0]}


async def test_a_bidder_reads_its_own_questions_and_answers_them_signed(
    doors: Doors, rooms: RoomServer, pool: Pool
) -> None:
    await ask(rooms, pool)
    asked = await doors.enter(ASKED, Role.BIDDER)
    other = await doors.enter(OTHER, Role.BIDDER)
    host = await doors.enter(AGENCY, Role.AGENCY)

    _, listed = await doors.call("GET", PATH, token=asked)
    (shown,) = listed["items"]
    assert set(shown) == {"enquiry", "lot", "question", "asked_at", "due_at", "text", "lapsed"}
    for token in (other, host):
        assert await doors.call("GET", PATH, token=token) == (200, {"items": []})
    assert (await doors.call("GET", PATH))[0] == 401

    path = f"{PATH}/{shown['enquiry']}/answer"
    good = await body(doors, shown, "工期为三百天")

    async def code(path: str, body: Json, token: str = asked) -> tuple[int, str]:
        status, answer = await doors.call("POST", path, body, token=token)
        return status, answer.get("code", "")

    assert await code(path, good, other) == (404, "not-found")
    assert await code(path, good, host) == (403, "forbidden")
    assert await code(f"{PATH}/{uuid4()}/answer", good) == (404, "not-found")
    assert await code(path, good | {"text": "工期为三百一十天"}) == (422, "signature-refused")
    stranger = await body(doors, shown, "工期为三百天", by=OTHER)
    assert await code(path, stranger) == (422, "signature-refused")
    named = await body(doors, shown, "示范建设02有限公司：三百天")
    assert await code(path, named) == (422, "bidder-named")
    assert await code(path, good) == (204, "")
    assert await code(path, good) == (409, "enquiry-closed")

    async with reading(pool) as connection:
        entries = await journal.after(connection, TENDER, Stream.COMMITTEE, 0, limit=1000)
        tables = await stored.load(connection, TENDER, ROOM)
    assert rooms_of(entries) == {ROOM: tables}
    answered = tables.enquiries[1].answered
    assert answered is not None
    assert answered.text == "工期为三百天"
