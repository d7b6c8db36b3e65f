"""A bidder's bid security (投标担保): a guarantee of an insurer, ordered through the platform."""

from clients.demo.party import Party
from clients.platform import Json
from tendering.domain.tender import Lot, Tender


async def obtain_bid_security(party: Party, tender: Tender, lot: Lot) -> None:
    """Ask the insurers for their price, order the guarantee, and wait until it is in force."""
    if lot.bid_security_fen == 0:
        return
    platform = party.platform
    party.doing(f"向保险公司投保(标段{lot.lot})")
    guarantors = (await platform.get("/insurance/guarantors"))["items"]
    guarantor = guarantors[party.facts["number"] % len(guarantors)]
    where: Json = {"tender_id": str(tender.id), "lot": lot.lot}
    order = await platform.post("/insurance/orders", {**where, "guarantor_id": guarantor["id"]})

    async def in_force() -> bool | None:
        seen = await platform.get(f"/insurance/orders/{order['id']}")
        return seen["state"] == "verified" or None

    await party.wait_for_platform("等候电子保函", in_force)
