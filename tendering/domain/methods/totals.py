"""Totals and ranking: members' points combined, price points added, ties as the method says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from typing import Final, TypeAlias

from tendering.domain.methods.method import Criterion, Method
from tendering.domain.methods.price import PriceRow, PriceScores
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


def totals(
    method: Method, sheets: Sheets, prices: PriceScores, *, decided: Sequence[str] = ()
) -> Ranking:
    """Combine the members' sheets with the price points, for the bids that have price points.

    `decided`: bids in the order in which a draw or the procuring entity put them; where it names
    all bids of a tie that persons decide, the tie is decided. Raises EvaluationIncomplete when
    points are missing, out of range or of too many decimals, or when members differ on an
    objective criterion (87号令 第六十四条).
    """
    if not sheets and method.criteria:
        raise EvaluationIncomplete("there is no score sheet")
    combining = _Combining(method, sheets)
    rows = [combining.scored(row) for row in prices.rows]
    fen = {row.bid: row.price_fen for row in prices.rows}
    return Ranking(ranked(rows, method.ties, fen, decided))


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


class _Combining:
    """The sheets of one evaluation, and what has been worked out of them once for all bids.

    Many cells of a sheet hold the same few points: what the members' points of one cell come to is
    remembered. It is kept as a whole number of 1 ÷ `unit`, which all of them are exact multiples
    of: sums of integers take a tenth of the time of sums of fractions.
    """

    def __init__(self, method: Method, sheets: Sheets) -> None:
        self._method = method
        self._sheets = sheets
        self._unit = _unit(method, len(sheets))
        self._price_weight = Fraction(method.price.weight)
        # By criterion: text of the members' points → what goes on, and what is shown.
        self._known: list[dict[tuple[str, ...], tuple[int, Decimal]]] = [
            {} for _ in method.criteria
        ]

    def scored(self, price: PriceRow) -> RankedBid:
        """The result of one bid, not ranked yet. Raises EvaluationIncomplete."""
        method = self._method
        own = [sheet.get(price.bid, {}) for sheet in self._sheets.values()]
        shown: dict[str, Decimal] = {}
        sums = {"technical": 0, "business": 0}
        for index, criterion in enumerate(method.criteria):
            key = tuple(str(sheet.get(criterion.id)) for sheet in own)
            known = self._known[index].get(key)
            if known is None:
                known = self._combined(criterion, price.bid)
                self._known[index][key] = known
            shown[criterion.id] = known[1]
            sums[criterion.section] += known[0]
        technical, business = (
            step(Fraction(sums[section], self._unit), method.section_decimals, method.rounding)
            for section in ("technical", "business")
        )
        total = technical[0] + business[0] + Fraction(price.points) * self._price_weight
        return RankedBid(
            bid=price.bid,
            criteria=shown,
            technical=technical[1],
            business=business[1],
            price=price.points,
            total=step(total, method.total_decimals, method.rounding)[1],
            rank=0,
            tie=None,
        )

    def _combined(self, criterion: Criterion, bid: str) -> tuple[int, Decimal]:
        points = [_points(criterion, member, sheet, bid) for member, sheet in self._sheets.items()]
        if criterion.kind == "objective" and len(set(points)) > 1:
            raise EvaluationIncomplete(
                "members differ on an objective criterion", bid=bid, criterion=criterion.id
            )
        exact, shown = combined(self._method, criterion, points)
        weighted = exact * Fraction(criterion.weight) * self._unit
        assert weighted.denominator == 1, "the unit divides every weighted mean"
        return weighted.numerator, shown


def _unit(method: Method, members: int) -> int:
    """A number that makes every combined, weighted number of points whole when multiplied."""
    places = [one.decimals for one in method.criteria] + [method.member_decimals or 0]
    weights = [0] + [len(f"{one.weight:f}".partition(".")[2]) for one in method.criteria]
    counted = max(members, 1)
    if members >= method.drop_from_members:
        counted -= method.drop_highest + method.drop_lowest
    digits = max(places) + max(weights)
    return int(10**digits) * counted


def _points(
    criterion: Criterion, member: str, sheet: Mapping[str, Mapping[str, Decimal]], bid: str
) -> Decimal:
    points = sheet.get(bid, {}).get(criterion.id)
    why = "points-missing" if points is None else why_not_points(criterion, points)
    if points is None or why is not None:
        raise EvaluationIncomplete(
            f"{why}: {member}, {bid}, {criterion.id}",
            why=why,
            member=member,
            bid=bid,
            criterion=criterion.id,
        )
    return points


def ranked(
    rows: Sequence[RankedBid],
    ties: Sequence[str],
    prices_fen: Mapping[str, int],
    decided: Sequence[str] = (),
) -> tuple[RankedBid, ...]:
    """Best total first; 1, 2, 2, 4 where a tie stays."""
    by_total = sorted(rows, key=lambda row: (-row.total, row.bid))
    result: list[RankedBid] = []
    for _, group in groupby(by_total, key=lambda row: row.total):
        result += _in_group(list(group), ties, prices_fen, decided, first=len(result) + 1)
    return tuple(result)


def _in_group(
    group: list[RankedBid],
    ties: Sequence[str],
    prices_fen: Mapping[str, int],
    decided: Sequence[str],
    *,
    first: int,
) -> list[RankedBid]:
    """Bids of one total, put in order: level by level, until none are alike or no level is left."""
    if len(group) == 1:
        return [replace(group[0], rank=first)]
    levels = [[group]]
    by: dict[str, str] = {}
    for tie in ties:
        parts: list[list[RankedBid]] = []
        for part in levels[-1]:
            parts += _split(part, tie, prices_fen, decided) if len(part) > 1 else [part]
        by |= {part[0].bid: tie for part in parts if len(part) == 1 and part[0].bid not in by}
        levels.append(parts)
    open_tie = ties[-1] if ties and ties[-1] in DECIDED_BY_PERSONS else "equal"
    result: list[RankedBid] = []
    for part in levels[-1]:
        rank = first + len(result)
        result += [replace(row, rank=rank, tie=by.get(row.bid, open_tie)) for row in part]
    return result


def _split(
    part: list[RankedBid], tie: str, prices_fen: Mapping[str, int], decided: Sequence[str]
) -> list[list[RankedBid]]:
    if tie in DECIDED_BY_PERSONS:
        if not {row.bid for row in part} <= set(decided):
            return [part]
        return [[row] for row in sorted(part, key=lambda row: decided.index(row.bid))]
    if tie == "equal":
        return [part]

    def key(row: RankedBid) -> Decimal:
        if tie == "price_low":
            return Decimal(prices_fen[row.bid])
        return -(row.technical if tie == "technical_high" else row.business)

    return [list(alike) for _, alike in groupby(sorted(part, key=key), key=key)]
