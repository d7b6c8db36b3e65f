"""Venues at the door: booked, confirmed, arrived at; a room that opens at one workstation only."""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID, uuid4

import pytest

from clients.verifying.report import Notes, Status
from clients.verifying.venues import check_venues
from tendering.clockwork import end_booked_times
from tendering.domain.journal import Entry, Stream, instant
from tendering.domain.roles import Role
from tendering.domain.venues import drawn_workstation
from tendering.storage import draws, journal, tenders
from tendering.storage.connection import reading, transaction
from tests.support.a_centre import CENTRE, NAME, Centre, open_centre, seated
from tests.support.evaluation import AT, ROOM, TENDER
from tests.support.evaluation_tender import (
    AGENCY,
    SUPERVISOR,
    an_evaluated_tender,
)
from tests.support.room_doors import EXPERTS, Doors, Json, doors
from tests.support.room_server import RoomServer, member
from tests.support.two_processes import two_at_once

__all__ = ["doors"]

OTHER_TENDER = UUID(int=0x7F)


@pytest.fixture
async def centre(doors: Doors) -> Centre:
    """A centre without a desk."""
    return await open_centre(doors)


async def test_a_room_opens_to_a_member_at_the_drawn_workstation_only(
    centre: Centre, rooms: RoomServer
) -> None:
    await rooms.open()
    first, second = await seated(centre)
    await centre.kept()
    call, own = centre.doors.call, f"/rooms/{ROOM}"

    early = await call("POST", f"{own}/tickets", token=first, workstation=centre.tokens["A", "1"])
    _, place = await centre.arrive(first, centre.tokens["C", "1"])
    _, again = await centre.arrive(first, centre.tokens["A", "2"])
    _, other = await centre.arrive(second, centre.tokens["C", "1"])
    here = centre.tokens[place["room"], place["label"]]
    there = centre.tokens[other["room"], other["label"]]
    opened = [
        (await call("GET", own, token=first, workstation=here))[0],
        (await call("POST", f"{own}/tickets", token=first, workstation=here))[0],
        (await call("GET", f"{own}/bids/1/files", token=first, workstation=here))[1]["code"],
    ]
    refused = [
        (await call(method, path, body, token=first, workstation=at))[1]["code"]
        for method, path, body, at in (
            ("GET", own, None, there),
            ("POST", f"{own}/tickets", None, ""),
            ("GET", f"{own}/outcome", None, there),
            ("GET", f"{own}/bids/1/files", None, there),
            ("POST", f"{own}/check-in", {"statements": [{}] * 4}, there),
            ("POST", f"{own}/phase", {"to": "chair"}, there),
        )
    ]
    host, _ = await call("GET", own, token=centre.host)

    assert early[1]["code"] == "not-arrived"
    assert again == place
    assert {place["room"], other["room"]} <= {"A", "B"}
    assert place["room"] == other["room"]
    assert place["label"] != other["label"]
    assert opened == [200, 201, "not-checked-in"]
    assert refused == ["wrong-workstation"] * 6
    assert host == 200
    for body in await centre.events("expert.arrived"):
        drawn = drawn_workstation(
            [UUID(one) for one in body["free"]],
            seat=body["seat"],
            chance=bytes.fromhex(body["chance"]),
        )
        assert str(drawn) == body["workstation_id"]


async def test_nobody_arrives_elsewhere_at_another_time_or_without_a_seat(centre: Centre) -> None:
    (first,) = await seated(centre, 1)
    stranger = await centre.doors.enter(EXPERTS, Role.EXPERT)
    here = centre.tokens["A", "1"]

    unbooked = await centre.arrive(first, here)
    await centre.kept(begins=timedelta(microseconds=1))
    before = await centre.arrive(first, here)
    await centre.kept(begins=timedelta(0))
    elsewhere = [await centre.arrive(first, shown) for shown in ("", "x", "0" * 43)]
    without = await centre.arrive(stranger, here)
    status, _ = await centre.arrive(first, here)

    assert [one[0] for one in (unbooked, without)] == [404, 404]
    assert before[1]["code"] == "venue-window-closed"
    assert [one[1]["code"] for one in elsewhere] == ["wrong-workstation"] * 3
    assert status == 200


