"""Workplaces around a tender, in real browsers: expert, venue, insurer, supervisor, bidder.

One platform and two tenders: an evaluation that comes to its report, and a tender to be secured.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from msgspec.structs import replace as changed
from playwright.async_api import Browser, FilePayload

from clients.insurer_conformance import Finding, report
from clients.platform import PlatformRefused, open_platform
from evaluation_rooms import commands as c
from evaluation_rooms.actions.rooms import open_room
from evaluation_rooms.phases import Phase
from evaluation_rooms.room import Room
from tendering.domain.calendar import SHANGHAI
from tendering.domain.tender import TenderStatus
from tendering.storage import tenders
from tendering.storage.connection import transaction
from tests.browser.conftest import OnlinePlatform
from tests.browser.workplaces import EXPERT, PASSWORD, SEAT, VENUE, Play, password_of, playing
from tests.support.browsing import PHONE, Manner, Visitor, visiting
from tests.support.evaluation import (
    a_room_opening,
    check_ins,
    confirmations,
    decisions,
    elects,
    scores,
    votes,
)

pytestmark = [
    pytest.mark.needs("chromium"),
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(300),
]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def play(
    platform: OnlinePlatform, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Play]:
    """Everybody is there, and nothing has happened."""
    async with playing(platform, tmp_path_factory.mktemp("workplaces")) as play:
        yield play


async def test_everybody_around_a_tender_has_a_place_to_work(
    play: Play, chromium: Browser, pictures: Path, tmp_path: Path
) -> None:
    accounts = play.platform.accounts
    async with AsyncExitStack() as stack:

        async def come(login: str, manner: Manner | None = None) -> Visitor:
            opened = visiting(chromium, play.platform.address, manner or Manner(), pictures)
            visitor = await stack.enter_async_context(opened)
            await visitor.log_in(login, password_of(play.platform, login))
            return visitor

        host, desk, workstation = await asyncio.gather(come("entity"), come("venue"), come("venue"))
        await _book(play, host, desk, workstation)
        await workstation.log_in(EXPERT, PASSWORD)
        await _arrive(play, host, desk, workstation)
        first, second = play.guarantors
        bidder, supervisor, operator, insurer = await asyncio.gather(
            come("bidder01", Manner("zh", "light", PHONE)),
            come("supervisor", Manner("en", "dark")),
            come("operator"),
            come(second, Manner("en", "light")),
        )
        await _open_room(play, bidder)
        await _check_in(play, workstation)
        await _answer(play, bidder)
        await _watch(play, supervisor)
        await _refuse(play, host)
        await _judge(supervisor)
        await _let_out(play, operator, accounts[second].organization, tmp_path)
        await _secure(bidder, accounts[first].organization)
        await _mend(play, insurer)


async def _book(play: Play, host: Visitor, desk: Visitor, workstation: Visitor) -> None:
    """A computer becomes a workstation; seats are asked for and kept."""
    await workstation.go("/venue/places")
    page = workstation.page
    await page.get_by_text("还没有工位").wait_for()
    await page.get_by_label("房间", exact=True).fill("评标一室")
    await page.get_by_label("工位号").fill("01")
    await page.get_by_role("button", name="设为工位").click()
    await page.get_by_text("已设为工位").wait_for()
    await workstation.look("venue-places")
    await host.go(f"/tenders/{play.tender.id}/desk/venues")
    page = host.page
    await page.locator(".ask select").select_option(label=VENUE)
    await page.locator(".ask .seats").fill("1")
    now = play.platform.running.context.now().astimezone(SHANGHAI)
    begins, ends = await page.locator("form.ask > .row input[type=datetime-local]").all()
    await begins.fill(f"{now - timedelta(hours=1):%Y-%m-%dT%H:%M}")
    await ends.fill(f"{now + timedelta(hours=9):%Y-%m-%dT%H:%M}")
    await page.get_by_role("button", name="申请", exact=True).click()
    await page.locator(".tag.warn", has_text="待答复").wait_for()
    await desk.go("/venue")
    page = desk.page
    await page.get_by_role("button", name="谢绝").click()
    assert await page.get_by_role("button", name="确定谢绝").is_disabled()
    await page.get_by_role("button", name="取消", exact=True).click()
    await desk.look("venue-bookings")
    await page.get_by_role("button", name="确认", exact=True).click()
    await page.locator(".tag.good", has_text="已确认").first.wait_for()
    await page.get_by_role("button", name="查询").click()
    await page.get_by_text("整间可容纳最多 0 席").wait_for()


async def _arrive(play: Play, host: Visitor, desk: Visitor, workstation: Visitor) -> None:
    """The invitation hides the tender; the desk doubts, the host decides, the seat is drawn."""
    page = workstation.page
    await workstation.go("/tasks")
    await page.get_by_role("link", name=f"{VENUE} · A08").click()
    await page.wait_for_url("**/invitations")
    await workstation.look("invitations")
    assert await page.get_by_text(play.tender.title).count() == 0
    await page.get_by_role("button", name="接受邀请").click()
    await page.get_by_role("link", name="到场与签到").click()
    await page.get_by_role("heading", name=play.tender.title).wait_for()
    await page.get_by_role("button", name="取得核验码").click()
    code = (await page.locator("strong.code").inner_text()).replace(" ", "")
    await page.get_by_role("button", name="我已到场").click()
    await _refused(workstation, "请先在场地服务台完成身份核验")

    await desk.go("/venue/desk")
    await desk.page.get_by_label("核验码").fill(code)
    await desk.page.get_by_label("与本人相符").check()
    await desk.page.get_by_label("人脸比对分数").fill("700")
    await desk.page.get_by_role("button", name="登记核验").click()
    await desk.page.get_by_text("请联系主持人").wait_for()
    image = FilePayload(name="1.jpg", mimeType="image/jpeg", buffer=b"of nobody")
    await desk.page.locator("input[type=file]").set_input_files(image)
    await desk.page.get_by_role("button", name="留存").click()
    await _refused(desk, "须先取得本人")
    await page.get_by_text("留存影像").click()
    await page.get_by_role("button", name="同意留存").click()
    await page.get_by_text("已同意").wait_for()
    await desk.page.get_by_role("button", name="留存").click()
    await desk.page.get_by_text("已留存").wait_for()
    await desk.look("venue-desk")

    await host.page.reload()
    await host.page.get_by_role("button", name="决定", exact=True).click()
    await host.page.get_by_label("决定的理由").fill("证件与本人相符，照片较旧")
    await host.look("desk-venues")
    await host.page.get_by_role("button", name="准予进入").click()
    await host.page.locator(".tag.good", has_text="已核验").wait_for()
    await page.get_by_role("button", name="我已到场").click()
    await page.get_by_text("就是这台电脑").wait_for()
    await workstation.look("seat")


async def _open_room(play: Play, bidder: Visitor) -> None:
    """The room opens; its bids are those of the demonstration's bidders."""
    context = play.platform.running.context
    now = context.now()
    async with open_platform(play.platform.address) as line:
        await line.log_in("bidder01", play.platform.accounts["bidder01"].password)
        own = line.me.organization_id
    opening = a_room_opening(tender_id=play.tender.id, room_id=play.room_id)
    terms = changed(
        opening.terms, opens_at=now - timedelta(hours=1), closes_at=now + timedelta(hours=12)
    )
    seat = changed(
        opening.seats[0], person_id=play.expert.person_id, expert_id=play.expert.id, site=VENUE
    )
    bids = (changed(opening.bids[0], bidder_id=own), *opening.bids[1:])
    opening = changed(opening, terms=terms, seats=(seat, *opening.seats[1:]), bids=bids)
    async with transaction(context.pool) as connection:
        await tenders.save(connection, replace(play.tender, status=TenderStatus.EVALUATING))
        await open_room(connection, opening, at=now)
    context.touched(play.tender.id)
    await bidder.go(f"/tenders/{play.tender.id}/workspace/enquiries")
    await bidder.page.get_by_text("没有向您提出问题").wait_for()


