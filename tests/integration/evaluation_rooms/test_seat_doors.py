"""Invitations to seats at the door: one's own only, without the tender; counts for the host."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from tendering.domain.roles import Role
from tendering.domain.seat_invitations import Call, Invitation
from tendering.domain.tender import TenderStatus
from tendering.storage import seat_invitations, tenders
from tendering.storage.connection import transaction
from tests.support.evaluation import AT, TENDER, person
from tests.support.evaluation_tender import AGENCY, SUPERVISOR
from tests.support.room_doors import EXPERTS, Doors, doors
from tests.support.seated import seat_members

__all__ = ["doors"]

APPOINTED_UNTIL = (AT - timedelta(days=2)).date()
CALL = Call(AT + timedelta(hours=9), 30)


async def test_an_invitation_names_its_tender_once_it_is_accepted(doors: Doors) -> None:
    tokens = [await doors.enter(EXPERTS, Role.EXPERT, person(one)) for one in (1, 2)]
    async with transaction(doors.pool) as connection:
        opened = replace(await tenders.lock(connection, TENDER), status=TenderStatus.OPENED)
        await tenders.save(connection, opened)
        people = [person(1), person(2)]
        members = await seat_members(connection, TENDER, people, venue="示范市", at=AT)
        await connection.execute(
            "UPDATE tendering.experts SET expires_on = $2 WHERE id = $1",
            members[1].id,
            APPOINTED_UNTIL,
        )
        await seat_invitations.insert_call(connection, TENDER, CALL)
        for seat, member in enumerate(members, start=1):
            invitation = Invitation(
                UUID(int=0xA0 + seat),
                TENDER,
                seat,
                member.id,
                "示范市",
                "A08",
                CALL.begins_at,
                CALL.respond_until(AT),
            )
            await seat_invitations.insert(connection, invitation, at=AT)
    own, other = (f"/seat-invitations/{UUID(int=0xA0 + seat)}/answer" for seat in (1, 2))

    _, listed = await doors.call("GET", "/seat-invitations", token=tokens[0])
    foreign, _ = await doors.call("POST", other, {"accept": True}, token=tokens[0])
    silent = await doors.call("POST", own, {"accept": False}, token=tokens[0])
    status, accepted = await doors.call("POST", own, {"accept": True}, token=tokens[0])
    host = await doors.enter(AGENCY, Role.AGENCY)
    path = f"/tenders/{TENDER}/draw/answers"
    _, counts = await doors.call("GET", path, token=host)
    seen, _ = await doors.call("GET", path, token=await doors.enter(SUPERVISOR, Role.SUPERVISOR))
    hidden, _ = await doors.call("GET", path, token=await doors.enter(EXPERTS, Role.AGENCY))

    (invitation_seen,) = listed["items"]
    assert (invitation_seen["venue"], invitation_seen["tender_id"]) == ("示范市", None)
    assert str(TENDER) not in str(listed)
    assert (foreign, silent[1]["code"]) == (404, "reason-missing")
    assert (status, accepted["tender_id"]) == (200, str(TENDER))
    assert counts == {
        "invited": 1,
        "accepted": 1,
        "declined": 0,
        "lapsed": 0,
        "vacant": 0,
        "ended": 1,
    }
    assert (seen, hidden) == (200, 403)


async def test_nobody_is_counted_where_nobody_was_asked(doors: Doors) -> None:
    host = await doors.enter(AGENCY, Role.AGENCY)

    status, _ = await doors.call("GET", f"/tenders/{TENDER}/draw/answers", token=host)

    assert status == 404


async def test_conduct_is_put_on_record_by_who_oversees_and_never_changed(doors: Doors) -> None:
    await doors.enter(EXPERTS, Role.EXPERT, person(1))
    operator = await doors.enter(AGENCY, Role.OPERATOR)
    supervisor = await doors.enter(SUPERVISOR, Role.SUPERVISOR)
    async with transaction(doors.pool) as connection:
        (member,) = await seat_members(connection, TENDER, [person(1)], venue="示范市", at=AT)
    own = f"/experts/{member.id}"
    asked = f"{own}/eligibility?regime=construction&speciality=A08&region=510200"
    today = AT.date().isoformat()
    suspension = {
        "kind": "suspended",
        "begins_on": today,
        "ends_on": today,
        "basis": "示范决定1号",
    }

    unsound = await doors.call(
        "POST", f"{own}/conduct", suspension | {"ends_on": None}, token=supervisor
    )
    status, barred = await doors.call("POST", f"{own}/conduct", suspension, token=supervisor)
    _, why = await doors.call("GET", asked, token=operator)
    lifted = {"kind": "lifted", "begins_on": today, "basis": "示范决定2号"}
    await doors.call("POST", f"{own}/conduct", lifted, token=operator)
    _, after = await doors.call("GET", f"{own}/conduct", token=operator)
    unknown, _ = await doors.call("GET", f"/experts/{TENDER}/conduct", token=operator)
    foreign, _ = await doors.call(
        "POST", f"{own}/conduct", suspension, token=await doors.enter(AGENCY, Role.AGENCY)
    )

    assert (unsound[0], status, barred["barred"]) == (422, 201, True)
    assert [one["obstacle"] for one in why["items"]] == ["suspended", "region"]
    assert "第七十一条" in why["items"][0]["law"]
    assert (after["barred"], [one["kind"] for one in after["items"]]) == (
        False,
        ["suspended", "lifted"],
    )
    assert (unknown, foreign) == (404, 403)
