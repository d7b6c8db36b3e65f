"""Cells as values: numbers as people type them, codes that a spreadsheet took for numbers."""

import math
import re
import unicodedata
from decimal import Decimal
from typing import Final

from tendering.domain.quantities.bill import DECIMALS_MAX, NUMBER_MAX, rounded
from tendering.domain.refusals.tenders import BillInvalid

TEXT_CHARACTERS_MAX: Final = 4000
_COLUMNS: Final = 26
_NUMBER: Final = re.compile(r"-?\d{1,3}(,\d{3})*(\.\d{1,20})?|-?\d{1,15}(\.\d{1,20})?")
_NOTHING: Final = {"", "-", "--", "—", "——", "/", "\\"}
_CODE_DIGITS: Final = 12
Place = tuple[str, int, int]


def read_text(cell: object) -> str:
    """The cell as text; empty for an empty cell. Cut at `TEXT_CHARACTERS_MAX`."""
    if cell is None:
        return ""
    if isinstance(cell, float) and math.isfinite(cell) and cell.is_integer():
        cell = int(cell)
    return str(cell).strip()[:TEXT_CHARACTERS_MAX]


def read_code(cell: object) -> str:
    """A code. One that was taken for a number lost its first zero: eleven digits become twelve."""
    text = "".join(unicodedata.normalize("NFKC", read_text(cell)).split())
    return text.zfill(_CODE_DIGITS) if re.fullmatch(r"\d{11}", text) else text


def read_number(cell: object, place: Place) -> Decimal | None:
    """A number, or None for an empty cell or a dash. Raises BillInvalid with the cell.

    A spreadsheet computes with floats: 15 digits are what it knows, six decimals are kept.
    """
    if cell is None:
        return None
    if isinstance(cell, bool) or not isinstance(cell, int | float | str):
        raise _not_a_number(cell, place)
    if isinstance(cell, str):
        wide = cell if cell.isascii() else unicodedata.normalize("NFKC", cell)
        text = "".join(wide.split()).strip("¥元")
        if text in _NOTHING:
            return None
        if not _NUMBER.fullmatch(text):
            raise _not_a_number(cell, place)
        value = Decimal(text.replace(",", ""))
    elif math.isfinite(cell):
        value = Decimal(f"{cell:.15g}")
    else:
        raise _not_a_number(cell, place)
    if abs(value) >= NUMBER_MAX:
        raise _not_a_number(cell, place)
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int)
    return rounded(value, DECIMALS_MAX) if exponent < -DECIMALS_MAX else value


def cell_name(row: int, column: int) -> str:
    """B7 for row 7 (from 1), column 1 (from 0)."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, _COLUMNS)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row}"


def _not_a_number(cell: object, place: Place) -> BillInvalid:
    sheet, row, column = place
    where = f"{sheet}!{cell_name(row, column)}"
    return BillInvalid(f"{where}: a number below 10^12 is expected, not {cell!r:.60}", where=where)
