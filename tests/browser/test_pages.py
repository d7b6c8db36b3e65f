"""What people without a seat in a room do: look, read, log in, register, watch the hall."""

import asyncio
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from crypto.canonical import canonical
from tendering.domain.archive import Edition, folder_of
from tendering.domain.archive_keys import archive_keys_json
from tendering.domain.journal import Stream
from tests.browser.conftest import OnlinePlatform, Visit
from tests.support.archive import Archive, archive_keys
from tests.support.archive_play import TenderPlay
from tests.support.browsing import PHONE, Manner, Visitor

pytestmark = [
    pytest.mark.needs("chromium"),
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(180),
]

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
}
MANNERS = [
    Manner("zh", "light"),
    Manner("en", "dark"),
    Manner("zh", "dark", PHONE),
    Manner("en", "light", PHONE),
]
# Each language, each appearance and each device once.
TWO = [Manner("zh", "light"), Manner("en", "dark", PHONE)]


@pytest.mark.parametrize("manner", MANNERS, ids=lambda manner: manner.name)
async def test_a_visitor_walks_from_the_board_to_the_hall(
    visit: Visit, platform: OnlinePlatform, manner: Manner
) -> None:
    agency = platform.accounts["agency"]

    async with visit(manner) as visitor:
        await visitor.go("/")
        await visitor.see("article.tender")
        await visitor.look("board")
        await visitor.page.get_by_role("link", name="教学楼").first.click()
        await visitor.see("section.deadline")
        await visitor.look("tender")
        await visitor.log_in(agency.login, agency.password)
        await visitor.look("account")
        await visitor.go("/")
        await visitor.page.get_by_role("link", name="教学楼").first.click()
        await visitor.page.locator("a.hall").click()
        await visitor.see(".badge.live")
        await visitor.look("hall")


@pytest.mark.parametrize("manner", TWO, ids=lambda manner: manner.name)
async def test_forms_and_dead_ends_say_what_to_do(visit: Visit, manner: Manner) -> None:
    async with visit(manner) as visitor:
        for path, name in (("/log-in", "log-in"), ("/nowhere", "not-found")):
            await visitor.go(path)
            await visitor.see("h1")
            await visitor.look(name)
        await visitor.go("/register")
        await visitor.page.locator("form button[type=submit]").click()
        await visitor.look("register")
        await visitor.go("/?q=不存在的项目")
        await visitor.see(".empty")
        await visitor.look("empty-board")


async def test_a_firm_registers_and_its_code_is_checked_in_the_page(visit: Visit) -> None:
    async with visit() as visitor:
        page = visitor.page
        await visitor.go("/register")
        await page.fill("#register-uscc", "91110000000000999X")
        await page.locator("#register-organization").focus()
        wrong = await page.locator(".el-form-item__error").inner_text()
        await page.fill("#register-uscc", "9111 0000 0000 0099 9N")
        await page.fill("#register-organization", "示范建设九十九有限公司")
        await page.fill("#register-person", "示范经办人九十九")
        await page.fill("#register-login", "firm99")
        await page.fill("#register-password", "示范-password-99")
        await page.fill("#register-again", "示范-password-99")
        await page.locator("form button[type=submit]").click()
        await page.wait_for_url("**/account?welcome=1")
        name = await page.locator("dl.facts").inner_text()

    assert "校验码" in wrong
    assert "示范建设九十九有限公司" in name


async def test_a_passkey_logs_in_without_a_password(visit: Visit, platform: OnlinePlatform) -> None:
    bidder = platform.accounts["bidder01"]

    async with visit() as visitor:
        page = visitor.page
        devices = await page.context.new_cdp_session(page)
        await devices.send("WebAuthn.enable")
        await devices.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
        await visitor.log_in(bidder.login, bidder.password)
        await page.get_by_role("button", name="添加", exact=True).click()
        await page.get_by_role("button", name="移除").wait_for()
        await page.get_by_role("button", name="退出登录").click()
        await visitor.see("article.tender")
        await visitor.go("/log-in")
        await page.get_by_role("button", name="使用通行密钥登录").click()
        await page.wait_for_url("**/account")
        name = await page.locator("dl.facts").inner_text()

    assert bidder.organization in name


