"""The first bidder seals its second bid on the page for it, as a person does, and hands it in."""

import asyncio
from pathlib import Path

from playwright.async_api import Page

from clients.bundling import read_bundle_file
from clients.demo.pdf_maker import make_pdf
from clients.key_files import read_opening_keys
from tendering.domain.tender import ENVELOPES
from tendering.storage import bids
from tendering.storage.connection import reading
from tests.support.bidding import PASSPHRASE
from tests.support.browsing import Visitor
from tests.support.hall import HallPlay


async def seal_and_hand_in(visitor: Visitor, play: HallPlay, folder: Path) -> None:
    """A bid is sealed on the page without network, opened once, and handed in."""
    page = visitor.page
    await page.get_by_role("button", name="加密投标文件").click()
    await page.wait_for_url("**/seal.html#**")
    for number, kind in enumerate(ENVELOPES):
        file = folder / f"示范{kind}.pdf"
        make_pdf(file, title=kind, paragraphs=["示范内容"], size_bytes=1_500_000 * (number + 1))
        await page.get_by_label("文件（可拖入）").nth(number).set_input_files(file)
    for label in await page.get_by_label("自评分").all():
        await label.fill("8.00")
    await page.get_by_label("投标报价（元）").fill("120")
    await page.get_by_text("请核对单位").wait_for()
    await page.get_by_label("投标报价（元）").fill("1,230,000.00")
    await page.get_by_label("工期（天）").fill("471")
    await page.get_by_label("质量标准").fill("合格")
    await page.get_by_label("项目经理").fill("示范项目经理甲")
    await page.get_by_label("密钥文件口令").fill(PASSPHRASE)
    await page.get_by_label("再输入一次").fill(PASSPHRASE)
    await visitor.look("seal-filled")
    async with page.expect_download() as saved:
        await page.get_by_role("button", name="保存密钥文件并加密").click()
    key_file = folder / "opening-keys.txt.age"
    await (await saved.value).save_as(key_file)
    await page.get_by_role("heading", name="用保存的密钥文件试开一遍").wait_for()
    await choose(page, key_file)
    await page.get_by_label("口令").fill(PASSPHRASE)
    await visitor.look("seal-try")
    await page.get_by_role("button", name="试开").click()
    await page.get_by_text("逐字节一致").wait_for()
    await visitor.look("seal-ready")
    # It may tell nobody: the browser itself refuses.
    refused = "() => fetch('/health/live').then(() => 'answered', (error) => error.name)"
    assert await page.evaluate(refused) == "TypeError"
    visitor.faults.clear()
    await page.get_by_role("link", name="去递交").click()
    await page.get_by_text("第 2 次递交已加密").wait_for()
    await choose(page, play.bidders[0].signing_key)
    await visitor.look("work-submit")
    await page.get_by_role("button", name="签名并递交").click()
    await page.get_by_text("已递交。平台于").wait_for()
    await _require_opens(play, key_file, folder)


async def _require_opens(play: HallPlay, key_file: Path, folder: Path) -> None:
    """What the platform holds opens with stock age and the key file, to what was filled in."""
    context, bidder_id = play.platform.running.context, play.bidders[0].line.me.organization_id
    async with reading(context.pool) as connection:
        stored = await bids.list_of_bidder(connection, play.tender.id, bidder_id)
    price = stored[-1].bid.envelopes[-1]
    identity, opened = folder / "identity.txt", folder / "price.tar"
    identity.write_text(read_opening_keys(key_file, PASSPHRASE)[price.recipient].identity)
    container = context.blobs.path(price.upload_id)
    process = await asyncio.create_subprocess_exec(
        *("age", "-d", "-i", identity, "-o", opened, container)
    )
    assert await process.wait() == 0
    bundle = read_bundle_file(opened)
    assert (stored[-1].bid.counter, bundle.kind) == (2, "price")
    assert (bundle.form["price_fen"], bundle.files[0].name) == (123_000_000, "示范price.pdf")


async def choose(page: Page, file: Path) -> None:
    """Choose a file in the last field for files that is to be seen."""
    await page.locator("input[type=file]:visible").last.set_input_files(file)
