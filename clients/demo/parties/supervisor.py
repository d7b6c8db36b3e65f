"""The supervisor (监督部门): watches, contributes to the draw, and keeps the whole archive."""

import json

from clients.certifying import certify_with_platform
from clients.demo.parties.disputing import decide_complaint
from clients.demo.parties.drawing import contribute
from clients.demo.parties.following import (
    Noticed,
    each_round,
    find_next,
    of_round,
    sign_issued,
    wait_for_contracts,
    wait_for_opening,
)
from clients.demo.parties.opening import PRICE_RECORD, wait_for_resumption
from clients.demo.party import Party
from clients.demo.tender_failed import TenderFailed
from clients.document_signing import Document
from clients.journal_following import JournalFollower
from clients.key_files import Signer
from tendering.domain.journal import Stream
from tendering.domain.tender import Tender


async def play(party: Party) -> str:
    """Watch the tender to its end; the journal's chain is verified at every look."""
    signer = await certify_with_platform(party.keys, party.platform)
    async for noticed in each_round(party):
        tender, failed = noticed.tender, False
        try:
            await _watch(party, signer, noticed)
        except TenderFailed:
            failed = True
            await _wait_for_destructions(party, tender)
        party.doing("下载并保存完整档案")
        for edition, name in (("full", "archive.zip"), ("public", "public.zip")):
            target = party.folder / of_round(tender, name)
            await party.platform.download(
                f"/tenders/{tender.id}/archive", target, {"edition": edition}
            )
        if failed:
            break
    await _keep_messages(party)
    return "档案和消息已保存"


async def _keep_messages(party: Party) -> None:
    """What the platform has told it on the way, the newest first."""
    told = await party.platform.get("/messages", {"limit": "200"})
    text = json.dumps(told["items"], ensure_ascii=False, indent=1)
    (party.folder / "messages.json").write_text(text, "utf-8")


async def _watch(party: Party, signer: Signer, noticed: Noticed) -> None:
    """One round, until nothing more happens in it."""
    tender, journal = noticed.tender, noticed.journal
    await wait_for_opening(party, journal, "等候开标")
    for lot in tender.lots:
        await sign_issued(party, signer, Document(tender.id, "opening_record", lot.lot))
    if noticed.is_drawn_for:
        await contribute(party, signer, tender, journal)
    for lot in tender.lots if tender.round.later else ():
        await wait_for_resumption(party, journal, lot.lot)
        await sign_issued(party, signer, Document(tender.id, PRICE_RECORD, lot.lot))
    if not tender.round.is_last:
        await find_next(party, noticed)
        return
    if party.facts["disputed"]:
        await decide_complaint(party, signer, tender, journal)
    await wait_for_contracts(party, tender, journal)


async def _wait_for_destructions(party: Party, tender: Tender) -> None:
    """What the key holders state of their keys belongs into the archive as well."""
    custody = JournalFollower(party.platform, tender.id, Stream.CUSTODY)

    async def all_gone() -> bool | None:
        await custody.look()
        gone = [one for one in custody.entries if one.kind == "key_holder.key_destroyed"]
        return len(gone) == len(tender.key_holders) or None

    await party.wait("等候密钥销毁声明", all_gone)
