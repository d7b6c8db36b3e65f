"""The desk of who runs a tender and the workspace of who bids, walked in real browsers.

One tender with three bids in custody and one draft beside it; what one of them does the other sees.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

import hatch_build
from clients.clarifying import Clarification, clarify
from clients.demo.pdf_maker import make_pdf
from crypto import age_passphrase
from crypto.canonical import JsonValue
from tendering.domain.award import PublishedCandidates
from tendering.domain.candidates import Candidate, candidate_json
from tendering.domain.tender import TenderStatus
from tendering.settings import ServerSettings
from tendering.storage import candidates, tenders
from tendering.storage.candidates import StoredAward, StoredEvaluation
from tendering.storage.connection import transaction
from tests.browser.conftest import free_port
from tests.browser.drafting import build_method, hand_in_documents, write_tender
from tests.support.browsing import PHONE, Manner, Visitor, visiting
from tests.support.hall import HallPlay, hall_play
from tests.support.platform import PASSWORD, serving
from tests.support.postgres import ROOT, Cluster
from tests.support.sealing_page import choose, seal_and_hand_in

pytestmark = [
    pytest.mark.needs("chromium", "age"),
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(300),
]

UPLOAD_BYTES_MAX = 64 << 20
UNSOUND = "水泥必须采用某某品牌。投标有效期为60日历天。"


@pytest_asyncio.fixture(loop_scope="session")
async def play(
    postgres: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[HallPlay]:
    """A platform of its own: its tender is clarified, opened, objected to."""
    monkeypatch.setattr(age_passphrase, "WORK_FACTOR", 10)
    await asyncio.to_thread(hatch_build.build, ROOT)
    port = free_port()
    named = ServerSettings(port=port, public_address=f"http://localhost:{port}")
    (tmp_path / "platform").mkdir()
    async with (
        postgres.migrated() as database,
        serving(
            database, tmp_path / "platform", server=named, upload_bytes_max=UPLOAD_BYTES_MAX
        ) as platform,
        hall_play(platform, tmp_path) as play,
    ):
        yield play


@dataclass(frozen=True, slots=True)
class People:
    """Who sits at which browser."""

    play: HallPlay
    host: Visitor
    bidder: Visitor
    second: Visitor

    async def desk(self, part: str, tender_id: UUID | None = None) -> Page:
        """The host's desk of a tender."""
        await self.host.go(f"/tenders/{tender_id or self.play.tender.id}/desk/{part}")
        return self.host.page

    async def workspace(self, part: str, visitor: Visitor | None = None) -> Page:
        """A bidder's workspace."""
        chosen = visitor or self.bidder
        await chosen.go(f"/tenders/{self.play.tender.id}/workspace/{part}")
        return chosen.page


async def test_a_tender_is_run_and_bid_for_on_its_pages(
    play: HallPlay, chromium: Browser, pictures: Path, tmp_path: Path
) -> None:
    address = f"http://localhost:{play.platform.running.address.rpartition(':')[2]}"
    async with AsyncExitStack() as stack:

        async def come(manner: Manner, login: str) -> Visitor:
            visitor = await stack.enter_async_context(visiting(chromium, address, manner, pictures))
            await visitor.log_in(login, PASSWORD)
            return visitor

        host, bidder, second = await asyncio.gather(
            come(Manner(), play.host.login),
            come(Manner(), play.bidders[0].login),
            come(Manner("en", "dark", PHONE), play.bidders[1].login),
        )
        people = People(play, host, bidder, second)
        draft = await _plan(people)
        await write_tender(people.host, draft)
        await build_method(people.host, draft)
        await _answer_findings(people, draft, tmp_path)
        await _clarify(people)
        await _announce(people)
        # Two people at two browsers need not wait for each other.
        await asyncio.gather(_bid(people), _bid_by_phone(people))
        await people.workspace("submit")
        await seal_and_hand_in(people.bidder, play, tmp_path)
        await _object(people)
        await _extend(people)
        await _revoke(people)
        await _look_around(people)


async def _plan(people: People) -> UUID:
    """A project is registered and chosen; its draft is planned with the rules at the elbow."""
    page = people.host.page
    await people.host.go("/projects")
    await page.get_by_label("项目名称").fill("示范学校改造")
    await page.get_by_label("批准文号").fill("示范发改〔2026〕1号")
    await page.get_by_label("批准单位").fill("示范市发展和改革委员会")
    await page.get_by_label("批准日期").fill("2020-01-06")
    await page.get_by_label("行政区划代码").fill("510100")
    await page.get_by_label("投资额").fill("5,000,000.00")
    await page.get_by_role("button", name="登记", exact=True).click()
    await page.get_by_text("项目已登记").wait_for()
    await page.get_by_role("button", name="为此项目起草招标").click()
    await page.get_by_label("样本项目").select_option(value=str(people.play.tender.id))
    await page.get_by_label("招标项目名称").fill("示范学校改造施工")
    await page.get_by_label("投标截止").fill("2020-01-08T10:00")
    await people.host.look("projects")
    await page.get_by_role("button", name="起草", exact=True).click()
    await page.wait_for_url("**/desk/draft")
    draft = UUID(page.url.split("/")[-3])
    await people.host.see("aside .notice.bad")
    await people.host.look("desk-draft")
    await page.get_by_role("link", name="时间安排").click()
    # A deadline in the past is against the law; the earliest lawful one is taken over by a button.
    await people.host.see(".notice.bad")
    await people.host.look("desk-planning")
    await page.locator(".notice").get_by_role("button", name="改为").first.click()
    await page.get_by_role("button", name="保存并检查").click()
    await page.get_by_text("投标截止时间已改为").wait_for()
    return draft


