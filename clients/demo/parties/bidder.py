"""A bidder (投标人): reads, secures, seals at home, submits, and unlocks its own bid.

`facts["part"]` says what befalls it: `plain`, `replaces` its bid, `withdraws` it, comes `late`,
`loses_key` and is opened by the key holders, or `declines` its invitation.
"""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

from clients.bidding import UnlockContradicted
from clients.bills import make_bill
from clients.demo.cheating import CLEARS, Cheat, spoil
from clients.demo.parties.disputing import complain_of_result, object_to_documents
from clients.demo.parties.following import (
    Noticed,
    each_round,
    lot_is,
    sign_issued,
    wait_for_opening,
)
from clients.demo.parties.opening import OPENING_RECORD, PRICE_RECORD, wait_for_resumption
from clients.demo.parties.opening_unseen import own_part
from clients.demo.parties.securing import obtain_bid_security
from clients.demo.party import Party
from clients.demo.pdf_maker import make_pdf
from clients.demo.quantities import PRICED_FILE, write_priced
from clients.document_signing import Document
from clients.journal_following import JournalFollower
from clients.key_files import Signer, read_opening_keys
from clients.platform import Json
from clients.sdk import (
    Bidder,
    EnvelopeContent,
    PlatformRefused,
    PreparedBid,
    ReceiptBook,
    certify_with_platform,
    deadlines,
    download_documents,
    fetch_published_keys,
    notice_of,
    pack,
    rehearse,
    seal_bid,
)
from tendering.domain.journal import Entry
from tendering.domain.procedure import Participants
from tendering.domain.quantities.lot_clearing import BILL_FILE
from tendering.domain.quantities.stored_bill import parse_bill
from tendering.domain.tender import Lot, Tender

KEYS_FILE = "platform-keys.json"
LOST_KEYS = "lost-keys.txt"
REPLACEMENT_PERMILLE = 4
# Its unit prices are unbalanced, which the clearing report tells.
UNBALANCED_BIDDER = 4


class LateBidTaken(Exception):
    """The platform took a bid after the deadline."""


class Over(Exception):
    """The bidder has no further part in the procedure; why."""


async def play(party: Party) -> str:
    """From the notice to the opening record, and the winner to the contract."""
    platform = party.platform
    signer = await certify_with_platform(party.keys, platform)
    keys = await fetch_published_keys(platform, party.folder / KEYS_FILE)
    bidder_id = platform.me.organization_id
    # Whoever is to be invited is known to the procuring entity from the market.
    party.write_letter(f"offer-{party.facts['number']}", organization_id=str(bidder_id))
    try:
        async for noticed in each_round(party):
            party.doing("核验密钥持有人")
            tender = notice_of(noticed.journal, noticed.published, keys).tender
            receipts = party.folder / f"receipts-{tender.round.number}"
            bidder = Bidder(platform, signer, ReceiptBook(platform, keys, receipts))
            await _play_round(party, bidder, tender, noticed)
    except Over as over:
        return str(over)
    if party.facts["complains"]:
        await complain_of_result(party, signer, tender, noticed.journal)
    return await _sign_contracts(party, signer, tender, noticed.journal)


async def _play_round(party: Party, bidder: Bidder, tender: Tender, noticed: Noticed) -> None:
    """One round, from its notice to the record of its opening. Raises Over."""
    journal = noticed.journal
    await _take_part(party, tender)
    party.doing("下载招标文件")
    await download_documents(
        party.platform, tender, party.folder / f"documents-{tender.round.number}"
    )
    if tender.round.number == 1:
        if party.facts["objects"]:
            await object_to_documents(party, bidder.signer, tender, journal)
        await _clarify(party, tender, journal)
    if tender.round.has_price:
        for lot in tender.lots:
            await obtain_bid_security(party, tender, lot)
    bids = await _hand_in(party, bidder, tender, journal)
    await party.wait_until("等候签到", deadlines(journal)["sign_in_from"])
    for lot in tender.lots:
        party.doing(f"签到(标段{lot.lot})")
        await bidder.sign_in(tender.id, lot.lot)
    if noticed.is_withheld:
        await _open_unseen(party, bidder, tender, bids)
        return
    closed = await wait_for_opening(party, journal, "等候开标")
    _find_own(closed, bidder, bids)
    for bid in bids:
        await _unlock(party, bidder, tender, bid)
    for bid in bids:
        await _confirm(party, bidder, journal, bid)
        await sign_issued(party, bidder.signer, Document(tender.id, OPENING_RECORD, bid.lot))
    for bid in bids if tender.round.later else ():
        await _open_price(party, bidder, tender, journal, bid)


