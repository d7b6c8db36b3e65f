"""A method applied to a file of bids: everything that follows, with every intermediate value.

This is the whole of `kaibiao score`, without reading and printing. Nothing is decided that persons
decide: a draw that is open, a price to be confirmed or explained comes out as such.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from tendering.domain.methods.case import STANDINGS, Case, CaseBid
from tendering.domain.methods.corrections import Correction, corrected
from tendering.domain.methods.findings import Finding, method_findings, price_questions
from tendering.domain.methods.low_prices import (
    LowPriceTrigger,
    low_price_triggers,
    rates_in_force,
)
from tendering.domain.methods.lowest_price import ComparedBid, compared
from tendering.domain.methods.method import LowPriceRates, Method
from tendering.domain.methods.price import PriceScores, price_scores
from tendering.domain.methods.same_brand import BrandGroup, bidders_counted, brand_groups
from tendering.domain.methods.totals import RankedBid, Ranking, totals
from tendering.domain.methods.words import Words
from tendering.domain.rulebook import Rulebook

BIDDERS_MIN: Final = 3
VALID: Final = "valid"
_NO_POINTS: Final = Decimal(0)
# What a price itself does to a bid, before the preliminary review is over.
NOT_CONFIRMED: Final = "price_not_confirmed"
ABOVE_CEILING: Final = "price_above_ceiling"
CAUSED_BY_PRICE: Final = (NOT_CONFIRMED, ABOVE_CEILING)
_REASONS: Final = {
    "rejected_preliminarily": Words("初步评审", "preliminary review"),
    "rejected_in_detail": Words("详细评审", "detailed review"),
    "rejected_later": Words("评审之后", "after the review"),
    NOT_CONFIRMED: Words("投标人不确认修正后的报价", "the corrected price is not confirmed"),
    ABOVE_CEILING: Words("报价超过最高投标限价", "the price lies above the ceiling"),
}
# Whose prices enter the benchmark, by what the method says; a bid rejected later besides where
# the benchmark is frozen.
_ENTERING: Final[Mapping[str, tuple[str, ...]]] = {
    "opened": (*STANDINGS, *CAUSED_BY_PRICE),
    "preliminarily_valid": (VALID, "rejected_in_detail"),
    "valid": (VALID,),
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a bid stands in the end; `rank` None: it does not take part, and `why`."""

    rank: int | None
    bid: str
    why: Words
    standing: str = VALID


@dataclass(frozen=True, slots=True)
class Scored:
    """What a method makes of the bids.

    `prices_fen` after corrections. `prices` is there for a scoring method, `ranking` where points
    were given, `compared` where the lowest price wins; all are empty when no bid is valid.
    """

    method: Method
    case: Case
    corrections: Mapping[str, Correction]
    prices_fen: Mapping[str, int]
    rates: LowPriceRates | None
    triggers: tuple[LowPriceTrigger, ...]
    findings: tuple[Finding, ...]
    prices: PriceScores | None
    ranking: Ranking | None
    compared: tuple[ComparedBid, ...]
    brands: tuple[BrandGroup, ...]
    places: tuple[Place, ...]


def score(method: Method, case: Case, rulebook: Rulebook | None) -> Scored:
    """Apply a method. `rulebook`: the regime's law on the day of the notice; None: no regime.

    Raises MethodInvalid, EvaluationIncomplete.
    """
    corrections = {bid.id: corrected(bid.offer) for bid in case.bids if bid.offer is not None}
    fen = {
        bid.id: corrections[bid.id].price_fen if bid.id in corrections else bid.price_fen
        for bid in case.bids
    }
    standing = {
        bid.id: _standing(bid, corrections.get(bid.id), fen[bid.id], case.lot.ceiling_fen)
        for bid in case.bids
    }
    valid = {bid: fen[bid] for bid in fen if standing[bid] == VALID}
    findings = [] if rulebook is None else list(method_findings(method, rulebook))
    findings += price_questions(fen, case.lot.ceiling_fen)
    findings += _to_confirm(case, corrections)
    rates = method.low_price if rulebook is None else rates_in_force(rulebook, method.low_price)
    failed = ("rejected_preliminarily", *CAUSED_BY_PRICE)
    conforming = {bid: fen[bid] for bid in fen if standing[bid] not in failed}
    ceiling = case.lot.ceiling_fen or case.budget_fen
    prices, ranking, rows = _results(method, case, fen, standing)
    brands = _brands(method, case, ranking, rows, valid)
    if brands and rows:
        out = {bid for one in brands if one.forward for bid in one.bids} - {
            one.forward for one in brands
        }
        left = {bid: price for bid, price in valid.items() if bid not in out}
        rows = _compared(method, case, left)
    findings += _competition(case, valid, brands=method.brand_ties is not None)
    return Scored(
        method=method,
        case=case,
        corrections=corrections,
        prices_fen=fen,
        rates=rates,
        triggers=()
        if rates is None
        else low_price_triggers(conforming, rates, ceiling_fen=ceiling),
        findings=tuple(findings),
        prices=prices,
        ranking=ranking,
        compared=rows,
        brands=brands,
        places=_places(case, ranking, rows, brands, standing),
    )


