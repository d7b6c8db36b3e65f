"""A played tender that is priced by a bill of quantities: amended once, priced, and cleared."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Final, Protocol
from uuid import UUID

from crypto.canonical import JsonValue, canonical
from crypto.container_digest import container_digest
from tendering.domain.archive import clearing_path
from tendering.domain.bill_amendments import bill_events, decide_bills
from tendering.domain.journal import Event, Stream
from tendering.domain.quantities.bill import Bill, Line, total
from tendering.domain.quantities.lot_bill import LotBill, lot_bill
from tendering.domain.quantities.lot_clearing import OpenedPrice, clear_lot
from tendering.domain.quantities.stored_bill import bill_content
from tendering.domain.quantities.terms import Terms
from tendering.domain.tender import Document, Tender
from tests.support.archive import Journals
from tests.support.archive_parties import BidMade, Party

NAME: Final = "工程量清单.json"
_LINES: Final = tuple(
    Line("", row, "items", f"01010100{row:04d}", f"示范项目{row}", "", "m2", Decimal(1000))
    for row in range(1, 10)
)
ASKED: Final = Bill(_LINES)
# The amendment doubles the first quantity: ten thousand in all, so that unit prices are even.
AMENDED: Final = Bill((replace(_LINES[0], quantity=Decimal(2000)), *_LINES[1:]))


class Played(Protocol):
    """What of a play has to do with bills."""

    tender: Tender
    entity: Party
    others: dict[str, bytes]
    journals: Journals

    def public(self, event: Event, at: datetime) -> None:
        """Write to the public stream."""

    def bids(self) -> list[tuple[Party, BidMade]]:
        """The bids that stood at the deadline."""


def asked(bill: Bill) -> tuple[Document, bytes, LotBill]:
    """A bill as file of the documents, its bytes, and as a lot names it."""
    content = bill_content(bill)
    digest = container_digest([content])
    document = Document(NAME, digest, len(content), "application/json")
    return document, content, lot_bill(bill, NAME, digest, Terms())


def with_bill(draft: Tender) -> Tender:
    """The draft whose only lot is priced by the first bill."""
    document, _, named = asked(ASKED)
    lots = (replace(draft.lots[0], bill=named),)
    return replace(draft, lots=lots, documents=(*draft.documents, document))


def replace_bill(play: Played, at: datetime) -> None:
    """Tell what the amendment says of the bill."""
    _, _, named = asked(AMENDED)
    after = decide_bills(play.tender, {NAME: named}, removes=(), affects_bids=True)
    for event in bill_events(play.tender, after, number=1, version=2):
        play.public(event, at)
    play.tender = after


def priced(price_fen: int) -> bytes:
    """The priced bill of a bid, for a price of whole hundreds of yuan."""
    quantities = sum((line.quantity or Decimal(0) for line in AMENDED.lines), Decimal(0))
    unit_price = (Decimal(price_fen) / 100 / quantities).quantize(Decimal("0.01"))
    lines = tuple(replace(line, unit_price=unit_price) for line in AMENDED.lines)
    return bill_content(Bill(lines, (), total(Bill(lines), 2)))


def clear_bids(play: Played, at: datetime) -> Mapping[UUID, Mapping[str, int]]:
    """Make the clearing report; what the bills come to."""
    bill = play.tender.lots[0].bill
    if bill is None:
        return {}
    prices = {bidder.id: made.forms["price"]["price_fen"] for bidder, made in play.bids()}
    opened = [
        OpenedPrice(bidder_id, priced(int(str(price))), int(str(price)))
        for bidder_id, price in sorted(prices.items())
    ]
    cleared = clear_lot("1", bill_content(AMENDED), bill, opened)
    report = canonical(dict(cleared.report))
    body: dict[str, JsonValue] = {
        "lot": "1",
        "digest": sha256(report).hexdigest(),
        "size_bytes": len(report),
        "bill_fen": {str(bidder): dict(one) for bidder, one in cleared.bill_fen.items()},
    }
    play.journals.append(Stream.COMMITTEE, Event("clearing.made", body), at)
    play.others[clearing_path("1")] = report
    return cleared.bill_fen