async def _open_unseen(
    party: Party, bidder: Bidder, tender: Tender, bids: list[PreparedBid]
) -> None:
    """A first round, of which a bidder is told its own part; the host signs the record alone."""
    for bid in bids:
        await own_part(party, tender, bid.lot, {"unlock"}, "等候开标")
        await _unlock(party, bidder, tender, bid)
    for bid in bids:
        if await own_part(party, tender, bid.lot, {"revealed", "recorded"}, "等候开标结果"):
            party.doing(f"确认开标结果(标段{bid.lot})")
            await bidder.confirm(tender.id, bid.lot)


async def _open_price(
    party: Party, bidder: Bidder, tender: Tender, journal: JournalFollower, bid: PreparedBid
) -> None:
    """The second session of a tender with two envelopes, for whoever was not rejected."""
    if str(bidder.id) not in await wait_for_resumption(party, journal, bid.lot):
        party.doing("未通过技术评审,报价信封不予开启")
        return
    party.doing(f"复会签到(标段{bid.lot})")
    await bidder.sign_in(tender.id, bid.lot)
    await _unlock(party, bidder, tender, bid)
    await _confirm(party, bidder, journal, bid, session=2)
    await sign_issued(party, bidder.signer, Document(tender.id, PRICE_RECORD, bid.lot))


async def _hand_in(
    party: Party, bidder: Bidder, tender: Tender, journal: JournalFollower
) -> list[PreparedBid]:
    """The bids as they stand in the end, in custody. Raises Over."""
    part = party.facts["part"]
    bids = [await _prepare(party, bidder, tender, lot, 1) for lot in tender.lots]
    if part == "late":
        await _come_late(party, bidder, tender, bids, deadlines(journal))
    receipts = [await _submit(party, bidder, tender, bid) for bid in bids]
    if part == "withdraws":
        await _complete_receipts(party, bidder, receipts)
        for bid in bids:
            party.doing(f"撤回投标(标段{bid.lot})")
            await bidder.withdraw(tender.id, bid.lot, bid.counter)
        raise Over("已撤回投标")
    if part == "replaces":
        bids = [await _prepare(party, bidder, tender, lot, 2) for lot in tender.lots]
        receipts += [await _submit(party, bidder, tender, bid) for bid in bids]
    await _complete_receipts(party, bidder, receipts)
    return bids


async def _take_part(party: Party, tender: Tender) -> None:
    """See whether one has a place where not everybody has, and answer an invitation.

    Raises Over.
    """
    if tender.round.participants is Participants.PUBLIC:
        return
    items = (await party.platform.get("/invitations"))["items"]
    own = [one["lot"] for one in items if one["tender_id"] == str(tender.id)]
    if not own:
        raise Over("未获准进入下一轮")
    if tender.round.participants is Participants.ADMITTED:
        return
    answer = "declined" if party.facts["part"] == "declines" else "accepted"
    for lot in own:
        party.doing(f"答复投标邀请(标段{lot})")
        await party.platform.post(
            f"/tenders/{tender.id}/invitation-answers", {"lot": lot, "answer": answer}
        )
    if answer == "declined":
        raise Over("谢绝投标邀请")


