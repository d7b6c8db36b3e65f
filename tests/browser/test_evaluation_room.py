"""An expert in the evaluation room: elects, reviews, scores, locks, leads on and confirms."""

import asyncio
import json
import re
from collections.abc import Callable, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
import pytest_asyncio
from msgspec.structs import replace

from evaluation_rooms import commands as c
from evaluation_rooms.actions.rooms import act, open_room
from evaluation_rooms.media.deeds import enter_arrivals
from evaluation_rooms.media.janus import Janus
from evaluation_rooms.media.stage import Stage
from evaluation_rooms.phases import Phase
from evaluation_rooms.room import Room
from evaluation_rooms.settings import JanusServer, MediaLimits
from evaluation_rooms.standing import Standing, Viewer
from evaluation_rooms.storage import rooms
from tendering.actions.accounts import Grant, register_organization
from tendering.domain.parties import Authorization, Organization, Person
from tendering.domain.roles import Role
from tendering.storage import authorizations, people
from tendering.storage.connection import Connection, reading, transaction
from tests.browser.conftest import OnlinePlatform, Visit
from tests.support.browsing import PHONE, Manner, Visitor
from tests.support.evaluation import (
    ROOM,
    TENDER,
    a_room_opening,
    check_ins,
    confirmations,
    elects,
    person,
    scores,
    votes,
)
from tests.support.evaluation_tender import SUPERVISOR, insert_opening, insert_tender
from tests.support.janus import SECRET, janus

pytestmark = [
    pytest.mark.needs("chromium"),
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(180),
]

PASSWORD = "示范-password-1"
LOGIN = "seat-one"
HOST = Standing(Viewer.HOST)
SECOND_LOGIN, WATCHING_LOGIN = "seat-two", "watching"
LIBRARY = UUID(int=0x70)
MOVES = """
async (videos) => {
  const frames = () => videos.map((one) => one.getVideoPlaybackQuality().totalVideoFrames);
  const before = frames();
  while (!frames().every((now, index) => now > before[index] + 3)) {
    await new Promise((done) => setTimeout(done, 50));
  }
  return videos.map((one) => one.videoWidth > 0);
}
"""


SECOND = Person(person(2), LIBRARY, "示范专家2", SECOND_LOGIN, is_administrator=False)
WATCHING = Person(UUID(int=0x72), SUPERVISOR, "示范监督甲", WATCHING_LOGIN, is_administrator=False)


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

    async def others(self, part: Callable[[Room], Iterable[c.Command]]) -> None:
        """Everybody but seat 1 does a part."""
        async with reading(self.platform.running.context.pool) as connection:
            room = await rooms.load(connection, TENDER, ROOM)
        await self.do(command for command in part(room) if getattr(command, "seat", 0) != 1)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def committee(platform: OnlinePlatform) -> Committee:
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
        done = await open_room(connection, replace(opening, terms=terms), at=now)
        await _enter(connection, SECOND, Role.EXPERT, password_hash, now)
        await _enter(connection, WATCHING, Role.SUPERVISOR, password_hash, now)
    made = Committee(platform)
    await made.do([*check_ins(done.room), c.AdvancePhase(None, Phase.CHAIR)])
    return made


async def test_two_seats_and_the_supervisor_see_each_others_pictures_move(
    visit: Visit, committee: Committee
) -> None:
    async with visit() as one, visit() as two, visit() as watching:
        for visitor, login in ((one, LOGIN), (two, SECOND_LOGIN), (watching, WATCHING_LOGIN)):
            await visitor.log_in(login, PASSWORD)
            await visitor.go(f"/rooms/{ROOM}")
            await visitor.see(".badge.live")
        await watching.page.get_by_role("button", name="观看").click()
        for visitor in (one, two):
            await visitor.page.get_by_role("button", name="开启摄像头和麦克风").click()
        shown = [
            await _moving(one, ["2 号 示范专家2"]),
            await _moving(two, ["1 号 示范专家1"]),
            await _moving(watching, ["1 号 示范专家1", "2 号 示范专家2"]),
        ]
        await two.page.get_by_role("button", name="关闭摄像头和麦克风").click()
        await watching.page.get_by_text("2 号席位录音录像中断（已关闭）").wait_for()
        await watching.look("room-media")

    assert shown == [[True], [True], [True, True]]


