"""Unit prices across bids: statistics, prices far from the rest, and what bids have in common.

Evidence for the committee and the supervisor, never a verdict: of shared errors and regular
differences 招标投标法实施条例 第四十条 says when they count as collusion, and people decide.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations, pairwise
from operator import sub, truediv
from statistics import median_low
from typing import Final

from tendering.domain.methods.words import Words
from tendering.domain.quantities.bill import DECIMALS_MAX, EXACT, Line, added
from tendering.domain.quantities.findings import BillFinding, Findings, at
from tendering.domain.quantities.terms import Terms

BIDS_MIN: Final = 2
# Equal steps between totals say something from three bids on.
TOTALS_MIN: Final = 3
EXAMPLES_MAX: Final = 20
# Lines looked at before it is asked whether there is any use in going on.
_BLOCK: Final = 2000
POWERS: Final = (4, 3, 2, 1)
# What two bids may well get wrong for the same reason, without having talked.
_NO_EVIDENCE: Final = {"price_missing", "price_decimals", "line_missing", "opening_total_differs"}


@dataclass(frozen=True, slots=True)
class ItemStatistics:
    """The unit prices of one line of the tender, in yuan."""

    line: Line
    prices: tuple[Decimal | None, ...]
    lowest: Decimal
    highest: Decimal
    mean: Decimal
    median: Decimal


@dataclass(frozen=True, slots=True)
class Evidence:
    """What several bids have in common, with examples."""

    kind: str
    bids: tuple[str, ...]
    count: int
    words: Words
    examples: tuple[str, ...] = ()


def statistics(
    lines: Sequence[Line], prices: Sequence[Sequence[Decimal | None]]
) -> list[ItemStatistics]:
    """Of each line that anybody priced. `prices`: one row a bid, one column a line."""
    found = []
    for line, column in zip(lines, zip(*prices, strict=True), strict=True):
        given = sorted(price for price in column if price is not None)
        if not given:
            continue
        half = len(given) // 2
        middle = given[half] if len(given) % 2 else (given[half - 1] + given[half]) / 2
        mean = EXACT.divide(added(given), Decimal(len(given)))
        found.append(ItemStatistics(line, column, given[0], given[-1], mean, middle))
    return found


def unusual_prices(item: ItemStatistics, terms: Terms) -> Iterator[tuple[int, BillFinding]]:
    """Unit prices beyond the thresholds, each with the place of its bid; exactly at one is not."""
    basis = _basis(item, terms)
    if basis is None or basis <= 0:
        return
    high = EXACT.divide(EXACT.multiply(basis, Decimal(100 + terms.high_percent)), Decimal(100))
    low = EXACT.divide(EXACT.multiply(basis, Decimal(100 - terms.low_percent)), Decimal(100))
    if item.highest <= high and item.lowest >= low:
        return
    for place, price in enumerate(item.prices):
        if price is None or price <= 0 or low <= price <= high:
            continue
        power = _slip(price, item.median, terms)
        kind = "unbalanced_high" if price > high else "unbalanced_low"
        if power:
            kind = "unit_slip" if abs(power) == POWERS[0] else "point_slip"
        percent = EXACT.divide((price - basis) * 100, basis)
        yield (
            place,
            at(
                item.line,
                kind,
                price,
                f"单价{price:f}元，参照{basis:.2f}元，偏差{percent:+.2f}%"
                + (f"，约为中位数的10^{power}倍，疑为单位或小数点错误" if power else ""),
                f"unit price {price:f}, compared with {basis:.2f}: {percent:+.2f} %"
                + (f"; about 10^{power} times the median: unit or point?" if power else ""),
            ),
        )


def shared_errors(
    bids: Sequence[str], findings: Sequence[Findings], tender: Findings
) -> Iterator[Evidence]:
    """The same error with the same figure in several bids, unless the tender's bill has it."""
    own = {(one.kind, one.item) for one in tender.listed}
    holders: defaultdict[tuple[str, str, str], set[int]] = defaultdict(set)
    for place, found in enumerate(findings):
        for one in found.listed:
            if one.kind not in _NO_EVIDENCE and (one.kind, one.item) not in own:
                holders[one.kind, one.item, one.figure].add(place)
    groups: defaultdict[tuple[int, ...], list[str]] = defaultdict(list)
    for (kind, item, figure), places in holders.items():
        if len(places) >= BIDS_MIN:
            groups[tuple(sorted(places))].append(f"{kind} {item} {figure}".strip())
    for group, errors in sorted(groups.items(), key=lambda pair: (-len(pair[1]), pair[0])):
        yield Evidence(
            "shared_errors",
            tuple(bids[place] for place in group),
            len(errors),
            Words(f"{len(errors)}处相同错误", f"{len(errors)} errors are the same"),
            tuple(errors[:EXAMPLES_MAX]),
        )


