"""A centre with three rooms on a platform of tests: booked, confirmed, arrived at."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from tendering.domain.journal import Stream, instant
from tendering.domain.roles import Role
from tendering.storage import journal
from tendering.storage.connection import reading, transaction
from tests.support.evaluation import AT, TENDER, person
from tests.support.evaluation_tender import AGENCY, insert_organization
from tests.support.room_doors import EXPERTS, Doors, Json
from tests.support.seated import seat_members

CENTRE = UUID(int=0x90)
NAME = "示范市中心"


@dataclass
class Centre:
    """A centre with three rooms, and those who deal with it."""

    doors: Doors
    venue_id: str
    host: str
    operator: str
    tokens: dict[tuple[str, str], str]

    async def book(
        self,
        *,
        seats: int = 2,
        begins: timedelta = timedelta(hours=-1),
        ends: timedelta = timedelta(hours=8),
        scattered: bool = False,
        tender_id: UUID = TENDER,
    ) -> Json:
        body = {
            "venue_id": self.venue_id,
            "seats": seats,
            "begins_at": instant(AT + begins),
            "ends_at": instant(AT + ends),
            "scattered": scattered,
        }
        path = f"/tenders/{tender_id}/venue-bookings"
        _, answer = await self.doors.call("POST", path, body, token=self.host)
        return answer

    async def step(self, booking: Json, step: str, reason: str = "-") -> tuple[int, Json]:
        return await self.doors.call(
            "POST",
            f"/venue-bookings/{booking['id']}/steps",
            {"step": step, "reason": reason},
            token=self.operator,
        )

    async def kept(self, **booking: Any) -> Json:
        asked = await self.book(**booking)
        status, answer = await self.step(asked, "confirm")
        assert (status, answer.get("status")) == (200, "confirmed"), answer
        return answer

    async def arrive(self, token: str, workstation: str) -> tuple[int, Json]:
        return await self.doors.call(
            "POST", f"/tenders/{TENDER}/arrival", token=token, workstation=workstation
        )

    async def events(self, kind: str) -> list[Any]:
        async with reading(self.doors.pool) as connection:
            entries = await journal.after(connection, TENDER, Stream.COMMITTEE, 0)
        return [entry.body for entry in entries if entry.kind == kind]


async def open_centre(doors: Doors, *, has_desk: bool = False) -> Centre:
    """Rooms A and B with two workstations each, and C with one."""
    async with transaction(doors.pool) as connection:
        await insert_organization(connection, CENTRE, 30, Role.VENUE_OPERATOR)
    admin = await doors.enter(AGENCY, Role.OPERATOR)
    host = await doors.enter(AGENCY, Role.AGENCY)
    operator = await doors.enter(CENTRE, Role.VENUE_OPERATOR)
    body: Json = {"organization_id": str(CENTRE), "name": NAME, "region": "510100"}
    body["has_desk"] = has_desk
    _, venue = await doors.call("POST", "/venues", body, token=admin)
    tokens = {}
    for room, label in (("A", "1"), ("A", "2"), ("B", "1"), ("B", "2"), ("C", "1")):
        tokens[room, label] = hashlib.sha256(f"{room}{label}".encode()).hexdigest()[:43]
        shown = {
            "room": room,
            "label": label,
            "token_sha256": hashlib.sha256(tokens[room, label].encode()).hexdigest(),
        }
        status, _ = await doors.call(
            "POST", f"/venues/{venue['id']}/workstations", shown, token=operator
        )
        assert status == 201
    return Centre(doors, venue["id"], host, operator, tokens)


async def seated(centre: Centre, count: int = 2, reserves: int = 0) -> list[str]:
    """Tokens of members 1, 2, ... whose seats are at the centre."""
    people = [person(number) for number in range(1, count + 1)]
    tokens = [await centre.doors.enter(EXPERTS, Role.EXPERT, one) for one in people]
    async with transaction(centre.doors.pool) as connection:
        await seat_members(connection, TENDER, people, venue=NAME, reserves=reserves, at=AT)
    return tokens
