"""From the rows of sheets to a bill: lines, headings, stated sums."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final

from tendering.domain.quantities.bill import Bill, Line, StatedSum, plain
from tendering.domain.quantities.cells import read_code, read_number, read_text
from tendering.domain.quantities.columns import (
    NUMBER_FIELDS,
    Sheet,
    Table,
    find_table,
    is_header,
    is_name_title,
)
from tendering.domain.refusals.tenders import BillInvalid

LINES_MAX: Final = 200_000
_PAGE_SUM: Final = re.compile(r"(本页|本表)(小计|合计)")
_SECTION_SUM: Final = re.compile(r"(分部|单项)?小计|.{0,30}小计")
_TABLE_SUM: Final = re.compile(r"(合计|总计|.{1,40}(合计|总计))(\(.*\))?")
_TOTAL: Final = re.compile(r"(投标)?(总报价|总价|总造价|工程总造价|投标报价)(合计)?(\(.*\))?")
_NOTE: Final = re.compile(r"(注|说明)[::].*|第\d*页.*")
_PARTS: Final = (
    ("items", re.compile(r"[\d.一二三四五、]*分部分项(工程)?(费|项目|清单)?")),
    ("measures", re.compile(r"[\d.一二三四五、]*措施(项目|费)+(清单)?")),
    ("other", re.compile(r"[\d.一二三四五、]*其他(项目|费)+(清单)?")),
    ("fees", re.compile(r"[\d.一二三四五、]*规费")),
    ("taxes", re.compile(r"[\d.一二三四五、]*(税金|增值税)(\(.*\))?")),
)
_KINDS: Final = (
    ("provisional_sum", "暂列金额"),
    ("material_estimate", "材料"),
    ("specialty_estimate", "专业工程暂估"),
    ("daywork", "计日工"),
    ("contractor_service", "总承包服务费"),
)


@dataclass(frozen=True, slots=True)
class ReadBill:
    """The bill, and what each sheet was taken for, so that a person can see it."""

    bill: Bill
    tables: tuple[Table, ...]


@dataclass(slots=True)
class _Reader:
    """What has been read so far; the places where the page, section and table began."""

    lines: list[Line] = field(default_factory=list)
    sums: list[StatedSum] = field(default_factory=list)
    total: Decimal | None = None
    part: str = "items"
    section: str = ""
    page_at: int = 0
    section_at: int = 0
    table_at: int = 0
    # A heading that states its sum: added when the section ends.
    heading: tuple[Line, Decimal] | None = None


def read_bill(sheets: Sequence[Sheet]) -> ReadBill:
    """Read all sheets. Raises BillInvalid, with sheet and cell, for what cannot be read."""
    tables = [find_table(sheet) for sheet in sheets]
    other = any(table.subject == "other" for table in tables)
    tables = [
        replace(table, subject="other") if table.subject == "detail" and not other else table
        for table in tables
    ]
    if not any(table.subject for table in tables):
        raise BillInvalid(
            "no header with a name and a quantity, price or amount was found", where="header"
        )
    reader = _Reader()
    pairs = list(zip(sheets, tables, strict=True))
    for sheet, table in pairs:
        if table.subject not in {"", "summary", "detail"}:
            _read_sheet(reader, sheet, table)
    for sheet, table in pairs:
        if table.subject == "summary":
            _read_summary(reader, sheet, table)
    if not reader.lines:
        raise BillInvalid("there is no line under the header", where="lines")
    return ReadBill(Bill(tuple(reader.lines), tuple(reader.sums), reader.total), tuple(tables))


def _read_sheet(reader: _Reader, sheet: Sheet, table: Table) -> None:
    reader.part, reader.section = table.subject, ""
    reader.page_at = reader.section_at = reader.table_at = len(reader.lines)
    for number, row in enumerate(sheet.rows[table.header_row :], start=table.header_row + 1):
        if any(cell not in {None, ""} for cell in row) and not _repeats(row, table):
            _read_row(reader, table, _line(row, number, table, reader))
        if len(reader.lines) > LINES_MAX:
            raise BillInvalid(f"more than {LINES_MAX} lines", where=sheet.name)
    _close_heading(reader)


def _repeats(row: Sequence[object], table: Table) -> bool:
    """Is the row the header again? Most are not, which the column of names tells at once."""
    column = table.columns["name"]
    name = row[column] if column < len(row) else None
    return isinstance(name, str) and is_name_title(name) and is_header(row)


def _read_row(reader: _Reader, table: Table, line: Line) -> None:
    """One row: a note, a sum, a part or section that begins, or a line."""
    name = plain(line.name)
    if _NOTE.fullmatch(name) or not (name or line.code or line.amount is not None):
        return
    if not line.unit and line.quantity is None and line.unit_price is None:
        if _is_sum(reader, line, name):
            return
        part = next((part for part, form in _PARTS if form.fullmatch(name)), None)
        if part and (part not in {"fees", "taxes"} or line.amount is None):
            _begin(reader, line, part)
            return
        if reader.part == "items" and "quantity" in table.columns:
            _begin(reader, line, "items")
            return
        if part:
            reader.part = part
            line = _under(line, part)
    reader.lines.append(line)


def _is_sum(reader: _Reader, line: Line, name: str) -> bool:
    """Was the row a stated sum? It is noted, with the lines it is said to add."""
    end = len(reader.lines)
    if _TOTAL.fullmatch(name):
        _close_heading(reader)
        reader.total = line.amount if line.amount is not None else reader.total
        return True
    starts = (
        (_PAGE_SUM, reader.page_at),
        (_SECTION_SUM, reader.section_at),
        (_TABLE_SUM, reader.table_at),
    )
    for form, start in starts:
        if form.fullmatch(name):
            if line.amount is not None:
                stated = tuple(range(start, end))
                reader.sums.append(StatedSum(line.sheet, line.row, line.name, line.amount, stated))
            if form is _PAGE_SUM:
                reader.page_at = end
            return True
    return False


def _begin(reader: _Reader, line: Line, part: str) -> None:
    _close_heading(reader)
    if part != reader.part:
        reader.part, reader.table_at = part, len(reader.lines)
    reader.section, reader.section_at = line.name, len(reader.lines)
    if line.amount is not None:
        reader.heading = (line, line.amount)


def _close_heading(reader: _Reader) -> None:
    """A heading's own sum, unless sections below it took its lines."""
    if reader.heading is not None and len(reader.lines) > reader.section_at:
        line, amount = reader.heading
        places = tuple(range(reader.section_at, len(reader.lines)))
        reader.sums.append(StatedSum(line.sheet, line.row, line.name, amount, places))
    reader.heading = None


