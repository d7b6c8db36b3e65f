"""The evaluation report: the ten parts that the law lists, in its order."""

from dataclasses import replace
from datetime import UTC, datetime

import pypdfium2  # type: ignore[import-untyped]  # ships no types
import pytest

from tendering.documents.data import (
    CandidateRow,
    EvaluatedBid,
    EvaluationReport,
    Heading,
    JournalMark,
    Mark,
    Member,
    RejectedBid,
)
from tendering.documents.evaluation_report import render_evaluation_report
from tendering.documents.typesetting import Signer

AT = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
# 评标委员会和评标方法暂行规定 第四十二条
PARTS = [
    "基本情况和数据表",
    "评标委员会成员名单",
    "开标记录",
    "符合要求的投标一览表",
    "否决投标的情况说明",
    "评标标准、评标方法或者评标因素一览表",
    "经评审的价格或者评分比较一览表",
    "经评审的投标人排序",
    "推荐的中标候选人名单与签订合同前要处理的事宜",
    "澄清、说明、补正事项纪要",
]
DIGEST = "7f83b1657ff1fc53b92dc18148a1d65dfc2d4b1fa3d677284addd200126d9069"
REPORT = EvaluationReport(
    heading=Heading(
        "KB-1-PBBG-1", "KB-1", "示范道路工程", "1", "土建", "示范招标人", "", AT, False
    ),
    opened_at=AT,
    opening_record_digest=DIGEST,
    method_title="综合评估法",
    method_digest=DIGEST,
    criteria=(("施工组织设计", "主观·技术", "40"), ("投标报价", "客观·价格", "60")),
    members=tuple(Member(n, f"示范专家{n}", "示范主场", n == 1, "") for n in range(1, 6)),
    bids=(
        EvaluatedBid("02", "示范乙公司", 90_000_000, "38.00", "0.00", "60.00", "98.00", "1"),
        EvaluatedBid("01", "示范甲公司", 91_000_000, "35.00", "0.00", "58.90", "93.90", "2"),
        EvaluatedBid("03", "示范丙公司", 99_000_000, "", "", "", "", ""),
    ),
    rejected=(RejectedBid("03", "示范丙公司", "资质", "条例 51", "5/5否决", "证书过期"),),
    price_notes=("基准价为有效报价的算术平均值。",),
    price_rows=(("01", "60－1.10＝58.90"), ("02", "60.00")),
    marks=tuple(
        Mark(f"{n}号席 示范专家{n}", bid, "施工组织设计", points)
        for n in range(1, 6)
        for bid, points in (("01", "35"), ("02", "38"))
    ),
    findings=(),
    enquiries=(("02", "“工期”的含义不明确，请说明。", "三百天"),),
    candidates=(CandidateRow(1, "示范乙公司", 90_000_000, "98.00"),),
    competition_lacking=False,
    all_rejected_because="",
    outcome_digest=DIGEST,
    committee=JournalMark(9, DIGEST),
    signers=tuple(Signer("评标委员会成员", f"示范专家{n}", person=True) for n in range(1, 6)),
)


def words_of(report: EvaluationReport) -> str:
    document = pypdfium2.PdfDocument(render_evaluation_report(report).pdf)
    try:
        pages = [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()
    return "".join("".join(pages).split())


def test_the_report_has_the_ten_parts_in_the_order_of_the_law() -> None:
    words = words_of(REPORT)

    found = [
        words.find(f"{number}、{part}")
        for number, part in zip("一二三四五六七八九十", PARTS, strict=True)
    ]
    assert -1 not in found
    assert found == sorted(found)


def test_a_rejected_bid_is_not_among_those_that_conform() -> None:
    words = words_of(REPORT)

    conforming = words[words.index("四、符合要求") : words.index("五、否决投标")]
    assert "示范甲公司" in conforming
    assert "示范丙公司" not in conforming


def test_every_member_has_a_place_to_sign() -> None:
    assert len(render_evaluation_report(REPORT).places) == 5


@pytest.mark.parametrize("bids", [1, 8, 9, 30])
def test_a_sheet_shows_every_bid(bids: int) -> None:
    marks = tuple(
        Mark("1号席 示范专家1", f"{bid:02d}", "施工组织设计", f"{bid}.5")
        for bid in range(1, bids + 1)
    )

    words = words_of(replace(REPORT, marks=marks))

    sheets = words[words.index("附二、") : words.index("附三、")]
    assert all(f"{bid:02d}号" in sheets and f"{bid}.5" in sheets for bid in range(1, bids + 1))


def test_a_report_without_a_bid_left_says_so() -> None:
    gone = tuple(replace(bid, rank="") for bid in REPORT.bids)

    words = words_of(replace(REPORT, bids=gone, candidates=(), price_rows=(), marks=()))

    for sentence in ("没有符合要求的投标", "没有可以排序的投标", "没有可以推荐的中标候选人"):
        assert sentence in words
