"""The play of the workplaces: an evaluation whose experts are asked, and two guarantors."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

from clients.certifying import certify_with_platform
from clients.key_files import SIGNING_KEY, KeyFolder
from clients.platform import Platform, open_platform
from evaluation_rooms import commands as c
from evaluation_rooms.actions.rooms import act
from evaluation_rooms.phases import Phase
from evaluation_rooms.room import Room
from evaluation_rooms.standing import Standing, Viewer
from evaluation_rooms.storage import rooms
from tendering.actions.accounts import Grant, register_organization
from tendering.domain.experts import Expert
from tendering.domain.parties import Organization, Person
from tendering.domain.roles import Role
from tendering.domain.seat_invitations import Call, Invitation
from tendering.domain.tender import Tender, TenderStatus
from tendering.storage import seat_invitations, tenders
from tendering.storage.connection import reading, transaction
from tests.browser.conftest import OnlinePlatform
from tests.support.evaluation_tender import an_evaluated_tender
from tests.support.programs import running
from tests.support.seated import seat_members

VENUE = "示范市评标中心"
EXPERT, PASSWORD = "seat-nine", "示范-password-1"
SEAT = 1
HOST = Standing(Viewer.HOST)


@dataclass(frozen=True, slots=True)
class Play:
    """The platform, an evaluation on it, and who sits at which browser."""

    platform: OnlinePlatform
    tender: Tender
    room_id: UUID
    expert: Expert
    keys: dict[str, Path]
    guarantors: dict[str, str]

    async def do(self, commands: Iterable[c.Command]) -> None:
        """Others in the room do what is commanded, each in its transaction."""
        context = self.platform.running.context
        for command in commands:
            async with transaction(context.pool) as connection:
                await act(connection, self.room_id, command, HOST, at=context.now())
            context.touched(self.tender.id)

    async def all_do(self, part: Callable[[Room], Iterable[c.Command]], to: Phase) -> None:
        """All members do a part, and the host leads on."""
        async with reading(self.platform.running.context.pool) as connection:
            room = await rooms.load(connection, self.tender.id, self.room_id)
        await self.do([*part(room), c.AdvancePhase(None, to)])

    async def others(self, part: Callable[[Room], Iterable[c.Command]]) -> None:
        """Everybody but the expert at the browser does a part."""
        async with reading(self.platform.running.context.pool) as connection:
            room = await rooms.load(connection, self.tender.id, self.room_id)
        await self.do(one for one in part(room) if getattr(one, "seat", 0) != SEAT)


@asynccontextmanager
async def playing(platform: OnlinePlatform, folder: Path) -> AsyncIterator[Play]:
    """An evaluation whose experts are asked, and two guarantors: one serves, one is a dead end."""
    tender = await _tender(platform)
    expert = await _expert(platform, tender)
    keys: dict[str, Path] = {}
    async with AsyncExitStack() as stack:

        async def line(login: str) -> Platform:
            opened = await stack.enter_async_context(open_platform(platform.address))
            await opened.log_in(login, password_of(platform, login))
            return opened

        operator = await line("operator")
        venue = {"name": VENUE, "region": "510100", "has_desk": True}
        runner = (await line("venue")).me.organization_id
        await operator.post("/venues", venue | {"organization_id": str(runner)})
        for login in ("bidder01", EXPERT):
            keys[login] = folder / login / SIGNING_KEY
            await certify_with_platform(KeyFolder(folder / login), await line(login))
        logins = [login for login, one in platform.accounts.items() if one.role == Role.INSURER]
        config = folder / "insurer.json"
        told = {
            "platform": platform.address,
            "login": logins[0],
            "password": platform.accounts[logins[0]].password,
            "name": platform.accounts[logins[0]].organization,
            "key_folder": str(folder / logins[0]),
        }
        await asyncio.to_thread(config.write_text, json.dumps(told, ensure_ascii=False))
        serving = await stack.enter_async_context(
            running("clients.insurer_simulator", "--config", config)
        )
        guarantors = {}
        for login, endpoint in zip(
            logins, (serving.url, f"{platform.address}/nobody"), strict=True
        ):
            body = {
                "name": platform.accounts[login].organization,
                "organization_id": str((await line(login)).me.organization_id),
                "endpoint": endpoint,
                "public_key": serving.facts["public_key"],
            }
            guarantors[login] = (await operator.post("/insurance/guarantors", body))["id"]
        await operator.post(f"/insurance/guarantors/{guarantors[logins[0]]}/approval", {})
        yield Play(platform, tender, uuid4(), expert, keys, guarantors)


def password_of(platform: OnlinePlatform, login: str) -> str:
    return PASSWORD if login == EXPERT else platform.accounts[login].password


async def _tender(platform: OnlinePlatform) -> Tender:
    """A tender of the demonstration's parties whose bids are open."""
    async with open_platform(platform.address) as line:
        parties = {}
        for login in ("entity", "agency", "supervisor"):
            await line.log_in(login, platform.accounts[login].password)
            parties[login] = line.me.organization_id
    context = platform.running.context
    tender = replace(
        an_evaluated_tender(TenderStatus.OPENED),
        id=uuid4(),
        number="KB-2026-0007",
        title="示范大桥加固工程",
        procuring_entity_id=parties["entity"],
        agency_id=parties["agency"],
        supervisor_id=parties["supervisor"],
        deadline=context.now() - timedelta(days=1),
        published_at=context.now() - timedelta(days=30),
    )
    async with transaction(context.pool) as connection:
        await tenders.insert(connection, tender, at=context.now())
    return tender


async def _expert(platform: OnlinePlatform, tender: Tender) -> Expert:
    """Seat 1 is drawn at the venue; its expert has an account and is asked."""
    context = platform.running.context
    now = context.now()
    library = Organization(
        uuid4(), "12510100MB00000713", "示范市综合评标专家库", frozenset({Role.EXPERT})
    )
    person = Person(uuid4(), library.id, "示范专家九", EXPERT, is_administrator=True)
    password_hash = await context.passwords.hash(PASSWORD)
    async with transaction(context.pool) as connection:
        grants = [Grant(uuid4(), Role.EXPERT)]
        await register_organization(
            connection, library, person, grants, password_hash=password_hash, at=now
        )
        (expert,) = await seat_members(connection, tender.id, [person.id], venue=VENUE, at=now)
        call = Call(now + timedelta(hours=2), 60)
        await seat_invitations.insert_call(connection, tender.id, call)
        asked = Invitation(
            uuid4(),
            tender.id,
            SEAT,
            expert.id,
            VENUE,
            "A08",
            call.begins_at,
            call.respond_until(now),
        )
        await seat_invitations.insert(connection, asked, at=now)
    return expert
