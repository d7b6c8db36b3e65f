"""What the gateway asks of a guarantor, whatever interface it speaks: one adapter a family."""

from typing import Protocol

from insurance_gateway.storage.guarantors import Guarantor
from insurance_gateway.wire import Application, Disclosure, Quote, QuoteRequest, Release


class InsurerUnavailable(Exception):
    """The guarantor does not answer, or says that it cannot now: try again later."""


class InsurerRefused(Exception):
    """The guarantor does not take this message, and will not when it is repeated."""


class Insurer(Protocol):
    """A line to guarantors. Every call may raise InsurerUnavailable, InsurerRefused."""

    async def quote(self, guarantor: Guarantor, asked: QuoteRequest) -> Quote:
        """What a cover costs."""

    async def apply(self, guarantor: Guarantor, application: Application) -> None:
        """Hand over an application; the order id makes repetition harmless."""

    async def disclose(self, guarantor: Guarantor, disclosure: Disclosure) -> None:
        """Tell what a guarantee was for, after the opening; repetition is harmless."""

    async def release(self, guarantor: Guarantor, release: Release) -> None:
        """Give a guarantee back; repetition is harmless."""
