"""Lists of experts in files: read as texts, refused when they are no tables, taken row by row."""

import csv
import io
from datetime import date
from pathlib import Path
from uuid import uuid4

import openpyxl
import pytest

from clients.expert_files import ExpertFileRefused, read_experts
from tendering.actions.experts import import_experts
from tendering.domain.expert_rows import COLUMNS, ROWS_MAX, RowFault
from tendering.domain.roles import Role
from tendering.storage import experts
from tendering.storage.connection import Pool, reading, transaction
from tests.integration.tendering.a_draw import NOW
from tests.integration.tendering.registered import organization, person

ROW = ("one", "示范专家甲", "510100", "示范大学", "", "A08", "12", "2030-01-01")


def written(folder: Path, rows: list[tuple[str, ...]], encoding: str = "utf-8-sig") -> Path:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    file = folder / "experts.csv"
    file.write_bytes(text.getvalue().encode(encoding))
    return file


def test_a_list_is_the_same_from_a_text_and_from_a_workbook(tmp_path: Path) -> None:
    header = tuple(COLUMNS.values())
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(header)
    book.active.append([*ROW[:6], 12, date(2030, 1, 1)])
    book.save(tmp_path / "experts.xlsx")
    wanted = [dict(zip(COLUMNS, ROW, strict=True))]

    assert read_experts(written(tmp_path, [tuple(COLUMNS), ROW])) == wanted
    assert read_experts(written(tmp_path, [header, ROW], "gb18030")) == wanted
    assert read_experts(written(tmp_path, [("备注", *header), ("x", *ROW), ()])) == wanted
    assert read_experts(tmp_path / "experts.xlsx") == wanted


def test_what_is_no_table_of_experts_is_refused(tmp_path: Path) -> None:
    header = tuple(COLUMNS)
    wrong = [
        written(tmp_path, rows).read_bytes()
        for rows in (
            [],
            [header[1:], ROW],
            [(*header, "姓名"), ROW],
            [header, *[ROW] * (ROWS_MAX + 1)],
        )
    ]
    for content in (*wrong, b"\xff\xfe\xff", b'"open', b"PK\x03\x04 no workbook"):
        file = tmp_path / "wrong"
        file.write_bytes(content)
        with pytest.raises(ExpertFileRefused):
            read_experts(file)


async def test_rows_that_hold_are_taken_and_the_others_named(pool: Pool) -> None:
    async with transaction(pool) as connection:
        employer = await organization(connection, 5, Role.EXPERT, at=NOW)
        for login in ("one", "two"):
            await person(connection, employer.id, login, at=NOW)
    rows = [
        dict(zip(COLUMNS, (login, *ROW[1:]), strict=True)) for login in ("one", "two", "nobody")
    ]
    rows[1]["region"] = "x"

    async def brought(*, check_only: bool) -> tuple[int, list[tuple[int, str, RowFault]]]:
        async with transaction(pool) as connection:
            taken, refused = await import_experts(
                connection, rows, check_only=check_only, new_id=uuid4, at=NOW
            )
        return taken, [(one.row, one.column, one.fault) for one in refused]

    wrong = [(2, "region", RowFault.REGION), (3, "login", RowFault.NO_ACCOUNT)]
    checked = await brought(check_only=True)
    taken = await brought(check_only=False)
    again = await brought(check_only=False)
    async with reading(pool) as connection:
        found = await experts.list_serving(connection)

    assert checked == taken == (1, wrong)
    assert again == (0, [(1, "login", RowFault.IN_POOL), *wrong])
    assert [(one.name, one.specialities) for one in found] == [("示范专家甲", frozenset({"A08"}))]
