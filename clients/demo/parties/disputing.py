"""A dispute as it is played: an objection to the documents, one to the result, and a complaint.

Each stops the tender until it is answered or ruled upon. 条例 第二十二条、第五十四条、第六十条至
第六十二条.
"""

from datetime import timedelta
from typing import Final
from uuid import UUID

from clients.demo.parties.following import wait_until_signed
from clients.demo.party import Party
from clients.disputing import Disputes
from clients.document_signing import Document
from clients.journal_following import JournalFollower
from clients.key_files import Signer
from clients.platform import Json
from tendering.domain.complaints import Remedy
from tendering.domain.objections import Outcome, Subject
from tendering.domain.tender import Tender

# How long the supervisor looks into the complaint: the tender stands still all the while.
INQUIRY: Final = timedelta(days=1)


class NotPaused(Exception):
    """The platform does not let the tender stand still over an objection in time."""


async def object_to_documents(
    party: Party, signer: Signer, tender: Tender, journal: JournalFollower
) -> None:
    """Object in time, and wait for the reply and for the tender to go on."""
    await wait_until_signed(party, Document(tender.id, "notice"))
    party.doing("对招标文件提出异议")
    text = "业绩要求限定了特定行政区域,请予删除。"
    disputes = Disputes(party.platform, signer, tender.id)
    _require_pause(await disputes.raise_objection(Subject.TENDER_DOCUMENTS, text))
    await party.wait_for_entry(journal, "tender.resumed", "等候异议答复")


async def complain_of_result(
    party: Party, signer: Signer, tender: Tender, journal: JournalFollower
) -> None:
    """Object to the result of the first lot, and complain of the reply to the supervisor."""
    lot, disputes = tender.lots[0].lot, Disputes(party.platform, signer, tender.id)
    await wait_until_signed(party, Document(tender.id, "candidates", lot))
    party.doing("对评标结果提出异议")
    text = "第一中标候选人的业绩证明不符合招标文件要求。"
    objection = await disputes.raise_objection(Subject.EVALUATION_RESULT, text, lot=lot)
    _require_pause(objection)
    await party.wait_for_entry(
        journal,
        "objection.answered",
        "等候异议答复",
        accepts=lambda entry: entry.body["objection_id"] == objection["id"],
    )
    party.doing("向监督部门投诉")
    await disputes.raise_complaint(UUID(objection["id"]), "异议答复没有说明理由。")


async def answer_documents(party: Party, signer: Signer, tender: Tender) -> None:
    """Reply to the objection to the documents: it is right."""
    text = "异议成立,已删除该项要求。"
    disputes = Disputes(party.platform, signer, tender.id)
    objection_id = await _open(party, disputes, Subject.TENDER_DOCUMENTS)
    await disputes.answer_objection(objection_id, Outcome.UPHELD, text)


async def answer_result(party: Party, signer: Signer, tender: Tender) -> None:
    """Reply to the objection to the result: it is not."""
    text = "异议不成立,评标委员会已核对原件。"
    disputes = Disputes(party.platform, signer, tender.id)
    objection_id = await _open(party, disputes, Subject.EVALUATION_RESULT)
    await disputes.answer_objection(objection_id, Outcome.NOT_UPHELD, text)


async def decide_complaint(
    party: Party, signer: Signer, tender: Tender, journal: JournalFollower
) -> None:
    """Take the complaint up, let the tender stand still, look into it, and rule."""
    disputes = Disputes(party.platform, signer, tender.id)
    raised = await party.wait_for_entry(journal, "complaint.raised", "等候投诉")
    complaint_id = UUID(str(raised.body["complaint_id"]))
    party.doing("受理投诉并暂停招标投标活动")
    text = "予以受理,调查期间暂停。"
    await disputes.take_up_complaint(complaint_id, text, accepted=True, suspends=True)
    await party.wait_until("调查投诉事项", await party.platform.clock() + INQUIRY)
    party.doing("作出投诉处理决定")
    text = "投诉事项缺乏事实依据,驳回投诉。"
    await disputes.rule_on_complaint(complaint_id, Remedy.REJECTED, text)


async def _open(party: Party, disputes: Disputes, subject: Subject) -> UUID:
    async def asked() -> list[Json] | None:
        return await disputes.open_objections(subject) or None

    [objection] = await party.wait("等候异议", asked)
    party.doing("答复异议")
    return UUID(objection["id"])


def _require_pause(objection: Json) -> None:
    """E08: in time, it stops the tender. Raises NotPaused."""
    if not objection["pauses"]:
        raise NotPaused(objection["id"])
