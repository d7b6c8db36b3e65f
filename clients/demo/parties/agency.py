"""The agency (招标代理机构): publishes, clarifies, hosts opening, draw and evaluation."""

import asyncio
from pathlib import Path
from uuid import UUID

from clients.bills import attach_bill
from clients.certifying import certify_with_platform
from clients.clarifying import Clarification, clarify
from clients.demo.parties.disputing import answer_documents, answer_result
from clients.demo.parties.drawing import reveal, seal, wait_for_records, wait_until_open
from clients.demo.parties.following import (
    Noticed,
    find_next,
    find_notice,
    of_round,
    wait_for_contracts,
    wait_for_opening,
)
from clients.demo.parties.hosting import host_evaluation
from clients.demo.parties.opening import OPENING_RECORD, put_on_record, read_out
from clients.demo.party import Party
from clients.demo.pdf_maker import make_pdf
from clients.demo.quantities import FILE, HIGH_PERCENT, LOW_PERCENT, write_bill
from clients.demo.template import NAME, needs_of
from clients.demo.tender_failed import TenderFailed
from clients.document_signing import Document, announce
from clients.journal_following import JournalFollower
from clients.key_files import Signer
from clients.platform import Json, Platform
from clients.uploading import upload_file
from crypto.canonical import digest
from tendering.domain.procedure import Qualification
from tendering.domain.tender import Tender

DOCUMENTS = ("招标文件.pdf", "工程量清单.pdf")
DOCUMENT_BYTES = 1_500_000
FACTS_LABEL = "kaibiao/tender-facts/v1"
PUBLICATION_LABEL = "kaibiao/publication/v1"


class FactsDiffer(Exception):
    """What the platform asks to be signed is not what it shows."""


async def play(party: Party) -> str:
    """From the documents to the archive."""
    platform = party.platform
    signer = await certify_with_platform(party.keys, platform)
    letter = await party.wait_for_letter("等候招标人委托", "commission")
    tender_id = UUID(letter["tender_id"])
    while True:
        noticed = await _publish(party, signer, tender_id)
        try:
            await _host_round(party, signer, noticed)
        except TenderFailed:
            await _keep_archive(party, noticed.tender)
            raise
        if noticed.tender.round.is_last:
            break
        tender_id = await find_next(party, noticed)
        await _keep_archive(party, noticed.tender)
    if party.facts["disputed"]:
        await answer_result(party, signer, noticed.tender)
    await wait_for_contracts(party, noticed.tender, noticed.journal)
    await _keep_archive(party, noticed.tender)
    return "招标代理工作完成"


async def _publish(party: Party, signer: Signer, tender_id: UUID) -> Noticed:
    """A round from its draft to its notice."""
    await put_documents(party.platform, str(tender_id), party.folder)
    await _attach_bills(party, tender_id)
    await _wait_for_keys(party, str(tender_id))
    party.doing("签署并发布招标公告")
    await publish(party.platform, signer, str(tender_id))
    noticed = await find_notice(party, tender_id)
    await announce(party.platform, signer, Document(tender_id, "notice"))
    return noticed


async def _host_round(party: Party, signer: Signer, noticed: Noticed) -> None:
    """A round from its notice to the end of its opening or evaluation."""
    tender, journal = noticed.tender, noticed.journal
    if tender.round.number == 1:
        if party.facts["disputed"]:
            await answer_documents(party, signer, tender)
        await _clarify(party, signer, tender)
    await _host_opening(party, signer, tender, journal)
    await _wait_until_opened(party, tender)
    if tender.round.qualification is Qualification.PROCURING_ENTITY:
        await _check_qualification(party, tender)
    if noticed.is_drawn_for:
        await _draw(party, signer, tender, journal)
    if noticed.is_judged:
        for lot in tender.lots:
            await host_evaluation(party, signer, tender, journal, lot.lot)


async def _keep_archive(party: Party, tender: Tender) -> None:
    party.doing("下载公开档案")
    target = party.folder / of_round(tender, "public.zip")
    await party.platform.download(f"/tenders/{tender.id}/archive", target, {"edition": "public"})


async def _check_qualification(party: Party, tender: Tender) -> None:
    """87号令 第四十四条: whoever runs the procurement checks it, not the committee."""
    opening = await party.platform.get(f"/tenders/{tender.id}/opening")
    for lot in opening["lots"]:
        party.doing(f"资格审查(标段{lot['lot']})")
        verdicts = [
            {"bidder_id": bid["bidder_id"], "passes": True, "reason": ""}
            for bid in lot["bids"]
            if bid["unlocked_by"] in {"bidder", "key_holders"}
        ]
        await party.platform.post(
            f"/tenders/{tender.id}/qualification", {"lot": lot["lot"], "verdicts": verdicts}
        )


