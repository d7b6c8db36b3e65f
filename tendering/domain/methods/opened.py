"""The case of a lot as its opening left it: what the forms say, and what of it a method asks for.

A form is the bidder's: a word or figure that the method does not ask for gives nothing, and one
that it asks for and is not there is for the committee to judge (`unfit`). What is left to chance,
K, one of several benchmarks, the order of bids of equal result, follows from the seed of the
committee's draw.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from typing import Final, Protocol
from uuid import UUID

from crypto import draw
from crypto.canonical import JsonValue
from tendering.domain.methods.benchmark_prices import NO_PARTS, LotFacts
from tendering.domain.methods.case import PRICE_FEN_MAX, Case, CaseBid
from tendering.domain.methods.choices import draw_one
from tendering.domain.methods.corrections import Offer, UnitPrice
from tendering.domain.methods.evaluated_price import BidFacts, evaluated
from tendering.domain.methods.method import LowPriceRates, Method
from tendering.domain.methods.score import ABOVE_CEILING, VALID, Scored, score
from tendering.domain.methods.totals import Sheets
from tendering.domain.refusals.rules import MethodInvalid, PriceAboveCeiling

LOT_LABEL: Final = "kaibiao/lot-draw/v1"
TIES_LABEL: Final = "kaibiao/tie-draw/v1"
NOT_DRAWN: Final = b""
_QUANTITY_CHARS_MAX: Final = 40


@dataclass(frozen=True, slots=True)
class PriceAnswer:
    """What became of a price that contradicts itself (87号令 第五十九条).

    `confirmed` by the bidder, or its bid is invalid. `point_misplaced`: the committee found a
    decimal point or a percentage obviously out of place.
    """

    confirmed: bool
    point_misplaced: bool = False


class Opened(Protocol):
    """A bid that was opened. `price_fen` is 0 where none could be read."""

    @property
    def bid(self) -> str:
        """Its id in the scores."""

    @property
    def bidder_id(self) -> UUID:
        """Whose it is."""

    @property
    def price_fen(self) -> int:
        """As read out."""

    @property
    def form(self) -> Mapping[str, JsonValue]:
        """The opening form as read out."""

    @property
    def bill_fen(self) -> Mapping[str, int]:
        """`stated` and `total` of the priced bill of quantities, where there is one."""


@dataclass(frozen=True, slots=True)
class LotTerms:
    """What counts besides the bids, known before anybody judges.

    `parts_fen`: named parts that are the same in the ceiling and in every price, as provisional
    sums. `rates`: those of the abnormally low price in force; None: the law has none. `seed`: of
    the lot (`lot_seed`), 32 bytes or none.
    """

    ceiling_fen: int | None
    parts_fen: Mapping[str, int] = field(default_factory=lambda: NO_PARTS)
    rates: LowPriceRates | None = None
    seed: bytes = NOT_DRAWN


def lot_seed(drawn_seed: bytes, tender_id: UUID, lot: str) -> bytes:
    """What chance decides in a lot follows from the seed of the committee's draw. 32 bytes."""
    return draw.seed(label=LOT_LABEL, parts=[drawn_seed, tender_id.bytes, lot.encode()])


def scored_of(
    method: Method,
    bids: Sequence[Opened],
    lot: LotTerms,
    *,
    standings: Mapping[str, str],
    answers: Mapping[str, PriceAnswer],
    sheets: Sheets | None,
) -> Scored:
    """Apply the method to what was opened; a bid whose price could not be read is left out.

    `standings` of those that were rejected (`case.STANDINGS`); `answers`: what became
    of contradictory prices. Raises MethodInvalid, EvaluationIncomplete, PriceAboveCeiling.
    """
    case = case_of(method, bids, lot, standings=standings, answers=answers, sheets=sheets)
    scored = score(replace(method, low_price=lot.rates), case, None)
    for place in scored.places:
        # 《招标投标法实施条例》第五十一条: it is the committee that rejects what lies above.
        if place.standing == ABOVE_CEILING:
            raise PriceAboveCeiling(bid=place.bid)
    return scored


def case_of(
    method: Method,
    bids: Sequence[Opened],
    lot: LotTerms,
    *,
    standings: Mapping[str, str],
    answers: Mapping[str, PriceAnswer],
    sheets: Sheets | None,
) -> Case:
    """The bids with what their forms say, and what was drawn."""
    draws = {one.id: draw_one(one, lot.seed) for one in method.drawn} if lot.seed else {}
    return Case(
        bids=tuple(
            CaseBid(
                id=one.bid,
                price_fen=one.price_fen,
                standing=standings.get(one.bid, VALID),
                reason="",
                facts=facts_of(method, one.form, lot.parts_fen),
                brand=_text(one.form.get("brand")),
                offer=offer_of(one, answers.get(one.bid)),
                confirmed=answers[one.bid].confirmed if one.bid in answers else None,
            )
            for one in sorted(bids, key=lambda one: one.bid)
            if one.price_fen > 0
        ),
        lot=LotFacts(
            ceiling_fen=lot.ceiling_fen,
            ceiling_parts_fen=lot.parts_fen,
            drawn={name: one.value for name, one in draws.items()},
        ),
        budget_fen=None,
        noticed_on=None,
        sheets=sheets,
        decided=_drawn_order(method, bids, lot.seed),
        draws=draws,
    )


