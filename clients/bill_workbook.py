"""The clearing report as a workbook for the committee. No cell of it is ever a formula."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path

from openpyxl import Workbook

from tendering.domain.cells import guarded
from tendering.domain.quantities.bill import rounded
from tendering.domain.quantities.clearing import Clearing


def write_clearing(report: Clearing, file: Path) -> None:
    """Write four sheets: summary, findings, what bids share, unit prices. Raises OSError."""
    book = Workbook(write_only=True)
    names = [one.bid for one in report.bids]
    _sheet(
        book,
        "汇总",
        ("投标人", "清单合计（元）", "清单所写总价（元）", "建议修正价（元）", "提示"),
        [
            (
                one.bid,
                one.total,
                one.stated,
                Decimal(one.correction.price_fen).scaleb(-2),
                "；".join(f"{kind} {count}" for kind, count in one.findings.counts.items()),
            )
            for one in report.bids
        ],
    )
    _sheet(
        book,
        "提示",
        ("投标人", "种类", "工作表", "行", "项目", "说明"),
        [
            (bid, one.kind, one.sheet, one.row or None, one.item, one.words.zh)
            for bid, found in (
                ("招标清单", report.tender),
                *((one.bid, one.findings) for one in report.bids),
            )
            for one in found.listed
        ],
    )
    _sheet(
        book,
        "共同点",
        ("种类", "投标人", "数量", "说明", "例"),
        [
            (one.kind, "、".join(one.bids), one.count, one.words.zh, "；".join(one.examples))
            for one in report.evidence
        ],
    )
    _sheet(
        book,
        "单价",
        ("项目编码", "项目名称", "单位", *names, "最低", "最高", "平均", "中位数"),
        [
            (
                item.line.code,
                item.line.name,
                item.line.unit,
                *item.prices,
                item.lowest,
                item.highest,
                rounded(item.mean, 4),
                rounded(item.median, 4),
            )
            for item in report.items
        ],
    )
    book.save(file)


def _sheet(
    book: Workbook, title: str, header: Sequence[str], rows: Iterable[Sequence[object]]
) -> None:
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    for row in (header, *rows):
        sheet.append([guarded(cell) if isinstance(cell, str) else cell for cell in row])
