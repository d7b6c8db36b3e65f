"""Builders: `a_tender()`, `a_bid()` and the keys they need. Everything can be overridden."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from crypto.canonical import JsonValue
from crypto.keys import OpeningKey
from tendering.domain.bid import SealedBid, SealedEnvelope, envelope_context, manifest_statement
from tendering.domain.document_checks import DocumentCheck, check_pages
from tendering.domain.opening import LockedBid, Opening, OpeningPhase
from tendering.domain.tender import (
    ENVELOPES,
    Document,
    KeyHolder,
    Lot,
    Tender,
    TenderStatus,
    Terms,
)
from tendering.rulebooks import clauses_of_documents

TENDER = UUID(int=0x100)
ENTITY = UUID(int=0x200)
SUPERVISOR = UUID(int=0x300)
BIDDER = UUID(int=0x400)
PUBLISHED_AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
DEADLINE = datetime(2026, 12, 18, 1, 30, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)


def a_key_holder(number: int) -> KeyHolder:
    """A key holder that has announced its key."""
    key = OpeningKey(bytes([number]) * 32)
    announcement: dict[str, JsonValue] = {
        "statement": {"number": number, "public_key": key.public.hex()}
    }
    return KeyHolder(
        number, UUID(int=0x500 + number), f"示范密钥持有人{number}", key.public, announcement
    )


def a_tender(**changes: Any) -> Tender:
    """A published tender with one lot, two of three key holders."""
    tender = Tender(
        id=TENDER,
        number="KB-2026-0001",
        title="示范小学教学楼工程",
        description="示范",
        regime="construction",
        region="510100",
        status=TenderStatus.PUBLISHED,
        procuring_entity_id=ENTITY,
        agency_id=None,
        supervisor_id=SUPERVISOR,
        lots=(Lot("1", "一标段", 9_800_000_00, 10_000_000_00, 190_000_00),),
        threshold=2,
        key_holders=tuple(a_key_holder(number) for number in (1, 2, 3)),
        documents=(Document("招标文件.pdf", bytes(32), 1000, "application/pdf"),),
        method={},
        committee={},
        terms=Terms(bid_validity_days=90, unlock_minutes=30, drain_seconds=10),
        deadline=DEADLINE,
        published_at=PUBLISHED_AT,
        timetable={},
    )
    return replace(tender, **changes)


def a_check(regime: str = "construction") -> DocumentCheck:
    """The check of a document with nothing in it that a rule looks for."""
    return check_pages(["示范"], clauses_of_documents(), regime)


def a_bid(tender: Tender | None = None, *, counter: int = 1, bidder_id: UUID = BIDDER) -> SealedBid:
    """A bid whose manifest says what the tender and the envelopes say."""
    tender = tender or a_tender()
    envelopes = tuple(
        SealedEnvelope(
            kind,
            UUID(int=0x600 + place),
            envelope_context(tender, lot="1", kind=kind, bidder_id=bidder_id, counter=counter),
            bytes([place]) * 32,
            1000 + place,
            OpeningKey(bytes([0x40 + place]) * 32).recipient,
        )
        for place, kind in enumerate(ENVELOPES)
    )
    statement = manifest_statement(
        tender, lot="1", bidder_id=bidder_id, counter=counter, envelopes=envelopes
    )
    return SealedBid(
        tender.id, "1", bidder_id, counter, envelopes, {"statement": statement, "counter": counter}
    )


def a_locked_bid(number: int) -> LockedBid:
    """A bid that stands at the deadline."""
    return LockedBid(
        lot="1",
        bidder_id=UUID(int=0x400 + number),
        counter=1,
        bidder_name=f"示范建设{number:02d}有限公司",
        uscc="",
        manifest_digest=bytes(32),
        container_digests=dict.fromkeys(ENVELOPES, "00" * 32),
        received_at=DEADLINE - timedelta(hours=number),
    )


def an_opening(bidders: int = 3, **changes: Any) -> Opening:
    """An opening in which every bid is still locked."""
    opening = Opening(
        lot="1",
        phase=OpeningPhase.UNLOCK,
        opened_at=DEADLINE + timedelta(seconds=10),
        unlock_until=DEADLINE + timedelta(minutes=30),
        bidders=tuple(UUID(int=0x400 + number) for number in range(1, bidders + 1)),
        unlocked=frozenset(),
        key_lost=frozenset(),
    )
    return replace(opening, **changes)