def _read_summary(reader: _Reader, sheet: Sheet, table: Table) -> None:
    """Stated sums of the parts and the total; a part that has no table of its own is a line."""
    had = {line.part for line in reader.lines}
    for number, row in enumerate(sheet.rows[table.header_row :], start=table.header_row + 1):
        line = _line(row, number, table, reader)
        name = plain(line.name)
        if line.amount is None:
            continue
        part = next((part for part, form in _PARTS if form.fullmatch(name)), None)
        if part in had:
            places = tuple(p for p, one in enumerate(reader.lines) if one.part == part)
            reader.sums.append(StatedSum(line.sheet, line.row, line.name, line.amount, places))
        elif part:
            reader.lines.append(_under(line, part))
        elif _TOTAL.fullmatch(name) or _TABLE_SUM.fullmatch(name):
            reader.total = line.amount


def _line(row: Sequence[object], number: int, table: Table, reader: _Reader) -> Line:
    """The cells of a row as a line; whether it is one is seen afterwards."""
    cells = {
        name: row[column] if column < len(row) else None for name, column in table.columns.items()
    }
    texts = {name: read_text(cells.get(name)) for name in ("name", "features", "unit")}
    name, code = texts["name"], read_code(cells.get("code"))
    if not name:
        # A heading merged over the whole row stands in its first cell.
        first = next((read_text(cell) for cell in row if read_text(cell)), "")
        name, code = (first, "") if not first.isascii() else (name, code)
    numbers = {
        key: read_number(cells.get(key), (table.sheet, number, table.columns.get(key, 0)))
        for key in NUMBER_FIELDS
    }
    scaled = {
        key: None if value is None else value * table.scale.get(key, 1)
        for key, value in numbers.items()
    }
    return Line(
        table.sheet,
        number,
        reader.part,
        code,
        name,
        texts["features"],
        texts["unit"],
        **scaled,
        kind=_kind(name, table) if reader.part == "other" else "",
        section=reader.section,
    )


def _under(line: Line, part: str) -> Line:
    """The line in another part."""
    return replace(line, part=part, kind="" if part != "other" else line.kind)


def _kind(name: str, table: Table) -> str:
    """What kind of other item: by its name, or by the table that lists only such items."""
    said = plain(name) or plain(table.sheet)
    found = next((kind for kind, word in _KINDS if word in said), "")
    if found:
        return found
    return next((kind for kind, word in _KINDS if word in plain(table.sheet)), "")
