"""A list of experts as a table: each row is checked by itself, and what is wrong is said by row.

Nothing is guessed and nothing corrected: who keeps the list corrects it and brings it again.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from stdnum.cn import uscc

ROWS_MAX: Final = 2_000
TEXT_MAX: Final = 200
SPECIALITIES_MAX: Final = 50
YEARS_MAX: Final = 80
# The columns, and what they are called in a list kept in Chinese.
COLUMNS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "login": "登录名",
        "name": "姓名",
        "region": "地区代码",
        "employer": "工作单位",
        "employer_uscc": "单位统一社会信用代码",
        "specialities": "专业",
        "experience_years": "从业年限",
        "expires_on": "聘期截止",
    }
)
_OPTIONAL: Final = frozenset({"employer_uscc"})
_REGION: Final = re.compile(r"[0-9]{6}")
_YEARS: Final = re.compile(r"[0-9]{1,2}")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_BETWEEN: Final = re.compile(r"[;；、,，]")


class RowFault(StrEnum):
    """What is wrong with a row, or why its person cannot be taken into the pool."""

    MISSING = "missing"
    TEXT = "text"
    REGION = "region"
    USCC = "uscc"
    SPECIALITIES = "specialities"
    YEARS = "years"
    DAY = "day"
    OVER = "over"
    TWICE = "twice"
    NO_ACCOUNT = "no_account"
    IN_POOL = "in_pool"


@dataclass(frozen=True, slots=True)
class RowRefusal:
    """Row `row` (from 1) is not taken, because of a column."""

    row: int
    column: str
    fault: RowFault


@dataclass(frozen=True, slots=True)
class ExpertRow:
    """A row that can be taken, if there is such an account."""

    row: int
    login: str
    name: str
    region: str
    employer: str
    employer_uscc: str
    specialities: frozenset[str]
    experience_years: int
    expires_on: date


def check_rows(
    rows: Sequence[Mapping[str, str]], *, on: date
) -> tuple[list[ExpertRow], list[RowRefusal]]:
    """The rows that hold, and every fault of the others; texts are taken without outer spaces."""
    good: list[ExpertRow] = []
    refused: list[RowRefusal] = []
    logins: set[str] = set()
    for number, raw in enumerate(rows, start=1):
        row = {column: raw.get(column, "").strip() for column in COLUMNS}
        faults = _faults(row, on)
        if row["login"] in logins:
            faults.append(("login", RowFault.TWICE))
        logins.add(row["login"])
        refused += [RowRefusal(number, column, fault) for column, fault in faults]
        if not faults:
            good.append(_taken(number, row))
    return good, refused


def _faults(row: Mapping[str, str], on: date) -> list[tuple[str, RowFault]]:
    found = []
    for column, text in row.items():
        if not text and column not in _OPTIONAL:
            found.append((column, RowFault.MISSING))
        elif column != "specialities" and (len(text) > TEXT_MAX or _CONTROL.search(text)):
            found.append((column, RowFault.TEXT))
    if row["region"] and not _REGION.fullmatch(row["region"]):
        found.append(("region", RowFault.REGION))
    if row["employer_uscc"] and not uscc.is_valid(row["employer_uscc"]):
        found.append(("employer_uscc", RowFault.USCC))
    codes = _specialities(row["specialities"])
    long = any(len(code) > TEXT_MAX or _CONTROL.search(code) for code in codes)
    if row["specialities"] and (not 0 < len(codes) <= SPECIALITIES_MAX or long):
        found.append(("specialities", RowFault.SPECIALITIES))
    years = row["experience_years"]
    if years and not (_YEARS.fullmatch(years) and int(years) <= YEARS_MAX):
        found.append(("experience_years", RowFault.YEARS))
    if row["expires_on"]:
        day = _day(row["expires_on"])
        if day is None or day < on:
            found.append(("expires_on", RowFault.DAY if day is None else RowFault.OVER))
    return found


def _taken(number: int, row: Mapping[str, str]) -> ExpertRow:
    day = _day(row["expires_on"])
    assert day is not None, "its faults were looked for"
    return ExpertRow(
        number,
        row["login"],
        row["name"],
        row["region"],
        row["employer"],
        row["employer_uscc"],
        _specialities(row["specialities"]),
        int(row["experience_years"]),
        day,
    )


def _specialities(text: str) -> frozenset[str]:
    return frozenset(code.strip() for code in _BETWEEN.split(text) if code.strip())


def _day(text: str) -> date | None:
    if not _DAY.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
