"""How long do search and page take on a board of 100,000 tenders? Target: p99 under 50 ms.

Three ways in one database and one run: ours, an index of characters in pairs; `LIKE '%…%'`, which
is what a board does without an index; and pg_trgm, the index for substrings that PostgreSQL brings,
whose trigrams hold no word of two characters. Each answers the same searches, sorted and cut to a
page. The tenders are synthetic: titles put together of places, things and kinds of work.
"""

import asyncio
import random
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final, TypeAlias
from uuid import UUID

from benchmarks.report import Row, report
from tendering.domain.board import Filters, Sort, marks_of_text, searched_text, words_of
from tendering.storage import board
from tendering.storage.board import Key, Place
from tendering.storage.connection import Connection, Pool, open_connection, open_pool, reading
from tests.support.postgres import cluster

Work: TypeAlias = Callable[[], Awaitable[object]]
TENDERS: Final = 100_000
ROUNDS: Final = 12
PAGE: Final = 21
PEER_ROUNDS: Final = 2
BUYERS: Final = 500
EPOCH: Final = datetime(2024, 1, 1, tzinfo=UTC)
PLACES: Final = (
    "成都市",
    "绵阳市",
    "雅安市",
    "宜宾县",
    "示范区",
    "青白江",
    "都江堰",
    "汶川县",
    "高新区",
    "天府新区",
)
THINGS: Final = (
    *("小学教学楼", "中学实验楼", "人民医院门诊楼", "污水处理厂", "城市道路", "农村公路", "大桥"),
    *("隧道", "水库", "河道", "图书馆", "体育馆", "信息系统", "数据中心", "医疗设备", "办公家具"),
    *("校车", "消防车", "保安", "物业", "食堂食材", "绿化", "路灯", "排水管网", "变电站"),
)
WORKS: Final = (
    *(
        "新建工程施工",
        "改扩建工程",
        "维修加固",
        "勘察设计",
        "监理",
        "采购项目",
        "运营维护",
        "服务采购",
    ),
    *("设计施工总承包", "检测", "造价咨询", "拆除"),
)
RARE_SHARE: Final = 0.002
RARE: Final = "凤凰麒麟玄武朱雀青龙白虎饕餮貔貅獬豸鲲鹏"
STATUSES: Final = (
    "published",
    "opening",
    "opened",
    "evaluating",
    "awarded",
    "failed",
    "terminated",
)
SEARCHES: Final = (
    *(
        "工程",
        "施工",
        "采购",
        "教学楼",
        "医院",
        "污水处理厂",
        "成都市 道路",
        "凤凰",
        "朱雀",
        "玄武",
    ),
    *(
        "KB-2025-0",
        "KB-2024-012345",
        "示范采购人 123",
        "设计施工总承包",
        "楼",
        "不存在的词",
        "貔貅 改扩建",
    ),
    *("消防车采购项目", "监理", "天府新区 数据中心 运营"),
)
FILTERED: Final = (
    Filters(),
    Filters(status="published"),
    Filters(region="51", regime="construction"),
    Filters(region="510700", status="failed", procedure="inquiry"),
    Filters(fen_min=9_000_000_00, status="awarded"),
    Filters(procuring_entity_id=UUID(int=7)),
    Filters(deadline_from=EPOCH + timedelta(days=700), deadline_until=EPOCH + timedelta(days=701)),
    Filters(words=("工程",), region="5107", status="published"),
    Filters(words=("凤凰",), regime="government_procurement"),
)
# Common words with a status and a region: what neither finds alone.
NARROWED: Final = tuple(
    Filters(words=(word,), status=status, region=region)
    for word in ("工程", "施工", "采购", "教学楼", "医院", "楼", "成都市", "污水处理厂", "凤凰")
    for status in ("", "published", "failed")
    for region in ("", "5107")
)
_COLUMNS: Final = (
    *("id", "number", "title", "description", "regime", "region", "status", "procuring_entity_id"),
    *("supervisor_id", "threshold", "suite", "method", "committee", "bid_validity_days"),
    *("unlock_minutes", "drain_seconds", "deadline", "published_at", "timetable", "source"),
    *("demonstration", "circumstances", "created_at", "round", "procedure", "estimate_fen"),
    *("search_text", "search_marks"),
)
# What a real method and timetable take: rows are as wide as they are in use.
_METHOD: Final = "{" + " " * 1500 + "}"


def main() -> None:
    """Fill a database, ask it, and report."""
    tenders = int(sys.argv[1]) if len(sys.argv) > 1 else TENDERS
    asyncio.run(_measure(tenders))


async def _measure(tenders: int) -> None:
    async with cluster() as running, running.migrated() as database:
        async with open_connection(database.owner_dsn) as owner:
            await _fill(owner, tenders)
        async with open_pool(database.app_dsn, size=2) as pool:
            ours = await _timed(_ours(pool), ROUNDS)
            pages = await _timed(_pages(pool), ROUNDS)
            busy = await _processor(pool)
            like = await _timed(_like(pool), PEER_ROUNDS)
        async with open_connection(database.owner_dsn) as owner:
            await owner.execute("CREATE EXTENSION pg_trgm")
            await owner.execute(
                "CREATE INDEX peer ON tendering.tenders USING gin (search_text gin_trgm_ops)"
            )
            await owner.execute("ANALYZE tendering.tenders")
        async with open_pool(database.app_dsn, size=2) as pool:
            trigrams = await _timed(_like(pool), PEER_ROUNDS)
    name = "ours, search, p99"
    report(
        "board",
        unit="ms",
        rows=[
            Row("LIKE '%…%', p99", _p99(like)),
            Row("LIKE '%…%', p50", statistics.median(like)),
            Row("the same with pg_trgm, p99", _p99(trigrams)),
            Row("the same with pg_trgm, p50", statistics.median(trigrams)),
            Row("ours, search, p50", statistics.median(ours)),
            Row(name, _p99(ours)),
            Row("ours, words with filters, the database's processor time, p99", _p99(busy)),
            Row("ours, filters and pages with their count, p50", statistics.median(pages)),
            Row("ours, filters and pages with their count, p99", _p99(pages)),
        ],
        ours=name,
    )