async def test_steps_belong_to_a_side_and_settle_a_booking(centre: Centre) -> None:
    asked = await centre.book()
    twice = await centre.book()
    cancellation = f"/tenders/{TENDER}/venue-bookings/{asked['id']}/cancellation"
    stranger = await centre.doors.enter(EXPERTS, Role.VENUE_OPERATOR)
    _, orders = await centre.doors.call("GET", "/venue-bookings", token=centre.operator)
    _, none = await centre.doors.call("GET", "/venue-bookings", token=stranger)
    foreign, _ = await centre.doors.call(
        "POST", f"/venue-bookings/{asked['id']}/steps", {"step": "confirm"}, token=stranger
    )
    wrong = await centre.step(asked, "cancel")
    declined = await centre.step(asked, "decline", "检修")
    settled = await centre.step(asked, "confirm")
    late, _ = await centre.doors.call(
        "POST", cancellation, {"reason": "不再需要"}, token=centre.host
    )
    kept = await centre.kept()
    failed = await centre.step(kept, "fail", "停电")
    supervisor = await centre.doors.enter(SUPERVISOR, Role.SUPERVISOR)
    _, listed = await centre.doors.call(
        "GET", f"/tenders/{TENDER}/venue-bookings", token=supervisor
    )

    assert twice["code"] == "booking-settled"
    assert [one["id"] for one in orders["items"]] == [asked["id"]]
    assert (none["items"], foreign) == ([], 404)
    assert (wrong[0], declined[1]["status"]) == (403, "declined")
    assert (settled[1]["code"], late) == ("booking-settled", 409)
    assert failed[1]["status"] == "failed"
    assert {one["status"] for one in listed["items"]} == {"declined", "failed"}
    assert [one["reason"] for one in await centre.events("venue.failed")] == ["停电"]


async def test_who_sits_keeps_the_workstation_and_only_the_end_moves(centre: Centre) -> None:
    (first,) = await seated(centre, 1)
    kept = await centre.kept(seats=1)
    _, place = await centre.arrive(first, centre.tokens["A", "1"])
    path = f"/tenders/{TENDER}/venue-bookings/{kept['id']}/cancellation"

    cancelled, _ = await centre.doors.call("POST", path, {"reason": "撤"}, token=centre.host)
    smaller = await centre.book(seats=2)
    refused = await centre.step(smaller, "confirm")
    await centre.step(smaller, "decline")
    await centre.kept(seats=1, ends=timedelta(hours=20))
    _, longer = await centre.arrive(first, centre.tokens["A", "1"])

    assert (cancelled, refused[1]["code"]) == (409, "booking-settled")
    assert (longer["room"], longer["label"]) == (place["room"], place["label"])
    assert longer["ends_at"] > place["ends_at"]
    assert len(await centre.events("expert.arrived")) == 1


async def test_after_a_failure_the_room_stays_shut_until_seats_are_confirmed_anew(
    centre: Centre, rooms: RoomServer
) -> None:
    await rooms.open()
    (first,) = await seated(centre, 1)
    kept = await centre.kept(seats=1)
    _, place = await centre.arrive(first, centre.tokens["A", "1"])
    here = centre.tokens[place["room"], place["label"]]

    await centre.step(kept, "fail", "停电")
    shut = await centre.doors.call("GET", f"/rooms/{ROOM}", token=first, workstation=here)
    await centre.kept(seats=1)
    anew = await centre.doors.call("GET", f"/rooms/{ROOM}", token=first, workstation=here)

    assert (shut[1]["code"], anew[1]["code"]) == ("venue-window-closed", "not-arrived")


