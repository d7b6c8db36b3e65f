"""Totals and ranking: members' points combined, price points added, ties as the method says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Final, TypeAlias

from tendering.domain.methods.method import Criterion, Method
from tendering.domain.methods.price import PriceScores
from tendering.domain.methods.rounding import step
from tendering.domain.refusals import EvaluationIncomplete

# member → bid → criterion → points
Sheets: TypeAlias = Mapping[str, Mapping[str, Mapping[str, Decimal]]]

DECIDED_BY_PERSONS: Final = ("procuring_entity", "draw")


@dataclass(frozen=True, slots=True)
class RankedBid:
    """One bid's result. `criteria` are the combined points by criterion id, before weights.

    `tie`: None, or by what the bids with the same total were put in order; `procuring_entity` and
    `draw` mean that the order is still to be decided, `equal` that they share the rank.
    """

    bid: str
    criteria: Mapping[str, Decimal]
    technical: Decimal
    business: Decimal
    price: Decimal
    total: Decimal
    rank: int
    tie: str | None


@dataclass(frozen=True, slots=True)
class Ranking:
    """All bids, best first; equal ranks in the order of their ids."""

    rows: tuple[RankedBid, ...]


def totals(method: Method, sheets: Sheets, prices: PriceScores) -> Ranking:
    """Combine the members' sheets with the price points, for the bids that have price points.

    Raises EvaluationIncomplete when points are missing, out of range or of too many decimals, or
    when members differ on an objective criterion (87号令 第六十四条).
    """
    if not sheets and method.criteria:
        raise EvaluationIncomplete("there is no score sheet")
    unranked = [_scored(method, sheets, prices, row.bid) for row in prices.rows]
    return Ranking(_ranked(method, unranked, prices))


def combined(
    method: Method, criterion: Criterion, points: Sequence[Decimal]
) -> tuple[Fraction, Decimal]:
    """The members' points of one criterion as one number: what goes on, and what is shown."""
    if criterion.kind == "objective":
        return Fraction(points[0]), points[0]
    ordered = sorted(points)
    if len(points) >= method.drop_from_members:
        ordered = ordered[method.drop_lowest : len(ordered) - method.drop_highest]
    mean = sum((Fraction(one) for one in ordered), Fraction(0)) / len(ordered)
    return step(mean, method.member_decimals, method.rounding)


def why_not_points(criterion: Criterion, points: Decimal) -> str | None:
    """What is wrong with a member's points: None, out of range, or finer than declared."""
    if not points.is_finite() or not 0 <= points <= criterion.max_points:
        return "points-out-of-range"
    exponent = points.normalize().as_tuple().exponent
    if isinstance(exponent, int) and -exponent > criterion.decimals:
        return "points-too-fine"
    return None


def _scored(method: Method, sheets: Sheets, prices: PriceScores, bid: str) -> RankedBid:
    exact: dict[str, Fraction] = {}
    shown: dict[str, Decimal] = {}
    for criterion in method.criteria:
        points = [_points(criterion, member, sheet, bid) for member, sheet in sheets.items()]
        if criterion.kind == "objective" and len(set(points)) > 1:
            raise EvaluationIncomplete(
                "members differ on an objective criterion", bid=bid, criterion=criterion.id
            )
        mean, shown[criterion.id] = combined(method, criterion, points)
        exact[criterion.id] = mean * Fraction(criterion.weight)
    sections = {
        section: step(
            sum((exact[one.id] for one in method.criteria if one.section == section), Fraction(0)),
            method.section_decimals,
            method.rounding,
        )
        for section in ("technical", "business")
    }
    price = prices.row(bid).points
    total = sections["technical"][0] + sections["business"][0]
    total += Fraction(price) * Fraction(method.price.weight)
    return RankedBid(
        bid=bid,
        criteria=shown,
        technical=sections["technical"][1],
        business=sections["business"][1],
        price=price,
        total=step(total, method.total_decimals, method.rounding)[1],
        rank=0,
        tie=None,
    )


def _points(
    criterion: Criterion, member: str, sheet: Mapping[str, Mapping[str, Decimal]], bid: str
) -> Decimal:
    points = sheet.get(bid, {}).get(criterion.id)
    why = "points-missing" if points is None else why_not_points(criterion, points)
    if points is None or why is not None:
        raise EvaluationIncomplete(
            "points are missing or wrong", why=why, member=member, bid=bid, criterion=criterion.id
        )
    return points


def _ranked(
    method: Method, unranked: list[RankedBid], prices: PriceScores
) -> tuple[RankedBid, ...]:
    """Best total first; 1, 2, 2, 4 where a tie stays."""

    def order(row: RankedBid) -> tuple[Fraction, ...]:
        return (-Fraction(row.total), *(_tie_key(tie, row, prices) for tie in method.ties))

    ordered = sorted(unranked, key=lambda row: (*order(row), row.bid))
    ranked: list[RankedBid] = []
    for place, row in enumerate(ordered, start=1):
        shares = place > 1 and order(ordered[place - 2]) == order(row)
        rank = ranked[-1].rank if shares else place
        others = [one for one in unranked if one.total == row.total and one.bid != row.bid]
        ranked.append(replace(row, rank=rank, tie=_tie(method, row, others, prices)))
    return tuple(ranked)


def _tie_key(tie: str, row: RankedBid, prices: PriceScores) -> Fraction:
    """Smaller is better; zero for everybody where persons decide or the rank is shared."""
    if tie == "price_low":
        return Fraction(prices.row(row.bid).price_fen)
    if tie == "technical_high":
        return -Fraction(row.technical)
    if tie == "business_high":
        return -Fraction(row.business)
    return Fraction(0)


def _tie(
    method: Method, row: RankedBid, others: list[RankedBid], prices: PriceScores
) -> str | None:
    """By what this bid was told from those with the same total; None when there are none."""
    if not others:
        return None
    for tie in method.ties:
        if tie in DECIDED_BY_PERSONS:
            return tie
        own = _tie_key(tie, row, prices)
        others = [other for other in others if _tie_key(tie, other, prices) == own]
        if not others:
            return tie
    return "equal"
