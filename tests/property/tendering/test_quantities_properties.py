"""What is computed quickly of a bill of quantities is what Decimal and canonical JSON say."""

from collections import Counter
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from statistics import median_low

from hypothesis import given
from hypothesis import strategies as st

from crypto.canonical import digest
from tendering.domain.quantities.across import regular_prices
from tendering.domain.quantities.arithmetic import check_arithmetic, counted
from tendering.domain.quantities.bill import (
    FORMAT,
    KINDS,
    PARTS,
    SHOWN_KINDS,
    Bill,
    Line,
    StatedSum,
    bill_digest,
    bill_json,
)
from tendering.domain.quantities.terms import Terms

PLAIN = Context(prec=80, rounding=ROUND_HALF_UP)
FIGURES = st.decimals("-999999999999", "999999999999", places=6) | st.decimals(
    "0", "1000", places=2
)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=8)


@st.composite
def bills(draw: st.DrawFn) -> Bill:
    """Lines of every kind, right and wrong, with sums over some of them."""
    lines = tuple(
        draw(
            st.builds(
                Line,
                sheet=st.just("表"),
                row=st.integers(1, 99),
                part=st.sampled_from(PARTS),
                code=TEXTS,
                name=TEXTS,
                features=TEXTS,
                unit=TEXTS,
                quantity=st.none() | FIGURES,
                unit_price=st.none() | FIGURES,
                amount=st.none() | FIGURES,
                ceiling=st.none() | FIGURES,
                kind=st.sampled_from(KINDS),
                section=TEXTS,
            )
        )
        for _ in range(draw(st.integers(1, 8)))
    )
    places = draw(st.lists(st.integers(0, len(lines) - 1), max_size=3))
    sums = (StatedSum("表", 9, draw(TEXTS), draw(FIGURES), tuple(places)),)
    return Bill(lines, sums, draw(st.none() | FIGURES))


def plainly(line: Line, decimals: int) -> Decimal:
    value = line.amount or Decimal(0)
    if line.quantity is not None and line.unit_price is not None:
        value = PLAIN.multiply(line.quantity, line.unit_price)
    return value.quantize(Decimal(10) ** -decimals, context=PLAIN)


@given(bills(), st.integers(0, 6))
def test_amounts_and_totals_are_those_of_plain_decimals(bill: Bill, decimals: int) -> None:
    own = counted(bill, Terms(amount_decimals=decimals))
    total = Decimal(0)
    for line in bill.lines:
        if line.kind not in SHOWN_KINDS:
            total = PLAIN.add(total, plainly(line, decimals))

    assert list(own.amounts) == [plainly(line, decimals) for line in bill.lines]
    assert own.total == total


@given(bills())
def test_the_digest_is_of_the_canonical_json(bill: Bill) -> None:
    assert bill_digest(bill) == digest(FORMAT, bill_json(bill))


@given(bills())
def test_a_line_that_is_passed_over_quickly_has_nothing_to_be_told(bill: Bill) -> None:
    terms = Terms()
    found = {one.row for one in check_arithmetic(counted(bill, terms), terms) if one.row}
    for line in bill.lines:
        price, amount = line.unit_price, line.amount
        wrong = (
            price is not None
            and line.quantity is not None
            and amount is not None
            and amount.quantize(Decimal("0.01"), context=PLAIN) != plainly(line, 2)
        )
        if wrong or price == 0 or (price is not None and price < 0):
            assert line.row in found


def plain_evidence(
    ones: Sequence[Decimal], others: Sequence[Decimal], terms: Terms
) -> tuple[str, int] | None:
    """The same question without any haste."""
    pairs = [
        (int(one * 10**6), int(other * 10**6)) for one, other in zip(ones, others, strict=True)
    ]
    enough = terms.regular_percent * len(pairs)
    difference, count = Counter(one - other for one, other in pairs).most_common(1)[0]
    if count * 100 >= enough:
        return ("regular_difference" if difference else "equal_prices", count)
    ratio = median_low([one / other for one, other in pairs])
    count = sum(abs(one - ratio * other) <= 10**4 for one, other in pairs)
    return ("regular_ratio", count) if count * 100 >= enough else None


@given(
    st.lists(st.decimals("0.01", "99", places=2), min_size=10, max_size=40),
    st.sampled_from(["0.05", "1.05", "0"]),
    st.data(),
)
def test_regular_prices_are_found_as_without_haste(
    ones: list[Decimal], step: str, data: st.DataObject
) -> None:
    regular = data.draw(st.lists(st.booleans(), min_size=len(ones), max_size=len(ones)))
    others = [
        (one * Decimal(step) if step == "1.05" else one + Decimal(step)).quantize(Decimal("0.01"))
        if is_regular
        else one + 50 + number
        for number, (one, is_regular) in enumerate(zip(ones, regular, strict=True))
    ]
    terms = Terms()

    found = [(one.kind, one.count) for one in regular_prices(("A", "B"), (ones, others), terms)]

    expected = plain_evidence(ones, others, terms)
    assert found == ([] if expected is None else [expected])
