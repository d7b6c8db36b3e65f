"""Hosting an evaluation room: lead it from phase to phase, have the report made and signed."""

import asyncio
from uuid import UUID

from clients.bills import make_clearing, save_clearing_document
from clients.demo.parties.following import have_made, lot_is, sign_issued
from clients.demo.parties.opening import resume_for_prices
from clients.demo.party import Party
from clients.document_signing import Document
from clients.journal_following import JournalFollower
from clients.key_files import Signer
from clients.room_client import Room, RoomRefused, open_room
from tendering.domain.procedure import Judging
from tendering.domain.tender import Tender

PHASES = ("chair", "preliminary", "technical", "price", "totals", "checks", "report", "signing")
# 条例 第十八条: who applies passes or fails, and has no score.
REVIEW_PHASES = ("chair", "preliminary", "report", "signing")
NAMES = {
    "chair": "推选组长",
    "preliminary": "初步评审",
    "technical": "独立评分",
    "price": "计算价格分",
    "totals": "汇总排序",
    "checks": "评分复核",
    "report": "确认评标报告",
    "signing": "签署评标报告",
}
RETRY_SECONDS = 0.4


async def host_evaluation(
    party: Party, signer: Signer, tender: Tender, journal: JournalFollower, lot: str
) -> None:
    """Open the room of a lot for the drawn committee and bring the evaluation to its report."""
    platform, path = party.platform, f"/tenders/{tender.id}/evaluation"
    has_bill = tender.lot(lot).bill is not None and tender.round.has_price
    if has_bill:
        party.doing(f"清标(标段{lot})")
        await make_clearing(platform, tender.id, lot)
    party.doing(f"开启评标室(标段{lot})")
    # No party of the play has a camera: here the venue records what the law wants recorded.
    opened = await platform.post(path, {"lot": lot, "recorded_by_venue": True})
    async with open_room(platform, UUID(opened["room_id"])) as room:
        for phase in REVIEW_PHASES if tender.round.judging is Judging.REVIEW else PHASES:
            if phase == "price" and tender.round.later:
                await resume_for_prices(party, signer, tender, journal, room)
            await _lead(party, room, phase)
    if has_bill:
        file = party.folder / f"清标报告-{lot}.pdf"
        await save_clearing_document(platform, UUID(opened["room_id"]), file)
    party.doing(f"生成评标报告(标段{lot})")
    await have_made(party, f"{path}/report", lot)
    await sign_issued(party, signer, Document(tender.id, "evaluation_report", lot), keep=tender)
    party.doing(f"评标结束(标段{lot})")
    await platform.post(f"{path}/close", {"lot": lot})
    await party.wait_for_entry(journal, "evaluation.reported", "评标结束", accepts=lot_is(lot))


async def _lead(party: Party, room: Room, to: str) -> None:
    """Go on as soon as the room is ready: until then it says what is missing."""
    told = False
    while True:
        try:
            await room.ask("phase.advance", to=to, done_when=frozenset({"wrong-phase"}))
        except RoomRefused as refusal:
            if refusal.code != "phase-not-ready":
                raise
        else:
            party.doing(f"评标:{NAMES[to]}")
            return
        if not told:
            party.doing(f"等候评委,以便{NAMES[to]}")
            told = True
        await asyncio.sleep(RETRY_SECONDS)