async def _sign_contracts(
    party: Party, signer: Signer, tender: Tender, journal: JournalFollower
) -> str:
    """Learn who has won, and sign the contract of what was won."""
    won = []
    for lot in tender.lots:
        award = await party.wait_for_entry(
            journal, "award.notified", "等候中标结果", accepts=lot_is(lot.lot)
        )
        winner = award.body["winner"]
        assert isinstance(winner, dict)
        if winner["bidder_id"] == str(party.platform.me.organization_id):
            await sign_issued(party, signer, Document(tender.id, "contract", lot.lot))
            won.append(lot.lot)
    return f"合同已签订(标段{','.join(won)})" if won else "未中标"


async def _clarify(party: Party, tender: Tender, journal: JournalFollower) -> None:
    if party.facts["asks"]:
        party.doing("提出疑问")
        text = "请明确教学楼外墙保温材料的燃烧性能等级。"
        await party.platform.post(f"/tenders/{tender.id}/questions", {"text": text})
    await party.wait_for_entry(journal, "clarification.published", "等候澄清")


async def _prepare(
    party: Party, bidder: Bidder, tender: Tender, lot: Lot, counter: int
) -> PreparedBid:
    """Make the files, seal them at home, open them once for oneself, and bring them up."""
    folder = party.folder / f"round-{tender.round.number}-lot-{lot.lot}-{counter}"
    party.doing(f"编制投标文件(标段{lot.lot},第{counter}次)")
    written = await asyncio.to_thread(_write, party, tender, lot, counter, folder)
    if lot.bill is not None and tender.round.has_price:
        documents = party.folder / f"documents-{tender.round.number}"
        written = await asyncio.to_thread(_with_bill, party, lot, written, documents)
    contents = [one for one in written if one.kind in tender.round.envelopes]
    packed = [await asyncio.to_thread(pack, content) for content in contents]
    party.doing(f"加密投标文件(标段{lot.lot})")
    prepared = await asyncio.to_thread(
        seal_bid,
        tender,
        packed,
        lot=lot.lot,
        bidder_id=bidder.id,
        counter=counter,
        folder=folder / "sealed",
    )
    keys = prepared.opening_keys(None)
    if party.facts["cheat"] is None:
        await asyncio.to_thread(rehearse, tender, prepared, keys)
    else:
        prepared = await asyncio.to_thread(
            spoil, tender, prepared, keys, Cheat(party.facts["cheat"])
        )
    party.doing(f"上传加密文件(标段{lot.lot})")
    return await bidder.upload(prepared)


def _write(
    party: Party, tender: Tender, lot: Lot, counter: int, folder: Path
) -> list[EnvelopeContent]:
    folder.mkdir(parents=True, exist_ok=True)
    facts, name = party.facts, party.name
    permille = facts["price_permille"] - (counter - 1) * REPLACEMENT_PERMILLE
    price = lot.ceiling_price_fen * permille // 1000
    promised = {
        "duration_days": facts["duration_days"],
        "quality": "合格",
        "project_manager": f"{name}项目经理(示范)",
    }
    forms: dict[str, dict[str, Any]] = {
        # What is no price is read out with the first of two envelopes.
        "qualification": {"objective": facts["objective"]}
        | (promised if tender.round.later else {}),
        "technical": {},
        "price": {"price_fen": price} | promised,
    }
    titles = {"qualification": "资格与商务文件", "technical": "技术文件", "price": "报价文件"}
    contents = []
    for kind, form in forms.items():
        file = folder / f"{name}-{titles[kind]}.pdf"
        text = f"{name} {titles[kind]} {lot.title}。示范文件,内容虚构,不产生法律效力。"
        make_pdf(file, title=file.stem, paragraphs=[text] * 12, size_bytes=facts["bytes"][kind])
        contents.append(EnvelopeContent(kind, form, (file,)))
    return contents


