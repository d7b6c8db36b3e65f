"""What is fixed when an evaluation room opens: its terms, seats, bids and objective marks."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from msgspec import Struct


class ReviewItem(Struct, frozen=True):
    """An item of the preliminary review, and the law or clause by which failing it rejects a bid.

    `part`: form, qualification or response.
    """

    id: str
    part: str
    title: str
    law: str


class SeatTerms(Struct, frozen=True):
    """A seat. `role`: member, host, guest_operator or supervisor; only members have an expert."""

    number: int
    role: str
    site: str
    name: str
    expert_id: UUID | None
    person_id: UUID


class ObjectiveMark(Struct, frozen=True):
    """Points computed once for all members, with the fact they follow from."""

    bid: int
    criterion: str
    points: Decimal
    basis: str


class NamedBid(Struct, frozen=True):
    """Who stands behind a bid's number in the room; `form` is the opening form as read out.

    `bill_fen`: of a priced bill of quantities the stated total, and what its lines come to.
    """

    number: int
    bidder_id: UUID
    name: str
    price_fen: int | None
    form: dict[str, Any]
    bill_fen: dict[str, int] = {}


class LowPriceTerms(Struct, frozen=True):
    """From which share a price is asked about, percent, and how long its bidder has to explain."""

    mean_percent: Decimal
    second_percent: Decimal
    ceiling_percent: Decimal
    explain_minutes: int


class Terms(Struct, frozen=True):
    """What is fixed when a room opens. `method` is the tender's method as published.

    `blind`: members see numbers instead of names until the technical marks are revealed (暗标).
    `judging`: what is done with bids that pass the review (`procedure.Judging`).
    `parts_fen`: what of ceiling and prices is the same for everybody. `low_price`: None where the
    law has no rates. `seed`: of what is drawn in the lot (`methods.opened.lot_seed`), hex, or none.
    `sealed_prices`: they are opened after the technical marks are locked (双信封).
    `competition_min`: with fewer valid bids the committee may reject them all (E38).
    `recording`: 87号令 第三十九条: `required` here, then a gap lets the room stand still; `venue`:
    the host states that the venue's own equipment records; `optional`: the law asks for none.
    `editions`: of a blind room members read anonymous editions, once all of them are released.
    `outlier_percent`: deviation from the mean of the members that must be explained; 0 is none.
    """

    blind: bool
    opens_at: datetime
    closes_at: datetime
    committee_min: int
    outlier_percent: int
    ceiling_price_fen: int | None
    items: tuple[ReviewItem, ...]
    method: dict[str, Any]
    judging: str = "method"
    parts_fen: dict[str, int] = {}
    low_price: LowPriceTerms | None = None
    seed: str = ""
    competition_min: int = 3
    sealed_prices: bool = False
    recording: str = "optional"
    editions: bool = False
