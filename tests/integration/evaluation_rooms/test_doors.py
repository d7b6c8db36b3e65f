"""The HTTP doors of rooms: who gets in, check-in with real signatures, the host's steps."""

import asyncio
import json
from uuid import UUID, uuid4

import pytest

from crypto.link_channel import public_of
from evaluation_rooms.api.routes import ROOM_ROUTES
from evaluation_rooms.phases import Phase
from tendering.api.openapi import document
from tendering.domain.journal import Stream
from tendering.domain.roles import Role
from tendering.storage import journal, organizations
from tendering.storage.connection import Pool, transaction
from tests.support.evaluation import ROOM, TENDER, person
from tests.support.evaluation_tender import AGENCY, ENTITY, SUPERVISOR
from tests.support.room_doors import EXPERTS, Doors, Json, doors
from tests.support.room_server import LINK_SEED, RoomServer

__all__ = ["doors"]

KEY = "0123456789-abcdef"


async def expert_uscc(pool: Pool) -> str:
    async with transaction(pool) as connection:
        found = await organizations.get(connection, EXPERTS)
    assert found is not None
    return found.uscc


async def test_a_member_checks_in_with_signed_statements(doors: Doors, rooms: RoomServer) -> None:
    await rooms.open()
    token = await doors.enter(EXPERTS, Role.EXPERT, person(1))
    uscc = await expert_uscc(doors.pool)

    status, done = await doors.call(
        "POST",
        f"/rooms/{ROOM}/check-in",
        {"statements": await doors.statements(1, person(1), uscc=uscc)},
        token=token,
    )
    _, room = await doors.call("GET", f"/rooms/{ROOM}", token=token)

    assert (status, done) == (200, {"seq": 2})
    assert room["standing"] == {"kind": "evaluation", "viewer": "member", "seat": 1}
    assert [seat["checked_in"] for seat in room["room"]["seats"]] == [True] + [False] * 4


async def test_a_key_of_another_organization_is_refused(doors: Doors, rooms: RoomServer) -> None:
    await rooms.open()
    token = await doors.enter(EXPERTS, Role.EXPERT, person(1))

    status, problem = await doors.call(
        "POST",
        f"/rooms/{ROOM}/check-in",
        {"statements": await doors.statements(1, person(1), uscc="91510100MA00000019")},
        token=token,
    )

    assert (status, problem["code"]) == (422, "signature-refused")


async def test_a_changed_statement_is_refused(doors: Doors, rooms: RoomServer) -> None:
    await rooms.open()
    token = await doors.enter(EXPERTS, Role.EXPERT, person(1))
    uscc = await expert_uscc(doors.pool)
    statements = await doors.statements(1, person(1), uscc=uscc)
    statements[0]["statement"]["added"] = "later"

    status, problem = await doors.call(
        "POST", f"/rooms/{ROOM}/check-in", {"statements": statements}, token=token
    )

    assert (status, problem["code"]) == (422, "signature-refused")


@pytest.mark.parametrize(
    ("organization_id", "role", "status"),
    [
        (AGENCY, Role.AGENCY, 201),
        (ENTITY, Role.PROCURING_ENTITY, 201),
        (SUPERVISOR, Role.SUPERVISOR, 201),
        (EXPERTS, Role.EXPERT, 404),
        (EXPERTS, Role.SUPERVISOR, 404),
        (AGENCY, Role.VENUE_OPERATOR, 404),
        (AGENCY, Role.BIDDER, 404),
    ],
)
async def test_tickets_are_for_those_who_have_a_place(
    doors: Doors, rooms: RoomServer, organization_id: UUID, role: Role, status: int
) -> None:
    await rooms.open()
    token = await doors.enter(organization_id, role)

    answered, _ = await doors.call("POST", f"/rooms/{ROOM}/tickets", token=token)

    assert answered == status


async def test_nobody_needs_to_log_in_for_the_hall(doors: Doors, rooms: RoomServer) -> None:
    await rooms.open()

    hall, ticket = await doors.call("POST", f"/rooms/{TENDER}/tickets")
    room, _ = await doors.call("POST", f"/rooms/{ROOM}/tickets")
    _, listed = await doors.call("GET", f"/tenders/{TENDER}/rooms")
    _, seen = await doors.call("GET", f"/rooms/{TENDER}")

    assert (hall, ticket["expires_in_seconds"], room) == (201, 30, 404)
    assert [item["kind"] for item in listed["items"]] == ["hall"]
    assert seen["room"] == {
        "kind": "hall",
        "tender_id": str(TENDER),
        "phase": "rehearsal",
        "suspended": False,
        "on_air": False,
    }


