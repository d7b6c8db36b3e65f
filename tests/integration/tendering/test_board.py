"""The board finds what it should: compared with reading every row."""

from datetime import timedelta
from itertools import pairwise

import pytest

from tendering.domain.board import Filters, Sort, searched_text, words_of
from tendering.domain.tender import Lot, TenderStatus
from tendering.storage import board
from tendering.storage.board import Place
from tendering.storage.connection import Pool, reading
from tests.support.make import PUBLISHED_AT
from tests.support.on_board import on_board

TITLES = (
    "示范小学教学楼工程",
    "示范中学实验楼工程施工",
    "城市道路大修工程",
    "医院设备采购项目",
    "污水处理厂 A2/O 改造 100%_完成",
    "ＦＵＬＬ－ＷＩＤＴＨ 全角标题",
    "学校楼宇维修",
)


@pytest.fixture
async def filled(pool: Pool) -> Pool:
    """A board of a few tenders, and a draft."""
    for number, title in enumerate(TITLES, start=1):
        estimate = number % 4 * 1_000_00 + 100
        await on_board(
            pool,
            number,
            told=False,
            title=title,
            region=("510100", "510700", "110101")[number % 3],
            lots=(Lot("1", "施工一标段", estimate, estimate, 0),),
            published_at=PUBLISHED_AT + timedelta(hours=number // 2),
        )
    await on_board(pool, 99, told=False, title="示范草稿教学", status=TenderStatus.DRAFT)
    return pool


async def numbers(pool: Pool, filters: Filters, sort: Sort = Sort.NEWEST) -> list[str]:
    async with reading(pool) as connection:
        page = await board.list_page(connection, filters, sort, after=None, limit=100)
    return [row.number for row in page.rows]


SEARCHES = (
    *("教学", "学楼", "工程", "楼", "教学楼工程", "工程 教学", "不存在", "草稿"),
    *("full-width", "ＦＵＬＬ", "kb-0003", "KB-", "a2/o", "100%_", "%", "_", "\\", "'", "；--"),
    *("施工一标段", "示范市教育局", "😀", "，", "学", "程工", "大修工", "楼工"),
)


async def test_a_search_finds_what_reading_every_row_finds(filled: Pool) -> None:
    texts = {
        f"KB-{number:04d}": searched_text(
            (f"KB-{number:04d}", title, "示范市教育局", "施工一标段", "示范")
        )
        for number, title in enumerate(TITLES, start=1)
    }
    for search in SEARCHES:
        words = words_of(search)

        found = await numbers(filled, Filters(words=words))

        expected = {one for one, text in texts.items() if all(each in text for each in words)}
        assert (search, set(found)) == (search, expected)


async def test_few_and_many_are_found_the_same_way(
    filled: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = Filters(words=("工程",))
    few = await numbers(filled, wanted)
    monkeypatch.setattr(board, "COUNT_MAX", 0)

    assert await numbers(filled, wanted) == few


@pytest.mark.parametrize("sort", list(Sort))
@pytest.mark.parametrize("words", [(), ("工",)])
async def test_pages_follow_one_another_without_a_gap(
    filled: Pool, sort: Sort, words: tuple[str, ...]
) -> None:
    whole = await numbers(filled, Filters(words=words), sort)
    paged: list[str] = []
    place = None
    async with reading(filled) as connection:
        while len(paged) < len(whole):
            page = await board.list_page(
                connection, Filters(words=words), sort, after=place, limit=2
            )
            paged += [row.number for row in page.rows]
            last = page.rows[-1]
            keys: dict[Sort, board.Key] = {
                Sort.NEWEST: last.published_at,
                Sort.DEADLINE: last.deadline,
                Sort.AMOUNT: last.estimate_fen,
            }
            place = Place(keys[sort], last.id)

    assert paged == whole


async def test_an_order_is_an_order(filled: Pool) -> None:
    async with reading(filled) as connection:
        page = await board.list_page(connection, Filters(), Sort.AMOUNT, after=None, limit=100)

    assert all(one.estimate_fen >= other.estimate_fen for one, other in pairwise(page.rows))


FILTERS = (
    (Filters(region="51"), 5),
    (Filters(region="5107"), 3),
    (Filters(region="110101"), 2),
    (Filters(status="published"), 7),
    (Filters(status="awarded"), 0),
    (Filters(regime="construction"), 7),
    (Filters(regime="government_procurement"), 0),
    (Filters(procedure="open-tendering"), 7),
    (Filters(procedure="inquiry"), 0),
    (Filters(published_from=PUBLISHED_AT + timedelta(hours=3)), 2),
    (Filters(published_until=PUBLISHED_AT + timedelta(hours=3)), 5),
    (Filters(deadline_until=PUBLISHED_AT), 0),
    (Filters(deadline_from=PUBLISHED_AT), 7),
    (Filters(fen_min=2_000_00), 4),
    (Filters(fen_max=2_000_00), 3),
    (Filters(words=("工程",), region="51", fen_min=1), 2),
)


async def test_a_filter_leaves_what_fits(filled: Pool) -> None:
    for filters, expected in FILTERS:
        async with reading(filled) as connection:
            page = await board.list_page(connection, filters, Sort.NEWEST, after=None, limit=1)

        assert (filters, page.found) == (filters, expected)
        assert len(await numbers(filled, filters)) == expected
