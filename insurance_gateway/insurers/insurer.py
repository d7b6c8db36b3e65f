"""What the gateway asks of a guarantor, whatever interface it speaks: one adapter a family."""

from typing import Protocol
from uuid import UUID

from insurance_gateway.storage.guarantors import Guarantor
from insurance_gateway.wire import IssuedAsked, IssuedList, Quote, QuoteRequest, ToGuarantor


class InsurerUnavailable(Exception):
    """The guarantor does not answer, or says that it cannot now: try again later."""


class InsurerRefused(Exception):
    """The guarantor does not take this message, and will not when it is repeated."""


class Insurer(Protocol):
    """A line to guarantors. Every call may raise InsurerUnavailable, InsurerRefused."""

    async def quote(self, guarantor: Guarantor, asked: QuoteRequest) -> Quote:
        """What a cover costs."""

    async def send(self, guarantor: Guarantor, message_id: UUID, message: ToGuarantor) -> None:
        """Hand over a message; its id is the same in every attempt, so repetition is harmless."""

    async def issued(self, guarantor: Guarantor, asked: IssuedAsked) -> IssuedList:
        """The list of a day."""