def _ours(pool: Pool) -> list[Work]:
    return [partial(_page, pool, Filters(words=words_of(search))) for search in SEARCHES]


def _pages(pool: Pool) -> list[Work]:
    keys: dict[Sort, Key] = {
        Sort.NEWEST: EPOCH + timedelta(days=500),
        Sort.DEADLINE: EPOCH + timedelta(days=600),
        Sort.AMOUNT: 5_000_000_00,
    }
    return [
        partial(_page, pool, filters, sort, after)
        for filters in FILTERED
        for sort, key in keys.items()
        for after in (None, Place(key, UUID(int=0)))
    ]


async def _page(
    pool: Pool, filters: Filters, sort: Sort = Sort.NEWEST, after: Place | None = None
) -> None:
    async with reading(pool) as connection:
        await board.list_page(connection, filters, sort, after=after, limit=PAGE)


async def _processor(pool: Pool) -> list[float]:
    """Milliseconds on a processor of the backend for every page of NARROWED in every order.

    Of a machine that has other work it says more than the time that passes.
    """
    found = []
    async with reading(pool) as connection:
        backend = Path("/proc", str(await connection.fetchval("SELECT pg_backend_pid()")))
        for filters in NARROWED:
            for sort in Sort:
                before = _nanoseconds(backend)
                await board.list_page(connection, filters, sort, after=None, limit=PAGE)
                found.append((_nanoseconds(backend) - before) / 1e6)
    return found


def _nanoseconds(process: Path) -> int:
    return int((process / "schedstat").read_text().split()[0])


def _like(pool: Pool) -> list[Work]:
    return [
        partial(_like_page, pool, [f"%{word}%" for word in words_of(search)]) for search in SEARCHES
    ]


async def _like_page(pool: Pool, patterns: list[str]) -> None:
    conditions = " AND ".join(f"t.search_text LIKE '{one}'" for one in patterns)
    async with reading(pool) as connection:
        await connection.fetch(
            f"""SELECT t.id, t.number, t.title FROM tendering.tenders t
                WHERE {conditions} AND t.status <> 'draft'
                ORDER BY t.published_at DESC, t.id DESC LIMIT {PAGE}"""  # noqa: S608
        )
        await connection.fetchval(
            f"""SELECT count(*) FROM (SELECT FROM tendering.tenders t
                WHERE {conditions} AND t.status <> 'draft' LIMIT 1001) AS found"""  # noqa: S608
        )


async def _timed(works: Sequence[Work], rounds: int) -> list[float]:
    """Milliseconds of every work in every round, after one round that is not counted."""
    found = []
    for number in range(rounds + 1):
        for work in works:
            started = time.perf_counter()
            await work()
            if number:
                found.append((time.perf_counter() - started) * 1000)
    return found


def _p99(figures: list[float]) -> float:
    return statistics.quantiles(figures, n=100)[-1]


async def _fill(owner: Connection, tenders: int) -> None:
    """All of it by COPY, then what a running database has done: statistics and visibility."""
    names = [f"示范采购人{number}" for number in range(1, BUYERS + 1)]
    await owner.copy_records_to_table(
        "organizations",
        schema_name="tendering",
        columns=["id", "uscc", "name", "roles", "registered_at"],
        records=[
            (UUID(int=number), f"91510100MB{number:08d}", name, ["procuring_entity"], EPOCH)
            for number, name in enumerate(names, start=1)
        ],
    )
    await owner.copy_records_to_table(
        "tenders", schema_name="tendering", columns=_COLUMNS, records=_rows(names, tenders)
    )
    await owner.execute("VACUUM ANALYZE tendering.tenders")


def _rows(names: list[str], tenders: int) -> Iterator[tuple[object, ...]]:
    chance = random.Random(7)  # noqa: S311
    for number in range(1, tenders + 1):
        published = EPOCH + timedelta(minutes=10 * number)
        title = chance.choice(PLACES) + chance.choice(THINGS) + chance.choice(WORKS)
        if chance.random() < RARE_SHARE:
            title += "".join(chance.sample(RARE, 2)) + chance.choice(
                ("凤凰", "朱雀", "玄武", "貔貅")
            )
        buyer = chance.randrange(len(names))
        code = f"KB-{published.year}-{number:06d}"
        about = f"建设地点：{chance.choice(PLACES)}。建设内容：{title}，"
        about += f"工期{chance.randrange(30, 900)}日历天，"
        about += "资金来源为财政资金，具体要求见招标文件。" + chance.choice(THINGS) * 3
        text = searched_text((code, title, names[buyer], title, about))
        yield (
            *(UUID(int=10**6 + number), code, title, about),
            chance.choice(("construction", "government_procurement")),
            chance.choice(("510100", "510700", "511800", "110101", "330100")),
            chance.choice(STATUSES),
            *(UUID(int=buyer + 1), UUID(int=1), 2, "age-v1-x25519", _METHOD, "{}", 90, 60, 60),
            *(published + timedelta(days=chance.randrange(20, 60)), published, "{}", "{}"),
            *(True, "{}", published, "{}"),
            chance.choice(("open-tendering", "invitation-tendering", "inquiry")),
            *(chance.randrange(1, 10_000_000_00), text, marks_of_text(text)),
        )


if __name__ == "__main__":
    main()