async def _check_in(play: Play, workstation: Visitor) -> None:
    """The statements are read and signed at the workstation; a conflict would be another button."""
    page = workstation.page
    await page.get_by_role("button", name="刷新").click()
    await page.get_by_role("link", name="进入第 1 标段评标室").click()
    await workstation.see(".badge.live")
    sign = page.get_by_role("button", name="签署并签到")
    await page.locator("input[type=file]").set_input_files(play.keys[EXPERT])
    assert await sign.is_disabled()
    for said in ("评标纪律", "保密", "回避", "人工智能使用"):
        await page.locator(".said", has_text=said).first.get_by_role("checkbox").check()
    await page.get_by_label("退出本次评标").check()
    assert await page.get_by_role("button", name="签署并退出").is_disabled()
    await page.get_by_label("退出本次评标").uncheck()
    await workstation.look("room-check-in")
    await sign.click()
    await page.get_by_text("1 号专家签到").wait_for()
    await play.others(check_ins)


async def _answer(play: Play, bidder: Visitor) -> None:
    """The committee asks; the bidder answers signed, and not with its name."""
    await play.do([c.AdvancePhase(None, Phase.CHAIR)])
    await play.all_do(elects, Phase.PRELIMINARY)
    asked = c.MakeMotion(3, "enquiry", 1, "", "工期约三百天", "第12页", "unclear", 45)
    await play.do([asked, *[c.VoteOnMotion(seat, 1, True, "") for seat in range(1, 6)]])
    page = bidder.page
    await bidder.go(f"/tenders/{play.tender.id}/workspace/due")
    await page.get_by_role("link", name="答复评标委员会").last.click()
    await page.locator("input[type=file]").set_input_files(play.keys["bidder01"])
    await page.get_by_label("答复内容").fill("示范建设01有限公司的工期为三百日历天。")
    await page.get_by_role("button", name="签名并答复").click()
    await _refused(bidder, "不得出现投标人名称")
    await page.get_by_label("答复内容").fill("工期为三百日历天。")
    await bidder.look("work-enquiries")
    await page.get_by_role("button", name="签名并答复").click()
    await page.locator(".tag.good", has_text="已答复").wait_for()


