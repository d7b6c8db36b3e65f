"""Which column of a sheet is which: header rows are looked for, and what was guessed is shown.

The tables of GB 50500 and of estimating software differ in their wording, have one or two header
rows, a merged 金额（元） above 综合单价 and 合价, and repeat the header on every printed page.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tendering.domain.quantities.bill import plain

HEADER_ROWS_MAX: Final = 60
COLUMNS_MAX: Final = 100
TITLE_CHARACTERS_MAX: Final = 40
NUMBER_FIELDS: Final = ("quantity", "unit_price", "amount", "ceiling")
WAN: Final = 10_000
_TITLES: Final = {
    "code": ("项目编码", "清单编码", "编码", "项目编号", "子目编码", "子目号", "清单项目编码"),
    "name": ("项目名称", "名称", "清单名称", "子目名称", "清单项目名称", "汇总内容", "工程名称"),
    "features": ("项目特征", "项目特征描述", "特征描述", "特征", "项目特征及工作内容"),
    "unit": ("计量单位", "单位"),
    "quantity": ("工程量", "数量", "工程数量", "暂定数量"),
    "unit_price": ("综合单价", "单价", "全费用综合单价"),
    "amount": ("合价", "金额", "合计", "综合合价", "总价", "暂定金额", "暂估金额", "计算金额"),
    "ceiling": ("最高限价", "单价限价", "综合单价限价", "综合单价最高限价", "单价最高限价"),
}
_FIELDS: Final = {title: field for field, titles in _TITLES.items() for title in titles}
_BRACKETS: Final = re.compile(r"[(\[][^)\]]*[)\]]|[::]")
# In their order: 其他项目清单与计价汇总表 is a table of other items, not a summary.
_SUBJECTS: Final = (
    (
        "detail",
        ("暂列金额明细", "暂估单价", "暂估价表", "暂估价及结算价", "计日工表", "服务费计价表"),
    ),
    ("other", ("其他项目",)),
    ("summary", ("汇总", "投标总价")),
    ("measures", ("措施",)),
    ("items", ("分部分项",)),
    ("fees", ("规费", "税金")),
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet as it was read: rows of cells from the first row on."""

    name: str
    rows: Sequence[Sequence[object]]


@dataclass(frozen=True, slots=True)
class Table:
    """What a sheet was taken for. `header_row`: from 1, the last of the header; 0: none found.

    `subject`: a part, `summary` (stated sums only), `detail` (repeated in the table of other
    items) or empty (not read). `columns`: field to column from 0. `titles`: field to header.
    `scale`: by what money is multiplied to be yuan.
    """

    sheet: str
    subject: str
    header_row: int
    columns: Mapping[str, int]
    titles: Mapping[str, str]
    scale: Mapping[str, int]


def find_table(sheet: Sheet) -> Table:
    """The header of a sheet, guessed."""
    for place, row in enumerate(sheet.rows[:HEADER_ROWS_MAX]):
        below = sheet.rows[place + 1] if place + 1 < len(sheet.rows) else ()
        two = "name" in _columns(_single(row)) and _only_titles(below) and not is_header(below)
        titles = _joined(row, below) if two else _single(row)
        columns = _columns(titles)
        if not _enough(columns):
            continue
        above = "".join(
            (plain(sheet.name), *(_text(c) for r in sheet.rows[:place] for c in r[:COLUMNS_MAX]))
        )
        scale = {
            field: WAN if "万元" in "".join(titles[column]) else 1
            for field, column in columns.items()
            if field in NUMBER_FIELDS and field != "quantity"
        }
        return Table(
            sheet.name,
            _subject(plain(sheet.name)) or _subject(above) or "items",
            place + 1 + two,
            columns,
            {field: " ".join(filter(None, titles[column])) for field, column in columns.items()},
            scale,
        )
    return Table(sheet.name, "", 0, {}, {}, {})


def is_header(row: Sequence[object]) -> bool:
    """Is the row a header by itself, as repeated on each page?"""
    return _enough(_columns(_single(row)))


def is_name_title(text: str) -> bool:
    """Is the text the title of the column of names?"""
    return len(text) <= TITLE_CHARACTERS_MAX and (
        _FIELDS.get(_BRACKETS.sub("", plain(text))) == "name"
    )


def _enough(columns: Mapping[str, int]) -> bool:
    return "name" in columns and bool(columns.keys() & {"quantity", "unit_price", "amount"})


def _columns(titles: Sequence[tuple[str, str]]) -> dict[str, int]:
    """The first column for each field; the lower header row counts before the upper one."""
    found: dict[str, int] = {}
    for column, (upper, lower) in enumerate(titles):
        field = _FIELDS.get(_BRACKETS.sub("", lower or upper))
        if field is not None:
            found.setdefault(field, column)
    return found


def _single(row: Sequence[object]) -> list[tuple[str, str]]:
    return [(_text(cell), "") for cell in row[:COLUMNS_MAX]]


def _joined(upper: Sequence[object], lower: Sequence[object]) -> list[tuple[str, str]]:
    """Both header rows; what stands above several columns stands in the first of them."""
    width = min(max(len(upper), len(lower)), COLUMNS_MAX)
    joined, over = [], ""
    for column in range(width):
        top = _text(upper[column]) if column < len(upper) else ""
        bottom = _text(lower[column]) if column < len(lower) else ""
        over = top or (over if bottom else "")
        joined.append((over, bottom))
    return joined


def _only_titles(row: Sequence[object]) -> bool:
    """The second row of a header: titles of columns and no figure."""
    texts = [_text(cell) for cell in row[:COLUMNS_MAX]]
    return any(_BRACKETS.sub("", text) in _FIELDS for text in texts) and not any(
        text[:1].isdigit() for text in texts
    )


def _subject(text: str) -> str:
    return next((name for name, words in _SUBJECTS if any(word in text for word in words)), "")


def _text(cell: object) -> str:
    return plain(cell) if isinstance(cell, str) else ""