def facts_of(
    method: Method, form: Mapping[str, JsonValue], parts_fen: Mapping[str, int] = NO_PARTS
) -> BidFacts:
    """What a form declares of what the method asks for; the lot's parts are everybody's.

    `policies`: a list of ids. `parts_fen`, `lines_fen`: fen by name. `adjustments`: quantities by
    id, decimal texts.
    """
    terms = method.evaluated
    said = form.get("policies")
    policies = {word for word in said if isinstance(word, str)} if isinstance(said, list) else set()
    lines = method.scored.lines if method.scored and method.scored.by_line else ()
    own = _amounts(form.get("parts_fen"), terms.excluded, least=0)
    shared = {name: parts_fen[name] for name in terms.excluded if name in parts_fen}
    asked = form.get("adjustments")
    quantities: dict[str, Decimal] = {}
    for one in terms.adjustments if isinstance(asked, dict) else ():
        assert isinstance(asked, dict)
        quantity = _quantity(asked.get(one.id))
        if quantity is not None:
            quantities[one.id] = quantity
    return BidFacts(
        parts_fen={**own, **shared},
        policies=frozenset(policies & {one.id for one in terms.policies}),
        adjustments=quantities,
        lines_fen=_amounts(form.get("lines_fen"), [one.id for one in lines], least=1),
    )


def offer_of(one: Opened, answer: PriceAnswer | None = None) -> Offer | None:
    """The price as it stands in the places of a bid; None where it stands in one only.

    The form may have `words_fen`, the price in words (大写), and `body_fen`, in the body of the
    bid; a priced bill of quantities has a stated total and what its lines come to.
    """
    said = _amounts(dict(one.form), ("words_fen", "body_fen"), least=1)
    if not said and not one.bill_fen:
        return None
    total = one.bill_fen.get("total")
    return Offer(
        opening_list_fen=one.price_fen,
        body_fen=one.bill_fen.get("stated", said.get("body_fen")),
        words_fen=said.get("words_fen"),
        figures_fen=one.price_fen,
        rows=() if total is None else (UnitPrice("", Decimal(1), total),),
        point_misplaced=answer is not None and answer.point_misplaced,
    )


def unfit(method: Method, one: Opened, lot: LotTerms, price_fen: int) -> str | None:
    """Why a price cannot be compared by this method, for the committee to judge; None: it can."""
    if lot.ceiling_fen is not None and price_fen > lot.ceiling_fen:
        return "price-above-ceiling"
    facts = facts_of(method, one.form, lot.parts_fen)
    lines = [None]
    if method.scored is not None and method.scored.by_line:
        lines = [line.id for line in method.scored.lines]  # type: ignore[misc]
    try:
        for line in lines:
            evaluated(method, one.bid, price_fen, facts, line=line)
    except MethodInvalid as error:
        return str(error.parameters.get("where", "price"))
    return None


def _drawn_order(method: Method, bids: Sequence[Opened], seed: bytes) -> tuple[str, ...]:
    """The bids in the order that was drawn for ties; none where persons decide.

    By who handed them in: numbers in a room follow from another seed, which must not matter here.
    """
    last = {ties[-1] for ties in (method.ties, method.brand_ties) if ties}
    if not seed or "draw" not in last or "procuring_entity" in last:
        return ()
    ordered = [one.bid for one in sorted(bids, key=lambda one: one.bidder_id.bytes)]
    own = draw.seed(label=TIES_LABEL, parts=[seed])
    return tuple(ordered[place] for place in draw.permutation(own, len(ordered)))


def _amounts(value: JsonValue, names: Sequence[str], *, least: int) -> dict[str, int]:
    if not isinstance(value, dict):
        return {}
    return {
        name: amount
        for name in names
        if isinstance(amount := value.get(name), int)
        and not isinstance(amount, bool)
        and least <= amount <= PRICE_FEN_MAX
    }


def _quantity(value: JsonValue) -> Decimal | None:
    if not isinstance(value, str) or len(value) > _QUANTITY_CHARS_MAX:
        return None
    try:
        quantity = Decimal(value)
    except InvalidOperation:
        return None
    return quantity if quantity.is_finite() else None


def _text(value: JsonValue) -> str:
    return value.strip() if isinstance(value, str) else ""
