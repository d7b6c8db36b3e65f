"""Clearing what was opened of a lot: totals by bidder, who has no bill, names as in a room."""

from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from crypto.canonical import canonical
from tendering.domain.bundle import Bundle, BundleFile
from tendering.domain.methods.case import PRICE_FEN_MAX
from tendering.domain.quantities.bill import Bill, Line
from tendering.domain.quantities.lot_bill import LotBill, lot_bill
from tendering.domain.quantities.lot_clearing import (
    BILL_FILE,
    OpenedPrice,
    bill_in,
    clear_lot,
    with_numbers,
)
from tendering.domain.quantities.stored_bill import CONTENT_BYTES_MAX, bill_content
from tendering.domain.quantities.terms import Terms
from tendering.domain.refusals.tenders import BillInvalid

LINES = tuple(
    Line("", row, "items", f"01010100{row:04d}", f"项目{row}", "", "m2", Decimal(10))
    for row in range(1, 13)
)
FIXED = Line("", 13, "other", "", "暂列金额", amount=Decimal(500), kind="provisional_sum")
ASKED = Bill((*LINES, FIXED))
TERMS: LotBill = lot_bill(ASKED, "清单.json", b"d" * 32, Terms())
BIDDERS = tuple(UUID(int=number) for number in range(1, 5))


def priced(price: str, total: str | None = None) -> bytes:
    lines = tuple(replace(line, unit_price=Decimal(price)) for line in LINES)
    return bill_content(Bill((*lines, FIXED), (), None if total is None else Decimal(total)))


CONTENTS = (priced("10", "1700"), priced("10.10"), None, b"{}")


def cleared(*contents: bytes | None) -> Any:
    bids = [
        OpenedPrice(bidder, content, 170_000)
        for bidder, content in zip(BIDDERS, contents, strict=False)
    ]
    return clear_lot("1", bill_content(ASKED), TERMS, bids)


def test_totals_are_in_fen_and_a_bill_that_cannot_be_read_is_told() -> None:
    found = cleared(*CONTENTS)

    assert found.bill_fen == {
        BIDDERS[0]: {"total": 170_000, "stated": 170_000},
        BIDDERS[1]: {"total": 171_200},
    }
    assert found.report["unread"] == [
        {"bid": str(BIDDERS[2]), "where": BILL_FILE},
        {"bid": str(BIDDERS[3]), "where": "bill.format"},
    ]
    assert found.report["lot"] == "1"
    assert canonical(found.report) == canonical(cleared(*CONTENTS).report)


@pytest.mark.parametrize("price", ["-100", f"{PRICE_FEN_MAX // 1000}"])
def test_what_can_be_no_price_is_no_total(price: str) -> None:
    assert cleared(priced(price)).bill_fen == {BIDDERS[0]: {}}


def test_g19_where_a_stated_total_is_not_what_the_lines_come_to_the_unit_prices_rule() -> None:
    found = cleared(priced("10", "1700.01"))
    (bid,) = found.report["bids"]

    assert found.bill_fen == {BIDDERS[0]: {"total": 170_000, "stated": 170_001}}
    assert bid["suggested_price_fen"] == 170_000
    assert set(bid["counts"]) == {"total_wrong", "opening_total_differs"}


def test_the_tenders_own_bill_must_be_readable() -> None:
    with pytest.raises(BillInvalid):
        clear_lot("1", b"{}", TERMS, [])


def test_a_room_calls_bids_by_its_numbers_and_leaves_out_whom_it_does_not_have() -> None:
    report = cleared(priced("10"), priced("11"), priced("12"), None).report
    named = {str(BIDDERS[0]): "02", str(BIDDERS[1]): "01", str(BIDDERS[2]): "03"}
    everybody: Any = with_numbers(report, named)
    two: Any = with_numbers(report, {str(BIDDERS[0]): "01", str(BIDDERS[3]): "02"})

    text = canonical(everybody).decode()
    assert not [one for one in BIDDERS if str(one) in text]
    assert {one["kind"] for one in everybody["evidence"]} >= {"regular_totals"}
    assert two["evidence"] == []
    assert [one["bid"] for one in two["bids"]] == ["01"]
    assert two["unread"] == [{"bid": "02", "where": BILL_FILE}]
    assert {len(one["prices"]) for one in two["items"]} == {1}


def test_the_bill_of_a_bundle_is_a_file_of_that_name_in_the_price_envelope() -> None:
    file = BundleFile("files/0001.json", BILL_FILE, "application/json", 9, "0" * 64)

    assert bill_in(Bundle("price", {}, (file,))) is file
    assert bill_in(Bundle("technical", {}, (file,))) is None
    assert bill_in(Bundle("price", {}, (replace(file, name="另一个.json"),))) is None
    assert bill_in(Bundle("price", {}, (replace(file, size_bytes=CONTENT_BYTES_MAX + 1),))) is None