async def test_a_line_that_is_open_closes_when_the_time_ends_or_the_venue_withdraws(
    centre: Centre, rooms: RoomServer
) -> None:
    await rooms.open()
    first, second = await seated(centre)
    kept = await centre.kept()
    path = f"/venues/{centre.venue_id}/workstations"
    _, there = await centre.doors.call("GET", path, token=centre.operator)
    ids = {(one["room"], one["label"]): one["id"] for one in there["items"]}
    places = [(await centre.arrive(one, centre.tokens["A", "1"]))[1] for one in (first, second)]
    sits = [ids[one["room"], one["label"]] for one in places]
    context: Any = SimpleNamespace(pool=centre.doors.pool, touched=rooms.context.bus.touched)
    ends = AT + timedelta(hours=8)

    async def withdraw(workstation: str, token: str) -> tuple[int, Json]:
        body = {"workstation_id": workstation, "reason": "携带手机"}
        answer = await centre.doors.call("POST", "/desk/withdrawals", body, token=token)
        rooms.context.bus.touched(TENDER)
        return answer

    stranger = await centre.doors.enter(EXPERTS, Role.VENUE_OPERATOR)
    async with rooms.join(member(1)) as one, rooms.join(member(2)) as other:
        foreign, _ = await withdraw(sits[0], stranger)
        gone, _ = await withdraw(sits[0], centre.operator)
        await one.socket.wait_closed()
        nobody, _ = await withdraw(sits[0], centre.operator)
        here = centre.tokens[places[0]["room"], places[0]["label"]]
        _, shut = await centre.doors.call("GET", f"/rooms/{ROOM}", token=first, workstation=here)
        _, again = await centre.arrive(first, here)
        early = await end_booked_times(context, at=ends - timedelta(microseconds=1))
        open_still = other.socket.close_code is None
        over = await two_at_once(
            rooms.context.pool, TENDER, lambda: end_booked_times(context, at=ends)
        )
        await other.socket.wait_closed()
        twice = await end_booked_times(context, at=ends)

    assert (foreign, gone, nobody) == (404, 204, 404)
    assert (shut["code"], again["room"]) == ("not-arrived", places[0]["room"])
    assert [line.socket.close_code for line in (one, other)] == [4403, 4403]
    assert (early, open_still, sorted(over), twice) == (0, True, [0, 1], 0)
    (ended,) = await centre.events("venue.time_ended")
    assert (ended["booking_id"], ended["seats_closed"]) == (kept["id"], [1, 2])


async def test_fees_are_stated_once_and_seen_by_whom_they_concern(centre: Centre) -> None:
    first, second = await seated(centre)
    path = f"/tenders/{TENDER}/expert-fees"
    body = {"seat": 1, "begins_at": instant(AT), "ends_at": instant(AT + timedelta(minutes=270))}
    call = centre.doors.call
    stranger = await centre.doors.enter(EXPERTS, Role.AGENCY)

    refused = [
        (await call("POST", path, body | changes, token=token))[1]["code"]
        for changes, token in (
            ({"ends_at": instant(AT)}, centre.host),
            ({"seat": 9}, centre.host),
            ({}, stranger),
        )
    ]
    status, fee = await call("POST", path, body, token=centre.host)
    _, twice = await call("POST", path, body, token=centre.host)
    _, listed = await call("GET", path, token=centre.host)
    own = [
        (await call("GET", "/expert-fees", token=one))[1]["total_fen"] for one in (first, second)
    ]
    hidden, _ = await call("GET", path, token=stranger)
    async with reading(centre.doors.pool) as connection:
        entries = await journal.after(connection, TENDER, Stream.COMMITTEE, 0)

    def replayed(found: Sequence[Entry]) -> Status:
        notes = Notes()
        check_venues(cast("Any", SimpleNamespace(streams={Stream.COMMITTEE: found})), notes)
        return notes.as_check("", "").status

    more = [
        replace(one, body={**one.body, "base_fen": 60_001})
        if one.kind == "expert.fee_stated"
        else one
        for one in entries
    ]
    assert refused == ["invalid", "not-found", "forbidden"]
    assert (status, fee["base_fen"], fee["overtime_fen"]) == (201, 500_00, 100_00)
    assert twice["code"] == "fee-stated"
    assert listed == {"items": [fee], "total_fen": fee["total_fen"]}
    assert (own, hidden) == ([fee["total_fen"], 0], 403)
    assert (replayed(entries), replayed(more)) == (Status.HOLDS, Status.FAILS)


