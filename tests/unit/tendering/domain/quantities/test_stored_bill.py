"""A bill as it is kept: written in one form, and nothing else is read."""

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from crypto.canonical import canonical
from tendering.domain.quantities.bill import Bill, StatedSum, bill_digest
from tendering.domain.quantities.stored_bill import CONTENT_BYTES_MAX, bill_content, parse_bill
from tendering.domain.refusals.tenders import BillInvalid
from tests.unit.tendering.domain.quantities.test_bill import BILL

SUMMED = replace(BILL, sums=(StatedSum("", 0, "小计", Decimal("34.97"), (0,)),))


def changed(**members: Any) -> bytes:
    value: dict[str, Any] = json.loads(bill_content(SUMMED))
    return canonical(value | members)


def line(**members: Any) -> bytes:
    value: dict[str, Any] = json.loads(bill_content(SUMMED))
    return changed(lines=[value["lines"][0] | members])


def stated(**members: Any) -> bytes:
    return changed(sums=[{"title": "小计", "amount": "1", "lines": [0]} | members])


def test_what_is_written_is_read_again() -> None:
    read = parse_bill(bill_content(SUMMED))

    assert bill_digest(read) == bill_digest(SUMMED)
    assert [one.row for one in read.lines] == [1, 2, 3, 4]
    assert parse_bill(bill_content(Bill(BILL.lines))).total is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[" * 100_000,
        b"\xff",
        b'"' + b"x" * CONTENT_BYTES_MAX + b'"',
        b" " + bill_content(SUMMED),
        bill_content(SUMMED)[:-1],
        json.dumps(json.loads(bill_content(SUMMED))).encode(),
        bill_content(SUMMED).replace("平整场地".encode(), b"\\ud800"),
        changed(format="kaibiao/bill/v2"),
        changed(lines=[]),
        changed(lines={}),
        changed(sums=None),
        changed(total=1),
        changed(total="1e3"),
        changed(more=1),
        line(name=1),
        line(more=""),
        line(part="elsewhere"),
        line(kind="elsewhere"),
        line(quantity="1.0000000"),
        line(quantity="NaN"),
        stated(more=1),
        stated(amount=None),
        stated(lines=[1, 2, 3, 4, 5]),
        stated(lines=[9]),
        stated(lines=[True]),
        stated(lines=0),
    ],
    ids=range(27),
)
def test_any_other_form_is_refused_with_its_place(content: bytes) -> None:
    with pytest.raises(BillInvalid) as refused:
        parse_bill(content)

    assert str(refused.value.parameters["where"]).startswith("bill")
