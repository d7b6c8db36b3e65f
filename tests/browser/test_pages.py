"""What people without a seat in a room do: look, read, log in, register, watch the hall."""

import pytest

from tests.browser.conftest import OnlinePlatform, Visit
from tests.support.browsing import PHONE, Manner

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


@pytest.mark.parametrize("manner", MANNERS, ids=lambda manner: manner.name)
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
        await page.get_by_role("button", name="添加").click()
        await page.get_by_role("button", name="移除").wait_for()
        await page.get_by_role("button", name="退出登录").click()
        await visitor.see("article.tender")
        await visitor.go("/log-in")
        await page.get_by_role("button", name="使用通行密钥登录").click()
        await page.wait_for_url("**/account")
        name = await page.locator("dl.facts").inner_text()

    assert bidder.organization in name


@pytest.mark.parametrize("manner", MANNERS, ids=lambda manner: manner.name)
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