async def put_documents(platform: Platform, tender_id: str, folder: Path) -> None:
    """Make the tender documents and put them into the draft."""
    for name in DOCUMENTS:
        file = folder / name
        text = f"{name.removesuffix('.pdf')}。示范文件,内容虚构,不产生法律效力。"
        await asyncio.to_thread(
            make_pdf, file, title=file.stem, paragraphs=[text] * 40, size_bytes=DOCUMENT_BYTES
        )
        upload = await upload_file(platform, file)
        await platform.put(
            f"/tenders/{tender_id}/documents/{name}",
            {"upload": str(upload), "media_type": "application/pdf"},
        )


async def _attach_bills(party: Party, tender_id: UUID) -> None:
    """The template's lot is priced by a bill of quantities; short plays and others' have none."""
    draft = await party.platform.get(f"/tenders/{tender_id}")
    if draft["source"].get("template") != NAME:
        return
    party.doing("编制并附上工程量清单")
    file = party.folder / FILE
    await asyncio.to_thread(write_bill, file)
    terms = {"high_percent": HIGH_PERCENT, "low_percent": LOW_PERCENT}
    for lot in draft["lots"]:
        await attach_bill(party.platform, tender_id, lot["lot"], file, terms)


async def publish(platform: Platform, signer: Signer, tender_id: str) -> None:
    """Sign the facts as the platform shows them, and publish. Raises FactsDiffer."""
    answer = await platform.get(f"/tenders/{tender_id}/facts")
    facts_digest = digest(FACTS_LABEL, answer["facts"]).hex()
    if facts_digest != answer["digest"]:
        raise FactsDiffer
    statement = {"tender_id": tender_id, "facts_digest": facts_digest}
    await platform.post(
        f"/tenders/{tender_id}/publication",
        {"statement": signer.sign(PUBLICATION_LABEL, statement)},
    )


async def _wait_for_keys(party: Party, tender_id: str) -> None:
    async def look() -> bool | None:
        draft = await party.platform.get(f"/tenders/{tender_id}")
        return all(holder["public_key"] for holder in draft["key_policy"]["holders"]) or None

    await party.wait("等候密钥持有人公布密钥", look)


async def _clarify(party: Party, signer: Signer, tender: Tender) -> None:
    async def asked() -> list[Json] | None:
        answer = await party.platform.get(f"/tenders/{tender.id}/questions")
        return answer["items"] or None

    questions = await party.wait("等候疑问", asked)
    for question in questions:
        party.doing("发布澄清")
        text = f"问:{question['text']} 答:外墙保温材料燃烧性能等级为A级。"
        said = Clarification(text, affects_bids=True)
        number = await clarify(party.platform, signer, tender.id, said)
        await announce(party.platform, signer, Document(tender.id, "clarification", str(number)))


async def _host_opening(
    party: Party, signer: Signer, tender: Tender, journal: JournalFollower
) -> None:
    """Wait for everybody's keys, show all prices at once, and put it on record."""
    await wait_for_opening(party, journal, "等候开标")
    await party.platform.post(
        f"/tenders/{tender.id}/hall/announcements", {"text": "现在开标,请各投标人解密。"}
    )
    lots = [lot.lot for lot in tender.lots]
    await read_out(party, tender, lots)
    await put_on_record(party, signer, tender, lots, OPENING_RECORD)


async def _wait_until_opened(party: Party, tender: Tender) -> None:
    async def opened() -> bool | None:
        return (await party.platform.get(f"/tenders/{tender.id}"))["status"] == "opened" or None

    await party.wait("等候开标结束", opened)


async def _draw(party: Party, signer: Signer, tender: Tender, journal: JournalFollower) -> None:
    platform = party.platform
    party.doing("冻结专家库")
    await platform.post(
        f"/tenders/{tender.id}/draw/pool", {"needs": needs_of(tender), "representatives": 0}
    )
    await seal(party, signer, tender, journal)
    await wait_for_records(party, tender, journal)
    party.doing("密封随机数截止")
    await platform.post(f"/tenders/{tender.id}/draw/closing")
    await reveal(party, signer, tender, journal)
    await wait_until_open(party, tender, journal)
    party.doing("抽取评标委员会")
    await platform.post(f"/tenders/{tender.id}/draw")