def _with_bill(
    party: Party, lot: Lot, written: list[EnvelopeContent], documents: Path
) -> list[EnvelopeContent]:
    """The price envelope with the priced bill: spreadsheet, and what was read in it."""
    assert lot.bill is not None
    asked = parse_bill((documents / lot.bill.document).read_bytes())
    contents = []
    for one in written:
        if one.kind == "price":
            price, folder = one.form["price_fen"], one.files[0].parent
            assert isinstance(price, int)
            sheet, made = folder / PRICED_FILE, folder / BILL_FILE
            write_priced(
                asked,
                sheet,
                bidder=party.name,
                price_fen=price,
                estimate_fen=lot.estimate_fen,
                unbalanced=party.facts["number"] == UNBALANCED_BIDDER,
            )
            make_bill(sheet, made)
            contents.append(replace(one, files=(*one.files, sheet, made)))
            continue
        contents.append(one)
    return contents


async def _submit(party: Party, bidder: Bidder, tender: Tender, bid: PreparedBid) -> Json:
    party.doing(f"递交加密投标文件(标段{bid.lot},第{bid.counter}次)")
    return await bidder.submit(tender, bid)


async def _come_late(
    party: Party, bidder: Bidder, tender: Tender, bids: list[PreparedBid], dates: dict[str, Any]
) -> NoReturn:
    await party.wait_until("准备过久", dates["deadline"])
    for bid in bids:
        party.doing("逾期递交")
        try:
            await bidder.submit(tender, bid)
        except PlatformRefused as refusal:
            if refusal.code != "deadline-passed":
                raise
        else:
            raise LateBidTaken(bid.lot)
    raise Over("逾期,被拒收")


async def _complete_receipts(party: Party, bidder: Bidder, receipts: list[Json]) -> None:
    for receipt in receipts:

        async def look(receipt: Json = receipt) -> bool | None:
            return (await bidder.receipts.complete(receipt)).is_complete or None

        await party.wait_for_platform("等候见证与时间戳", look)


def _find_own(closed: Entry, bidder: Bidder, bids: list[PreparedBid]) -> None:
    """The list that everybody sees must hold this bidder's own containers, not others."""
    lots = closed.body["lots"]
    assert isinstance(lots, list)
    shown = {
        (lot["lot"], one["bidder_id"]): one["container_digests"]
        for lot in lots
        if isinstance(lot, dict)
        for one in lot["bids"]
    }
    for bid in bids:
        sent = {envelope.kind: envelope.digest for envelope in bid.envelopes}
        assert shown[bid.lot, str(bidder.id)] == sent, "the list shows other containers"


async def _unlock(party: Party, bidder: Bidder, tender: Tender, bid: PreparedBid) -> None:
    if party.facts["part"] == "loses_key":
        party.doing("密钥遗失,请求补救解密")
        if bid.key_file(None).exists():
            await asyncio.to_thread(bid.key_file(None).rename, party.folder / LOST_KEYS)
        await bidder.declare_key_lost(tender.id, bid.lot)
        return
    party.doing(f"用自己的密钥解密(标段{bid.lot})")
    try:
        await bidder.unlock(bid, bid.opening_keys(None))
    except (PlatformRefused, UnlockContradicted) as trouble:
        if party.facts["cheat"] is None:
            raise
        party.doing(f"解密不成立: {trouble}")


async def _confirm(
    party: Party,
    bidder: Bidder,
    journal: JournalFollower,
    bid: PreparedBid,
    *,
    session: int = 1,
) -> None:
    revealed = await party.wait_for_entry(
        journal, "prices.revealed", "等候唱标", accepts=lot_is(bid.lot, session=session)
    )
    rows = revealed.body["rows"]
    assert isinstance(rows, list)
    if str(bidder.id) not in {row["bidder_id"] for row in rows if isinstance(row, dict)}:
        if party.facts["cheat"] in CLEARS:
            party.doing("公布文件密钥,由任何人重算责任")
            keys = await asyncio.to_thread(read_opening_keys, party.folder / LOST_KEYS)
            await bidder.disclose(bid, keys)
        return
    party.doing(f"确认开标结果(标段{bid.lot})")
    await bidder.confirm(bid.tender_id, bid.lot)