def final_ranking(scored: Scored) -> Ranking | None:
    """Those who take part to the end, best first; None when there is nobody, or no sheet yet.

    Under the lowest price a row's `price` and `total` are the evaluated price in yuan.
    """
    ranked = () if scored.ranking is None else scored.ranking.rows
    rows = {row.bid: row for row in ranked}
    for one in scored.compared:
        yuan = one.evaluated_yuan
        rows[one.bid] = RankedBid(one.bid, {}, _NO_POINTS, _NO_POINTS, yuan, yuan, 0, one.tie)
    placed = tuple(
        replace(rows[place.bid], rank=place.rank)
        for place in scored.places
        if place.rank is not None
    )
    return Ranking(placed) if placed else None


def _standing(
    bid: CaseBid, correction: Correction | None, fen: int, ceiling_fen: int | None
) -> str:
    """The standing of the file, or one of the two that follow from the price."""
    if bid.standing != VALID:
        return bid.standing
    # 87号令 第五十九条: a corrected price that the bidder does not confirm makes the bid invalid.
    if correction is not None and correction.confirm and bid.confirmed is False:
        return NOT_CONFIRMED
    # 《招标投标法实施条例》第五十一条: above the ceiling is a ground for rejection.
    if ceiling_fen is not None and fen > ceiling_fen:
        return ABOVE_CEILING
    return VALID


def _results(
    method: Method, case: Case, fen: Mapping[str, int], standing: Mapping[str, str]
) -> tuple[PriceScores | None, Ranking | None, tuple[ComparedBid, ...]]:
    valid = {bid: fen[bid] for bid in fen if standing[bid] == VALID}
    if not valid:
        return None, None, ()
    if method.scored is None:
        return None, None, _compared(method, case, valid)
    entering = _ENTERING[method.scored.entrants]
    if method.scored.benchmark_frozen:
        entering = (*entering, "rejected_later")
    prices = price_scores(
        method,
        valid,
        ceiling_fen=case.lot.ceiling_fen,
        entrants={bid: fen[bid] for bid in fen if standing[bid] in entering},
        facts={bid.id: bid.facts for bid in case.bids},
        lot=case.lot,
    )
    if case.sheets is None and method.criteria:
        return prices, None, ()
    return prices, totals(method, case.sheets or {}, prices, decided=case.decided), ()


def _compared(method: Method, case: Case, fen: Mapping[str, int]) -> tuple[ComparedBid, ...]:
    return compared(
        method,
        fen,
        ceiling_fen=case.lot.ceiling_fen,
        facts={bid.id: bid.facts for bid in case.bids},
        decided=case.decided,
    )


def _brands(
    method: Method,
    case: Case,
    ranking: Ranking | None,
    rows: tuple[ComparedBid, ...],
    valid: Mapping[str, int],
) -> tuple[BrandGroup, ...]:
    if method.brand_ties is None:
        return ()
    return brand_groups(
        rows if ranking is None else ranking.rows,
        {bid.id: bid.brand for bid in case.bids},
        method.brand_ties,
        prices_fen=valid,
        decided=case.decided,
    )


def _competition(case: Case, valid: Mapping[str, int], *, brands: bool) -> list[Finding]:
    named = {bid.id: bid.brand if brands else "" for bid in case.bids if bid.id in valid}
    count = bidders_counted(named)
    if count >= BIDDERS_MIN:
        return []
    return [
        Finding(
            "warn",
            "bids_file.bids",
            "《招标投标法》第二十八条、第四十二条，87号令 第四十三条",
            Words(
                f"有效投标人为{count}家，不足{BIDDERS_MIN}家。",
                f"There are {count} valid bidders, fewer than {BIDDERS_MIN}.",
            ),
        )
    ]


def _to_confirm(case: Case, corrections: Mapping[str, Correction]) -> list[Finding]:
    return [
        Finding(
            "question",
            f"bids_file.bids.{bid.id}.offer.confirmed",
            "87号令 第五十九条",
            Words(
                f"{bid.id}的报价已经修正，须经投标人确认；不确认的，其投标无效。",
                f"The price of {bid.id} was corrected: the bidder must confirm it, or is invalid.",
            ),
        )
        for bid in case.bids
        if bid.id in corrections and corrections[bid.id].confirm and bid.confirmed is None
    ]


def _places(
    case: Case,
    ranking: Ranking | None,
    rows: tuple[ComparedBid, ...],
    brands: tuple[BrandGroup, ...],
    standing: Mapping[str, str],
) -> tuple[Place, ...]:
    """The final order: ranks among those who go forward, then those who do not, and why."""
    passed_over = {
        bid: one for one in brands if one.forward for bid in one.bids if bid != one.forward
    }
    places: list[Place] = []
    ranked = rows if ranking is None else ranking.rows
    before: tuple[int, int] | None = None
    for row in ranked:
        if row.bid not in passed_over:
            # Those of equal rank stay equal when others between them are taken out.
            rank = before[1] if before and before[0] == row.rank else len(places) + 1
            before = (row.rank, rank)
            places.append(Place(rank, row.bid, Words("", "")))
    for bid, group in passed_over.items():
        why = Words(
            f"与{group.forward}品牌相同（{group.brand}），按一家投标人计算",
            f"same brand as {group.forward} ({group.brand}), counted once",
        )
        places.append(Place(None, bid, why))
    for one in case.bids:
        if standing[one.id] != VALID:
            known = _REASONS.get(standing[one.id], Words(standing[one.id], standing[one.id]))
            zh, en = one.reason or known.zh, one.reason or known.en
            places.append(
                Place(None, one.id, Words(f"否决：{zh}", f"rejected: {en}"), standing[one.id])
            )
    return tuple(places)
