"""Is a bid's bill the tender's? A bidder prices the lines and changes nothing else (GB 50500)."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from tendering.domain.methods.words import Words
from tendering.domain.quantities.bill import FIXED_KINDS, Bill, Line, keys, plain, plain_unit
from tendering.domain.quantities.findings import BillFinding, at, shown

CODE_DIGITS: Final = 12
Key = tuple[str, int]


def by_key(bill: Bill) -> dict[Key, Line]:
    """The lines under what they are known by."""
    return dict(zip(keys(bill.lines), bill.lines, strict=True))


def check_codes(bill: Bill) -> Iterator[BillFinding]:
    """Codes that are not twelve digits, and codes that stand twice, in the bill of a tender."""
    for (_, number), line in by_key(bill).items():
        if line.part == "items" and not (line.code.isdecimal() and len(line.code) == CODE_DIGITS):
            yield at(
                line,
                "code_form",
                line.code,
                f"项目编码应当为十二位数字：{shown(line.code)}",
                f"a code has twelve digits: {shown(line.code)}",
            )
        if number > 1 and line.code:
            yield at(line, "code_repeated", line.code, "项目编码重复", "the code stands twice")


def check_against(tender: dict[Key, Line], bid: dict[Key, Line]) -> Iterator[BillFinding]:
    """Missing, added and changed lines, and unit prices above their ceilings."""
    for key, asked in tender.items():
        line = bid.get(key)
        if line is None:
            yield at(asked, "line_missing", "", "投标清单缺少该项", "the bid lacks this line")
            continue
        yield from _check_line(asked, line)
    for key, line in bid.items():
        if key not in tender:
            yield at(
                line,
                "line_added",
                line.name,
                "招标清单没有该项",
                "the tender's bill has no such line",
            )


def _check_line(asked: Line, line: Line) -> Iterator[BillFinding]:
    for kind, named, was, now in _texts(asked, line):
        if was != now:
            yield _changed(line, kind, named, was, now)
    if asked.quantity != line.quantity:
        was, now = shown(asked.quantity), shown(line.quantity)
        yield _changed(line, "quantity_changed", Words("工程量", "quantity"), was, now)
    if asked.kind in FIXED_KINDS and asked.amount is not None and asked.amount != line.amount:
        was, now = shown(asked.amount), shown(line.amount)
        yield _changed(
            line, "fixed_amount_changed", Words("招标人给定的金额", "fixed amount"), was, now
        )
    ceiling: Decimal | None = asked.ceiling
    if ceiling is not None and line.unit_price is not None and line.unit_price > ceiling:
        yield at(
            line,
            "above_ceiling",
            line.unit_price,
            f"单价{line.unit_price:f}元高于限价{ceiling:f}元",
            f"the unit price {line.unit_price:f} is above the ceiling {ceiling:f}",
        )


def _texts(asked: Line, line: Line) -> Iterator[tuple[str, Words, str, str]]:
    if asked.unit != line.unit:
        was, now = plain_unit(asked.unit), plain_unit(line.unit)
        yield "unit_changed", Words("计量单位", "unit"), was, now
    if asked.name != line.name:
        was, now = plain(asked.name), plain(line.name)
        yield "name_changed", Words("项目名称", "name"), was, now
    if asked.features != line.features:
        was, now = plain(asked.features), plain(line.features)
        yield "features_changed", Words("项目特征", "features"), was, now


def _changed(line: Line, kind: str, named: Words, was: str, now: str) -> BillFinding:
    was, now = shown(was), shown(now)
    return at(
        line,
        kind,
        now,
        f"{named.zh}与招标清单不一致：{was}→{now}",
        f"{named.en} changed: {was} → {now}",
    )