@pytest.mark.parametrize("manner", TWO, ids=lambda manner: manner.name)
async def test_the_board_is_filtered_and_leads_to_open_data(visit: Visit, manner: Manner) -> None:
    async with visit(manner) as visitor:
        page = visitor.page
        await visitor.go("/?q=教学&region=51")
        await visitor.see("article.tender")
        assert await page.locator("select[name=region]").input_value() == "51"
        await visitor.look("board-filtered")
        await page.locator("select[name=regime]").select_option("government_procurement")
        await visitor.see(".empty")
        assert "regime=government_procurement" in page.url
        await page.locator(".empty button").click()
        await visitor.see("article.tender")
        await page.get_by_role("link", name="教学楼").first.click()
        await visitor.see("a[href$='/ocds/record']")
        record = await page.request.get(
            await page.locator("a[href$='/ocds/record']").evaluate("link => link.href")
        )
        assert (await record.json())["records"][0]["compiledRelease"]["tender"]["status"]


async def test_an_archive_is_verified_in_the_page_and_what_was_changed_is_named(
    visit: Visit, tmp_path: Path
) -> None:
    play, stranger = await asyncio.to_thread(lambda: (TenderPlay().played(), TenderPlay()))
    full, public = play.archive(), play.archive(Edition.PUBLIC)
    keys, other = tmp_path / "keys.json", tmp_path / "other.json"
    keys.write_bytes(canonical(archive_keys_json(full.trust)))
    other.write_bytes(canonical(archive_keys_json(archive_keys(stranger.platform))))
    with zipfile.ZipFile(full.write(tmp_path / "archive.zip")) as packed:
        packed.extractall(tmp_path)

    async with visit(Manner("zh", "light")) as visitor:
        await visitor.go("/verify")
        check = ArchiveChecking(visitor, tmp_path)
        await check.trust([keys])
        await check.zip(full.bag(), "17 项全部成立")
        await visitor.look("verify-holds")
        for archive, named in tampered(full):
            await check.zip(archive, named)
        await visitor.look("verify-fails")
        await check.zip(public.bag(), "17 项全部成立")
        await check.folder(tmp_path / folder_of(full.tender.id), "1 项无法判断")
        await check.trust([other])
        await check.told("不成立。第一处：信任的公钥")
        await check.trust([])
        await check.told("2 项无法判断")

    async with visit(Manner("en", "dark", PHONE)) as visitor:
        await visitor.go("/verify")
        check = ArchiveChecking(visitor, tmp_path)
        await check.zip(public.bag(), "could not be decided: 1")
        await visitor.look("verify-public")
        await check.zip(full.bag()[:-7], "no archive of the platform")


def tampered(full: Archive) -> list[tuple[bytes, str]]:
    """Archives that do not hold, and what the page must say of each; the last four are signed."""
    bag, first = full.bag(), next(path for path in full.files if path.endswith(".age"))
    place = bag.index(full.files[first]) + 5000
    flipped = bag[:place] + bytes([bag[place] ^ 1]) + bag[place + 1 :]
    return [
        (flipped, first),
        (bag + b"\0", "不是归档的 ZIP 文件"),
        (full.changed(first, full.files[first] + b"\0").bag(), "不是投标人签署的加密文件"),
        (full.forged(Stream.PUBLIC, "candidates.published", _promote).bag(), "候选人不是"),
        (full.forged(Stream.CUSTODY, "bid.submitted", _backdate).bag(), "投标清单"),
        (full.without(Stream.CUSTODY, "bid.submitted", 2).bag(), "投标清单与保管日志"),
    ]


@dataclass(frozen=True, slots=True)
class ArchiveChecking:
    """Somebody on the page that verifies archives."""

    visitor: Visitor
    folder_of_files: Path

    async def zip(self, content: bytes, named: str) -> None:
        """A file is chosen, and the verdict names something."""
        # A browser takes the same name for the same file.
        file = self.folder_of_files / f"{uuid4()}.zip"
        file.write_bytes(content)
        await self._choose(0, file)
        await self.told(named)

    async def folder(self, path: Path, named: str) -> None:
        """A folder is chosen."""
        await self._choose(1, path)
        await self.told(named)

    async def trust(self, keys: list[Path]) -> None:
        """Keys obtained beforehand, or none; what is there is verified again."""
        await self._choose(2, keys)

    async def told(self, named: str) -> None:
        """The verdict says so."""
        await self.visitor.page.locator(".notice[role=status]", has_text=named).wait_for()

    async def _choose(self, place: int, what: Path | list[Path]) -> None:
        await self.visitor.page.locator("input[type=file]").nth(place).set_input_files(what)


def _promote(body: dict[str, Any]) -> None:
    body["candidates"] = body["candidates"][1:]


def _backdate(body: dict[str, Any]) -> None:
    body["received_at"] = "2026-01-01T00:00:00.000000Z"
