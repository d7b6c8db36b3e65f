"""A bidder's bid security (投标担保): a guarantee of an insurer, ordered through the platform."""

from clients.demo.party import Party
from clients.platform import Json
from tendering.domain.tender import Lot, Tender

FINAL = frozenset({"refused", "undelivered", "not_verified"})


class SecurityRefused(Exception):
    """The insurer does not stand surety."""


async def obtain_bid_security(party: Party, tender: Tender, lot: Lot) -> None:
    """Ask all insurers for their price, order a guarantee, and wait until it is in force.

    Raises SecurityRefused.
    """
    if lot.bid_security_fen == 0:
        return
    platform = party.platform
    party.doing(f"向保险公司询价(标段{lot.lot})")
    where: Json = {"tender_id": str(tender.id), "lot": lot.lot}
    offers = (await platform.post("/insurance/quotes", where))["items"]
    # Both offer the same price here, so that each gets its share of the bidders.
    offers.sort(key=lambda offer: offer["name"])
    offer = offers[party.facts["number"] % len(offers)]
    party.doing(f"向{offer['name']}投保(标段{lot.lot})")
    order = await platform.post(
        "/insurance/orders", {**where, "guarantor_id": offer["guarantor_id"]}
    )

    async def in_force() -> bool | None:
        seen = await platform.get(f"/insurance/orders/{order['id']}")
        if seen["state"] in FINAL:
            raise SecurityRefused(f"{seen['state']}: {seen['reason']}")
        return seen["state"] == "verified" or None

    await party.wait_for_platform("等候电子保函生效", in_force)
