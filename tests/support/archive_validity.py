"""The validity of the bids of a played tender is extended, and every bidder agrees."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from crypto.canonical import JsonValue
from tendering.domain.journal import Event, Stream, instant
from tendering.domain.tender import Tender
from tendering.domain.validity import (
    ANSWER_LABEL,
    ANSWERED,
    EXTENSION_LABEL,
    REQUESTED,
    answer_statement,
    extension_statement,
    valid_until,
)
from tests.support.archive import Journals
from tests.support.archive_parties import Party

DAYS: Final = 120
REASON: Final = "评标期间需要补充核实。"
HOUR: Final = timedelta(hours=1)


def extend_validity(
    journals: Journals, tender: Tender, entity: Party, bidders: Sequence[Party], at: datetime
) -> datetime:
    """Ask, and be answered; when that was done."""
    respond_until = at + timedelta(days=1)
    said = extension_statement(
        tender.id, "1", 1, days=DAYS, respond_until=respond_until, reason=REASON
    )
    asked: dict[str, JsonValue] = {
        "lot": "1",
        "number": 1,
        "days": DAYS,
        "until": instant(valid_until(tender, DAYS)),
        "respond_until": instant(respond_until),
        "reason": REASON,
        "bidders": sorted(str(bidder.id) for bidder in bidders),
        "signed": entity.sign(EXTENSION_LABEL, said),
    }
    journals.append(Stream.PUBLIC, Event(REQUESTED, asked), at)
    for bidder in bidders:
        answer = answer_statement(tender.id, "1", 1, accepts=True)
        body: dict[str, JsonValue] = {
            "lot": "1",
            "number": 1,
            "bidder_id": str(bidder.id),
            "accepts": True,
            "security_lasts": True,
            "signed": bidder.sign(ANSWER_LABEL, answer),
        }
        journals.append(Stream.PUBLIC, Event(ANSWERED, body), at + HOUR)
    return at + HOUR