@pytest.mark.needs("janus")
async def test_a_media_server_shows_and_records_who_is_there_and_ends_what_may_not_be(
    visit: Visit, committee: Committee, tmp_path: Path
) -> None:
    rooms_context = committee.platform.running.rooms
    async with visit() as one, visit() as watching, AsyncExitStack() as stack:
        address = await stack.enter_async_context(janus(tmp_path))
        recordings = tmp_path / "recordings"
        server = JanusServer(address=address, secret=SECRET, recordings_folder=str(recordings))
        carrier = Janus(server, now=rooms_context.now)
        stack.callback(setattr, rooms_context.hub, "stage", rooms_context.hub.stage)
        rooms_context.hub.stage = Stage(MediaLimits(), carrier)
        await stack.enter_async_context(carrier.running())
        entering = asyncio.create_task(enter_arrivals(rooms_context))
        stack.callback(entering.cancel)
        for visitor, login in ((one, LOGIN), (watching, WATCHING_LOGIN)):
            await visitor.log_in(login, PASSWORD)
            await visitor.go(f"/rooms/{ROOM}")
            await visitor.see(".badge.live")
        await watching.page.get_by_role("button", name="观看").click()
        await one.page.get_by_role("button", name="开启摄像头和麦克风").click()
        shown = await _moving(watching, ["1 号 示范专家1"])
        await committee.do([c.Speak(1, "录像中说的话")])
        await one.page.get_by_text("录像中说的话").wait_for()
        await one.page.get_by_role("button", name="关闭摄像头和麦克风").click()
        await watching.page.get_by_text("1 号席位录音录像中断（已关闭）").wait_for()
        await watching.page.locator('video[aria-label="1 号 示范专家1"]').wait_for(state="detached")
    [folder] = recordings.iterdir()
    index = [json.loads(line) for line in (folder / "index.jsonl").read_text().splitlines()]
    begins = next(line for line in index if "begins" in line)
    said = next(line for line in index if line.get("kind") == "room.said")
    files = {file.name: file.stat().st_size for file in folder.glob(f"{begins['begins']}*.mjr")}

    assert shown == [True]
    assert (begins["seat"], begins["sends"]) == (1, ["picture", "sound"])
    assert said["in"][begins["begins"]] > 0
    assert len(files) == 2
    assert min(files.values()) > 1000


async def _moving(visitor: Visitor, labels: list[str]) -> list[bool]:
    """Wait until the pictures of these move; have they a size?"""
    tiles = [visitor.page.locator(f'video[aria-label="{label}"]') for label in labels]
    handles = [await tile.element_handle() for tile in tiles]
    found: list[bool] = await visitor.page.evaluate(MOVES, handles)
    return found


async def _enter(
    connection: Connection, someone: Person, role: Role, password_hash: str, at: datetime
) -> None:
    assert await people.insert(connection, someone, password_hash=password_hash, at=at)
    granted = Authorization(
        UUID(int=someone.id.int + 0x1000), someone.id, someone.organization_id, role, someone.id, at
    )
    assert await authorizations.insert(connection, granted)


async def test_an_expert_sees_the_evaluation_through(visit: Visit, committee: Committee) -> None:
    async with visit() as expert:
        await expert.log_in(LOGIN, PASSWORD)
        await expert.go(f"/rooms/{ROOM}")
        await expert.see(".badge.live")
        await _elect(expert, committee)
        await _review(expert, committee)
        await _score(expert, committee)
        for phase in ("价格得分", "汇总排名", "复核检查", "评标报告"):
            await _lead_to(expert, phase)
        await _confirm(expert, committee)
        order = await expert.page.locator("h2", has_text="汇总排名").count()

    async with visit(Manner("en", "dark", PHONE)) as again:
        await again.log_in(LOGIN, PASSWORD)
        await again.go(f"/rooms/{ROOM}")
        await again.see(".badge.live")
        await _not_compared(again)
        await again.look("room-report")

    assert order == 1


async def _elect(expert: Visitor, committee: Committee) -> None:
    await expert.look("room-chair")
    await expert.page.get_by_role("button", name="投票给 示范专家1").click()
    await committee.others(elects)
    await _lead_to(expert, "初步评审")


async def _review(expert: Visitor, committee: Committee) -> None:
    await expert.look("room-preliminary")
    passes = expert.page.locator("button.pass")
    for number in range(await passes.count()):
        await passes.nth(number).click()
        await expert.see(f":nth-match(button.pass[aria-pressed='true'], {number + 1})")
    await committee.others(votes)
    await _lead_to(expert, "独立评分")


async def _score(expert: Visitor, committee: Committee) -> None:
    page = expert.page
    fields = page.locator("[id^=points-]")
    await fields.first.fill("99")
    await fields.first.press("Tab")
    await expert.see(".cell.wrong")
    for number in range(await fields.count()):
        await fields.nth(number).fill(f"{8 + number}．5")
        await fields.nth(number).press("Enter")
    await page.get_by_text("已填 6 / 6").wait_for()
    await expert.look("room-technical")
    await page.get_by_role("button", name="确认无误").click()
    await page.get_by_role("button", name="锁定评分表").click()
    await page.locator(".el-dialog").get_by_role("button", name="锁定评分表").click()
    await page.get_by_text("您的评分表已锁定").wait_for()
    await committee.others(scores)
    await page.get_by_role("heading", name="全体评分").wait_for()


async def _confirm(expert: Visitor, committee: Committee) -> None:
    await _not_compared(expert)
    await expert.look("room-report")
    await expert.page.get_by_role("button", name="确认评标报告").click()
    await committee.others(confirmations)
    await _lead_to(expert, "签署")


async def _lead_to(expert: Visitor, phase: str) -> None:
    button = expert.page.get_by_role("button", name=f"进入“{phase}”")
    await button.click()
    await expert.page.locator(".steps .now", has_text=phase).wait_for()


async def _not_compared(visitor: Visitor) -> None:
    """Nobody compares bids here: the page says so, and the browser tells of that answer alone."""
    await visitor.page.get_by_text(
        re.compile("系统正在比对投标文件|bids are being compared")
    ).wait_for()
    assert all("404" in fault for fault in visitor.faults)
    visitor.faults.clear()