def regular_prices(
    bids: Sequence[str], prices: Sequence[Sequence[Decimal | None]], terms: Terms
) -> Iterator[Evidence]:
    """Pairs of bids whose unit prices differ by one amount, or by one ratio, in most lines."""
    # Whole millionths of a yuan, as prices are read: exact, and quick to compare by the million.
    rows = [
        [0 if one is None else int(one.scaleb(DECIMALS_MAX, EXACT)) for one in row]
        for row in prices
    ]
    complete = [not row or min(row) > 0 for row in rows]
    quantum = 10 ** (DECIMALS_MAX - terms.price_decimals)
    for first, second in combinations(range(len(bids)), 2):
        ones, others = rows[first], rows[second]
        if not (complete[first] and complete[second]):
            both = [pair for pair in zip(ones, others, strict=True) if min(pair) > 0]
            ones, others = [one for one, _ in both], [other for _, other in both]
        if len(ones) < terms.regular_lines:
            continue
        enough = -(-terms.regular_percent * len(ones) // 100)
        pair = (bids[first], bids[second])
        found = _common_difference(ones, others, enough)
        if found is not None:
            yield _regular_difference(pair, *found, len(ones))
            continue
        ratio = median_low(list(map(truediv, ones, others)))
        count = _of_ratio(ones, others, ratio, quantum, enough)
        if count >= enough:
            yield Evidence(
                "regular_ratio",
                pair,
                count,
                Words(
                    f"{len(ones)}项中有{count}项的单价比约为{ratio:.4f}",
                    f"in {count} of {len(ones)} lines the ratio of the prices is {ratio:.4f}",
                ),
            )


def _common_difference(
    ones: Sequence[int], others: Sequence[int], enough: int
) -> tuple[int, int] | None:
    """The difference that so many lines have, and how many do; None as soon as none can.

    At most one can: `enough` is more than half of the lines.
    """
    counts: Counter[int] = Counter()
    for start in range(0, len(ones), _BLOCK):
        end = start + _BLOCK
        counts.update(map(sub, ones[start:end], others[start:end]))
        if max(counts.values()) + max(len(ones) - end, 0) < enough:
            return None
    difference, count = counts.most_common(1)[0]
    return (difference, count) if count >= enough else None


def _of_ratio(
    ones: Sequence[int], others: Sequence[int], ratio: float, quantum: int, enough: int
) -> int:
    """How many lines have the ratio; fewer are counted once it is plain that it is not enough."""
    count = 0
    for start in range(0, len(ones), _BLOCK):
        end = start + _BLOCK
        # A price that was multiplied and rounded is off by half a quantum, and so is the ratio.
        count += sum(
            -quantum <= one - ratio * other <= quantum
            for one, other in zip(ones[start:end], others[start:end], strict=True)
        )
        if count + max(len(ones) - end, 0) < enough:
            break
    return count


def regular_totals(totals: Mapping[str, Decimal]) -> Iterator[Evidence]:
    """Totals in equal steps: three or more, in their order, with one difference between them."""
    ordered = sorted(totals.items(), key=lambda pair: (pair[1], pair[0]))
    steps = [later[1] - earlier[1] for earlier, later in pairwise(ordered)]
    start = 0
    for place in range(1, len(steps) + 1):
        if place < len(steps) and steps[place] == steps[start]:
            continue
        run = ordered[start : place + 1]
        if len(run) >= TOTALS_MIN:
            yield Evidence(
                "regular_totals" if steps[start] else "equal_totals",
                tuple(bid for bid, _ in run),
                len(run),
                Words(
                    f"总价依次相差{steps[start]:f}元", f"the totals differ by {steps[start]:f} each"
                ),
                tuple(f"{bid} {total:f}" for bid, total in run),
            )
        start = place


def _basis(item: ItemStatistics, terms: Terms) -> Decimal | None:
    if terms.basis == "ceiling":
        return item.line.ceiling
    return item.median if terms.basis == "median" else item.mean


def _slip(price: Decimal, middle: Decimal, terms: Terms) -> int:
    """The power of ten by which a price seems to have slipped from the median; 0: none."""
    for power in (*POWERS, *(-one for one in POWERS)):
        off = abs(price.scaleb(-power, EXACT) - middle)
        if off * 100 <= middle * terms.slip_percent:
            return power
    return 0


def _regular_difference(pair: tuple[str, str], difference: int, count: int, of: int) -> Evidence:
    if difference == 0:
        words = Words(f"{of}项中有{count}项单价相同", f"{count} of {of} unit prices are equal")
        return Evidence("equal_prices", pair, count, words)
    yuan = Decimal(difference).scaleb(-DECIMALS_MAX, EXACT).normalize(EXACT)
    words = Words(
        f"{of}项中有{count}项的单价相差{yuan:f}元",
        f"in {count} of {of} lines the unit prices differ by {yuan:f} yuan",
    )
    return Evidence("regular_difference", pair, count, words)