async def _watch(play: Play, supervisor: Visitor) -> None:
    """The supervisor sees the room, pauses it for a reason, and lets it go on."""
    page = supervisor.page
    await supervisor.go("/live")
    await page.get_by_text("5 of 5 checked in").wait_for()
    await page.get_by_role("button", name="Pause").click()
    await page.get_by_label("Why it is paused").fill("A letter about the committee came in.")
    await page.get_by_role("button", name="Pause").last.click()
    await page.get_by_text("A letter about the committee came in.").wait_for()
    await supervisor.look("live")
    await page.get_by_role("button", name="Let it go on").click()
    await page.get_by_text("Nothing asks for attention").wait_for()


async def _refuse(play: Play, host: Visitor) -> None:
    """Who neither confirms the report nor says why is entered by the host."""
    for part, to in (
        (votes, Phase.TECHNICAL),
        (scores, Phase.PRICE),
        (nothing, Phase.TOTALS),
        (nothing, Phase.CHECKS),
        (decisions, Phase.REPORT),
    ):
        await play.all_do(part, to)
    await play.others(confirmations)
    page = host.page
    await host.go(f"/rooms/{play.room_id}")
    await host.see(".badge.live")
    await page.get_by_text("录入拒绝签署").click()
    await page.locator("details[open] select").select_option(value=str(SEAT))
    await page.get_by_label("拒绝的情况和依据").fill("当场拒绝，未说明理由。")
    await page.get_by_role("button", name="录入", exact=True).click()
    await page.get_by_text("1 号拒绝签署，视为同意").wait_for()
    # Nobody has compared the bids here.
    await page.get_by_text("系统正在比对投标").wait_for()
    _forgive(host)
    await host.look("room-refusal")


async def _judge(supervisor: Visitor) -> None:
    """The supervisor reads the pool, and puts a warning on record."""
    page = supervisor.page
    await supervisor.go("/experts")
    await page.get_by_label("Name, employer or speciality").fill("示范专家00")
    await page.get_by_role("link", name="示范专家00").click()
    await page.get_by_text("Put something on record").click()
    await page.get_by_label("Who decided").fill("示范监〔2026〕1号")
    await page.get_by_role("button", name="Enter", exact=True).click()
    await page.locator("li .tag.warn", has_text="Warned").wait_for()
    await page.get_by_text("Can this expert be drawn?").click()
    await page.get_by_label("Speciality needed").fill("Z99")
    await page.get_by_role("button", name="Look").click()
    await page.get_by_text("Another speciality").wait_for()
    await supervisor.look("experts")


