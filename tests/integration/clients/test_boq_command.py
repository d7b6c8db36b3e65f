"""`kaibiao boq check` on real files: what it prints and writes, and hostile files it refuses."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result

from clients import bill_files
from clients.bill_files import read_bill_bytes, read_bill_file
from clients.cli import main
from tendering.domain.cells import guarded
from tendering.domain.refusals.tenders import BillInvalid

HEADER = ["项目编码", "项目名称", "计量单位", "工程量", "综合单价", "合价"]


def bill(folder: Path, name: str, price: float, amount: float | None = None, **more: Any) -> str:
    """A workbook of one item and a provisional sum, with its header in two merged rows."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "分部分项"
    sheet.append(["工程量清单"])
    sheet.append([*HEADER[:4], "金额（元）"])
    sheet.append(["", "", "", "", "综合单价", "合价"])
    for column in "ABCD":
        sheet.merge_cells(f"{column}2:{column}3")
    sheet.merge_cells("E2:F2")
    sheet.append(
        ["010101001001", more.get("item", "平整场地"), "m²", 10, price, amount or price * 10]
    )
    sheet["B4"].data_type = "s"
    other = book.create_sheet("其他项目清单与计价汇总表")
    other.append(["项目名称", "金额（元）"])
    other.append(["暂列金额", 1000])
    book.save(folder / name)
    return str(folder / name)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["boq", "check", *arguments])


def archive(**members: bytes) -> bytes:
    """A workbook's archive with these worksheets and nothing else that counts."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("xl/workbook.xml", "<workbook/>")
        for name, content in members.items():
            made.writestr(f"xl/worksheets/{name}.xml", content)
    return target.getvalue()


def test_bids_that_agree_with_the_tender_leave_nothing_to_look_at(tmp_path: Path) -> None:
    files = [bill(tmp_path, f"{name}.xlsx", price) for name, price in (("t", 3), ("甲", 3.1))]

    result = run(*files)

    assert result.exit_code == 0, result.output
    assert "清单合计1031.00元" in result.stdout
    assert "unit_price=E 金额(元) 综合单价" in result.stdout
    assert "未发现" in result.stdout


def test_what_is_noticed_is_told_and_written(tmp_path: Path) -> None:
    tender = bill(tmp_path, "t.xlsx", 3)
    bids = [
        bill(tmp_path, "甲.xlsx", 3, 31, item="=cmd|' /C calc'!A0"),
        bill(tmp_path, "乙.xlsx", 3.2, 31),
    ]
    report = tmp_path / "report.xlsx"
    (tmp_path / "opening.json").write_text('{"甲.xlsx": 103100, "乙.xlsx": 103200}')

    opening = ["--opening", str(tmp_path / "opening.json")]
    result = run(tender, *bids, "--json", "--xlsx", str(report), *opening)
    value = json.loads(result.stdout)

    assert result.exit_code == 1
    assert value["bids"][0]["counts"] == {
        "amount_wrong": 1,
        "name_changed": 1,
        "opening_total_differs": 1,
    }
    assert value["bids"][1]["counts"] == {"amount_wrong": 1}
    assert value["bids"][0]["fixed_fen"]["provisional_sums"] == 100_000
    assert [one["kind"] for one in value["evidence"]] == ["shared_errors"]
    book = openpyxl.load_workbook(report)
    assert book.sheetnames == ["汇总", "提示", "共同点", "单价"]
    texts = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert "f" not in {cell.data_type for cell in texts}
    assert any("=cmd" in str(cell.value) for cell in texts)
    assert "In common" in run(tender, *bids, "--lang", "en").stdout


def test_a_csv_in_gb18030_is_read_too(tmp_path: Path) -> None:
    rows = [HEADER, ["010101001001", "平整场地", "m2", "10", "3", "30"]]
    file = tmp_path / "t.csv"
    file.write_bytes("\r\n".join(",".join(row) for row in rows).encode("gb18030"))

    assert [line.name for line in read_bill_file(file).bill.lines] == ["平整场地"]
    assert read_bill_bytes("\n".join("\t".join(row) for row in rows).encode()).bill.lines


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "header"),
        (b"\x00\x01", "neither"),
        (b"\xff\xfe\xff\xff\x81", "neither"),
        (b'a,"b', "line 1"),
        (b"a," * 800, "columns"),
        (b"PK\x03\x04 not an archive", "damaged"),
        (b"\xd0\xcf\x11\xe0 not a workbook", "not a workbook"),
        (archive(sheet1=b'<row r="1"><c r="A1"/><c r="XFD1048576"/></row>'), "columns"),
        (archive(sheet1=b'<row r="1"><c s="1" r = \'AAA1\'/></row>'), "columns"),
        (archive(sheet1=b'<c r="&#88;FD1"/>'), "columns"),
        (archive(sheet1=b'<row r="1"><c t="n"><v>1</v></c></row>'), "columns"),
        (archive(sheet1=b"<row/>" * 200_001), "rows"),
        (archive(sheet1='<row r="9"/>'.encode("utf-16")), "cannot be read"),
        (archive(sheet1=b'<row r="1"/>'), "not a workbook"),
    ],
)
def test_hostile_and_broken_files_are_refused(content: bytes, why: str) -> None:
    with pytest.raises(BillInvalid, match=why):
        read_bill_bytes(content)


def test_what_unfolds_beyond_bounds_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = archive(sheet1=b" " * 3_000_000)
    monkeypatch.setattr(bill_files, "UNFOLDED_BYTES_MAX", 1_000_000)

    assert len(bomb) < 10_000
    with pytest.raises(BillInvalid, match="unfolds"):
        read_bill_bytes(bomb)


def test_an_archive_that_lies_about_its_length_is_refused() -> None:
    content = archive(sheet1=b'<row r="1"/>' * 10_000)
    length = (120_000).to_bytes(4, "little")

    with pytest.raises(BillInvalid, match="damaged"):
        read_bill_bytes(content.replace(length, (12).to_bytes(4, "little")))


def test_a_truncated_workbook_is_refused_by_name(tmp_path: Path) -> None:
    whole = Path(bill(tmp_path, "t.xlsx", 3))
    whole.write_bytes(whole.read_bytes()[:-300])

    result = run(str(whole))

    assert result.exit_code == 2
    assert "bill-invalid: t.xlsx" in result.stderr


@pytest.mark.parametrize(
    ("option", "content"),
    [
        ("--terms", '{"basis": "guess"}'),
        ("--terms", "{"),
        ("--opening", "{}"),
        ("--opening", '{"甲.xlsx": "1"}'),
    ],
)
def test_wrong_terms_and_totals_are_refused(tmp_path: Path, option: str, content: str) -> None:
    (tmp_path / "file.json").write_text(content)
    files = [bill(tmp_path, name, 3) for name in ("t.xlsx", "甲.xlsx")]

    assert run(*files, option, str(tmp_path / "file.json")).exit_code == 2


def test_text_that_begins_like_a_formula_is_quoted() -> None:
    assert [guarded(text)[:2] for text in ("=1", "+1", "-1", "@a", " =1", "\t=", "a=")] == [
        *("'=", "'+", "'-", "'@", "' ", "'\t", "a=")
    ]
    assert guarded("a\x00b") == "a�b"
