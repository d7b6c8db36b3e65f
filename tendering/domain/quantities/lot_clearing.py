"""Clearing what was opened of a lot: the report, and of each bid what its own bill comes to.

One function for the platform after the price opening and for whoever verifies an archive. A bid
whose bill is missing or cannot be read is told of, never left out in silence.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from crypto.canonical import JsonValue
from tendering.domain.bundle import Bundle, BundleFile
from tendering.domain.methods.case import PRICE_FEN_MAX
from tendering.domain.quantities.bill import fen
from tendering.domain.quantities.clearing import BidClearing, PricedBid, clear, clearing_json
from tendering.domain.quantities.lot_bill import LotBill
from tendering.domain.quantities.stored_bill import CONTENT_BYTES_MAX, parse_bill
from tendering.domain.refusals.tenders import BillInvalid

# How the priced bill is called in the bundle of the price envelope.
BILL_FILE: Final = "bill.json"


@dataclass(frozen=True, slots=True)
class OpenedPrice:
    """What a price envelope held. `content` None: there is no `BILL_FILE` that can be read."""

    bidder_id: UUID
    content: bytes | None
    opening_fen: int | None


@dataclass(frozen=True, slots=True)
class LotClearing:
    """`report`: `kaibiao/clearing/v1` with bids by their bidders' ids. `bill_fen`: see `Opened`."""

    report: Mapping[str, JsonValue]
    bill_fen: Mapping[UUID, Mapping[str, int]]


def clear_lot(lot: str, asked: bytes, terms: LotBill, bids: Iterable[OpenedPrice]) -> LotClearing:
    """Clear the bids of a lot against its bill, one in memory at a time.

    `asked`: the tender's bill as it stands among the documents; `bids` in the order of the bidders'
    ids, so that there is one report of them. Raises BillInvalid for the tender's bill, and for more
    bids than a report can hold.
    """
    unread: dict[UUID, str] = {}
    bill = parse_bill(asked)
    cleared = clear(bill, _priced(bids, unread), terms.terms)
    report = clearing_json(cleared) | {
        "lot": lot,
        "unread": [
            {"bid": str(bidder_id), "where": where} for bidder_id, where in sorted(unread.items())
        ],
    }
    return LotClearing(report, {UUID(one.bid): bill_fen(one) for one in cleared.bids})


def bill_fen(one: BidClearing) -> dict[str, int]:
    """Stated total and what the lines come to, as far as either can be the price of a bid."""
    found = {"total": fen(one.total)}
    if one.stated is not None:
        found["stated"] = fen(one.stated)
    return {name: amount for name, amount in found.items() if 0 < amount <= PRICE_FEN_MAX}


def bill_in(bundle: Bundle) -> BundleFile | None:
    """The priced bill in the bundle of a price envelope; None: there is none that may be read."""
    if bundle.kind != "price":
        return None
    return next(
        (
            file
            for file in bundle.files
            if file.name == BILL_FILE and file.size_bytes <= CONTENT_BYTES_MAX
        ),
        None,
    )


def with_numbers(report: Mapping[str, JsonValue], named: Mapping[str, str]) -> dict[str, JsonValue]:
    """The report with other names of the bids, as a room calls them; who has none is left out."""
    bids, unread, evidence = report["bids"], report["unread"], report["evidence"]
    items = report["items"]
    assert isinstance(bids, list)
    assert isinstance(unread, list)
    assert isinstance(evidence, list)
    assert isinstance(items, list)
    kept = [place for place, one in enumerate(bids) if _bid(one) in named]
    return {
        **report,
        "bids": [_renamed(bids[place], named) for place in kept],
        "unread": [_renamed(one, named) for one in unread if _bid(one) in named],
        "evidence": [
            {
                **one,
                "bids": [named[bid] for bid in one["bids"]],
                "examples": [_said(text, named) for text in one["examples"]],
            }
            for one in evidence
            if isinstance(one, dict)
            and isinstance(one["bids"], list)
            and isinstance(one["examples"], list)
            and all(bid in named for bid in one["bids"])
        ],
        "items": [
            {**item, "prices": [item["prices"][place] for place in kept]}
            for item in items
            if isinstance(item, dict) and isinstance(item["prices"], list)
        ],
    }


def _priced(bids: Iterable[OpenedPrice], unread: dict[UUID, str]) -> Iterator[PricedBid]:
    for one in bids:
        if one.content is None:
            unread[one.bidder_id] = BILL_FILE
            continue
        try:
            bill = parse_bill(one.content)
        except BillInvalid as refused:
            unread[one.bidder_id] = str(refused.parameters["where"])
            continue
        yield PricedBid(str(one.bidder_id), bill, one.opening_fen)


def _said(text: str, named: Mapping[str, str]) -> str:
    """An example may begin with a bid."""
    bid, _, rest = text.partition(" ")
    return f"{named[bid]} {rest}" if bid in named else text


def _bid(one: JsonValue) -> str:
    assert isinstance(one, dict)
    return str(one["bid"])


def _renamed(one: JsonValue, named: Mapping[str, str]) -> dict[str, JsonValue]:
    assert isinstance(one, dict)
    return {**one, "bid": named[_bid(one)]}