async def test_a_room_that_is_not_there_is_unknown(doors: Doors) -> None:
    status, _ = await doors.call("POST", f"/rooms/{uuid4()}/tickets")

    assert status == 404


async def test_the_host_leads_and_is_told_what_is_missing(doors: Doors, rooms: RoomServer) -> None:
    await rooms.open()
    token = await doors.enter(AGENCY, Role.AGENCY)

    status, problem = await doors.call(
        "POST", f"/rooms/{ROOM}/phase", {"to": Phase.CHAIR}, token=token
    )
    _, listed = await doors.call("GET", f"/tenders/{TENDER}/rooms", token=token)

    assert (status, problem["code"]) == (409, "phase-not-ready")
    assert problem["parameters"]["needs"] == ["all-checked-in"]
    assert [item["phase"] for item in listed["items"]] == ["rehearsal", "preparation"]


async def test_the_supervisor_does_not_lead(doors: Doors, rooms: RoomServer) -> None:
    await rooms.open()
    token = await doors.enter(SUPERVISOR, Role.SUPERVISOR)

    status, _ = await doors.call("POST", f"/rooms/{ROOM}/phase", {"to": "chair"}, token=token)

    assert status == 403


async def test_the_supervisor_pauses_the_room_by_name_and_nobody_else_does(
    doors: Doors, rooms: RoomServer
) -> None:
    await rooms.open()
    supervisor = await doors.enter(SUPERVISOR, Role.SUPERVISOR)
    host = await doors.enter(AGENCY, Role.AGENCY)
    pause, resumption = f"/rooms/{ROOM}/pause", f"/rooms/{ROOM}/resumption"

    async def code(path: str, body: Json | None, token: str) -> tuple[int, str]:
        status, answer = await doors.call("POST", path, body, token=token)
        return status, answer.get("code", "")

    assert await code(pause, {"reason": "核查"}, host) == (403, "forbidden")
    assert await code(resumption, None, supervisor) == (409, "room-not-paused")
    assert await code(pause, {"reason": "核查"}, supervisor) == (200, "")
    assert await code(f"/rooms/{ROOM}/phase", {"to": "chair"}, host) == (409, "room-stands-still")
    _, seen = await doors.call("GET", f"/rooms/{ROOM}", token=host)
    assert seen["room"]["standstill"]["paused"]["by"] == "示范人员"
    assert await code(resumption, None, supervisor) == (200, "")
    assert await code(f"/rooms/{ROOM}/phase", {"to": "chair"}, host) == (409, "phase-not-ready")


async def test_the_host_lets_the_platform_of_a_guest_site_in_by_its_key(
    doors: Doors, rooms: RoomServer
) -> None:
    await rooms.open()
    host = await doors.enter(AGENCY, Role.AGENCY)
    stranger = await doors.enter(EXPERTS, Role.AGENCY)
    path, wanted = f"/rooms/{ROOM}/site-links", {"site": "示范二市", "key": "9c" * 32}

    for body, token, expected in (
        (wanted, stranger, 404),
        (wanted | {"site": "他市"}, host, 422),
        (wanted | {"key": "9c"}, host, 422),
    ):
        assert (await doors.call("POST", path, body, token=token))[0] == expected
    status, answer = await doors.call("POST", path, wanted, token=host)

    assert (status, answer["seq"]) == (201, 2)
    assert answer["host_key"] == public_of(LINK_SEED).hex()


async def test_the_host_speaks_to_the_hall(doors: Doors) -> None:
    host = await doors.enter(AGENCY, Role.AGENCY)
    stranger = await doors.enter(EXPERTS, Role.AGENCY)
    path = f"/tenders/{TENDER}/hall/announcements"

    status, done = await doors.call("POST", path, {"text": "五分钟后开标"}, token=host)
    refused, _ = await doors.call("POST", path, {"text": "五分钟后开标"}, token=stranger)

    assert (status, done, refused) == (201, {"seq": 1}, 403)


