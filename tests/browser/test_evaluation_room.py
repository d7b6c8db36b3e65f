"""An evaluation at three sites: experts elect, review, score, lock, lead on and confirm.

Each site has an expert and an operator at a browser of their own; the supervisor watches.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from evaluation_rooms import commands as c
from evaluation_rooms.media.deeds import enter_arrivals
from evaluation_rooms.media.janus import Janus
from evaluation_rooms.media.stage import Stage
from evaluation_rooms.room import Room
from evaluation_rooms.settings import JanusServer, MediaLimits
from tests.browser.committee import (
    AT_BROWSERS,
    ENGLISH,
    LOGIN,
    OVERSEEING,
    PASSWORD,
    SECOND_LOGIN,
    THIRD_LOGIN,
    WATCHING_LOGIN,
    Committee,
    seated_committee,
)
from tests.browser.conftest import OnlinePlatform, Visit
from tests.support.browsing import PHONE, Manner, Visitor
from tests.support.evaluation import (
    ROOM,
    confirmations,
    elects,
    scores,
    votes,
)
from tests.support.janus import SECRET, janus

pytestmark = [
    pytest.mark.needs("chromium"),
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(180),
]

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


@dataclass(frozen=True, slots=True)
class Sites:
    """Who sits at browsers: an expert and an operator a site, the host's first."""

    experts: tuple[Visitor, ...]
    operators: tuple[Visitor, ...]
    supervisor: Visitor

    @property
    def first(self) -> Visitor:
        """Seat 1, which takes the chair."""
        return self.experts[0]

    @property
    def everybody(self) -> tuple[Visitor, ...]:
        """All who are in the room."""
        return (*self.experts, *self.operators, self.supervisor)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def committee(platform: OnlinePlatform) -> Committee:
    """A room whose members have checked in; seats 1 to 3 have accounts to log in with."""
    return await seated_committee(platform)


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


@asynccontextmanager
async def _come(visit: Visit, logins: Iterable[str]) -> AsyncIterator[tuple[Visitor, ...]]:
    """People come to the room; the operator of the third site reads English."""

    async def enter(visitor: Visitor, login: str) -> None:
        await visitor.log_in(login, PASSWORD)
        await visitor.go(f"/rooms/{ROOM}")
        await visitor.see(".badge.live")

    named = list(logins)
    async with AsyncExitStack() as stack:
        come = [
            await stack.enter_async_context(visit(Manner("en" if one == ENGLISH else "zh")))
            for one in named
        ]
        await asyncio.gather(*map(enter, come, named))
        yield tuple(come)


async def test_three_sites_see_one_evaluation_through(visit: Visit, committee: Committee) -> None:
    async with _come(visit, (LOGIN, SECOND_LOGIN, THIRD_LOGIN)) as experts:
        await _elect(experts, committee)
        await _review(experts, committee)
        async with _come(visit, OVERSEEING) as (*operators, supervisor):
            await _score(Sites(experts, tuple(operators), supervisor), committee)
        for phase in ("价格得分", "汇总排名", "复核检查", "评标报告"):
            await _lead_to(experts[0], phase)
        await _confirm(experts, committee)
        order = await experts[0].page.locator("h2", has_text="汇总排名").count()

    async with visit(Manner("en", "dark", PHONE)) as again:
        await again.log_in(LOGIN, PASSWORD)
        await again.go(f"/rooms/{ROOM}")
        await again.see(".badge.live")
        await _not_compared(again)
        await again.look("room-report")

    assert order == 1


async def _elect(experts: Sequence[Visitor], committee: Committee) -> None:
    await experts[0].look("room-chair")
    for one in experts:
        button = one.page.get_by_role("button", name="投票给 示范专家1")
        await button.click()
        await button.wait_for(state="hidden")
    await committee.others(elects, sit=AT_BROWSERS)
    await _lead_to(experts[0], "初步评审")
    await _all_reach(experts, "初步评审")


async def _all_reach(experts: Sequence[Visitor], phase: str) -> None:
    for one in experts:
        await one.page.locator(".steps .now", has_text=phase).wait_for()


async def _review(experts: Sequence[Visitor], committee: Committee) -> None:
    await experts[0].look("room-preliminary")
    passes = experts[0].page.locator("button.pass")
    for number in range(await passes.count()):
        await passes.nth(number).click()
        await experts[0].see(f":nth-match(button.pass[aria-pressed='true'], {number + 1})")
    await committee.others(votes)
    await _lead_to(experts[0], "独立评分")
    await _all_reach(experts, "独立评分")


async def _score(sites: Sites, committee: Committee) -> None:
    field = sites.first.page.locator("[id^=points-]").first
    await field.fill("99")
    await field.press("Tab")
    await sites.first.see(".cell.wrong")
    fields = sites.first.page.locator("[id^=points-]")
    for number in range(await fields.count()):
        await fields.nth(number).fill(f"{8 + number}．5")
        await fields.nth(number).press("Enter")
    await sites.first.page.get_by_text("已填 6 / 6").wait_for()
    await sites.first.look("room-technical")
    await _lock(sites.first)
    await committee.others(_marks)
    # The others see that it is locked, and neither a mark of it nor a sum.
    for one in (*sites.experts[1:], *sites.operators):
        await one.page.locator(".seats li", has_text="示范专家1").locator(".good").wait_for()
        assert "8.5" not in await one.page.inner_text("main")
    await _look_at_each_site(sites)
    await asyncio.gather(*map(_lock, sites.experts[1:]))
    await committee.others(_locks, sit=AT_BROWSERS)
    for one in sites.experts:
        await one.page.get_by_role("heading", name="全体评分").wait_for()


def _marks(room: Room) -> Iterable[c.Command]:
    return (one for one in scores(room) if isinstance(one, c.SubmitScore))


def _locks(room: Room) -> Iterable[c.Command]:
    return (one for one in scores(room) if not isinstance(one, c.SubmitScore))


async def _lock(expert: Visitor) -> None:
    await expert.page.get_by_role("button", name="确认无误").click()
    await expert.page.get_by_role("button", name="锁定评分表").click()
    await expert.page.locator(".el-dialog").get_by_role("button", name="锁定评分表").click()
    await expert.page.get_by_text("您的评分表已锁定").wait_for()


async def _look_at_each_site(sites: Sites) -> None:
    """The same moment at every browser; the supervisor alone sees everything."""
    for one in sites.everybody:
        for seat in AT_BROWSERS:
            name = f"示范专家{seat}"
            await one.page.locator(".seats li", has_text=name).locator(".dot.there").wait_for()
    await sites.supervisor.page.get_by_role("cell", name="8.5", exact=True).first.wait_for()
    await _not_compared(sites.supervisor)
    await sites.experts[1].look("site-2-expert", again=True)
    await sites.experts[2].look("site-3-expert", again=True)
    await sites.operators[0].look("site-1-operator")
    await sites.operators[1].look("site-2-operator", again=True)
    await sites.operators[2].look("site-3-operator")
    await sites.supervisor.look("site-supervisor")


async def _confirm(experts: Sequence[Visitor], committee: Committee) -> None:
    for one in experts:
        await _not_compared(one)
    await experts[0].look("room-report")
    for one in experts:
        button = one.page.get_by_role("button", name="确认评标报告")
        await button.click()
        await button.wait_for(state="hidden")
    await committee.others(confirmations, sit=AT_BROWSERS)
    await _lead_to(experts[0], "签署")
    await _all_reach(experts, "签署")


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
