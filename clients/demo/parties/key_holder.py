"""A key holder (密钥持有人): has a key for this tender alone, and stands in at the opening."""

import asyncio
from functools import partial
from typing import Any, Final
from uuid import UUID

from clients.bidding import fetch_published_keys
from clients.certifying import certify_outside
from clients.demo.parties.drawing import keep
from clients.demo.parties.following import Noticed, find_notice, sign_issued, wait_for_opening
from clients.demo.parties.opening import PRICE_RECORD, wait_for_resumption
from clients.demo.party import Due, Party
from clients.demo.tender_failed import TenderFailed
from clients.document_signing import Document
from clients.journal_following import JournalFollower
from clients.key_holding import KeyHolder, NotYetPast, Remedy
from clients.notices import deadlines
from tendering.domain.tender import Tender

KEYS_FILE: Final = "platform-keys.json"


async def play(party: Party) -> str:
    """Announce a key, watch the opening, and stand in for a bidder whose key is lost."""
    facts = party.facts
    # Certified by somebody else than the platform, which could otherwise make key holders itself.
    signer = await certify_outside(
        party.keys, party.platform, authority=facts["authority"], secret=facts["secret"]
    )
    published = await fetch_published_keys(party.platform, party.folder / KEYS_FILE)
    holder = KeyHolder(party.platform, signer, party.keys, published)

    is_last = False
    while not is_last:
        held = await party.wait("等候招标项目", partial(_unannounced, holder))
        party.doing("生成并公布本项目密钥")
        tender_id = UUID(held["tender_id"])
        await holder.announce(tender_id, held["holder"])
        noticed = await find_notice(party, tender_id)
        is_last = noticed.tender.round.is_last
        try:
            await _hold(party, holder, noticed)
        except TenderFailed:
            is_last = True
            party.doing("招标失败,没有解密任何投标文件")
        party.doing("销毁本项目密钥")
        await holder.destroy(tender_id, held["holder"])
    return "密钥职责完成"


async def _hold(party: Party, holder: KeyHolder, noticed: Noticed) -> None:
    """One round, from its notice until its key is not needed any longer."""
    tender, journal = noticed.tender, noticed.journal
    await _open_canary(party, holder, journal, "publication")
    await _open_canary(
        party, holder, journal, "eve", due=lambda: deadlines(journal)["sign_in_from"]
    )
    await wait_for_opening(party, journal, "保管密钥,等候开标")
    acts = party.facts["acts"]
    if acts:
        await _stand_in(party, holder, tender)
    for lot in tender.lots:
        await sign_issued(party, holder.signer, Document(tender.id, "opening_record", lot.lot))
    if noticed.is_drawn_for:
        await keep(party, holder, tender, journal, acts=acts)
    for lot in tender.lots if tender.round.later else ():
        # The key is needed once more, for the prices.
        await wait_for_resumption(party, journal, lot.lot)
        if acts:
            await _stand_in(party, holder, tender)
        await sign_issued(party, holder.signer, Document(tender.id, PRICE_RECORD, lot.lot))


async def _unannounced(holder: KeyHolder) -> dict[str, Any] | None:
    """The first tender for which the holder's key is still missing."""
    return next((one for one in await holder.tenders() if not one["announced"]), None)


async def _open_canary(
    party: Party,
    holder: KeyHolder,
    journal: JournalFollower,
    occasion: str,
    *,
    due: Due | None = None,
) -> None:
    """Show that the key still works, as soon as the platform asks."""
    await party.wait_for_entry(
        journal,
        "canary.issued",
        "等候密钥可用性探测",
        due=due,
        accepts=lambda entry: entry.body["occasion"] == occasion,
    )
    party.doing("打开探测容器，证明密钥可用")
    await holder.open_canaries(journal.tender_id)


async def _stand_in(party: Party, holder: KeyHolder, tender: Tender) -> None:
    """Give the shares of every bid that asks for them, until the prices are shown."""
    path, done = f"/tenders/{tender.id}/opening", set()

    async def asked() -> list[Remedy] | None:
        found = await holder.remedies(tender.id)
        waiting = [one for one in found if (one.lot, one.bidder_id) not in done]
        if waiting:
            return waiting
        opening = await party.platform.get(path)
        over = all(lot["phase"] != "unlock" for lot in opening["lots"])
        return [] if over else None

    while remedies := await party.wait("开标中,等候补救解密", asked):
        for remedy in remedies:
            done.add((remedy.lot, remedy.bidder_id))
            if party.facts["lies"]:
                party.doing("谎称记录不可用")
                await holder.refuse_share(tender, remedy)
                continue
            party.doing("交出解密分片")
            # The witnesses speak a moment after the deadline; nothing is to be skipped meanwhile.
            given = partial(_given, holder, tender, remedy)
            await party.wait_for_platform("等候见证人确认截止时间已过", given)
        await asyncio.sleep(0)


async def _given(holder: KeyHolder, tender: Tender, remedy: Remedy) -> bool | None:
    """Whether the shares went out; None while others have not seen the deadline pass."""
    try:
        await holder.give_shares(tender, remedy)
    except NotYetPast:
        return None
    return True