async def test_who_steps_in_gets_a_workstation_that_is_free(centre: Centre) -> None:
    first, second, third = await seated(centre, 3, reserves=1)
    await centre.kept(seats=2)
    _, left = await centre.arrive(first, centre.tokens["A", "1"])
    _, other = await centre.arrive(second, centre.tokens["A", "1"])
    reserve = await centre.arrive(third, centre.tokens["A", "1"])

    async with transaction(centre.doors.pool) as connection:
        seats = await draws.seats(connection, TENDER)
        await draws.replace_seat(
            connection, TENDER, seats[0], place=seats[2].place, expert_id=seats[2].expert_id
        )
    gone = await centre.arrive(first, centre.tokens["A", "1"])
    _, place = await centre.arrive(third, centre.tokens["A", "1"])

    assert (reserve[0], gone[0]) == (404, 404)
    assert (place["room"], place["label"]) == (left["room"], left["label"])
    assert other["label"] != place["label"]


async def test_no_workstation_is_promised_twice_even_in_the_same_instant(centre: Centre) -> None:
    async with transaction(centre.doors.pool) as connection:
        await tenders.insert(
            connection,
            replace(an_evaluated_tender(), id=OTHER_TENDER, number="KB-2026-0002"),
            at=AT,
        )
    # Three rooms, so one committee that sits apart leaves no whole room free but for its own time.
    both = [
        await centre.book(seats=3, scattered=True, tender_id=tender_id)
        for tender_id in (TENDER, OTHER_TENDER)
    ]
    answers = await asyncio.gather(*(centre.step(one, "confirm") for one in both))
    _, free = await centre.doors.call(
        "GET",
        f"/venues/{centre.venue_id}/free"
        f"?begins_at={instant(AT)}&ends_at={instant(AT + timedelta(hours=1))}",
        token=centre.host,
    )
    statuses = [status for status, _ in answers]
    lost, won = both[statuses.index(409)], both[statuses.index(200)]
    refused = await centre.step(lost, "confirm")
    path = f"/tenders/{won['tender_id']}/venue-bookings/{won['id']}/cancellation"
    await centre.doors.call("POST", path, {"reason": "撤"}, token=centre.host)
    status, _ = await centre.step(lost, "confirm")

    assert sorted(statuses) == [200, 409]
    assert free == {"room_seats": 0, "scattered_seats": 2}
    assert (refused[1]["code"], status) == ("venue-full", 200)


async def test_a_place_set_up_again_has_another_token_and_no_two_places_share_one(
    centre: Centre,
) -> None:
    path = f"/venues/{centre.venue_id}/workstations"
    known = hashlib.sha256(centre.tokens["A", "2"].encode()).hexdigest()
    _, before = await centre.doors.call("GET", path, token=centre.operator)

    shared = await centre.doors.call(
        "POST", path, {"room": "A", "label": "1", "token_sha256": known}, token=centre.operator
    )
    fresh = await centre.doors.call(
        "POST",
        path,
        {"room": "A", "label": "1", "token_sha256": uuid4().hex * 2},
        token=centre.operator,
    )
    _, after = await centre.doors.call("GET", path, token=centre.operator)
    hidden, _ = await centre.doors.call(
        "GET", path, token=await centre.doors.enter(EXPERTS, Role.VENUE_OPERATOR)
    )

    assert (shared[1]["code"], fresh[0], hidden) == ("workstation-known", 201, 404)
    assert before == after


async def test_venues_are_registered_once_by_the_operator_for_who_runs_them(
    centre: Centre,
) -> None:
    admin = await centre.doors.enter(SUPERVISOR, Role.OPERATOR)
    body = {"organization_id": str(CENTRE), "name": NAME, "region": "510100"}
    twice = await centre.doors.call("POST", "/venues", body, token=admin)
    nobody = body | {"organization_id": str(AGENCY), "name": "另一中心"}
    wrong = await centre.doors.call("POST", "/venues", nobody, token=admin)
    own, _ = await centre.doors.call("POST", "/venues", body, token=centre.operator)
    _, listed = await centre.doors.call("GET", "/venues", token=centre.host)
    unknown = await centre.doors.call(
        "GET",
        f"/venues/{uuid4()}/free?begins_at={instant(AT)}&ends_at={instant(AT)}",
        token=centre.host,
    )

    assert (twice[1]["code"], wrong[0], own, unknown[0]) == ("venue-known", 422, 403, 404)
    assert [one["name"] for one in listed["items"]] == [NAME]
