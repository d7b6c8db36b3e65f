"""Totals and ranking: members' points combined, price points added, ties as the method says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from typing import Final, TypeAlias

from tendering.domain.methods.method import SECTIONS, Criterion, Method
from tendering.domain.methods.price import PriceRow, PriceScores
from tendering.domain.methods.rounding import divided, placed, step
from tendering.domain.refusals.awards import EvaluationIncomplete

# member → bid → criterion → points
Sheets: TypeAlias = Mapping[str, Mapping[str, Mapping[str, Decimal]]]

DECIDED_BY_PERSONS: Final = ("procuring_entity", "draw")
_ZERO: Final = Decimal(0)


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


def combined(method: Method, points: Sequence[Decimal]) -> tuple[Fraction, Decimal]:
    """The members' points of a subjective criterion as one number: what goes on, what is shown."""
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


@dataclass(frozen=True, slots=True)
class _Column:
    """A criterion while bids are added up.

    What a cell comes to (in units, and shown) by the points of a single member, and by the sum of
    the members' points; and the points that were found right.
    """

    criterion: Criterion
    section: int
    single: dict[Decimal | None, tuple[int, Decimal]]
    means: dict[Decimal, tuple[int, Decimal]]
    right: set[Decimal]


class _Combining:
    """The sheets of one evaluation, and what has been worked out once for all bids.

    A criterion knows few different points, and the mean of members' points follows from their sum:
    both are remembered. A weighted mean is kept as a whole number of 1 ÷ `unit`, of which all are
    exact multiples: integers add up in a hundredth of the time of fractions.
    """

    def __init__(self, method: Method, sheets: Sheets) -> None:
        self._method = method
        self._sheets = sheets
        self._price_weight = Fraction(method.price.weight)
        self._columns = [
            _Column(one, SECTIONS.index(one.section), {}, {}, set()) for one in method.criteria
        ]
        self._kept: slice | None = None
        if len(sheets) >= method.drop_from_members and method.drop_highest + method.drop_lowest:
            self._kept = slice(method.drop_lowest, len(sheets) - method.drop_highest)
        self._unit = _unit(method, len(sheets))
        self._price_units: dict[Decimal, int] = {}

    def scored(self, price: PriceRow) -> RankedBid:
        """The result of one bid, not ranked yet. Raises EvaluationIncomplete."""
        bid = price.bid
        own = [sheet.get(bid, {}) for sheet in self._sheets.values()]
        alone = own[0] if len(own) == 1 else None
        shown: dict[str, Decimal] = {}
        sums = [0, 0]
        for column in self._columns:
            name = column.criterion.id
            found = None if alone is None else column.single.get(alone.get(name))
            if found is None:
                found = self._cell(column, own, bid)
            sums[column.section] += found[0]
            shown[name] = found[1]
        technical, business = self._section(sums[0]), self._section(sums[1])
        return RankedBid(
            bid=bid,
            criteria=shown,
            technical=technical[1],
            business=business[1],
            price=price.points,
            total=self._total(technical[0] + business[0], price.points),
            rank=0,
            tie=None,
        )

    def _cell(
        self, column: _Column, own: Sequence[Mapping[str, Decimal]], bid: str
    ) -> tuple[int, Decimal]:
        """What the members' points of one cell come to, in units and shown."""
        name, right = column.criterion.id, column.right
        points = [one for sheet in own if (one := sheet.get(name)) in right]
        if len(points) < len(own):
            points = [
                _points(column.criterion, member, sheet, bid)
                for member, sheet in self._sheets.items()
            ]
            right.update(points)
        if column.criterion.kind == "objective":
            if points.count(points[0]) < len(points):
                raise EvaluationIncomplete(
                    "members differ on an objective criterion", bid=bid, criterion=name
                )
            return self._weighted(column.criterion, Fraction(points[0])), points[0]
        counted = points if self._kept is None else sorted(points)[self._kept]
        total = sum(counted, _ZERO)
        found = column.means.get(total)
        if found is None:
            mean, shown = combined(self._method, points)
            found = column.means[total] = self._weighted(column.criterion, mean), shown
        if len(points) == 1:
            column.single[points[0]] = found
        return found

    def _weighted(self, criterion: Criterion, mean: Fraction) -> int:
        units = mean * Fraction(criterion.weight) * self._unit
        assert units.denominator == 1, "the unit divides every weighted mean"
        return units.numerator

    def _section(self, units: int) -> tuple[int, Decimal]:
        """A section's sum: what goes on, in units, and what is shown."""
        method, unit = self._method, self._unit
        if method.section_decimals is None:
            return units, step(Fraction(units, unit), None, method.rounding)[1]
        scale = 10**method.section_decimals
        whole = divided(units * scale, unit, method.rounding)
        return whole * (unit // scale), placed(whole, method.section_decimals)

    def _total(self, units: int, price_points: Decimal) -> Decimal:
        """The rounded total of both sections' units and the weighted price points."""
        method = self._method
        weighted = self._price_units.get(price_points)
        if weighted is None:
            exact = Fraction(price_points) * self._price_weight * self._unit
            assert exact.denominator == 1, "the unit divides the weighted price points"
            weighted = self._price_units[price_points] = exact.numerator
        scaled = (units + weighted) * 10**method.total_decimals
        whole = divided(scaled, self._unit, method.rounding)
        return placed(whole, method.total_decimals)


def _unit(method: Method, members: int) -> int:
    """A number that makes every weighted mean, section and price whole when multiplied."""
    places = [one.decimals for one in method.criteria]
    places += [method.member_decimals or 0, method.section_decimals or 0, method.price.decimals]
    weighed = [method.price.weight, *(one.weight for one in method.criteria)]
    weights = [len(f"{one:f}".partition(".")[2]) for one in weighed]
    counted = max(members, 1)
    if members >= method.drop_from_members:
        counted -= method.drop_highest + method.drop_lowest
    return int(10 ** (max(places) + max(weights))) * counted


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
