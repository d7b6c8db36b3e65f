"""Hosting a session of the opening: wait for keys, show everything at once, put it on record."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from clients.demo.parties.following import have_made, lot_is, sign_issued
from clients.demo.party import Party
from clients.document_signing import Document
from clients.journal_following import JournalFollower
from clients.key_files import Signer
from clients.platform import Json
from clients.room_client import Room
from tendering.domain.journal import parse_instant
from tendering.domain.resumption import RESUMED
from tendering.domain.tender import Tender

OPENING_RECORD: Final = "opening_record"
PRICE_RECORD: Final = "price_record"


async def read_out(party: Party, tender: Tender, lots: Sequence[str]) -> None:
    """Wait until every bid is unlocked or the window over, and show what they say."""
    path = f"/tenders/{tender.id}/opening"
    for lot in lots:
        until = parse_instant((await _lot(party, path, lot))["unlock_until"])

        async def unlocked(lot: str = lot, until: datetime = until) -> bool | None:
            bids = (await _lot(party, path, lot))["bids"]
            over = await party.platform.clock() >= until
            return over or all(bid["unlocked_by"] for bid in bids) or None

        await party.wait("等候解密", unlocked, due=until)
        party.doing(f"集中唱标(标段{lot})")
        await party.platform.post(f"{path}/reveal", {"lot": lot})


async def put_on_record(
    party: Party, signer: Signer, tender: Tender, lots: Sequence[str], kind: str
) -> None:
    """Wait for the bidders' confirmations, have the record made, and sign it."""
    path = f"/tenders/{tender.id}/opening"
    for lot in lots:

        async def confirmed(lot: str = lot) -> bool | None:
            bids = (await _lot(party, path, lot))["bids"]
            return all(bid["confirmed"] for bid in bids if bid["unlocked_by"]) or None

        await party.wait("等候投标人确认", confirmed)
        party.doing(f"制作开标记录(标段{lot})")
        await have_made(party, f"{path}/record", lot)
        await sign_issued(party, signer, Document(tender.id, kind, lot), keep=tender)


async def resume_for_prices(
    party: Party, signer: Signer, tender: Tender, journal: JournalFollower, room: Room
) -> None:
    """The marks are locked: open the prices of the bids left, and bring them into the room."""
    platform, path = party.platform, f"/tenders/{tender.id}/opening"
    lot = str(room.snapshot["lot"])

    async def locked() -> bool | None:
        return (await room.look())["revealed"] or None

    await party.wait("等候技术评分锁定", locked)
    party.doing(f"复会,开报价信封(标段{lot})")
    await platform.post(f"{path}/resumption", {"lot": lot})
    await read_out(party, tender, [lot])
    await put_on_record(party, signer, tender, [lot], PRICE_RECORD)
    await party.wait_for_entry(
        journal, "opening.recorded", "等候报价开标记录签署完成", accepts=lot_is(lot, session=2)
    )
    party.doing(f"报价转入评标室(标段{lot})")
    await platform.post(f"/rooms/{room.room_id}/prices")


async def wait_for_resumption(party: Party, journal: JournalFollower, lot: str) -> list[str]:
    """The bidders whose prices are opened."""
    resumed = await party.wait_for_entry(journal, RESUMED, "等候复会", accepts=lot_is(lot))
    bidders = resumed.body["bidders"]
    assert isinstance(bidders, list | tuple)
    return [str(one) for one in bidders]


async def _lot(party: Party, path: str, lot: str) -> Json:
    lots = (await party.platform.get(path))["lots"]
    return next(one for one in lots if one["lot"] == lot)