async def _answer_findings(people: People, draft: UUID, folder: Path) -> None:
    """A finding stands beside its page; a named person rejects it with a reason."""
    file = folder / "招标文件.pdf"
    make_pdf(file, title="示范招标文件", paragraphs=[UNSOUND], size_bytes=10_000)
    await hand_in_documents(people.host, draft, file)
    page = people.host.page
    await people.host.see("button.finding")
    await page.locator("button.finding", has_text="品牌").click()
    await people.host.see(".sheet .mark")
    await people.host.look("desk-findings")
    await page.get_by_role("button", name="不采纳").click()
    reason = page.get_by_label("不采纳的理由")
    await reason.fill("太短")
    assert await page.get_by_role("button", name="具名提交").is_disabled()
    await reason.fill("该处引用图集原文，招标文件另有“或者相当于”的说明。")
    await page.get_by_role("button", name="具名提交").click()
    await page.locator(".finding .tag", has_text="不采纳").wait_for()
    # An address of its own leads to the same finding.
    await page.reload()
    await page.locator(".detail").get_by_text("或者相当于").wait_for()


async def _clarify(people: People) -> None:
    """A clarification is confirmed by who has the documents; the host reads by whom."""
    play = people.play
    page = await people.workspace("documents")
    await page.get_by_text("还没有获取招标文件").wait_for()
    await page.get_by_role("button", name="下载").first.click()
    await page.get_by_text("获取了招标文件").wait_for()
    said = Clarification("示范澄清：现场踏勘改为自行安排。", affects_bids=False)
    await clarify(play.host.line, play.host.signer, play.tender.id, said)
    page = await people.workspace("amendments")
    await people.bidder.look("work-amendments")
    await page.get_by_role("button", name="确认收到").click()
    await page.get_by_text("已确认收到").wait_for()
    page = await people.desk("documents")
    await page.get_by_text(play.bidders[0].name).wait_for()
    await people.host.look("desk-documents")


async def _announce(people: People) -> None:
    """The notice is made a document and signed with the key of a file."""
    page = await people.desk("announcements")
    await page.get_by_role("button", name="生成文件").first.click()
    await page.get_by_role("button", name="签章", exact=True).click()
    await people.host.look("desk-announcements")
    await choose(page, people.play.host.signing_key)
    await page.get_by_role("button", name="核对并签章").click()
    await page.get_by_text("签署完成").wait_for()


async def _bid(people: People) -> None:
    """What is due, the receipt checked on the page, the security, on a laptop and on a phone."""
    page = await people.workspace("due")
    await page.get_by_text("递交投标文件（第 1 标段）").wait_for()
    await people.bidder.look("work-due")
    page = await people.workspace("receipts")
    await page.get_by_role("button", name="核对回执").click()
    await page.get_by_text("平台对回执的签名").wait_for()
    assert await page.locator(".check .tag.bad").count() == 0
    await people.bidder.look("work-receipts")


async def _bid_by_phone(people: People) -> None:
    """The same on a phone."""
    for part in ("due", "security", "receipts", "results"):
        await people.workspace(part, people.second)
        await people.second.see("section.card h2")
        await people.second.look(f"work-{part}")


async def _object(people: People) -> None:
    """An objection stops the tender until it is answered; both see the clock run."""
    page = await people.workspace("remedies")
    await page.get_by_text("我要提出异议").click()
    await page.get_by_label("异议内容").fill("第三章的品牌要求限制了竞争，请予删除。")
    await choose(page, people.play.bidders[0].signing_key)
    await page.get_by_role("button", name="签名并提出").click()
    await page.get_by_text("答复前暂停").wait_for()
    await page.get_by_text("前答复").wait_for()
    await people.bidder.look("work-remedies")
    page = await people.desk("remedies")
    await page.get_by_role("button", name="答复", exact=True).click()
    await page.get_by_label("答复内容").fill("已经修改，见第 1 号澄清。")
    await choose(page, people.play.host.signing_key)
    await people.host.look("desk-remedies")
    await page.get_by_role("button", name="签名并答复").click()
    await page.locator(".notice.good", has_text="见第 1 号澄清").wait_for()
    page = await people.workspace("remedies")
    await page.get_by_text("向监督部门投诉").wait_for()


