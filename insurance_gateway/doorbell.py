"""What wakes the loops that send: something was put into an outbox, and is committed.

A hint on a channel of its own, so that nobody who waits for tenders can count orders by it; it
names nothing. A lost one costs a pause. What is to leave later wakes nobody: it leaves by its time.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

CHANNEL: Final = "kaibiao_insurance"
# What a handler touches when it puts something into an outbox: no tender.
OUTBOX: Final = UUID("6f757462-6f78-4000-8000-000000000000")


@dataclass(frozen=True, slots=True)
class Doorbell:
    """One bell for each loop of this process."""

    messages: asyncio.Event = field(default_factory=asyncio.Event)
    payments: asyncio.Event = field(default_factory=asyncio.Event)

    def ring(self, _touched: UUID | None = None) -> None:
        """Something may be due: look."""
        self.messages.set()
        self.payments.set()


async def until_rung(bell: asyncio.Event, seconds: float) -> None:
    """Wait until it rings, or so long; it may ring again from then on."""
    try:
        async with asyncio.timeout(seconds):
            await bell.wait()
    except TimeoutError:
        pass
    bell.clear()
