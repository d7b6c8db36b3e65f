"""A priced bill is held against the tender's before anything is sealed."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from clients.bills import make_bill
from clients.demo.quantities import write_bill, write_priced
from clients.sdk.bills import with_bill
from clients.sdk.checks import Weight
from clients.sdk.plan import BidPlan
from crypto.container_digest import container_digest
from tendering.domain.quantities.lot_bill import lot_bill
from tendering.domain.quantities.stored_bill import bill_content, parse_bill
from tendering.domain.quantities.terms import Terms
from tendering.domain.tender import Lot, Tender
from tests.support.make import a_tender

ESTIMATE_FEN = 4_860_000_000
PRICE_FEN = 4_520_000_017


class Desk:
    """A tender with a bill, its documents, and a bidder's folder with a priced bill."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.documents = folder, folder / "documents"
        self.documents.mkdir()
        source = folder / "asked.xlsx"
        write_bill(source)
        self.asked = make_bill(source, self.documents / "清单.json")
        content = (self.documents / "清单.json").read_bytes()
        bill = lot_bill(self.asked, "清单.json", container_digest([content]), Terms())
        self.tender: Tender = a_tender(
            lots=(Lot("1", "施工", ESTIMATE_FEN, ESTIMATE_FEN, 0, bill=bill),)
        )
        self.sheet = folder / "报价清单.xlsx"
        write_priced(
            self.asked,
            self.sheet,
            bidder="示范投标人",
            price_fen=PRICE_FEN,
            estimate_fen=ESTIMATE_FEN,
            unbalanced=False,
        )

    def plan(self, **changes: Any) -> BidPlan:
        pdf = self.folder / "报价文件.pdf"
        forms = {"price": {"price_fen": PRICE_FEN}}
        plan = BidPlan(self.tender.id, "1", {"price": (pdf,)}, forms, self.sheet)
        return replace(plan, **changes)

    def look(self, **changes: Any) -> tuple[BidPlan, dict[str, Weight]]:
        made = self.folder / "bill.json"
        plan, found = with_bill(self.plan(**changes), self.tender, self.documents, made)
        return plan, {one.code: one.weight for one in found}

    def change(self, row: int, column: int, value: object) -> None:
        book = openpyxl.load_workbook(self.sheet)
        sheet = book.active
        assert sheet is not None
        sheet.cell(row, column).value = value
        book.save(self.sheet)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_bill_that_agrees_goes_into_the_price_envelope_as_sheet_and_as_data(desk: Desk) -> None:
    plan, found = desk.look()

    assert found == {}
    assert [one.name for one in plan.files["price"]] == [
        "报价文件.pdf",
        "报价清单.xlsx",
        "bill.json",
    ]
    read = parse_bill(plan.files["price"][-1].read_bytes())
    assert bill_content(read) == plan.files["price"][-1].read_bytes()
    assert len(read.lines) == len(desk.asked.lines)


@pytest.mark.parametrize(
    ("row", "column", "value", "code"),
    [
        (2, 1, "010101001009", "bill-line-missing"),
        (2, 4, "m³", "bill-unit-changed"),
        (2, 5, 6201, "bill-quantity-changed"),
        (2, 7, 1, "bill-amount-wrong"),
        (37, 7, 1, "bill-fixed-amount-changed"),
    ],
)
def test_a_changed_bill_is_refused(
    desk: Desk, row: int, column: int, value: object, code: str
) -> None:
    desk.change(row, column, value)

    assert desk.look()[1][code] is Weight.ERROR


def test_a_total_that_is_not_the_opening_forms_is_refused(desk: Desk) -> None:
    forms = {"price": {"price_fen": PRICE_FEN + 1}}

    assert desk.look(forms=forms)[1] == {"bill-opening-total-differs": Weight.ERROR}


def test_a_price_above_the_ceiling_or_none_is_asked_about(desk: Desk) -> None:
    desk.change(2, 6, None)
    desk.change(2, 7, None)
    desk.change(3, 6, 9999)

    _, found = desk.look()

    assert found["bill-price-missing"] is Weight.QUESTION
    assert found["bill-above-ceiling"] is Weight.QUESTION


def test_what_is_not_there_or_not_the_notices_is_said(desk: Desk) -> None:
    assert desk.look(bill=None)[1] == {"bill-missing": Weight.ERROR}
    assert desk.look(bill=desk.folder / "没有.xlsx")[1] == {"bill-missing": Weight.ERROR}
    assert desk.look(files={"technical": ()})[1] == {}
    (desk.folder / "坏.csv").write_text("x")
    assert desk.look(bill=desk.folder / "坏.csv")[1] == {"bill-unreadable": Weight.ERROR}
    tenders = desk.documents / "清单.json"
    tenders.write_bytes(tenders.read_bytes() + b" ")
    assert desk.look()[1] == {"bill-altered": Weight.ERROR}
    tenders.unlink()
    assert desk.look()[1] == {"bill-not-downloaded": Weight.ERROR}
    desk.tender = replace(desk.tender, lots=(replace(desk.tender.lots[0], bill=None),))
    assert desk.look()[1] == {"bill-not-asked": Weight.ERROR}
    assert desk.look(bill=None)[1] == {}
