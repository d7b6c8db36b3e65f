"""A list of experts in a file, CSV or XLSX: read as texts, row by row, and brought to the pool.

The first row names the columns, in English or Chinese; columns of other names are left alone. What
is wrong with a row is said by the platform (`tendering.domain.expert_rows`).
"""

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Final

import openpyxl

from clients.platform import Json, Platform
from tendering.domain.expert_rows import COLUMNS, ROWS_MAX

FILE_BYTES_MAX: Final = 8 << 20
UNPACKED_BYTES_MAX: Final = 64 << 20


class ExpertFileRefused(Exception):
    """The file is no table of experts; the text says why."""


def read_experts(file: Path) -> list[dict[str, str]]:
    """The rows below the header; row 1 is the first of them. Raises ExpertFileRefused, OSError."""
    if file.stat().st_size > FILE_BYTES_MAX:
        raise ExpertFileRefused(f"more than {FILE_BYTES_MAX} bytes")
    content = file.read_bytes()
    table = _workbook(content) if content.startswith(b"PK\x03\x04") else _text(content)
    try:
        rows = list(_limited(table))
    except csv.Error as error:
        raise ExpertFileRefused(str(error)) from error
    if not rows:
        raise ExpertFileRefused("the file is empty")
    places = _places(rows[0])
    return [
        {column: row[place] if place < len(row) else "" for column, place in places.items()}
        for row in rows[1:]
        if any(row)
    ]


async def import_experts(platform: Platform, file: Path, *, check_only: bool = False) -> Json:
    """Bring a list to the pool: how many were taken, and what is wrong with the other rows.

    Raises PlatformRefused, ExpertFileRefused, OSError.
    """
    body = {"rows": read_experts(file), "check_only": check_only}
    answer: Json = await platform.post("/experts/import", body)
    return answer


def _places(header: Sequence[str]) -> dict[str, int]:
    """Where each column stands. Raises ExpertFileRefused for one that is missing or there twice."""
    names = [name.strip() for name in header]
    found: dict[str, int] = {}
    for column, zh in COLUMNS.items():
        places = [place for place, name in enumerate(names) if name in {column, zh}]
        if len(places) != 1:
            raise ExpertFileRefused(f"the column {column} ({zh}) must be there once")
        found[column] = places[0]
    return found


def _limited(rows: Iterable[Sequence[str]]) -> Iterable[Sequence[str]]:
    for number, row in enumerate(rows):
        if number > ROWS_MAX:
            raise ExpertFileRefused(f"more than {ROWS_MAX} rows")
        yield row


def _text(content: bytes) -> Iterable[Sequence[str]]:
    """CSV in UTF-8, or in GB 18030 as spreadsheets in China write it."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return csv.reader(io.StringIO(content.decode(encoding), newline=""), strict=True)
        except UnicodeDecodeError:
            continue
    raise ExpertFileRefused("neither UTF-8 nor GB 18030")


def _workbook(content: bytes) -> Iterable[Sequence[str]]:
    """The first sheet. A workbook that unpacks to too much is not opened."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(one.file_size for one in packed.infolist()) > UNPACKED_BYTES_MAX:
                raise ExpertFileRefused("the workbook unpacks to too much")
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        return [
            [_cell(value) for value in row]
            for row in sheet.iter_rows(max_row=ROWS_MAX + 2, max_col=100, values_only=True)
        ]
    except (zipfile.BadZipFile, KeyError, IndexError, ValueError, TypeError) as error:
        raise ExpertFileRefused("this is no workbook") from error


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
