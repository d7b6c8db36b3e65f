"""The lowest evaluated price wins: 经评审的最低投标价法 (12号令), 最低评标价法 (87号令).

What comes out is the table of price comparison (标价比较表): each bid's way from its offer to the
price that is compared, and its rank.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from tendering.domain.methods.evaluated_price import AS_OFFERED, BidFacts, evaluated
from tendering.domain.methods.method import Method
from tendering.domain.methods.rounding import step
from tendering.domain.methods.totals import DECIDED_BY_PERSONS
from tendering.domain.methods.words import Words
from tendering.domain.refusals.rules import MethodInvalid, PriceAboveCeiling

SHARED: Final = "equal"


@dataclass(frozen=True, slots=True)
class ComparedBid:
    """One row of the comparison. `tie` as in `totals.RankedBid`; the contract keeps `price_fen`."""

    bid: str
    price_fen: int
    exact: Fraction
    evaluated_yuan: Decimal
    words: Words
    rank: int
    tie: str | None


def compared(
    method: Method,
    prices: Mapping[str, int],
    *,
    ceiling_fen: int | None,
    facts: Mapping[str, BidFacts],
    decided: Sequence[str] = (),
) -> tuple[ComparedBid, ...]:
    """All bids, the lowest evaluated price first. Raises PriceAboveCeiling, MethodInvalid.

    `decided`: bids in the order in which a draw or the procuring entity put them.
    """
    if not prices:
        raise MethodInvalid("bids: there is no price to compare", where="bids")
    for bid, fen in prices.items():
        # 《招标投标法实施条例》第五十一条: above the ceiling is a ground for rejection.
        if ceiling_fen is not None and fen > ceiling_fen:
            raise PriceAboveCeiling(bid=bid)
    found = {
        bid: evaluated(method, bid, fen, facts.get(bid, AS_OFFERED)) for bid, fen in prices.items()
    }

    def order(bid: str) -> tuple[Fraction, ...]:
        return (found[bid].exact, *(_key(tie, bid, prices, decided) for tie in method.ties))

    rows: list[ComparedBid] = []
    ordered = sorted(prices, key=lambda bid: (*order(bid), bid))
    groups: dict[Fraction, list[str]] = {}
    for bid in ordered:
        groups.setdefault(found[bid].exact, []).append(bid)
    for place, bid in enumerate(ordered, start=1):
        shares = place > 1 and order(ordered[place - 2]) == order(bid)
        alike = [one for one in groups[found[bid].exact] if one != bid]
        rows.append(
            ComparedBid(
                bid=bid,
                price_fen=prices[bid],
                exact=found[bid].exact,
                evaluated_yuan=step(found[bid].exact, None, method.rounding)[1],
                words=found[bid].words,
                rank=rows[-1].rank if shares else place,
                tie=_tie(bid, alike, method, prices, decided),
            )
        )
    return tuple(rows)


def _key(tie: str, bid: str, prices: Mapping[str, int], decided: Sequence[str]) -> Fraction:
    """Smaller is better; zero for everybody where nothing tells them apart."""
    if tie == "price_low":
        return Fraction(prices[bid])
    if tie in DECIDED_BY_PERSONS and bid in decided:
        return Fraction(decided.index(bid) - len(decided))
    return Fraction(0)


def _tie(
    bid: str,
    alike: list[str],
    method: Method,
    prices: Mapping[str, int],
    decided: Sequence[str],
) -> str | None:
    if not alike:
        return None
    for tie in method.ties:
        if tie in DECIDED_BY_PERSONS:
            return tie
        own = _key(tie, bid, prices, decided)
        alike = [one for one in alike if _key(tie, one, prices, decided) == own]
        if not alike:
            return tie
    return SHARED