async def test_the_host_corrects_recuses_and_enters_prices(doors: Doors, rooms: RoomServer) -> None:
    await rooms.open()
    token = await doors.enter(AGENCY, Role.AGENCY)

    async def code(path: str, body: Json) -> tuple[int, str]:
        status, answer = await doors.call("POST", f"/rooms/{ROOM}{path}", body, token=token)
        return status, answer.get("code", "")

    mark = {"bid": 1, "criterion": "credit", "points": "9", "basis": "AA", "reason": "更正"}
    assert await code("/objective-marks", mark) == (409, "wrong-phase")
    assert await code("/prices", {}) == (409, "opening-not-started")
    assert await code("/seats/2/recusal", {"reason": "回避"}) == (200, "")
    assert await code("/seats/7/recusal", {"reason": "回避"}) == (404, "not-found")
    assert await code("/refusals", {"seat": 1, "basis": "当场拒绝"}) == (409, "not-checked-in")


async def entries(pool: Pool, stream: Stream) -> list[str]:
    async with transaction(pool) as connection:
        return [each.kind for each in await journal.after(connection, TENDER, stream, 0)]


DEEDS = [
    (f"/tenders/{TENDER}/hall/announcements", {"text": "开标"}, {"text": "休会"}),
    (f"/rooms/{ROOM}/seats/2/recusal", {"reason": "回避"}, {"reason": "生病"}),
]


@pytest.mark.parametrize(("path", "body", "other"), DEEDS)
async def test_a_deed_repeated_under_its_key_is_done_once(
    doors: Doors, rooms: RoomServer, path: str, body: Json, other: Json
) -> None:
    await rooms.open()
    host = await doors.enter(AGENCY, Role.AGENCY)
    stream = Stream.PUBLIC if "hall" in path else Stream.COMMITTEE

    first = await doors.call("POST", path, body, token=host, key=KEY)
    done = await entries(doors.pool, stream)
    again = await doors.call("POST", path, body, token=host, key=KEY)
    status, problem = await doors.call("POST", path, other, token=host, key=KEY)

    assert first == again
    assert (status, problem["code"]) == (422, "idempotency-key-reused")
    assert await entries(doors.pool, stream) == done


async def test_a_check_in_repeated_under_its_key_is_answered_as_before(
    doors: Doors, rooms: RoomServer
) -> None:
    await rooms.open()
    token = await doors.enter(EXPERTS, Role.EXPERT, person(1))
    uscc = await expert_uscc(doors.pool)
    body = {"statements": await doors.statements(1, person(1), uscc=uscc)}
    path = f"/rooms/{ROOM}/check-in"

    first = await doors.call("POST", path, body, token=token, key=KEY)
    again = await doors.call("POST", path, body, token=token, key=KEY)
    anew, problem = await doors.call("POST", path, body, token=token)

    assert first == again == (200, {"seq": 2})
    assert (anew, problem["code"]) == (409, "already-checked-in")


async def test_of_one_deed_sent_twice_at_once_one_is_done(doors: Doors, rooms: RoomServer) -> None:
    await rooms.open()
    host = await doors.enter(AGENCY, Role.AGENCY)
    path, body, _ = DEEDS[0]

    async with asyncio.TaskGroup() as group:
        sent = [
            group.create_task(doors.call("POST", path, body, token=host, key=KEY)) for _ in range(5)
        ]

    assert [each.result() for each in sent] == [(201, {"seq": 1})] * 5
    assert len(await entries(doors.pool, Stream.PUBLIC)) == 1


async def test_a_deed_in_a_room_is_told_to_the_bus_by_its_tender(
    doors: Doors, rooms: RoomServer
) -> None:
    await rooms.open()
    host = await doors.enter(AGENCY, Role.AGENCY)

    await doors.call("POST", f"/rooms/{ROOM}/phase", {"to": Phase.CHAIR}, token=host)
    refused = list(doors.touched)
    await doors.call("POST", f"/rooms/{ROOM}/seats/2/recusal", {"reason": "回避"}, token=host)

    assert (refused, doors.touched) == ([], [TENDER])


async def test_the_outcome_is_there_from_the_report_on(doors: Doors, rooms: RoomServer) -> None:
    await rooms.open()
    token = await doors.enter(AGENCY, Role.AGENCY)

    status, problem = await doors.call("GET", f"/rooms/{ROOM}/outcome", token=token)

    assert (status, problem["code"]) == (409, "wrong-phase")


def test_the_doors_are_described() -> None:
    described = document(ROOM_ROUTES, title="开标", version="1", parts={"rooms": None})

    assert "/api/v1/rooms/{room_id}/check-in" in json.dumps(described)
