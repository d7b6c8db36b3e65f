"""Writing a tender on its pages: the editor, its rules, two tabs, the method, the bill."""

from pathlib import Path
from uuid import UUID

from playwright.async_api import Page

from tests.support.browsing import Visitor

LOTS = "土建工程\t3,000,000\t2900000.00\t50000\n安装工程\t1,000,000\t{ceiling}\t"
CRITERIA = "施工组织设计\t30\t技术\t主观\t1\n业绩\t10\t商务\t客观\t0"
BILL = (
    "项目编码\t项目名称\t计量单位\t工程量\n"
    "010101001001\t平整场地\tm2\t1,250.00\n0101\t挖沟槽土方\tm3\t{quantity}"
)


async def write_tender(host: Visitor, draft: UUID) -> None:
    """Lots are pasted, steps undone, what cannot be read is kept; two tabs do not overwrite."""
    page = host.page
    await host.go(f"/tenders/{draft}/desk/draft")
    await page.get_by_text("已保存（第").wait_for()
    await page.get_by_text("从 Excel 粘贴标段").click()
    pasted, take = page.locator("details textarea"), page.get_by_role("button", name="采用 2 行")
    await pasted.fill(LOTS.format(ceiling="九十万"))
    await page.get_by_text("第 2 行：“九十万”").wait_for()
    await pasted.fill(LOTS.format(ceiling="900,000"))
    await take.click()
    second = page.get_by_label("第 2 标段 名称")
    await second.wait_for()
    await page.get_by_text("已保存（第").wait_for()
    # By the keyboard alone: a change is undone and done again.
    await second.fill("机电安装工程")
    await second.press("Control+z")
    assert await second.input_value() == "安装工程"
    await second.press("Control+Shift+z")
    assert await second.input_value() == "机电安装工程"
    await page.get_by_label("第 2 标段 估算价").fill("一百万")
    await page.get_by_text("标段 2 的估算价").first.wait_for()
    await page.reload()
    await page.get_by_text("已恢复您上次没有保存的修改").wait_for()
    assert await page.get_by_label("第 2 标段 估算价").input_value() == "一百万"
    await page.get_by_label("第 2 标段 估算价").fill("1,000,000.00")
    await page.get_by_text("已保存（第").wait_for()
    await _in_two_tabs(host, page)


async def _in_two_tabs(host: Visitor, page: Page) -> None:
    other = await page.context.new_page()
    await other.goto(page.url)
    await other.get_by_label("招标项目名称").fill("示范学校改造工程施工")
    await other.get_by_text("已保存（第").wait_for()
    await page.get_by_label("招标内容").fill("教学楼加固与设备安装，含室外管网。")
    await page.get_by_text("另一处已经把草稿改为").wait_for()
    host.faults.clear()  # the browser told of the answer that refused
    await host.look("desk-draft-two-tabs")
    await page.get_by_role("button", name="采用最新版本").click()
    assert await page.get_by_label("招标项目名称").input_value() == "示范学校改造工程施工"
    await page.get_by_role("button", name="撤销", exact=True).click()
    content = page.get_by_label("招标内容")
    assert await content.input_value() == "教学楼加固与设备安装，含室外管网。"
    await page.get_by_text("已保存（第").wait_for()
    await other.close()


async def build_method(host: Visitor, draft: UUID) -> None:
    """A family is chosen, its terms changed; the platform computes; a fault names its place."""
    page = host.page
    await host.go(f"/tenders/{draft}/desk/method")
    await page.get_by_label("从哪一种办法开始").select_option("reference-price")
    await page.get_by_text("低于基准价每1%扣1分，扣0.24分").wait_for()
    await page.get_by_label("高于基准价每 1% 扣分").fill("很多")
    await page.get_by_label("高于基准价每 1% 扣分").press("Tab")
    await page.get_by_text("位置：method.price.curve.points_above").wait_for()
    host.faults.clear()
    await page.get_by_role("button", name="撤销", exact=True).click()
    await page.get_by_text("从 Excel 粘贴评审因素").click()
    await page.locator("details[open] textarea").first.fill(CRITERIA)
    await page.get_by_role("button", name="采用 2 行").click()
    await page.get_by_role("columnheader", name="业绩").first.wait_for()
    # What is computed anew follows what was written.
    await page.get_by_text("得99.7600分").wait_for()
    await page.locator(".notice.bad").wait_for(state="detached")
    await host.look("desk-method")
    await page.get_by_role("button", name="保存到草稿").click()
    await page.get_by_text("已保存（第").wait_for()


async def hand_in_documents(host: Visitor, draft: UUID, file: Path) -> None:
    """A file is uploaded; a bill is pasted, refused by its cell, then named."""
    page = host.page
    await host.go(f"/tenders/{draft}/desk/documents")
    await page.locator("input[type=file]").set_input_files(file)
    await page.get_by_role("button", name="上传", exact=True).click()
    await page.get_by_text("已上传").wait_for()
    pasted = page.get_by_label("从 Excel 复制整张表")
    await pasted.fill(BILL.format(quantity="很多"))
    await page.get_by_role("button", name="读取并检查").click()
    await page.get_by_text("位置：!D3").wait_for()
    host.faults.clear()
    await pasted.fill(BILL.format(quantity="38.5"))
    await page.get_by_role("button", name="读取并检查").click()
    await page.get_by_text("第 3 行 0101：项目编码应当为十二位数字").wait_for()
    await host.look("desk-bill")
    await page.get_by_role("button", name="作为标段 1 的清单提交").click()
    await page.get_by_text("清单已列入招标文件").wait_for()
