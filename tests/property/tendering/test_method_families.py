"""All families of price methods against an oracle written another way, and what must always hold.

The oracle takes the definition as JSON and works in integers over one common denominator, with its
own rounding; nothing of the library is used.
"""

import json
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tendering.domain.methods.evaluated_price import BidFacts
from tendering.domain.methods.low_prices import low_price_triggers
from tendering.domain.methods.lowest_price import compared
from tendering.domain.methods.method import LowPriceRates, Method, parse_method
from tendering.domain.methods.price import price_scores
from tendering.domain.methods.totals import totals
from tendering.methods import example_names, example_text

CEILING = 10**12
# What the prices alone decide: no parts, lines, quantities, nothing drawn.
PLAIN = [
    name
    for name in example_names()
    if name
    not in {
        *("price-lines", "drawn-float", "drawn-method"),
        *("without-provisional-sums", "lowest-evaluated-price"),
    }
]
DEFINITIONS: list[dict[str, Any]] = [json.loads(example_text(name, "method")) for name in PLAIN]
METHODS: dict[str, Method] = {one["id"]: parse_method(one) for one in DEFINITIONS}
SCORED = [one for one in DEFINITIONS if METHODS[one["id"]].scored is not None]
bids = st.dictionaries(
    st.text("abcdef", min_size=1, max_size=3),
    st.integers(10**6, 10**11),
    min_size=1,
    max_size=12,
)
definitions = st.sampled_from(SCORED)


def half_up(value: Fraction, decimals: int | None) -> Fraction:
    if decimals is None:
        return value
    scaled = abs(value) * 10**decimals
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Fraction(whole if value >= 0 else -whole, 10**decimals)


def benchmark(terms: dict[str, Any], prices: list[Fraction]) -> Fraction:
    ordered = sorted(prices)
    lowered = 1 - Fraction(terms.get("float_percent", "0")) / 100
    if terms["kind"] == "lowest":
        value, lowered = ordered[0], Fraction(1)
    elif terms["kind"] == "reference":
        value = Fraction(terms.get("price_fen", CEILING), 100)
    elif terms["kind"] == "weighted":
        value = sum(
            (Fraction(one["share"]) * benchmark(one["of"], prices) for one in terms["terms"]),
            Fraction(0),
        )
    else:
        if "outside" in terms:
            mean = sum(ordered) / Fraction(len(ordered))
            near = [one for one in ordered if abs(one - mean) * 5 <= mean]
            ordered = near or ordered
        for row in sorted(terms.get("trimming", []), key=lambda row: -row["bids_min"]):
            if len(ordered) >= row["bids_min"]:
                ordered = ordered[row["lowest"] : len(ordered) - row["highest"]]
                break
        value = sum(ordered) / Fraction(len(ordered))
    return half_up(value * lowered, terms.get("decimals"))


