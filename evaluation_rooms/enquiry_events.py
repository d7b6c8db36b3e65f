"""What the committee asks a bidder in writing, and what comes back, as entries of its stream.

招标投标法 第三十九条: what is not clear in a bid may be asked about. The bid is named by its number
in the room; `enquiry` says to the bidder nothing about the room, about others, or about who asked.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias
from uuid import UUID

from msgspec import Struct


class Template(StrEnum):
    """What may be asked at all: 招标投标法 第三十九条, 12号令 第十九条、第二十一条."""

    UNCLEAR = "unclear"
    INCONSISTENT = "inconsistent"
    SLIP = "slip"
    LOW_PRICE = "low_price"


class EnquiryAsked(Struct, frozen=True, tag_field="kind", tag="enquiry.asked"):
    """The committee decided by a motion to ask. `bidder_id` is shown to nobody who judges."""

    room_id: UUID
    number: int
    enquiry: UUID
    motion: int
    bid: int
    bidder_id: UUID
    template: Template
    question: str
    asked_at: datetime
    due_at: datetime


class EnquiryAnswered(Struct, frozen=True, tag_field="kind", tag="enquiry.answered"):
    """The bidder answered in time; `statement` is signed, and names it."""

    room_id: UUID
    number: int
    text: str
    statement: dict[str, Any]


class EnquiryLapsed(Struct, frozen=True, tag_field="kind", tag="enquiry.lapsed"):
    """The term is over and the bidder said nothing."""

    room_id: UUID
    number: int


EnquiryEvent: TypeAlias = EnquiryAsked | EnquiryAnswered | EnquiryLapsed


class Enquiry(Struct, frozen=True):
    """A question as it stands."""

    asked: EnquiryAsked
    answered: EnquiryAnswered | None = None
    lapsed: bool = False

    @property
    def is_closed(self) -> bool:
        """Was it answered, or is it too late?"""
        return self.answered is not None or self.lapsed
