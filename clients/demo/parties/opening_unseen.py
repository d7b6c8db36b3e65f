"""The opening of a first round as a bidder sees it: of the others nothing, not even how many."""

from collections.abc import Container

from clients.demo.party import Party
from clients.demo.tender_failed import TenderFailed
from tendering.domain.journal import parse_instant
from tendering.domain.tender import Tender


async def own_part(
    party: Party, tender: Tender, lot: str, phases: Container[str], text: str
) -> bool:
    """Wait until the opening of a lot is so far; is one's own bid unlocked? Raises TenderFailed."""
    path = f"/tenders/{tender.id}"

    async def look() -> bool | None:
        if (await party.platform.get(path))["status"] == "failed":
            raise TenderFailed
        for shown in (await party.platform.get(f"{path}/opening"))["lots"]:
            if shown["lot"] == lot and shown["phase"] in phases:
                return any(bid["unlocked_by"] is not None for bid in shown["bids"])
        return None

    if "unlock" not in phases:
        return await party.wait(text, look)
    timetable = (await party.platform.get(path))["timetable"]
    return await party.wait(text, look, due=parse_instant(timetable["closing_at"]))