def points(price: dict[str, Any], own: Fraction, at: Fraction, prices: list[Fraction]) -> Fraction:
    curve, full = price["curve"], Fraction(price["max_points"])
    deviation = half_up((own / at - 1) * 100, curve.get("deviation_decimals"))
    side = "above" if deviation > 0 else "below"
    size = abs(deviation)
    if curve.get("stepping") == "full_percent":
        size = Fraction(size.numerator // size.denominator)
    if curve["kind"] == "proportion":
        return full * at / own
    if curve["kind"] == "interpolation":
        low, high = min(prices), Fraction(CEILING, 100)
        return full * (high - own) / (high - low) if own > low else full
    if curve["kind"] == "stepped":
        result, done = Fraction(curve["at_benchmark"]), Fraction(0)
        for band in curve[side]:
            end = min(size, Fraction(band.get("to_percent", size)))
            result += max(Fraction(0), end - done) * Fraction(band["points_per_percent"])
            done = max(done, end)
    elif curve["kind"] == "lambda":
        result = full - full * Fraction(curve[side]) * size / 100
    else:
        off = Fraction(curve[f"points_{side}"]) * size
        result = full - min(off, Fraction(curve.get(f"deduction_{side}_max", off)))
    result = max(result, Fraction(curve.get("floor", result)))
    return min(result, Fraction(curve.get("cap", result)))


@given(definitions, bids)
def test_every_family_agrees_with_the_oracle(
    definition: dict[str, Any], fen: dict[str, int]
) -> None:
    found = price_scores(METHODS[definition["id"]], fen, ceiling_fen=CEILING)
    prices = [Fraction(one, 100) for one in fen.values()]
    at = benchmark(definition["price"]["benchmark"], prices)

    assert found.benchmark.exact == at
    for row in found.rows:
        exact = points(definition["price"], Fraction(fen[row.bid], 100), at, prices)
        assert row.first.curve_points.exact == exact
        assert Fraction(row.points) == half_up(exact, definition["price"]["decimals"])


@given(definitions, bids)
def test_equal_prices_have_equal_points_and_no_points_are_above_full(
    definition: dict[str, Any], fen: dict[str, int]
) -> None:
    rows = price_scores(METHODS[definition["id"]], fen, ceiling_fen=CEILING).rows
    by_price: dict[int, set[object]] = {}
    for row in rows:
        by_price.setdefault(row.price_fen, set()).add(row.points)

    assert all(len(one) == 1 for one in by_price.values())
    assert all(row.points <= METHODS[definition["id"]].price.max_points for row in rows)


@given(definitions, bids)
def test_on_either_side_of_the_benchmark_nearer_is_not_worse(
    definition: dict[str, Any], fen: dict[str, int]
) -> None:
    if definition["id"] == "base-eighty":
        return
    found = price_scores(METHODS[definition["id"]], fen, ceiling_fen=CEILING)
    at = found.benchmark.exact
    for above in (True, False):
        side = [row for row in found.rows if (row.first.price.exact > at) is above]
        ordered = sorted(side, key=lambda row: abs(row.first.price.exact - at))
        given_points = [row.points for row in ordered]
        assert given_points == sorted(given_points, reverse=True)


@given(bids, st.permutations(["price_low", "draw"]), st.randoms(use_true_random=False))
def test_ties_are_told_apart_whatever_the_order_of_the_bids(
    fen: dict[str, int], ties: list[str], random: object
) -> None:
    ending = ties[: ties.index("draw") + 1]
    method = parse_method(
        json.loads(example_text("proportion", "method"))
        | {"totals": {"decimals": 0, "ties": ending}}
    )
    shuffled = list(fen)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    prices = price_scores(method, {bid: fen[bid] for bid in shuffled}, ceiling_fen=None)
    ranking = totals(method, {}, prices, decided=shuffled)

    assert [row.rank for row in ranking.rows] == list(range(1, len(fen) + 1))
    assert totals(method, {}, prices) == totals(
        method, {}, price_scores(method, fen, ceiling_fen=None)
    )


@given(bids, st.sets(st.text("abcdef", min_size=1, max_size=3)))
def test_the_lowest_evaluated_price_comes_first(fen: dict[str, int], small: set[str]) -> None:
    method = METHODS["lowest-price-procurement"]
    facts = {bid: BidFacts(policies=frozenset({"small"})) for bid in small}
    rows = compared(method, fen, ceiling_fen=None, facts=facts)

    expected = {
        bid: half_up(Fraction(one, 100) * (Fraction(9, 10) if bid in small else 1), 2)
        for bid, one in fen.items()
    }
    assert [row.exact for row in rows] == sorted(expected.values())
    assert all(row.exact == expected[row.bid] and row.price_fen == fen[row.bid] for row in rows)


@given(bids, st.integers(1, 10**12) | st.none())
def test_low_prices_are_asked_about_exactly_below_the_limits(
    fen: dict[str, int], ceiling: int | None
) -> None:
    rates = LowPriceRates(Decimal(50), Decimal(50), Decimal(45))
    found = {(one.bid, one.rule) for one in low_price_triggers(fen, rates, ceiling_fen=ceiling)}
    ordered = sorted(fen, key=lambda bid: (fen[bid], bid))

    expected = {(bid, "mean") for bid in fen if fen[bid] * 2 * len(fen) < sum(fen.values())}
    if len(fen) > 1 and fen[ordered[0]] * 2 < fen[ordered[1]]:
        expected.add((ordered[0], "second"))
    if ceiling is not None:
        expected |= {(bid, "ceiling") for bid in fen if fen[bid] * 100 < ceiling * 45}
    assert found == expected
