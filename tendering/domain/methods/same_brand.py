"""The same brand counts once (87号令 第三十一条): which of its bids goes forward.

In a package of several products it is the brand of the declared core product that counts. Under the
lowest price the lowest of a brand takes part; under points the best of a brand may be recommended,
and the others of the brand are no candidates.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from tendering.domain.methods.lowest_price import ComparedBid
from tendering.domain.methods.totals import RankedBid


@dataclass(frozen=True, slots=True)
class BrandGroup:
    """The bids of one brand, more than one. `forward` is None while the choice is still open.

    `by`: how the one was told from those of equal rank: `rank`, or a tie word of the method.
    """

    brand: str
    bids: tuple[str, ...]
    forward: str | None
    by: str


def bidders_counted(brands: Mapping[str, str]) -> int:
    """How many bidders there are when bids of one brand count as one (by bid id; "": no brand)."""
    named = {brand for brand in brands.values() if brand}
    return len(named) + sum(not brand for brand in brands.values())


def brand_groups(
    rows: Sequence[RankedBid] | Sequence[ComparedBid],
    brands: Mapping[str, str],
    ties: Sequence[str],
    *,
    prices_fen: Mapping[str, int],
    decided: Sequence[str] = (),
) -> tuple[BrandGroup, ...]:
    """For each brand with several bids: the one that goes forward, by result, then by `ties`."""
    groups = []
    for brand in sorted({brands.get(row.bid, "") for row in rows} - {""}):
        own = [row for row in rows if brands.get(row.bid) == brand]
        if len(own) > 1:
            best = [row for row in own if _result(row) == min(_result(one) for one in own)]
            forward, by = _chosen(best, ties, prices_fen, decided)
            groups.append(BrandGroup(brand, tuple(row.bid for row in own), forward, by))
    return tuple(groups)


def _result(row: RankedBid | ComparedBid) -> Fraction:
    """Smaller is better: the total, or the evaluated price."""
    return -Fraction(row.total) if isinstance(row, RankedBid) else row.exact


def _chosen(
    best: Sequence[RankedBid | ComparedBid],
    ties: Sequence[str],
    prices_fen: Mapping[str, int],
    decided: Sequence[str],
) -> tuple[str | None, str]:
    if len(best) == 1:
        return best[0].bid, "rank"
    left = list(best)
    for tie in ties[:-1]:
        if tie == "price_low":
            least = min(prices_fen[row.bid] for row in left)
            left = [row for row in left if prices_fen[row.bid] == least]
        else:
            left = _best_section(left, tie)
        if len(left) == 1:
            return left[0].bid, tie
    # The last is decided by persons or by lot; it is open until all of them are named.
    ordered = [bid for bid in decided if bid in {row.bid for row in left}]
    return (ordered[0] if len(ordered) == len(left) else None), ties[-1]


def _best_section(
    left: Sequence[RankedBid | ComparedBid], tie: str
) -> list[RankedBid | ComparedBid]:
    points = {
        row.bid: row.technical if tie == "technical_high" else row.business
        for row in left
        if isinstance(row, RankedBid)
    }
    return [row for row in left if not points or points[row.bid] == max(points.values())]
