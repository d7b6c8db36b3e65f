"""The agency (招标代理机构): publishes, clarifies, hosts opening, draw and evaluation."""

import asyncio
from pathlib import Path
from typing import Any

from clients.certifying import certify_with_platform
from clients.demo.parties.drawing import reveal, seal, wait_for_records, wait_until_open
from clients.demo.parties.following import (
    find_notice,
    have_made,
    sign_issued,
    wait_for_contracts,
)
from clients.demo.parties.hosting import host_evaluation
from clients.demo.party import Party
from clients.demo.pdf_maker import make_pdf
from clients.demo.template import needs
from clients.document_signing import Document, announce
from clients.journal_following import JournalFollower
from clients.key_files import Signer
from clients.notices import deadlines
from clients.platform import Json, Platform
from clients.uploading import upload_file
from crypto.canonical import digest
from tendering.domain.tender import Tender

DOCUMENTS = ("招标文件.pdf", "工程量清单.pdf")
DOCUMENT_BYTES = 1_500_000
FACTS_LABEL = "kaibiao/tender-facts/v1"
PUBLICATION_LABEL = "kaibiao/publication/v1"
CLARIFICATION_LABEL = "kaibiao/clarification/v1"


class FactsDiffer(Exception):
    """What the platform asks to be signed is not what it shows."""


async def play(party: Party) -> str:
    """From the documents to the archive."""
    platform = party.platform
    signer = await certify_with_platform(party.keys, platform)
    letter = await party.wait_for_letter("等候招标人委托")
    tender_id = letter["tender_id"]

    await put_documents(platform, tender_id, party.folder)
    await _wait_for_keys(party, tender_id)
    party.doing("签署并发布招标公告")
    await publish(platform, signer, tender_id)
    tender, _, journal = await find_notice(party)
    await announce(platform, signer, Document(tender.id, "notice"))
    await _clarify(party, signer, tender)

    await _host_opening(party, signer, tender, journal)
    await _draw(party, signer, tender, journal)
    for lot in tender.lots:
        await host_evaluation(party, signer, tender, journal, lot.lot)

    await wait_for_contracts(party, tender, journal)
    party.doing("下载公开档案")
    target = party.folder / "public.zip"
    await platform.download(f"/tenders/{tender.id}/archive", target, {"edition": "public"})
    return "招标代理工作完成"


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
    for number, question in enumerate(questions, start=1):
        party.doing("发布澄清")
        said: dict[str, Any] = {
            "tender_id": str(tender.id),
            "number": number,
            "text": f"问:{question['text']} 答:外墙保温材料燃烧性能等级为A级。",
            "affects_bids": True,
        }
        body = {
            "text": said["text"],
            "affects_bids": said["affects_bids"],
            "statement": signer.sign(CLARIFICATION_LABEL, said),
        }
        await party.platform.post(f"/tenders/{tender.id}/clarifications", body)
        await announce(party.platform, signer, Document(tender.id, "clarification", str(number)))


async def _host_opening(
    party: Party, signer: Signer, tender: Tender, journal: JournalFollower
) -> None:
    """Wait for everybody's keys, show all prices at once, and put it on record."""
    platform, path = party.platform, f"/tenders/{tender.id}/opening"
    due = deadlines(journal)["closing_at"]
    await party.wait_for_entry(journal, "submission.closed", "等候开标", due=due)
    await platform.post(
        f"/tenders/{tender.id}/hall/announcements", {"text": "现在开标,请各投标人解密。"}
    )
    for number, lot in enumerate(tender.lots):

        async def unlocked(number: int = number) -> bool | None:
            bids = (await platform.get(path))["lots"][number]["bids"]
            return all(bid["unlocked_by"] for bid in bids) or None

        await party.wait("等候解密", unlocked)
        party.doing(f"公布全部报价(标段{lot.lot})")
        await platform.post(f"{path}/reveal", {"lot": lot.lot})
    for number, lot in enumerate(tender.lots):

        async def confirmed(number: int = number) -> bool | None:
            bids = (await platform.get(path))["lots"][number]["bids"]
            return all(bid["confirmed"] for bid in bids) or None

        await party.wait("等候投标人确认", confirmed)
        party.doing(f"制作开标记录(标段{lot.lot})")
        await have_made(party, f"{path}/record", lot.lot)
        record = Document(tender.id, "opening_record", lot.lot)
        await sign_issued(party, signer, record, keep=True)


async def _draw(party: Party, signer: Signer, tender: Tender, journal: JournalFollower) -> None:
    platform = party.platform

    async def opened() -> bool | None:
        return (await platform.get(f"/tenders/{tender.id}"))["status"] == "opened" or None

    await party.wait("等候开标结束", opened)
    party.doing("冻结专家库")
    await platform.post(f"/tenders/{tender.id}/draw/pool", {"needs": needs(), "representatives": 0})
    await seal(party, signer, tender, journal)
    await wait_for_records(party, tender, journal)
    party.doing("密封随机数截止")
    await platform.post(f"/tenders/{tender.id}/draw/closing")
    await reveal(party, signer, tender, journal)
    await wait_until_open(party, tender, journal)
    party.doing("抽取评标委员会")
    await platform.post(f"/tenders/{tender.id}/draw")
