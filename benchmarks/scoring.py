"""Are 1,000 bids × 40 criteria scored in less than 50 ms, and how far from the obvious way is it?

Prices, totals and the ranking, exact, from the method `mean` with 40 criteria. The baseline is the
same in the plainest code: a Fraction for every number, nothing remembered; the results are compared
before anything is timed. `five members` is the same with five sheets instead of one. Processor time
stands beside wall time, which counts whatever else the machine does.
"""

import random
import time
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from benchmarks.report import Row, report
from crypto.canonical import JsonValue
from tendering.domain.methods.method import Method, parse_method
from tendering.domain.methods.price import price_scores
from tendering.domain.methods.totals import Sheets, totals

BIDS = 1_000
CRITERIA = 40
RUNS = 7
SEED = 20261123


def main() -> None:
    """Compare, then measure in turn, and print the table."""
    method = parse_method(definition())
    chance = random.Random(SEED)  # noqa: S311 - the same bids in every run, no secrets
    prices = {f"{n:04d}": chance.randint(90_000_000, 110_000_000) for n in range(BIDS)}
    one, five = (sheets(chance, prices, members) for members in (1, 5))
    assert library(method, one, prices) == plain(one, prices)
    works = {
        "plain fractions": lambda: plain(one, prices),
        "ours": lambda: library(method, one, prices),
        "ours, five members": lambda: library(method, five, prices),
    }
    for name, clock in (("processor", time.process_time), ("wall", time.perf_counter)):
        rows = [
            Row(what, min(timed(work, clock) for _ in range(RUNS)) * 1e3)
            for what, work in works.items()
        ]
        report(f"scoring, {name} time", unit="ms", rows=rows, ours="ours")


def library(method: Method, given: Sheets, prices: dict[str, int]) -> list[tuple[str, Decimal]]:
    """Bids and totals, best first, by the method library."""
    scores = price_scores(method, prices, ceiling_fen=None)
    return [(row.bid, row.total) for row in totals(method, given, scores).rows]


def plain(given: Sheets, prices: dict[str, int]) -> list[tuple[str, Decimal]]:
    """The same by hand, for one member: mean, deviation, points, sums, each rounded half up."""
    (sheet,) = given.values()
    benchmark = Fraction(cents(Fraction(sum(prices.values()), 100 * len(prices))))
    found = []
    for bid, fen in prices.items():
        deviation = Fraction(cents((Fraction(fen, 100) - benchmark) * 100 / benchmark))
        slope = Fraction(1) if deviation > 0 else Fraction(1, 2)
        points = Fraction(cents(max(Fraction(0), 60 - slope * abs(deviation))))
        technical = sum(
            (Fraction(cents(Fraction(one))) for one in sheet[bid].values()), Fraction(0)
        )
        found.append((bid, cents(Fraction(cents(technical)) + points)))
    return sorted(found, key=lambda row: (-row[1], prices[row[0]], row[0]))


def cents(value: Fraction) -> Decimal:
    """Two decimals, half up; the quotient is exact to far more digits than are asked for."""
    quotient = Decimal(value.numerator) / Decimal(value.denominator)
    return quotient.quantize(Decimal("0.01"), ROUND_HALF_UP)


def sheets(chance: random.Random, prices: dict[str, int], members: int) -> Sheets:
    """Points from 0.0 to 1.0 for every bid and criterion."""
    return {
        f"member-{member}": {
            bid: {f"c{n}": Decimal(chance.randint(0, 10)) / 10 for n in range(CRITERIA)}
            for bid in prices
        }
        for member in range(members)
    }


def definition() -> dict[str, JsonValue]:
    """Forty technical criteria of one point each, and sixty points for the price."""
    return {
        "format": "kaibiao/method/v1",
        "id": "benchmark",
        "version": "1",
        "title": "benchmark",
        "rounding": "half_up",
        "criteria": [
            {
                "id": f"c{n}",
                "title": f"c{n}",
                "section": "technical",
                "kind": "subjective",
                "max_points": "1",
                "decimals": 1,
            }
            for n in range(CRITERIA)
        ],
        "price": {
            "max_points": "60",
            "benchmark": {"kind": "mean", "decimals": 2},
            "curve": {
                "kind": "deviation",
                "deviation_decimals": 2,
                "points_above": "1",
                "points_below": "0.5",
                "floor": "0",
            },
            "decimals": 2,
        },
        "members": {"decimals": 2},
        "totals": {"section_decimals": 2, "decimals": 2, "ties": ["price_low", "equal"]},
    }


def timed(work: Callable[[], object], clock: Callable[[], float]) -> float:
    """Seconds that one call takes, by the clock."""
    start = clock()
    work()
    return clock() - start


if __name__ == "__main__":
    main()
