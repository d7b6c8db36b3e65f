"""The public stream of a tender as its rules write it: from the notice to the signed contract."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from crypto.canonical import JsonValue
from tendering.domain.journal import Entry, Event, Stream, instant
from tendering.domain.open_data.publication import DEMONSTRATION_PREFIX, Publisher
from tendering.domain.opening import decide_closing
from tendering.domain.parties import Organization
from tendering.domain.tender import Tender, public_facts
from tests.support.make import DEADLINE, PUBLISHED_AT, a_locked_bid, a_tender

PUBLISHER = Publisher(DEMONSTRATION_PREFIX, "示范公共资源交易平台", "https://bids.example")
BUYER_USCC = "11510100MB0000001X"
COMPANY_USCC = "91510100MB00000026"


@dataclass
class PublicStream:
    """Entries one after the other, an hour apart unless it is said when."""

    tender: Tender = field(default_factory=a_tender)
    entries: list[Entry] = field(default_factory=list)
    at: datetime = PUBLISHED_AT

    def say(self, kind: str, /, *, at: datetime | None = None, **body: Any) -> "PublicStream":
        """The next entry."""
        self.at = at or self.at + timedelta(hours=1)
        seq = len(self.entries) + 1
        self.entries.append(
            Entry(self.tender.id, Stream.PUBLIC, seq, kind, body, self.at, bytes(32))
        )
        return self

    def enter(self, event: Event, *, at: datetime | None = None) -> "PublicStream":
        """The next entry, as a rule gives it."""
        return self.say(event.kind, at=at, **event.body)

    def published(self) -> "PublicStream":
        """The notice."""
        return self.say("tender.published", at=PUBLISHED_AT, **public_facts(self.tender))

    def closed(self, bids: int) -> "PublicStream":
        """The deadline has passed with so many bids of each lot."""
        at = self.tender.closing_at
        _, event = decide_closing(
            self.tender,
            [a_locked_bid(number) for number in range(1, bids + 1)],
            at=at,
            custody=(1, bytes(32)),
        )
        return self.enter(event, at=at)

    def revealed(self, prices: Sequence[int | None], **more: Any) -> "PublicStream":
        """Prices in fen by bidder; of None nothing could be opened."""
        rows: list[JsonValue] = [
            {"bidder_id": bidder(number), "form": {"price_fen": price}, "findings": []}
            for number, price in enumerate(prices, start=1)
            if price is not None
        ]
        lost = [bidder(number) for number, price in enumerate(prices, start=1) if price is None]
        return self.say(
            "prices.revealed",
            lot="1",
            rows=rows,
            deemed_revoked=lost,
            deemed_withdrawn=[],
            faults=[],
            **more,
        )

    def candidates(self, *numbers: int) -> "PublicStream":
        """The candidates in their order."""
        return self.say(
            "candidates.published",
            lot="1",
            candidates=[candidate(number, rank) for rank, number in enumerate(numbers, start=1)],
        )

    def awarded(self, number: int) -> "PublicStream":
        """To whom the lot was awarded."""
        return self.say("award.notified", lot="1", winner=candidate(number, 1), passed_over=[])

    def contracted(self, number: int) -> "PublicStream":
        """Drawn up and signed."""
        about: dict[str, Any] = {"lot": "1", "bidder_id": bidder(number)}
        terms = {"price_fen": 900_000_00, "duration_days": 180}
        self.say("contract.drafted", **about, terms=terms, deviations=[], late=False)
        return self.say("contract.signed", **about, price_fen=900_000_00, digest="00" * 32)


def bidder(number: int) -> str:
    """The id of a bidder of `a_locked_bid`."""
    return str(UUID(int=0x400 + number))


def candidate(number: int, rank: int) -> dict[str, JsonValue]:
    """A candidate as it is published."""
    return {
        "rank": rank,
        "bid": f"{number:02d}",
        "bidder_id": bidder(number),
        "bidder_name": f"示范建设{number:02d}有限公司",
        "price_fen": 900_000_00,
        "total": "92.50",
        "tie": None,
    }


def directory(tender: Tender) -> dict[UUID, Organization]:
    """Whom the notice names by number."""
    return {
        tender.procuring_entity_id: Organization(
            tender.procuring_entity_id, BUYER_USCC, "示范市教育局", frozenset()
        ),
        tender.supervisor_id: Organization(
            tender.supervisor_id, COMPANY_USCC, "示范市发展和改革委员会", frozenset()
        ),
    }


def whole() -> PublicStream:
    """From the notice to the contract: three bids, one amendment, a pause."""
    stream = PublicStream().published()
    later = instant(DEADLINE + timedelta(days=5))
    about: dict[str, Any] = {"text": "答复", "signed": {}, "timetable": {}}
    stream.say(
        "clarification.published", number=1, affects_bids=False, deadline=instant(DEADLINE), **about
    )
    stream.say("clarification.published", number=2, affects_bids=True, deadline=later, **about)
    stream.say("tender.suspended", reason="objection", since=instant(stream.at))
    stream.say(
        "tender.resumed",
        reason="objection",
        since=instant(stream.at),
        until=instant(stream.at),
        deadline=later,
        timetable={},
    )
    stream.say("hall.announced", text="示范")
    stream.closed(3).revealed([900_000_00, 950_000_00, None])
    stream.say("document.completed", kind="opening_record", lot="1", digest="00" * 32)
    stream.say("bidders.compared", lot="1", consortia=[], findings=[])
    stream.say(
        "evaluation.reported",
        lot="1",
        ranking=[{"rank": 1, "bidder_id": bidder(1)}],
        rejected=[{"bidder_id": bidder(2), "law": "示范"}],
        admitted=None,
    )
    return stream.candidates(1).awarded(1).contracted(1)
