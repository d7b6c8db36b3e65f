"""Score methods: bounds, order, scale, and whole rankings under permutation."""

from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from tendering.domain.methods.method import Method, parse_method
from tendering.domain.methods.price import price_scores
from tendering.domain.methods.rounding import MODES, rounded
from tendering.domain.methods.totals import totals
from tests.unit.tendering.domain.method_definitions import (
    Definition,
    a_method,
    inverse_price,
    mean_price,
    trimmed_price,
)

METHODS: list[Method] = [
    parse_method(a_method(price)) for price in (mean_price(), trimmed_price(), inverse_price("30"))
]
methods = st.sampled_from(METHODS)
prices = st.dictionaries(
    st.text("0123456789", min_size=1, max_size=3),
    st.integers(1, 10**13),
    min_size=1,
    max_size=12,
)
points = st.decimals(0, 100, places=1)


@given(methods, prices)
def test_points_lie_between_nothing_and_the_full_points(
    method: Method, given_prices: dict[str, int]
) -> None:
    scores = price_scores(method, given_prices, ceiling_fen=None)

    assert all(0 <= row.points <= method.price.max_points for row in scores.rows)


@given(methods, prices, st.randoms(use_true_random=False))
def test_the_order_of_the_prices_does_not_matter(
    method: Method, given_prices: dict[str, int], random: object
) -> None:
    shuffled = list(given_prices.items())
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    assert price_scores(method, dict(shuffled), ceiling_fen=None) == price_scores(
        method, given_prices, ceiling_fen=None
    )


@given(prices, st.integers(1, 1000))
def test_the_inverse_formula_does_not_see_the_unit(
    given_prices: dict[str, int], factor: int
) -> None:
    method = METHODS[2]
    scaled = {bid: fen * factor for bid, fen in given_prices.items()}

    assert [row.points for row in price_scores(method, scaled, ceiling_fen=None).rows] == [
        row.points for row in price_scores(method, given_prices, ceiling_fen=None).rows
    ]


@given(prices)
def test_a_lower_price_never_has_fewer_points_by_the_inverse_formula(
    given_prices: dict[str, int],
) -> None:
    rows = price_scores(METHODS[2], given_prices, ceiling_fen=None).rows
    in_order = sorted(rows, key=lambda row: row.price_fen)

    assert [row.points for row in in_order] == sorted((row.points for row in rows), reverse=True)


@given(prices, st.lists(points, min_size=3, max_size=7), st.randoms(use_true_random=False))
def test_the_ranking_is_the_same_whoever_sits_where(
    given_prices: dict[str, int], members: list[Decimal], random: object
) -> None:
    method = parse_method(a_method(mean_price(), criteria=[_criterion()]))
    scores = price_scores(method, given_prices, ceiling_fen=None)
    sheets = {
        str(seat): {bid: {"t": given} for bid in given_prices} for seat, given in enumerate(members)
    }
    shuffled = list(sheets.items())
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    ranking = totals(method, sheets, scores)

    assert totals(method, dict(shuffled), scores) == ranking
    assert [row.rank for row in ranking.rows] == sorted(row.rank for row in ranking.rows)
    assert {row.bid for row in ranking.rows} == set(given_prices)
    assert all(0 <= row.total <= method.max_total() for row in ranking.rows)


@given(st.integers(-(10**15), 10**15), st.integers(0, 8), st.sampled_from(sorted(MODES)))
def test_rounding_agrees_with_the_decimal_module_wherever_that_is_exact(
    sixteenths: int, decimals: int, mode: str
) -> None:
    expected = (Decimal(sixteenths) / 16).quantize(Decimal(1).scaleb(-decimals), MODES[mode])

    assert rounded(Fraction(sixteenths, 16), decimals, mode) == expected


def _criterion() -> Definition:
    return {
        "id": "t",
        "title": "方案",
        "section": "technical",
        "kind": "subjective",
        "max_points": "100",
        "decimals": 1,
    }