async def _let_out(play: Play, operator: Visitor, name: str, folder: Path) -> None:
    """A guarantor leaves the sandbox by the report of a run that holds, and by no other."""
    cases = [Finding("a quote", ""), Finding("an unsigned message is refused", "it was taken")]
    endpoint = f"{play.platform.address}/nobody"
    at = play.platform.running.context.now()
    bad, good = folder / "bad.json", folder / "good.json"
    bad.write_text(report(endpoint, cases, family="signed_http", at=at)[0])
    good.write_text(report(endpoint, cases[:1], family="signed_http", at=at)[0])
    page = operator.page
    await operator.go("/guarantors")
    await page.get_by_role("button", name="批准正式接入").click()
    await page.locator("input[type=file]").set_input_files(bad)
    await page.get_by_text("1 项未通过").wait_for()
    approve = page.get_by_role("button", name=f"批准{name}正式接入")
    assert await approve.is_disabled()
    await page.locator("input[type=file]").set_input_files(good)
    await page.get_by_text("全部 1 项通过").wait_for()
    await operator.look("guarantors-operator")
    await approve.click()
    await page.get_by_text("已批准").wait_for()


async def _secure(bidder: Visitor, name: str) -> None:
    """Offers are compared, one is taken, and the security stands; then it is given back."""
    page = bidder.page
    await bidder.go("/")
    await page.get_by_role("link", name="教学楼").first.click()
    await page.wait_for_url("**/tenders/**")
    await bidder.go(f"{urlsplit(page.url).path}/workspace/security")
    await page.get_by_role("button", name="询价").first.click()
    await page.locator(".offer", has_text=name).wait_for()
    await bidder.look("work-offers")
    await page.get_by_role("button", name=f"向{name}申请").click()
    await page.locator("article .tag.good", has_text="已生效").wait_for()
    # This guarantor signs a statement and hands in no file.
    await page.get_by_role("button", name="下载保单").click()
    await page.get_by_text("没有提交保单文件").wait_for()
    _forgive(bidder)
    await bidder.look("work-secured")
    await page.get_by_role("button", name="退保", exact=True).click()
    await page.get_by_role("button", name="确定退保").click()
    await page.get_by_text("退保并退还保费").wait_for()


async def _mend(play: Play, insurer: Visitor) -> None:
    """An order that its guarantor refused is a dead letter, which goes out again by hand."""
    bidder = play.platform.accounts["bidder02"]
    async with open_platform(play.platform.address) as line:
        await line.log_in(bidder.login, bidder.password)
        (listed,) = (await line.get("/tenders", {"q": "教学楼"}))["items"]
        dead_end = list(play.guarantors.values())[1]
        body = {"tender_id": listed["id"], "lot": "1", "guarantor_id": dead_end}
        await line.post("/insurance/orders", body)
        with pytest.raises(PlatformRefused, match="message-signature-refused"):
            await line.post(f"/insurance/callbacks/{dead_end}", {})
    page = insurer.page
    await insurer.go("/guarantors")
    await page.get_by_text("signature-input and signature are missing").wait_for()
    again = page.get_by_role("button", name="Send again")
    refresh = page.get_by_role("button", name="Refresh")
    while not await again.is_visible():
        await refresh.click()
        await page.wait_for_load_state("networkidle")
    await insurer.look("guarantors")
    await again.click()
    await page.get_by_text("It is on its way again").wait_for()


def nothing(_room: Room) -> Iterable[c.Command]:
    """The system's own phases need nobody."""
    return ()


async def _refused(visitor: Visitor, words: str) -> None:
    """The platform refuses, in words; nothing else went wrong."""
    await visitor.page.locator(".notice.bad", has_text=words).wait_for()
    _forgive(visitor)


def _forgive(visitor: Visitor) -> None:
    """The browser told of answers that said no, and of nothing else."""
    assert all("Failed to load resource" in fault for fault in visitor.faults)
    visitor.faults.clear()
