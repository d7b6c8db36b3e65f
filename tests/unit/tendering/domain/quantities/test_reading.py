"""From rows to a bill: headers that are guessed, numbers as people type them, sums and headings."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tendering.domain.quantities.arithmetic import check_arithmetic, counted
from tendering.domain.quantities.bill import Bill, total
from tendering.domain.quantities.cells import cell_name, read_code, read_number, read_text
from tendering.domain.quantities.columns import Sheet, find_table
from tendering.domain.quantities.reading import read_bill
from tendering.domain.quantities.terms import Terms
from tendering.domain.refusals.tenders import BillInvalid

HEADER = ["序号", "项目编码", "项目名称", "项目特征", "计量单位", "工程量", "综合单价", "合价"]
ITEM = [1, "010101001001", "平整场地", "三类土", "m2", 10, 3.5, 35]
SECOND = [2, "010101002001", "挖土方", "", "m3", "２０", "１．５", "¥30.00"]


def items(*rows: Sequence[object], name: str = "分部分项") -> Sheet:
    return Sheet(name, [HEADER, *rows])


def read(*sheets: Sheet) -> Bill:
    return read_bill(sheets).bill


def test_a_plain_table_is_read() -> None:
    bill = read(items(ITEM, SECOND))

    assert [(one.code, one.quantity, one.amount) for one in bill.lines] == [
        ("010101001001", Decimal(10), Decimal(35)),
        ("010101002001", Decimal(20), Decimal(30)),
    ]
    assert (bill.lines[0].part, bill.lines[0].row) == ("items", 2)


def test_a_header_of_two_rows_under_a_title_is_found() -> None:
    upper = [
        "序号",
        "项目编码",
        "项目名称",
        "项目特征",
        "计量单位",
        "工程量",
        "金额（万元）",
        "",
        "",
    ]
    lower = ["", "", "", "", "", "", "综合单价", "合价", "其中：暂估价"]
    sheet = Sheet("表-08", [["分部分项工程清单与计价表"], [], upper, lower, [*ITEM, None]])
    read_as = read_bill([sheet])

    assert read_as.tables[0].header_row == 4
    assert read_as.tables[0].titles["amount"] == "金额(万元) 合价"
    assert read_as.bill.lines[0].unit_price == 35_000
    assert read_as.bill.lines[0].quantity == 10


def test_a_header_on_every_page_and_its_sums_are_no_lines() -> None:
    page_sum = ["", "", "本页小计", "", "", "", "", 35]
    second_sum = ["", "", "本页小计", "", "", "", "", 31]
    total_row = ["合计", "", "", "", "", "", "", 65]
    note = ["注：单价含税"]
    bill = read(
        items(ITEM, page_sum, HEADER, SECOND, second_sum, total_row, note, [], ["", None], ["合计"])
    )

    assert len(bill.lines) == 2
    assert [(one.title, one.amount, one.lines) for one in bill.sums] == [
        ("本页小计", Decimal(35), (0,)),
        ("本页小计", Decimal(31), (1,)),
        ("合计", Decimal(65), (0, 1)),
    ]
    assert [one.figure for one in check_arithmetic(counted(bill, Terms()), Terms())] == ["31"]


def test_headings_and_their_sums() -> None:
    earth = ["", "0101", "土石方工程", "", "", "", "", 35]
    piles = ["桩基工程"]
    section_sum = ["", "", "分部小计", "", "", "", "", 30]
    bill = read(items(earth, ITEM, piles, SECOND, section_sum, ["", "", "空", "", "", "", "", 1]))

    assert [one.section for one in bill.lines] == ["土石方工程", "桩基工程"]
    assert [(one.title, one.lines) for one in bill.sums] == [
        ("土石方工程", (0,)),
        ("分部小计", (1,)),
    ]


def test_parts_in_one_table_are_told_apart_by_their_headings() -> None:
    def amount(name: str, value: object) -> list[object]:
        return ["", "", name, "", "", "", "", value]

    bill = read(
        items(
            ["一", "", "分部分项工程费"],
            ITEM,
            ["二", "", "措施项目费"],
            amount("安全文明施工费", 5),
            ["三", "", "其他项目费"],
            amount("暂列金额", 100),
            amount("专业工程暂估价", 20),
            amount("材料暂估价", 7),
            amount("计日工", 3),
            amount("总承包服务费", 2),
            amount("其他约定", 1),
            amount("规费", 4),
            amount("税金", 9),
            amount("投标总价", 179),
        )
    )

    assert [one.part for one in bill.lines] == [
        *("items", "measures", "other", "other", "other", "other", "other", "other"),
        *("fees", "taxes"),
    ]
    assert [one.kind for one in bill.lines[2:8]] == [
        *("provisional_sum", "specialty_estimate", "material_estimate", "daywork"),
        *("contractor_service", ""),
    ]
    assert bill.total == total(bill, 2) == 179


def test_tables_of_details_are_not_added_twice() -> None:
    other = Sheet("其他项目清单与计价汇总表", [["项目名称", "金额（元）"], ["暂列金额", 100]])
    detail = Sheet("暂列金额明细表", [["名称", "暂定金额（元）"], ["设计变更", 60], ["其它", 40]])

    assert total(read(other, detail), 2) == 100
    alone = read(detail)
    assert (total(alone, 2), {one.kind for one in alone.lines}) == (
        Decimal(100),
        {"provisional_sum"},
    )


def test_a_summary_states_sums_and_gives_what_has_no_table() -> None:
    summary = Sheet(
        "单位工程投标报价汇总表",
        [
            ["汇总内容", "金额(元)"],
            ["分部分项工程", 66],
            ["1.1 土石方", 65],
            ["规费", 4],
            ["税金", None],
            ["投标总价", 69],
        ],
    )
    bill = read(summary, items(ITEM, SECOND))

    assert [(one.part, one.amount) for one in bill.lines[2:]] == [("fees", Decimal(4))]
    assert [(one.title, one.lines) for one in bill.sums] == [("分部分项工程", (0, 1))]
    assert [one.kind for one in check_arithmetic(counted(bill, Terms()), Terms())] == ["sum_wrong"]
    assert bill.total == 69


def test_a_sheet_without_header_is_shown_as_not_read() -> None:
    cover = Sheet("封面", [["某工程"], [datetime(2026, 1, 1, tzinfo=UTC)]])
    tables = read_bill([cover, items(ITEM)]).tables

    assert [table.subject for table in tables] == ["", "items"]
    assert find_table(Sheet("空", [])).header_row == 0


@pytest.mark.parametrize(
    "sheets", [[], [Sheet("封面", [["某工程"]])], [items()], [items(["", "", "合计"])]]
)
def test_a_file_without_header_or_lines_is_refused(sheets: list[Sheet]) -> None:
    with pytest.raises(BillInvalid):
        read_bill(sheets)


def test_too_many_lines_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tendering.domain.quantities.reading.LINES_MAX", 1)

    with pytest.raises(BillInvalid, match="lines"):
        read_bill([items(ITEM, SECOND)])


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (None, None),
        ("", None),
        (" — ", None),
        (0.1 + 0.2, Decimal("0.3")),
        (1e11, Decimal(100_000_000_000)),
        (1 / 3, Decimal("0.333333")),
        ("１，２３４．５０", Decimal("1234.50")),
        ("-3元", Decimal(-3)),
        (7, Decimal(7)),
    ],
)
def test_numbers_are_read_as_people_type_them(cell: object, value: Decimal | None) -> None:
    assert read_number(cell, ("表", 2, 5)) == value


@pytest.mark.parametrize(
    "cell",
    [
        *("详见图纸", "1,23", "#REF!", "=1+1", "1e3", "1" * 16, 1e12, float("nan"), True),
        datetime(2026, 1, 1, tzinfo=UTC),
    ],
)
def test_what_is_no_number_is_refused_with_its_cell(cell: object) -> None:
    with pytest.raises(BillInvalid) as refused:
        read_number(cell, ("表", 2, 27))

    assert refused.value.parameters["where"] == "表!AB2"


def test_a_code_that_became_a_number_gets_its_zero_back() -> None:
    assert read_code(10101001001.0) == "010101001001"
    assert read_code("０１０１０１００１００１ ") == "010101001001"
    assert read_code("B-01") == "B-01"
    assert read_text(1.5) == "1.5"


def test_cells_have_names() -> None:
    assert [cell_name(1, column) for column in (0, 25, 26, 701, 702)] == [
        *("A1", "Z1", "AA1", "ZZ1", "AAA1")
    ]
