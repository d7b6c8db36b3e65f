"""The bids a method is applied to, and how they are read from their JSON file.

Format `kaibiao/bids/v1`, docs/specs/method-v1.md §3. Money is a whole number of fen.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from crypto.canonical import JsonValue
from tendering.domain.fields import Fields
from tendering.domain.methods.benchmark_prices import LotFacts
from tendering.domain.methods.choices import Choice, Result, draw_one
from tendering.domain.methods.corrections import Offer, UnitPrice
from tendering.domain.methods.evaluated_price import BidFacts
from tendering.domain.methods.method import Method
from tendering.domain.methods.totals import Sheets
from tendering.domain.refusals.rules import BidsInvalid

FORMAT: Final = "kaibiao/bids/v1"
# How far a bid came: what its price takes part in follows from it.
STANDINGS: Final = (
    "valid",
    "rejected_preliminarily",
    "rejected_in_detail",
    "rejected_later",
)
BIDS_MAX: Final = 10_000
MEMBERS_MAX: Final = 99
NAMES_MAX: Final = 200
ROWS_MAX: Final = 10_000
PRICE_FEN_MAX: Final = 10**15
# The one sheet of a file that gives a bid's points with the bid.
SINGLE_MEMBER: Final = "points"


@dataclass(frozen=True, slots=True)
class CaseBid:
    """One bid. `offer` is there where its price contradicts itself somewhere.

    `confirmed`: what the bidder said to the corrected price; None: not asked yet.
    """

    id: str
    price_fen: int
    standing: str
    reason: str
    facts: BidFacts
    brand: str
    offer: Offer | None
    confirmed: bool | None


@dataclass(frozen=True, slots=True)
class Case:
    """All that a method is applied to. `sheets` is None where the file gives no points.

    `noticed_on`: the day of the notice, for the law in force; `decided`: the order in which a draw
    or the procuring entity put bids of equal result; `draws`: what was drawn from a seed, and how.
    """

    bids: tuple[CaseBid, ...]
    lot: LotFacts
    budget_fen: int | None
    noticed_on: date | None
    sheets: Sheets | None
    decided: tuple[str, ...]
    draws: Mapping[str, Result]


def parse_case(value: Mapping[str, JsonValue], method: Method) -> Case:
    """Read the bids for a method. Raises BidsInvalid with the place of what does not hold."""
    fields = Fields(value, "bids_file", BidsInvalid)
    fields.choice("format", (FORMAT,))
    bids, points = [], {}
    for own in fields.each("bids", most=BIDS_MAX):
        bid, given = _bid(own)
        if bid.id in points:
            raise own.wrong("id", f"{bid.id} is there twice")
        bids.append(bid)
        points[bid.id] = given
    if not bids:
        raise fields.wrong("bids", "there is no bid")
    drawn, draws = _drawn(fields, method)
    case = Case(
        bids=tuple(bids),
        lot=LotFacts(
            ceiling_fen=fields.optional_integer("ceiling_fen", least=1, most=PRICE_FEN_MAX),
            ceiling_parts_fen=_amounts(fields, "ceiling_parts_fen", least=0),
            drawn=drawn,
        ),
        budget_fen=fields.optional_integer("budget_fen", least=1, most=PRICE_FEN_MAX),
        noticed_on=_day(fields, "noticed_on"),
        sheets=_sheets(fields, points),
        decided=fields.texts("decided", most=BIDS_MAX, default=()),
        draws=draws,
    )
    fields.done()
    unknown = [bid for bid in case.decided if bid not in points]
    if unknown or len(set(case.decided)) != len(case.decided):
        raise fields.wrong("decided", "each bid at most once is expected")
    return case


def _bid(fields: Fields) -> tuple[CaseBid, dict[str, Decimal] | None]:
    price_fen = fields.integer("price_fen", least=-PRICE_FEN_MAX, most=PRICE_FEN_MAX)
    if price_fen <= 0:
        raise fields.wrong("price_fen", "a price above zero is expected, in fen")
    correction = fields.optional_fields("offer")
    offer, confirmed = (None, None) if correction is None else _offer(correction, price_fen)
    bid = CaseBid(
        id=fields.text("id"),
        price_fen=price_fen,
        standing=fields.choice("standing", STANDINGS, default="valid"),
        reason=fields.text("reason", default=""),
        facts=BidFacts(
            parts_fen=_amounts(fields, "parts_fen", least=0),
            policies=frozenset(fields.texts("policies", most=NAMES_MAX, default=())),
            adjustments=_decimals(fields, "adjustments", least="-1000000", most="1000000"),
            lines_fen=_amounts(fields, "lines_fen", least=1),
        ),
        brand=fields.text("brand", default=""),
        offer=offer,
        confirmed=confirmed,
    )
    given = None
    if "points" in fields:
        given = _decimals(fields, "points", least="0", most="1000")
    fields.optional_fields("points")
    fields.done()
    return bid, given


def _offer(fields: Fields, price_fen: int) -> tuple[Offer, bool | None]:
    rows = []
    for own in fields.each("rows", most=ROWS_MAX):
        rows.append(
            UnitPrice(
                title=own.text("title"),
                quantity=own.decimal("quantity", least="0", most="1000000000"),
                unit_price_fen=own.integer("unit_price_fen", least=0, most=PRICE_FEN_MAX),
            )
        )
        own.done()
    offer = Offer(
        opening_list_fen=price_fen,
        body_fen=fields.optional_integer("body_fen", least=0, most=PRICE_FEN_MAX),
        words_fen=fields.optional_integer("words_fen", least=1, most=PRICE_FEN_MAX),
        figures_fen=fields.optional_integer("figures_fen", least=0, most=PRICE_FEN_MAX),
        rows=tuple(rows),
        point_misplaced=fields.flag("point_misplaced", default=False),
    )
    confirmed = fields.optional_flag("confirmed")
    fields.done()
    return offer, confirmed


def _drawn(fields: Fields, method: Method) -> tuple[dict[str, Decimal], dict[str, Result]]:
    """What was drawn: K in percent, a method by its number, or the seed from which it follows."""
    drawn: dict[str, Decimal] = {}
    draws: dict[str, Result] = {}
    own = fields.optional_fields("drawn")
    if own is None:
        return drawn, draws
    known = {terms.id: terms for terms in method.drawn}
    for name in own.names(most=NAMES_MAX):
        if name not in known:
            raise own.wrong(name, "the method draws nothing of this name")
        entry, terms = own.fields(name), known[name]
        if "seed" in entry:
            text = entry.text("seed")
            if len(text) != 64 or any(one not in "0123456789abcdef" for one in text):  # noqa: PLR2004
                raise entry.wrong("seed", "32 bytes in lower hex are expected")
            draws[name] = draw_one(terms, bytes.fromhex(text))
            drawn[name] = draws[name].value
        elif isinstance(terms, Choice):
            drawn[name] = Decimal(entry.integer("method", least=1, most=len(terms.titles)))
        else:
            drawn[name] = entry.decimal("percent", least="0", most="100")
        entry.done()
    return drawn, draws


def _sheets(fields: Fields, points: Mapping[str, dict[str, Decimal] | None]) -> Sheets | None:
    """The members' sheets; or one sheet, of the points that stand with the bids; or none."""
    given = {bid: own for bid, own in points.items() if own is not None}
    sheets: dict[str, dict[str, dict[str, Decimal]]] = {}
    for own in fields.each("sheets", most=MEMBERS_MAX):
        member = own.text("member")
        if member in sheets:
            raise own.wrong("member", f"{member} is there twice")
        by_bid = own.fields("points")
        sheets[member] = {
            bid: _decimals(by_bid, bid, least="0", most="1000")
            for bid in by_bid.names(most=BIDS_MAX)
        }
        own.done()
        unknown = set(sheets[member]) - set(points)
        if unknown:
            raise by_bid.wrong(min(unknown), "there is no such bid")
    if sheets and given:
        raise fields.wrong("sheets", "points stand with the bids or in sheets, not in both")
    if given:
        return {SINGLE_MEMBER: given}
    return sheets or None


def _day(fields: Fields, key: str) -> date | None:
    if key not in fields:
        fields.optional_choice(key, ())
        return None
    text = fields.text(key)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise fields.wrong(key, "a day is expected, like 2026-02-01") from None


def _amounts(fields: Fields, key: str, *, least: int) -> dict[str, int]:
    own = fields.optional_fields(key)
    if own is None:
        return {}
    return {
        name: own.integer(name, least=least, most=PRICE_FEN_MAX)
        for name in own.names(most=NAMES_MAX)
    }


def _decimals(fields: Fields, key: str, *, least: str, most: str) -> dict[str, Decimal]:
    own = fields.optional_fields(key)
    if own is None:
        return {}
    return {name: own.decimal(name, least=least, most=most) for name in own.names(most=NAMES_MAX)}
