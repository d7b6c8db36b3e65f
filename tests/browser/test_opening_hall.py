"""The opening hall, played by real people in browsers from the rehearsal to the last record.

Two sessions, the technical part and then the prices; three bidders, the host, a key holder and the
gallery in two languages; every phase is looked at.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

import hatch_build
from crypto import age_passphrase
from tendering.settings import ServerSettings
from tests.browser.conftest import free_port
from tests.support.bidding import PASSPHRASE
from tests.support.browsing import PHONE, Manner, Visitor, visiting
from tests.support.evaluation import DRAWN_METHOD
from tests.support.hall import HallPlay, hall_play
from tests.support.hall_draw import HallDraw
from tests.support.platform import PASSWORD, serving
from tests.support.postgres import ROOT, Cluster

pytestmark = [
    pytest.mark.needs("chromium"),
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(400),
]


@pytest_asyncio.fixture(loop_scope="session")
async def play(
    postgres: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[HallPlay]:
    """A platform of its own, because its hours pass quickly."""
    monkeypatch.setattr(age_passphrase, "WORK_FACTOR", 10)
    await asyncio.to_thread(hatch_build.build, ROOT)
    port = free_port()
    named = ServerSettings(port=port, public_address=f"http://localhost:{port}")
    (tmp_path / "platform").mkdir()
    async with (
        postgres.migrated() as database,
        serving(database, tmp_path / "platform", server=named) as platform,
        hall_play(
            platform,
            tmp_path,
            method=DRAWN_METHOD,
            procedure="two-envelope-tendering",
            drain_seconds=3,
        ) as play,
    ):
        yield play


@dataclass(frozen=True, slots=True)
class People:
    """Everybody at a browser."""

    gallery: tuple[Visitor, ...]
    host: Visitor
    holder: Visitor
    bidders: tuple[Visitor, ...]

    async def see_phase(self, chinese: str, name: str, *, again: bool = False) -> None:
        """The hall is in a phase; the gallery takes its pictures."""
        await self.gallery[0].page.locator(".steps .now", has_text=chinese).wait_for()
        async with asyncio.TaskGroup() as group:
            for visitor in self.gallery:
                await visitor.see(".badge.live")
                group.create_task(visitor.look(f"hall-{name}", again=again))


async def test_everybody_does_the_whole_job_on_the_page(
    play: HallPlay, chromium: Browser, pictures: Path, tmp_path: Path
) -> None:
    async with AsyncExitStack() as stack:
        people = await _come(stack, play, chromium, pictures)
        await _before_the_deadline(play, people)
        await _unlock(play, people)
        await _read_out(people)
        await _object(play, people)
        await _draw(play, people, tmp_path)
        await _record(play, people)
        await _prices(play, people)
        entries = await people.gallery[0].page.locator(".record li").count()

    assert entries > 20


async def _come(stack: AsyncExitStack, play: HallPlay, chromium: Browser, pictures: Path) -> People:
    address = f"http://localhost:{play.platform.running.address.rpartition(':')[2]}"

    async def come(manner: Manner, login: str = "") -> Visitor:
        visitor = await stack.enter_async_context(visiting(chromium, address, manner, pictures))
        if login:
            await visitor.log_in(login, PASSWORD)
        await visitor.go(f"/rooms/{play.tender.id}")
        await visitor.see(".badge.live")
        return visitor

    bidders = (Manner(), Manner("en", "dark"), Manner("zh", "light", PHONE))
    return People(
        gallery=(await come(Manner()), await come(Manner("en"))),
        host=await come(Manner(), play.host.login),
        holder=await come(Manner(), play.holders[0].login),
        bidders=tuple(
            [
                await come(manner, party.login)
                for manner, party in zip(bidders, play.bidders, strict=True)
            ]
        ),
    )


async def _before_the_deadline(play: HallPlay, people: People) -> None:
    first, second, _ = people.bidders
    await people.see_phase("预演", "rehearsal")
    await _rehearse(second, play.bidders[1].signing_key, "Rehearse", "Everything holds")
    await _rehearse(people.bidders[2], play.bidders[2].signing_key, "开始预演", "全部正常")
    await play.deadline_in(timedelta(hours=20))
    await people.see_phase("开标签到", "sign-in")
    await first.page.get_by_role("button", name="签到").click()
    await first.page.get_by_text("已签到").wait_for()
    await _choose(first, play.bidders[0].key_file)
    await first.page.get_by_label("密钥文件口令").fill("错误的口令")
    await first.page.get_by_role("button", name="检查密钥").click()
    await first.page.get_by_text("口令不对").wait_for()
    await first.page.get_by_label("密钥文件口令").fill(PASSPHRASE)
    await first.page.get_by_role("button", name="检查密钥").click()
    await first.page.get_by_text("密钥文件正确").wait_for()
    await first.look("hall-bidder-sign-in")
    await play.deadline_in(timedelta(minutes=20))
    await people.see_phase("等待投标截止", "waiting")
    seen = await people.gallery[0].page.content() + await second.page.content()
    # Its own name everybody reads on its own page; of the others nobody reads anything.
    assert play.bidders[0].name not in seen
    await play.deadline_in(timedelta(seconds=2))
    await people.see_phase("接收收尾", "closing")


async def _rehearse(visitor: Visitor, signing_key: Path, start: str, good: str) -> None:
    await visitor.page.locator("input[type=file]:visible").first.set_input_files(signing_key)
    await visitor.page.get_by_role("button", name=start, exact=True).click()
    await visitor.page.get_by_text(good).wait_for()
    await visitor.look("hall-bidder-rehearsal")


async def _unlock(play: HallPlay, people: People) -> None:
    first, second, third = people.bidders
    await people.gallery[0].page.locator(".steps .now", has_text="投标人解密").wait_for()
    await first.page.get_by_role("button", name="一键解密").click()
    await first.page.get_by_text("解密成功，投标文件与递交时一致").wait_for()
    await _choose(second, play.bidders[2].key_file)
    await second.page.get_by_role("button", name="Unlock", exact=True).click()
    await second.page.get_by_text("The file has no key of this bid").wait_for()
    await second.look("hall-bidder-wrong-key")
    await _choose(second, play.bidders[1].key_file)
    await second.page.get_by_role("button", name="Unlock", exact=True).click()
    await second.page.get_by_text("Unlocked: the bid is what was handed in").wait_for()
    await third.page.get_by_role("button", name="我的密钥丢失了").click()
    await third.page.get_by_role("button", name="确定密钥丢失").click()
    await third.page.get_by_text("正在等待密钥持有人").wait_for()
    await third.look("hall-bidder-lost-key")
    await people.holder.page.get_by_text("需要贵单位的密钥份额").wait_for()
    await people.holder.look("hall-key-holder")
    host = people.host.page
    await host.get_by_label("延长理由").fill("一家投标人正在补救解密")
    await host.get_by_role("button", name="延长", exact=True).click()
    await host.get_by_text("解密时间已经延长").wait_for()
    await host.get_by_label("向全体宣布").fill("请各投标人核对解密结果。")
    await host.get_by_role("button", name="发送").click()
    await people.host.look("hall-host-unlock")
    await people.gallery[0].page.get_by_text("已延长").first.wait_for()
    await people.see_phase("投标人解密", "unlock")
    await play.give_shares()
    await third.page.get_by_text("已由密钥持有人补救解密成功").wait_for()


async def _read_out(people: People) -> None:
    gallery = people.gallery[0].page
    await people.host.page.get_by_role("button", name="开始唱标").click()
    await gallery.locator(".steps .now", has_text="唱标").wait_for()
    await people.see_phase("唱标", "reveal")
    # The prices are sealed still, the platform itself knows none.
    assert "壹佰贰拾捌万" not in await gallery.content()
    await _confirm(people)
    await people.see_phase("确认开标结果", "confirm")


async def _confirm(people: People) -> None:
    await _lead(people, "确认开标结果")
    await people.bidders[0].page.get_by_role("button", name="核对无误，确认").click()
    await people.bidders[0].page.get_by_text("已确认").first.wait_for()


async def _object(play: HallPlay, people: People) -> None:
    bidder, host = people.bidders[1].page, people.host.page
    await _lead(people, "开标异议")
    await bidder.get_by_text("I object").click()
    await bidder.get_by_label("The objection").fill("我方递交了两份技术附件，请核实。")
    await _choose(people.bidders[1], play.bidders[1].signing_key)
    await bidder.get_by_role("button", name="Sign and object").click()
    await bidder.get_by_text("The objection was raised").wait_for()
    await host.get_by_role("button", name="答复").click()
    await host.get_by_label("答复内容").fill("以密封的投标文件为准，由评标委员会处理。")
    await _choose(people.host, play.host.signing_key)
    await people.host.look("hall-host-objections")
    await host.get_by_role("button", name="签名并答复").click()
    await bidder.get_by_text("由评标委员会处理").first.wait_for()
    await people.bidders[1].look("hall-bidder-objections")
    await people.see_phase("开标异议", "objections")


async def _draw(play: HallPlay, people: People, folder: Path) -> None:
    first, second, _ = people.bidders
    by_page = (
        (people.host, play.host, "现场抽取：各方随机数", "签名并封存随机数"),
        (first, play.bidders[0], "现场抽取：各方随机数", "签名并封存随机数"),
        (
            second,
            play.bidders[1],
            "Draw: everybody's random numbers",
            "Sign and seal a random number",
        ),
    )
    others = (play.bidders[2], *play.holders, play.supervisor, play.agency)
    await _lead(people, "现场抽取")
    draw = HallDraw(play, folder)
    await draw.freeze()
    for visitor, party, panel, button in by_page:
        own = visitor.page.get_by_role("region", name=panel)
        await own.locator("input[type=file]").set_input_files(party.signing_key)
        await own.get_by_role("button", name=button).click()
        await own.locator(".tag.good").wait_for()
    await people.host.look("hall-host-draw")
    await draw.seal(others)
    await draw.check()
    await people.host.page.get_by_role("button", name="截止封存").click()
    for visitor, name in zip(
        (people.host, first, second),
        ("公开贵单位的随机数", "公开贵单位的随机数", "Open yours"),
        strict=True,
    ):
        await visitor.page.get_by_role("button", name=name).click()
        await visitor.page.get_by_role("button", name=name).wait_for(state="detached")
    await draw.reveal(others)
    await second.look("hall-bidder-draw")
    await people.host.page.get_by_role("button", name="开始抽取").click()
    for visitor, drawn in zip(people.gallery, ("抽取结果：K = ", "Drawn: K = "), strict=True):
        await visitor.page.get_by_text(drawn).wait_for()
    await people.see_phase("现场抽取", "draw")


async def _record(play: HallPlay, people: People) -> None:
    await people.host.page.get_by_role("button", name="生成开标记录").click()
    await people.see_phase("签署开标记录", "record")
    await play.sign_record()
    await people.see_phase("开标结束", "between")


async def _prices(play: HallPlay, people: People) -> None:
    host, (gallery, _) = people.host.page, people.gallery
    first, second, third = people.bidders
    await play.lock_marks()
    await host.get_by_role("button", name="开始第二次开标").click()
    await gallery.page.locator(".steps .now", has_text="投标人解密").wait_for()
    await people.see_phase("投标人解密", "prices-unlock", again=True)
    for visitor, party, button, done in (
        (first, play.bidders[0], "一键解密", "解密成功，投标文件与递交时一致"),
        (second, play.bidders[1], "Unlock", "Unlocked: the bid is what was handed in"),
        (third, play.bidders[2], "一键解密", "解密成功，投标文件与递交时一致"),
    ):
        await _choose(visitor, party.key_file)
        if party is play.bidders[0]:
            await visitor.page.get_by_label("密钥文件口令").fill(PASSPHRASE)
        await visitor.page.get_by_role("button", name=button, exact=True).click()
        await visitor.page.get_by_text(done).wait_for()
    await host.get_by_role("button", name="开始唱标").click()
    await gallery.page.get_by_text("壹佰贰拾捌万伍仟元整").wait_for()
    await gallery.page.get_by_text("疑似金额单位有误").first.wait_for()
    await gallery.page.get_by_text("超过最高限价").first.wait_for()
    await people.see_phase("唱标", "prices-reveal", again=True)
    await _confirm(people)
    await host.get_by_role("button", name="生成开标记录").click()
    await people.see_phase("签署开标记录", "prices-record", again=True)
    await play.sign_record("price_record")
    await people.see_phase("开标结束", "closed")


async def _lead(people: People, phase: str) -> None:
    await people.host.page.get_by_role("button", name=f"进入“{phase}”").click()
    await people.gallery[0].page.locator(".steps .now", has_text=phase).wait_for()


async def _choose(visitor: Visitor, file: Path) -> None:
    await visitor.page.locator("input[type=file]:visible").last.set_input_files(file)
