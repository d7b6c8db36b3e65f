"""Another bill of quantities by an amendment: what is refused, told, and followed by readers."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from clients.key_replacements import tender_now
from clients.tender_facts import NoticeInvalid
from tendering.domain.bill_amendments import (
    bill_events,
    decide_bills,
    lots_priced_by,
    with_replaced_bill,
)
from tendering.domain.journal import Entry, Stream, instant
from tendering.domain.quantities.bill import Bill, Line
from tendering.domain.quantities.lot_bill import LotBill, lot_bill, require_price_left
from tendering.domain.quantities.terms import Terms
from tendering.domain.refusals import Invalid
from tendering.domain.refusals.tenders import BillInvalid
from tendering.domain.tender import Lot, Tender, public_facts
from tests.support.make import PUBLISHED_AT, a_tender

NAME = "工程量清单.json"


def a_bill(lines: int, digest: bytes = bytes(32), **terms: Any) -> LotBill:
    made = Bill(
        tuple(
            Line("", row, "items", f"01010100{row:04d}", "示范", "", "m2", Decimal(10))
            for row in range(1, lines + 1)
        )
    )
    return lot_bill(made, NAME, digest, Terms(**terms))


FIRST, SECOND = a_bill(3, high_percent=20), a_bill(4, b"n" * 32)


def tender() -> Tender:
    lots = (Lot("1", "一", 100, 100, 0, bill=FIRST), Lot("2", "二", 100, 100, 0))
    return a_tender(lots=lots, timetable={"published_at": instant(PUBLISHED_AT)})


def test_an_amendment_brings_another_bill_under_the_terms_of_the_notice() -> None:
    before = tender()

    after = decide_bills(before, {NAME: SECOND}, removes=(), affects_bids=True)
    [event] = bill_events(before, after, number=4, version=2)

    assert [lot.lot for lot in lots_priced_by(before, NAME)] == ["1"]
    assert after.lot("1").bill == replace(SECOND, terms=FIRST.terms)
    assert after.lot("2") == before.lot("2")
    assert (event.body["number"], event.body["version"]) == (4, 2)
    assert with_replaced_bill(before, event.body) == after
    assert bill_events(after, after, number=5, version=3) == []
    assert decide_bills(before, {}, removes=["图纸.pdf"], affects_bids=False) == before


def test_a_bill_is_not_taken_away_nor_said_to_change_nothing_nor_to_leave_no_price() -> None:
    with pytest.raises(Invalid, match="another bill of the same name"):
        decide_bills(tender(), {}, removes=[NAME], affects_bids=True)
    with pytest.raises(Invalid, match="affects bids"):
        decide_bills(tender(), {NAME: SECOND}, removes=(), affects_bids=False)
    fixed = replace(SECOND, parts_fen={"provisional_sums": 60, "specialty_estimates": 40})
    with pytest.raises(BillInvalid):
        require_price_left(fixed, 100)
    require_price_left(fixed, 101)


@pytest.mark.parametrize(
    "changes",
    [{"lot": "2"}, {"lot": "9"}, {"bill": None}, {"before": "00" * 32}, {"bill": {"lines": 1}}],
)
def test_a_reader_follows_no_bill_that_takes_the_place_of_none(changes: dict[str, Any]) -> None:
    before = tender()
    after = decide_bills(before, {NAME: SECOND}, removes=(), affects_bids=True)
    [event] = bill_events(before, after, number=1, version=2)

    with pytest.raises(BillInvalid):
        with_replaced_bill(before, event.body | changes)


def test_the_tender_of_now_has_the_bill_of_its_last_amendment() -> None:
    before = tender()
    after = decide_bills(before, {NAME: SECOND}, removes=(), affects_bids=True)
    [event] = bill_events(before, after, number=1, version=2)

    def entry(kind: str, body: dict[str, Any], seq: int) -> Entry:
        return Entry(before.id, Stream.PUBLIC, seq, kind, body, PUBLISHED_AT, bytes(32))

    notice = entry("tender.published", public_facts(before), 1)
    told = entry(event.kind, event.body, 2)

    assert tender_now(notice, [notice, told]).lot("1").bill == after.lot("1").bill
    with pytest.raises(NoticeInvalid, match="entry 2"):
        tender_now(notice, [notice, entry(event.kind, event.body | {"before": ""}, 2)])
