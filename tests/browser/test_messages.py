"""Messages and ratings as people see them: the bell, the list, the dialog, the public totals."""

import pytest

from tests.browser.conftest import OnlinePlatform, Visit
from tests.support.browsing import PHONE, Manner

pytestmark = [
    pytest.mark.needs("chromium"),
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(180),
]

MANNERS = [Manner("zh", "light"), Manner("en", "dark", PHONE)]


@pytest.mark.parametrize("manner", MANNERS, ids=lambda manner: manner.name)
async def test_the_bell_counts_and_the_list_leads_to_the_tender(
    visit: Visit, platform: OnlinePlatform, manner: Manner
) -> None:
    # Another person each time: what one has read stays read.
    reader = platform.accounts["supervisor" if manner.language == "zh" else "holder1"]

    async with visit(manner) as visitor:
        page = visitor.page
        await visitor.log_in(reader.login, reader.password)
        await visitor.see("a.bell .count")
        await page.locator("a.bell").click()
        await visitor.see("li.message.fresh")
        await visitor.look("messages")
        await page.locator("main .row.spread button").first.click()
        await page.locator("li.message.fresh").first.wait_for(state="detached")
        await page.locator("a.bell .count").wait_for(state="detached")
        await page.locator("li.message a").first.click()
        await visitor.see("section.deadline")


async def test_a_finished_service_is_rated_once_and_everybody_sees_the_totals(
    visit: Visit, platform: OnlinePlatform
) -> None:
    agency = platform.accounts["agency"]

    async with visit() as visitor:
        page = visitor.page
        await visitor.log_in(agency.login, agency.password)
        await visitor.go("/")
        await page.get_by_role("link", name="教学楼").first.click()
        await page.locator("section.ratings").get_by_role("button", name="评价").first.click()
        await page.get_by_label("好", exact=True).check()
        await page.locator("dialog textarea").fill("示范意见")
        await visitor.look("rating-dialog")
        await page.get_by_role("button", name="提交评价").click()
        await page.get_by_text("您的评价：好").wait_for()
        await visitor.look("rated")

    async with visit(Manner("en", "dark", PHONE)) as visitor:
        await visitor.go("/")
        await visitor.see("section.totals")
        await visitor.look("rating-totals")
