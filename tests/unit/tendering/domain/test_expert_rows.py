"""A list of experts as a table: what is wrong is said by row and column."""

from datetime import date
from typing import Any

from tendering.domain.expert_rows import RowFault, check_rows

ON = date(2026, 11, 24)
ROW = {
    "login": "zhuanjia1",
    "name": "示范专家甲",
    "region": "510100",
    "employer": "示范大学",
    "employer_uscc": "",
    "specialities": "A08；B01、 A08",
    "experience_years": "12",
    "expires_on": "2026-11-24",
}


def faults(**changes: Any) -> list[tuple[str, RowFault]]:
    good, refused = check_rows([ROW | changes], on=ON)
    assert len(good) == (not refused)
    return [(one.column, one.fault) for one in refused]


def test_a_row_that_holds_is_taken_as_it_is() -> None:
    (row,), refused = check_rows([ROW | {"name": " 示范专家甲 ", "other": "x"}], on=ON)

    assert refused == []
    assert (row.row, row.name, row.specialities) == (1, "示范专家甲", frozenset({"A08", "B01"}))
    assert (row.experience_years, row.expires_on) == (12, ON)


def test_every_fault_is_said_by_its_column() -> None:
    table: dict[RowFault, list[dict[str, str]]] = {
        RowFault.MISSING: [{"name": " "}, {"login": ""}, {"expires_on": ""}],
        RowFault.TEXT: [{"name": "甲" * 201}, {"employer": "a\x00b"}],
        RowFault.REGION: [{"region": "51"}, {"region": "５１０１００"}],
        RowFault.USCC: [{"employer_uscc": "91510100MA0000001X"}],
        RowFault.SPECIALITIES: [
            {"specialities": "；"},
            {"specialities": ",".join(map(str, range(51)))},
            {"specialities": "x" * 201},
        ],
        RowFault.YEARS: [{"experience_years": "81"}, {"experience_years": "-1"}],
        RowFault.DAY: [{"expires_on": "2026-02-30"}, {"expires_on": "2026/1/1"}],
        RowFault.OVER: [{"expires_on": "2026-11-23"}],
    }

    for fault, rows in table.items():
        for changes in rows:
            assert faults(**changes) == [(next(iter(changes)), fault)], changes
    assert faults(name="", region="x") == [("name", RowFault.MISSING), ("region", RowFault.REGION)]


def test_nobody_is_in_a_list_twice() -> None:
    good, refused = check_rows([ROW, ROW | {"name": "示范专家乙"}], on=ON)

    assert [row.name for row in good] == ["示范专家甲"]
    assert [(one.row, one.column, one.fault) for one in refused] == [(2, "login", RowFault.TWICE)]
