"""Regularities between the prices of bids: equal steps, equal ratios, one share of the ceiling.

招标投标法实施条例 第四十条 (四): prices that differ regularly count as collusion. Two prices
always have a difference, so it takes three. Exact: prices are whole fen, ratios are fractions.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Final

from tendering.domain.methods.words import Words
from tendering.domain.quantities.across import TOTALS_MIN, Evidence, regular_totals

# A ratio counts as the same when the later price is off by no more than this from the exact one.
RATIO_FEN: Final = 100
# A share of the ceiling is regular in steps of a tenth of a percent.
SHARE_STEPS: Final = 1000
# A price in whole thousands of yuan is round by itself, and so is its share of a round ceiling.
ROUND_FEN: Final = 100_000


def price_regularities(
    prices: Mapping[str, int], ceiling_fen: int | None = None
) -> tuple[Evidence, ...]:
    """What is regular in the bids' total prices, in fen. Prices of 0 or less are left out."""
    sound = {bid: fen for bid, fen in prices.items() if fen > 0}
    yuan = {bid: Decimal(fen).scaleb(-2) for bid, fen in sound.items()}
    found = [*regular_totals(yuan), *_regular_ratios(sound)]
    if ceiling_fen:
        found += _shares(sound, ceiling_fen)
    return tuple(found)


def _regular_ratios(prices: Mapping[str, int]) -> Iterator[Evidence]:
    """Three or more, in their order, each the same multiple of the one before, to a yuan."""
    ordered = sorted(prices.items(), key=lambda pair: (pair[1], pair[0]))
    start = 0
    while start + TOTALS_MIN <= len(ordered):
        ratio = Fraction(ordered[start + 1][1], ordered[start][1])
        end = start + 1
        while end + 1 < len(ordered) and _follows(ordered[end][1], ordered[end + 1][1], ratio):
            end += 1
        run = ordered[start : end + 1]
        if len(run) >= TOTALS_MIN and ratio > 1 and not _is_stepped(run):
            shown = f"{float(ratio):.6f}"
            yield Evidence(
                "regular_price_ratios",
                tuple(bid for bid, _ in run),
                len(run),
                Words(
                    f"总价依次约为前一家的{shown}倍", f"each total is {shown} times the one before"
                ),
                tuple(f"{bid} {Decimal(fen).scaleb(-2):f}" for bid, fen in run),
            )
        start = max(end, start + 1)


def _follows(before: int, after: int, ratio: Fraction) -> bool:
    return abs(after - before * ratio) <= RATIO_FEN


def _is_stepped(run: list[tuple[str, int]]) -> bool:
    """Already told as equal steps."""
    return len({later[1] - earlier[1] for earlier, later in pairwise(run)}) == 1


def _shares(prices: Mapping[str, int], ceiling_fen: int) -> Iterator[Evidence]:
    """Three or more prices, not round themselves, that are a round share of the ceiling."""
    run = []
    for bid, fen in sorted(prices.items(), key=lambda pair: (pair[1], pair[0])):
        if fen % ROUND_FEN == 0:
            continue
        nearest = round(Fraction(fen * SHARE_STEPS, ceiling_fen))
        if 0 < nearest < SHARE_STEPS and round(Fraction(ceiling_fen * nearest, SHARE_STEPS)) == fen:
            run.append((bid, fen, Decimal(nearest * 100) / SHARE_STEPS))
    if len(run) >= TOTALS_MIN:
        yield Evidence(
            "round_share_of_ceiling",
            tuple(bid for bid, _, _ in run),
            len(run),
            Words(
                f"{len(run)}家总价恰为最高限价的整数千分比",
                f"{len(run)} totals are exactly a round share of the ceiling price",
            ),
            tuple(f"{bid} {Decimal(fen).scaleb(-2):f} = {share:f}%" for bid, fen, share in run),
        )
