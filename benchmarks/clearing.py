"""How long does clearing take? Target: 50,000 lines × 20 bids under 10 s of one core.

python -m benchmarks.clearing [LINES [BIDS]]
"""

import sys
import time
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from tendering.domain.quantities.bill import EXACT, Bill, Line, rounded, total
from tendering.domain.quantities.clearing import PricedBid, clear
from tendering.domain.quantities.terms import Terms

LINES: Final = 50_000
BIDS: Final = 20
PRIME: Final = 7919


def a_line(number: int, bid: int | None) -> Line:
    """A line of an ordinary bill; priced unless `bid` is None, prices within a few percent."""
    quantity = Decimal(number * PRIME % 900_000 + 1000).scaleb(-2)
    price = None
    if bid is not None:
        price = Decimal((number * 104_729 % 90_000 + 1000) * (95 + (number * bid) % 11)).scaleb(-4)
        price = rounded(price, 2)
    return Line(
        "分部分项",
        number + 5,
        "items",
        f"{10_000_000_000 + number * 7:012d}",
        f"示范项目{number}",
        f"特征{number % 97}",
        "m3",
        quantity,
        price,
        None if price is None else rounded(EXACT.multiply(quantity, price), 2),
    )


def a_bill(lines: int, bid: int | None) -> Bill:
    """A bill without faults."""
    bill = Bill(tuple(a_line(number, bid) for number in range(lines)))
    return bill if bid is None else Bill(bill.lines, (), total(bill, 2))


def main() -> None:
    """Clear once and print the figures."""
    lines = int(sys.argv[1]) if len(sys.argv) > 1 else LINES
    bids = int(sys.argv[2]) if len(sys.argv) > 2 else BIDS  # noqa: PLR2004
    making = 0.0

    def priced() -> Iterator[PricedBid]:
        nonlocal making
        for bid in range(1, bids + 1):
            begun = time.process_time()
            bill = a_bill(lines, bid)
            making += time.process_time() - begun
            yield PricedBid(f"B{bid:02d}", bill, None)

    tender = a_bill(lines, None)
    begun = time.process_time()
    report = clear(tender, priced(), Terms())
    spent = time.process_time() - begun - making
    sys.stdout.write(
        f"{lines} lines × {bids} bids: {spent:.1f} s of processor time, "
        f"{sum(sum(one.findings.counts.values()) for one in report.bids)} findings, "
        f"{len(report.evidence)} in common\n"
    )


if __name__ == "__main__":
    main()
