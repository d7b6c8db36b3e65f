"""Does a bill add up? Quantity × unit price, the stated sums, the total, the opening form.

招标投标法实施条例 第五十二条 lets a bidder clarify obvious errors; the order of correction is that
of 87号令 第五十九条 (`methods/corrections.py`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from tendering.domain.methods.corrections import Correction, Offer, UnitPrice, corrected
from tendering.domain.methods.words import Words
from tendering.domain.quantities import bill as bills
from tendering.domain.quantities.bill import EXACT, SHOWN_KINDS, Bill, Line, rounded
from tendering.domain.quantities.findings import BillFinding, at, shown
from tendering.domain.quantities.terms import Terms

_WAN = 4  # 1 万元 = 10^4 yuan


@dataclass(frozen=True, slots=True)
class Counted:
    """A bill with the amount of each line and the total, worked out once. Yuan."""

    bill: Bill
    amounts: Sequence[Decimal]
    total: Decimal


def counted(bill: Bill, terms: Terms) -> Counted:
    """Work out what the lines come to."""
    amounts = bills.line_amounts(bill, terms.amount_decimals)
    return Counted(bill, amounts, bills.total(bill, terms.amount_decimals, amounts))


def check_arithmetic(own: Counted, terms: Terms) -> Iterator[BillFinding]:
    """What does not add up inside one priced bill."""
    bill, decimals = own.bill, terms.amount_decimals
    step = bills.quantum(terms.price_decimals)
    for line, real in zip(bill.lines, own.amounts, strict=True):
        price = line.unit_price
        # Almost every line is like this, and nothing is to be said of it.
        if (
            price is None
            or line.quantity is None
            or line.amount != real
            or price <= 0
            or not price.same_quantum(step)
        ):
            yield from _check_line(line, real, terms)
    for stated in bill.sums:
        real = bills.added(
            own.amounts[place]
            for place in stated.lines
            if bill.lines[place].kind not in SHOWN_KINDS
        )
        if rounded(stated.amount, decimals) != real:
            yield BillFinding(
                "sum_wrong",
                stated.sheet,
                stated.row,
                stated.title,
                shown(stated.amount),
                Words(
                    f"“{stated.title}”写为{stated.amount:f}元，按各行计算为{real:f}元",
                    f'"{stated.title}" is stated as {stated.amount:f}; the lines come to {real:f}',
                ),
            )
    real = own.total
    if bill.total is not None and rounded(bill.total, decimals) != real:
        yield BillFinding(
            "total_wrong",
            "",
            0,
            "",
            shown(bill.total),
            Words(
                f"总价写为{bill.total:f}元，按各行计算为{real:f}元",
                f"the total is stated as {bill.total:f}; the lines come to {real:f}",
            ),
        )


def check_opening_total(own: Counted, opening_fen: int) -> Iterator[BillFinding]:
    """The total of the opening form against the bill's."""
    real = own.total if own.bill.total is None else own.bill.total
    opened = Decimal(opening_fen).scaleb(-2, EXACT)
    if bills.fen(real) != opening_fen:
        yield BillFinding(
            "opening_total_differs",
            "",
            0,
            "",
            shown(opened),
            Words(
                f"开标一览表总价{opened:f}元，清单总价{real:f}元",
                f"the opening form says {opened:f}, the bill {real:f}",
            ),
        )


def suggested_correction(own: Counted, opening_fen: int | None) -> Correction:
    """The price by the order of correction, for the committee to decide and the bidder to confirm.

    Whether a decimal point is out of place, so that the opening form counts, is the committee's to
    say: it is not assumed here.
    """
    real = bills.fen(own.total)
    body = None if own.bill.total is None else bills.fen(own.bill.total)
    first = body if opening_fen is None else opening_fen
    return corrected(
        Offer(
            opening_list_fen=real if first is None else first,
            body_fen=body,
            rows=(UnitPrice("", Decimal(1), real),),
        )
    )


def _check_line(line: Line, real: Decimal, terms: Terms) -> Iterator[BillFinding]:
    price, amount = line.unit_price, line.amount
    if price is None and amount is None:
        if line.quantity is not None:
            yield at(line, "price_missing", None, "没有报价", "there is no price")
        return
    for value in (price, amount):
        if value is not None and value < 0:
            yield at(line, "price_negative", value, f"负数：{value:f}", f"{value:f} is below zero")
            break
    else:
        if price == 0 or (price is None and amount == 0):
            yield at(line, "price_zero", price, "报价为零", "the price is zero")
    if price is not None and rounded(price, terms.price_decimals) != price:
        yield at(
            line,
            "price_decimals",
            price,
            f"单价{price:f}超过{terms.price_decimals}位小数",
            f"the unit price {price:f} has more than {terms.price_decimals} decimals",
        )
    if price is None or line.quantity is None or amount is None:
        return
    if rounded(amount, terms.amount_decimals) != real:
        slipped = amount != 0 and any(
            rounded(amount.scaleb(way, EXACT), terms.amount_decimals) == real
            for way in (_WAN, -_WAN)
        )
        yield at(
            line,
            "unit_slip" if slipped else "amount_wrong",
            amount,
            f"{line.quantity:f}×{price:f}={real:f}，写为{amount:f}"
            + ("，相差一万倍，疑为元与万元混淆" if slipped else ""),
            f"{line.quantity:f} × {price:f} = {real:f}, stated as {amount:f}"
            + ("; ten thousand times: yuan and 万元 confused?" if slipped else ""),
        )
