"""Reading a bill of quantities from .xlsx, .xls or .csv: hostile files are refused before parsing.

A workbook is a ZIP archive: what it unfolds to is measured first, and one cell far away from the
others would ask for a table of all cells between.
"""

import csv
import io
import re
import zipfile
import zlib
from pathlib import Path
from typing import Final

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, load_workbook

from tendering.domain.quantities.columns import Sheet
from tendering.domain.quantities.reading import ReadBill, read_bill
from tendering.domain.refusals.tenders import BillInvalid

FILE_BYTES_MAX: Final = 64 << 20
UNFOLDED_BYTES_MAX: Final = 512 << 20
MEMBERS_MAX: Final = 2000
SHEETS_MAX: Final = 200
ROWS_MAX: Final = 200_000
COLUMNS_MAX: Final = 702  # ZZ
_ZIP: Final = b"PK\x03\x04"
_OLE: Final = b"\xd0\xcf\x11\xe0"
_WORKBOOK: Final = "xl/workbook.xml"
_CHUNK_BYTES: Final = 1 << 20
# A reference beyond the limits, or one that hides its letters or digits behind entities.
_FAR: Final = re.compile(
    rb"""\br\s*=\s*["'](?:[A-Za-z]{3}|[A-Za-z]{0,2}(?:[2-9]\d{5}|\d{7})|[^"']{0,20}&)"""
)
# A cell without a reference stands beside the last one: its column would be uncounted.
_UNPLACED: Final = re.compile(rb"<(?:\w{1,20}:)?c(?=[\s/>])(?![^>]{0,200}?\sr\s*=)")


def read_bill_file(path: Path) -> ReadBill:
    """The bill in a file. Raises OSError, BillInvalid with the place of what does not hold."""
    with path.open("rb") as source:
        content = source.read(FILE_BYTES_MAX + 1)
    try:
        return read_bill_bytes(content)
    except BillInvalid as refused:
        where = f"{path.name}: {refused.parameters['where']}"
        raise BillInvalid(f"{path.name}: {refused.detail}", where=where) from None


def read_bill_bytes(content: bytes) -> ReadBill:
    """The bill in the content of a file. Raises BillInvalid with the place."""
    if len(content) > FILE_BYTES_MAX:
        raise BillInvalid(f"more than {FILE_BYTES_MAX >> 20} MiB", where="file")
    if content.startswith(_ZIP):
        _check_archive(content)
        return read_bill(_sheets(content))
    if content.startswith(_OLE):
        return read_bill(_sheets(content))
    return read_bill([_table(content)])


def _check_archive(content: bytes) -> None:
    """Is it a workbook, and does it unfold to what it says, within bounds?"""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            names = {member.filename for member in members}
            if _WORKBOOK not in names or len(names) != len(members) or len(members) > MEMBERS_MAX:
                raise BillInvalid("not a workbook (.xlsx)", where="file")
            if sum(member.file_size for member in members) > UNFOLDED_BYTES_MAX:
                most = UNFOLDED_BYTES_MAX >> 20
                raise BillInvalid(f"unfolds to more than {most} MiB", where="file")
            for member in members:
                _check_member(archive, member)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise BillInvalid(f"a damaged or locked workbook: {error}", where="file") from None


def _check_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """Read it to its end, which checks the length it claims, and look for cells far away."""
    rows, tail = 0, b""
    with archive.open(member) as source:
        while chunk := source.read(_CHUNK_BYTES):
            if not member.filename.startswith("xl/worksheets/"):
                continue
            # Up to the last tag that is whole; what is left goes in front of the next chunk.
            cut = chunk.rfind(b">") + 1
            text, tail = tail + chunk[:cut], chunk[cut:] if cut else tail + chunk
            if len(tail) > _CHUNK_BYTES or b"\0" in text:
                raise BillInvalid("a sheet that cannot be read", where=member.filename)
            rows += text.count(b"<row")
            if rows > ROWS_MAX or _FAR.search(text) or _UNPLACED.search(text):
                raise _too_large(member.filename)


def _sheets(content: bytes) -> list[Sheet]:
    """The sheets of a workbook that was found to be within bounds."""
    try:
        with load_workbook(io.BytesIO(content)) as workbook:
            if len(workbook.sheet_names) > SHEETS_MAX:
                raise BillInvalid(f"more than {SHEETS_MAX} sheets", where="file")
            return [_sheet(workbook, name) for name in workbook.sheet_names]
    except PasswordError:
        raise BillInvalid("the workbook is locked by a password", where="file") from None
    except (CalamineError, ValueError) as error:
        raise BillInvalid(f"not a workbook that can be read: {error}", where="file") from None


def _sheet(workbook: CalamineWorkbook, name: str) -> Sheet:
    sheet = workbook.get_sheet_by_name(name)
    if sheet.total_height > ROWS_MAX or sheet.total_width > COLUMNS_MAX:
        raise _too_large(name)
    return Sheet(name, sheet.to_python(skip_empty_area=False))


def _table(content: bytes) -> Sheet:
    """Comma or tab separated values in UTF-8 or GB 18030."""
    if b"\0" in content:
        raise BillInvalid("neither .xlsx, .xls nor .csv", where="file")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("gb18030")
        except UnicodeDecodeError:
            raise BillInvalid("neither UTF-8 nor GB 18030", where="file") from None
    separator = "\t" if text[:1000].count("\t") > text[:1000].count(",") else ","
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True):
            rows.append(row)
            if len(rows) > ROWS_MAX or len(row) > COLUMNS_MAX:
                where = f"line {len(rows)}"
                raise BillInvalid(
                    f"more than {ROWS_MAX} rows or {COLUMNS_MAX} columns", where=where
                )
    except csv.Error as error:
        where = f"line {len(rows) + 1}"
        raise BillInvalid(f"{where}: {error}", where=where) from None
    return Sheet("csv", rows)


def _too_large(where: str) -> BillInvalid:
    return BillInvalid(f"more than {ROWS_MAX} rows or {COLUMNS_MAX} columns", where=where)