async def _extend(people: People) -> None:
    """After the opening has begun the host asks for a longer validity, and a bidder answers."""
    play = people.play
    page = await people.desk("validity")
    await page.get_by_text("开标之后、定标之前").wait_for()
    await people.second.go(f"/rooms/{play.tender.id}")
    await play.deadline_in(timedelta(seconds=1))
    await people.second.page.locator(".steps .now", has_text="Unlock").wait_for()
    page = await people.desk("validity")
    await page.get_by_text("提出延长").first.click()
    await page.get_by_label("总天数").fill("120")
    until = play.platform.running.context.now() + timedelta(days=3, hours=8)
    await page.get_by_label("答复截止").fill(until.strftime("%Y-%m-%dT%H:%M"))
    await page.get_by_label("延长的理由").fill("评标工作量大，原有效期内不能完成。")
    await choose(page, play.host.signing_key)
    await people.host.look("desk-validity")
    await page.get_by_role("button", name="签名并提出").click()
    await page.get_by_text("尚未答复（3）").wait_for()
    page = await people.workspace("validity", people.second)
    await page.get_by_label("Agree; the bid stays as it is").check()
    await choose(page, play.bidders[1].signing_key)
    await people.second.look("work-validity")
    await page.get_by_role("button", name="Sign and answer").click()
    await page.get_by_text("You have agreed").wait_for()
    page = await people.desk("validity")
    await page.get_by_text("同意（1）").wait_for()


async def _revoke(people: People) -> None:
    """An award is taken back for a cause of the law; the archive waits for whoever ends it."""
    play = people.play
    tender_id = await _awarded(play)
    page = await people.desk("archive", tender_id)
    await page.get_by_role("button", name="归档并出具证明").wait_for()
    await people.host.look("desk-archive")
    page = await people.desk("results", tender_id)
    await page.get_by_role("button", name="撤销中标").click()
    await page.get_by_label("证明材料").fill("示范放弃声明，2026 年示范 1 号。")
    assert await page.get_by_role("button", name="确定撤销").is_disabled()
    await page.get_by_label("作出后续决定的理由").fill("第二名报价合理。")
    await people.host.look("desk-results")
    await page.get_by_role("button", name="确定撤销").click()
    await page.get_by_text(f"向 {play.bidders[1].name} 发出中标通知书").wait_for()
    await page.locator(".notice.warn", has_text="中标人放弃中标").wait_for()


async def _awarded(play: HallPlay) -> UUID:
    """Another tender of the host's, of which the first of two candidates has the award."""
    context = play.platform.running.context
    now = context.now()
    lots = tuple(replace(lot, bid_security_fen=80_000_000) for lot in play.tender.lots)
    tender = replace(
        play.tender, id=uuid4(), number="KB-2026-0002", status=TenderStatus.AWARDED, documents=()
    )
    tender = replace(tender, lots=lots, deadline=now - timedelta(days=8))
    first, second = (
        Candidate(
            rank,
            f"0{rank}",
            play.bidders[rank - 1].line.me.organization_id,
            play.bidders[rank - 1].name,
            100_000_000 + rank,
            Decimal(100 - rank),
            None,
        )
        for rank in (1, 2)
    )
    report = {"candidates": [candidate_json(first), candidate_json(second)], "bids": []}
    ended = now - timedelta(days=1)
    award: dict[str, JsonValue] = {"winner": candidate_json(first), "contract_until": "2026-12-24"}
    async with transaction(context.pool) as connection:
        await tenders.insert(connection, tender, at=now)
        evaluation = StoredEvaluation("1", report, bytes(32), ended)
        await candidates.insert_evaluation(connection, tender.id, evaluation)
        shown = PublishedCandidates("1", (first, second), ended - timedelta(days=4), ended)
        await candidates.insert_candidates(connection, tender.id, shown)
        await candidates.insert_award(
            connection, tender.id, StoredAward("1", first.bidder_id, award, now)
        )
    return tender.id


async def _look_around(people: People) -> None:
    """Every other page in both languages, everybody at once; the way back leads through filters."""
    await asyncio.gather(
        _visit(people.host, "tasks-host", "calendar", "ratings", "messages"),
        _visit(people.bidder, "tasks-bidder"),
        _visit(people.second, "tasks", "calendar", "receipt", "method"),
    )
    await people.second.go("/statistics/securities")
    await people.second.see("canvas")
    await people.second.look("securities")
    await people.second.page.locator("nav a[href='/statistics/procedures']").click()
    await people.second.page.locator("canvas").nth(1).wait_for()
    await people.second.look("procedures")
    page = people.host.page
    await people.host.go("/")
    await page.locator("select[name=region]").select_option("51")
    await page.wait_for_url("**region=51**")
    await page.locator("select[name=region]").select_option("11")
    await page.wait_for_url("**region=11**")
    await page.go_back()
    await page.wait_for_url("**region=51**")
    assert await page.locator("select[name=region]").input_value() == "51"


async def _visit(visitor: Visitor, tasks: str, *paths: str) -> None:
    await visitor.go("/tasks")
    await visitor.see("section.card li a")
    await visitor.look(tasks)
    for path in paths:
        await visitor.go(f"/{path}")
        await visitor.see("main h1")
        await visitor.look(path)
