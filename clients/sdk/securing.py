"""A bid security in one step: offers are asked, the cheapest is ordered, and followed to its end.

What is under way or in force already is gone on with, so the step may be repeated at any time.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from clients.platform import Platform, PlatformRefused

IN_FORCE: Final = frozenset({"verified", "disclosed"})
UNDER_WAY: Final = frozenset({"applied", "underwriting", "awaiting_premium", "paid"})
# The guarantor takes its premium itself, or it is being paid.
NOT_PAID_HERE: Final = frozenset(
    {"payment-not-offered", "payment-provider-unknown", "payment-under-way"}
)
LOOK_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class Secured:
    """How it stands when the time is over: `order` as the platform tells it, None without offer."""

    order: dict[str, Any] | None

    @property
    def in_force(self) -> bool:
        """Does it stand behind the bid?"""
        return self.order is not None and self.order["state"] in IN_FORCE


async def secure(
    platform: Platform,
    tender_id: UUID,
    lot: str,
    *,
    seconds_max: float,
    told: Callable[[dict[str, Any]], None] = lambda _order: None,
) -> Secured:
    """Order a guarantee for a lot, or follow the one there is, for at most so long.

    `told` is given the order each time it has moved. Raises PlatformRefused.
    """
    order = await _under_way(platform, tender_id, lot) or await _ordered(platform, tender_id, lot)
    if order is None:
        return Secured(None)
    told(order)
    try:
        async with asyncio.timeout(seconds_max):
            while order["state"] in UNDER_WAY:
                if order["state"] == "awaiting_premium" and not order["payments"]:
                    await _pay(platform, order["id"])
                # The guarantor's progress sends this program no event.
                await asyncio.sleep(LOOK_SECONDS)
                seen = await platform.get(f"/insurance/orders/{order['id']}")
                if _way(seen) != _way(order):
                    told(seen)
                order = seen
    except TimeoutError:
        pass
    return Secured(order)


async def _under_way(platform: Platform, tender_id: UUID, lot: str) -> dict[str, Any] | None:
    """The order for the lot that is in force, or else the newest that may still come to it."""
    found = (await platform.get("/insurance/orders", {"tender_id": str(tender_id)}))["items"]
    own = [one for one in found if one["lot"] == lot and one["state"] in IN_FORCE | UNDER_WAY]
    own.sort(key=lambda one: one["state"] not in IN_FORCE)
    return dict(own[0]) if own else None


async def _ordered(platform: Platform, tender_id: UUID, lot: str) -> dict[str, Any] | None:
    where = {"tender_id": str(tender_id), "lot": lot}
    offers = (await platform.post("/insurance/quotes", where))["items"]
    if not offers:
        return None
    cheapest = where | {"guarantor_id": offers[0]["guarantor_id"]}
    return dict(await platform.post("/insurance/orders", cheapest))


async def _pay(platform: Platform, order_id: str) -> None:
    try:
        await platform.post(f"/insurance/orders/{order_id}/payment", {})
    except PlatformRefused as refusal:
        if refusal.code not in NOT_PAID_HERE:
            raise


def _way(order: dict[str, Any]) -> tuple[str, str]:
    return order["state"], "".join(one["pay_url"] for one in order["payments"])
