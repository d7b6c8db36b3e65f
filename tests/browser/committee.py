"""The committee of the evaluation that is played at browsers: its room, its people, its sites."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from msgspec.structs import replace

from evaluation_rooms import commands as c
from evaluation_rooms.actions.rooms import act, open_room
from evaluation_rooms.phases import Phase
from evaluation_rooms.room import Room, SeatRole
from evaluation_rooms.standing import Standing, Viewer
from evaluation_rooms.storage import rooms
from evaluation_rooms.terms import SeatTerms
from tendering.actions.accounts import Grant, register_organization
from tendering.domain.parties import Authorization, Organization, Person
from tendering.domain.roles import Role
from tendering.storage import authorizations, people
from tendering.storage.connection import Connection, reading, transaction
from tests.browser.conftest import OnlinePlatform
from tests.support.evaluation import (
    ROOM,
    TENDER,
    a_room_opening,
    check_ins,
    person,
)
from tests.support.evaluation_tender import (
    AGENCY,
    SUPERVISOR,
    insert_opening,
    insert_organization,
    insert_tender,
)

PASSWORD = "示范-password-1"
LOGIN = "seat-one"
HOST = Standing(Viewer.HOST)
SECOND_LOGIN, THIRD_LOGIN, WATCHING_LOGIN = "seat-two", "seat-three", "watching"
# The host's site and two guests'; the experts of seats 1 to 3 sit at a browser each.
SITES = ("示范市", "示范二市", "示范三市")
AT_BROWSERS = frozenset({1, 2, 3})
LIBRARY = UUID(int=0x70)

SECOND = Person(person(2), LIBRARY, "示范专家2", SECOND_LOGIN, is_administrator=False)
THIRD = Person(person(3), LIBRARY, "示范专家3", THIRD_LOGIN, is_administrator=False)
HOSTING = Person(UUID(int=0x73), AGENCY, "示范主持人甲", "hosting", is_administrator=False)
CENTRES = (UUID(int=0x76), UUID(int=0x77))
GUESTS = tuple(
    Person(
        UUID(int=0x74 + number), centre, f"示范操作员{number + 1}", login, is_administrator=False
    )
    for number, (centre, login) in enumerate(zip(CENTRES, ("guest-one", "guest-two"), strict=True))
)
WATCHING = Person(UUID(int=0x72), SUPERVISOR, "示范监督甲", WATCHING_LOGIN, is_administrator=False)
# Who looks on while the members score: the operators of the three sites, and the supervisor.
OVERSEEING = (HOSTING.login, *(one.login for one in GUESTS), WATCHING_LOGIN)
ENGLISH = GUESTS[1].login


@dataclass(frozen=True, slots=True)
class Committee:
    """The room on the running platform, and what its host and other members do there."""

    platform: OnlinePlatform

    async def do(self, commands: Iterable[c.Command]) -> None:
        """Do what is commanded, each in its transaction, as if it had come over the line."""
        context = self.platform.running.context
        for command in commands:
            async with transaction(context.pool) as connection:
                await act(connection, ROOM, command, HOST, at=context.now())
            context.touched(TENDER)

    async def others(
        self, part: Callable[[Room], Iterable[c.Command]], *, sit: Iterable[int] = (1,)
    ) -> None:
        """Everybody does a part but those of these seats, who `sit` at browsers and do it there."""
        async with reading(self.platform.running.context.pool) as connection:
            room = await rooms.load(connection, TENDER, ROOM)
        left = (one for one in part(room) if getattr(one, "seat", 0) not in {*sit})
        await self.do(left)


async def seated_committee(platform: OnlinePlatform) -> Committee:
    """A room whose members have checked in; seat 1 has an account to log in with."""
    context = platform.running.context
    now = context.now()
    opening = a_room_opening()
    terms = replace(
        opening.terms, opens_at=now - timedelta(hours=1), closes_at=now + timedelta(hours=12)
    )
    expert = Person(person(1), LIBRARY, "示范专家1", LOGIN, is_administrator=True)
    organization = Organization(
        LIBRARY, "12510100MB00000700", "示范市综合评标专家库", frozenset({Role.EXPERT})
    )
    password_hash = await context.passwords.hash(PASSWORD)
    async with transaction(context.pool) as connection:
        await insert_tender(connection)
        await insert_opening(connection)
        await register_organization(
            connection,
            organization,
            expert,
            [Grant(UUID(int=0x71), Role.EXPERT)],
            password_hash=password_hash,
            at=now,
        )
        seats = (
            *(replace(one, site=SITES[(one.number - 1) % len(SITES)]) for one in opening.seats),
            *_operators(first=len(opening.seats) + 1),
        )
        done = await open_room(connection, replace(opening, terms=terms, seats=seats), at=now)
        for one in (SECOND, THIRD):
            await _enter(connection, one, Role.EXPERT, password_hash, now)
        for number, (centre, operator) in enumerate(zip(CENTRES, GUESTS, strict=True), start=80):
            await insert_organization(connection, centre, number, Role.VENUE_OPERATOR)
            await _enter(connection, operator, Role.VENUE_OPERATOR, password_hash, now)
        await _enter(connection, HOSTING, Role.AGENCY, password_hash, now)
        await _enter(connection, WATCHING, Role.SUPERVISOR, password_hash, now)
    made = Committee(platform)
    await made.do([*check_ins(done.room), c.AdvancePhase(None, Phase.CHAIR)])
    return made


async def _enter(
    connection: Connection, someone: Person, role: Role, password_hash: str, at: datetime
) -> None:
    assert await people.insert(connection, someone, password_hash=password_hash, at=at)
    granted = Authorization(
        UUID(int=someone.id.int + 0x1000), someone.id, someone.organization_id, role, someone.id, at
    )
    assert await authorizations.insert(connection, granted)


def _operators(first: int) -> Iterable[SeatTerms]:
    for number, (site, operator) in enumerate(zip(SITES[1:], GUESTS, strict=True), start=first):
        role = SeatRole.GUEST_OPERATOR
        yield SeatTerms(number, role, site, operator.name, None, operator.id)
