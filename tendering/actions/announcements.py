"""Issuing what the procuring entity announces, once the journal has the entry that it repeats.

The notice, each clarification, the result of a lot, the end without an award. What they say is
taken from the entry, so it does not matter how soon after it they are made; they are made once.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from tendering.actions.issued_documents import (
    Address,
    document_heading,
    issue,
    named,
    placed,
    signers_of,
)
from tendering.documents.announcements import (
    render_clarification,
    render_notice,
    render_result,
    render_termination,
)
from tendering.documents.data import (
    ClarificationDocument,
    FileRow,
    Heading,
    JournalMark,
    LotRow,
    Notice,
    ResultNotice,
    TerminationNotice,
)
from tendering.documents.typesetting import Rendered, Signer
from tendering.domain import timetable as dates
from tendering.domain.exits import Cause
from tendering.domain.failed_lots import LOT_FAILED
from tendering.domain.issuing import DocumentKind, IssuedDocument, Signatory
from tendering.domain.journal import Entry, Stream, parse_instant
from tendering.domain.parties import Actor
from tendering.domain.procedure import Participants
from tendering.domain.refusals import NotFound
from tendering.domain.refusals.signatures import DocumentChanged
from tendering.domain.tender import Tender, TenderStatus, require_party
from tendering.storage import draws, issued_documents, journal, tenders
from tendering.storage.connection import Connection, Pool, reading, transaction

K = DocumentKind
# Which entry of the public journal each kind repeats.
SOURCES: Final[Mapping[DocumentKind, tuple[str, ...]]] = MappingProxyType(
    {
        K.NOTICE: ("tender.published",),
        K.CLARIFICATION: ("clarification.published",),
        K.RESULT: ("award.notified",),
        K.TERMINATION: ("tender.terminated", "tender.failed", LOT_FAILED),
    }
)
_INSTANTS: Final = {
    "published_at": "发布时间",
    "objections_until": "提出异议截止",
    "clarifications_until": "澄清与修改截止",
    "documents_until": "文件获取截止",
    "sign_in_from": "开标签到开始",
    "deadline": "投标截止",
    "unlock_until": "投标文件解密截止",
    "validity_until": "投标有效期截止",
}
_CAUSES: Final = {
    Cause.TASK_CANCELLED: "任务取消",
    Cause.UNLAWFUL_CONDUCT: "出现影响公正的违法、违规行为",
    Cause.OVER_BUDGET: "报价均超过预算",
    Cause.FORCE_MAJEURE: "不可抗力",
    Cause.OTHER: "其他原因",
}
_FAILURES: Final = {
    "too_few_bids": "投标人不足法定数量",
    "too_few_unlocked": "解密成功的投标文件不足法定数量",
    "too_few_qualified": "资格审查合格的投标人不足法定数量",
    "too_few_admitted": "合格的参加单位不足法定数量",
    "without_candidates": "没有合格的中标候选人",
    "ruling": "投诉处理决定",
    "award_revoked": "中标人放弃中标或者被取消中标资格，决定重新招标",
}


@dataclass(frozen=True, slots=True)
class Issuing:
    """By whom, when, and the platform's address as browsers see it."""

    by: Actor
    at: datetime
    address: str = ""


@dataclass(frozen=True, slots=True)
class _Source:
    """What a document is made of: its tender, the entry, and what stands around it."""

    tender: Tender
    entry: Entry
    heading: Heading
    supervisor: str
    platform: str
    signers: tuple[Signer, ...]
    members: tuple[str, ...] = ()

    @property
    def body(self) -> Mapping[str, Any]:
        """What the entry says."""
        return self.entry.body

    @property
    def mark(self) -> JournalMark:
        """Where the entry stands."""
        return JournalMark(self.entry.seq, self.entry.head.hex())


async def issue_announcement(pool: Pool, document: Address, said: Issuing) -> IssuedDocument:
    """Issue the document of something that the journal has; the host seals it. Again, it is there.

    `document.lot`: the lot of a result, the number of a clarification. Raises NotFound when
    nothing of the kind has happened, Forbidden.
    """
    async with reading(pool) as connection:
        tender = await tenders.get(connection, document.tender_id)
        require_party(tender, said.by.organization_id)
        existing = await _existing(connection, document)
        if existing is not None:
            return existing
        signatory = host_of(tender, said.by)
        source = await _source(connection, tender, document, said, signatory)
    rendered = await asyncio.to_thread(_RENDERED[document.kind], source)
    async with transaction(pool) as connection:
        tender = await tenders.lock_also_suspended(connection, document.tender_id)
        try:
            return await issue(
                connection,
                tender,
                document.kind,
                rendered.pdf,
                placed([signatory], rendered),
                lot=document.lot,
                at=said.at,
            )
        except DocumentChanged:
            # Another of the host's people was faster: theirs repeats the same entry.
            found = await _existing(connection, document)
            assert found is not None, "the lock keeps it where it is"
            return found


def host_of(tender: Tender, by: Actor) -> Signatory:
    """The host's place on a document: the procuring entity, or the agency in its name."""
    entity = "招标人" if tender.regime == "construction" else "采购人"
    title = (
        entity if by.organization_id == tender.procuring_entity_id else f"{entity}委托的代理机构"
    )
    return Signatory(0, by.organization_id, by.organization_name, title)


async def _existing(connection: Connection, document: Address) -> IssuedDocument | None:
    return await issued_documents.get(connection, document.tender_id, document.kind, document.lot)


async def _source(
    connection: Connection,
    tender: Tender,
    document: Address,
    said: Issuing,
    signatory: Signatory,
) -> _Source:
    kind, lot = document.kind, document.lot
    if kind not in SOURCES or tender.status is TenderStatus.DRAFT:
        raise NotFound
    told = await journal.list_of_kinds(connection, tender.id, Stream.PUBLIC, SOURCES[kind])
    # The newest counts: a lot may be awarded anew.
    entry = next((one for one in reversed(told) if _part(kind, one) == lot), None)
    if entry is None:
        raise NotFound("nothing of this kind has happened", kind=kind, lot=lot)
    return _Source(
        tender,
        entry,
        await document_heading(connection, tender, kind, lot, at=said.at, address=said.address),
        await named(connection, tender.supervisor_id),
        said.address,
        signers_of([signatory]),
        await _members(connection, tender) if kind is K.RESULT else (),
    )


async def _members(connection: Connection, tender: Tender) -> tuple[str, ...]:
    """Who evaluated, by seat. 87号令 第六十九条 has it in the announcement, 招标投标法 has not."""
    if tender.regime == "construction":
        return ()
    seats = await draws.seats(connection, tender.id)
    return tuple(one.name for one in seats if one.status == "seated")


def _part(kind: DocumentKind, entry: Entry) -> str:
    """What tells documents of a kind apart: the number of a clarification, the lot of a result.

    Also the lot of a failure that is one lot's alone.
    """
    if kind is K.CLARIFICATION:
        return str(entry.body["number"])
    return str(entry.body["lot"]) if kind is K.RESULT or entry.kind == LOT_FAILED else ""


def _notice(source: _Source) -> Rendered:
    body, tender = source.body, source.tender
    return render_notice(
        Notice(
            heading=source.heading,
            title=_title(tender),
            law=f"{tender.round.title}：{tender.round.law}",
            description=str(body["description"]),
            lots=tuple(
                LotRow(lot["lot"], lot["title"], lot["ceiling_price_fen"], lot["bid_security_fen"])
                for lot in body["lots"]
            ),
            timetable=_instants(body["timetable"]),
            files=tuple(
                FileRow(one["name"], one["size_bytes"], one["digest"]) for one in body["documents"]
            ),
            key_holders=tuple(holder.name for holder in tender.key_holders),
            threshold=tender.threshold,
            platform=f"本平台（{source.platform}）" if source.platform else "本平台",
            supervisor=source.supervisor,
            published=source.mark,
            signers=source.signers,
        )
    )


def _title(tender: Tender) -> str:
    """招标投标法 第十六条, 第十七条; 条例 第十五条 for the notice before prequalification."""
    if tender.round.participants is Participants.INVITED:
        return "投标邀请书" if tender.regime == "construction" else "采购邀请书"
    if not tender.round.has_price and not tender.round.is_last:
        return f"{tender.round.title}公告"
    return "招标公告" if tender.regime == "construction" else "采购公告"


def _instants(timetable: Mapping[str, Any]) -> tuple[tuple[str, datetime], ...]:
    known = dates.from_json(dict(timetable))
    return tuple((_INSTANTS[name], at) for name, at in known.instants() if name in _INSTANTS)


def _clarification(source: _Source) -> Rendered:
    body = source.body
    return render_clarification(
        ClarificationDocument(
            heading=source.heading,
            clarification=int(body["number"]),
            text=str(body["text"]),
            affects_bids=bool(body["affects_bids"]),
            published_at=source.entry.at,
            deadline=parse_instant(str(body["deadline"])),
            published=source.mark,
            signers=source.signers,
        )
    )


def _result(source: _Source) -> Rendered:
    winner = source.body["winner"]
    return render_result(
        ResultNotice(
            heading=source.heading,
            winner=str(winner["bidder_name"]),
            price_fen=int(winner["price_fen"]),
            awarded_at=source.entry.at,
            supervisor=source.supervisor,
            published=source.mark,
            signers=source.signers,
            items=_items(source),
            members=source.members,
            shown_until=_instant(source.body.get("result_until")),
        )
    )


def _instant(value: Any) -> datetime | None:
    return parse_instant(value) if isinstance(value, str) else None


def _items(source: _Source) -> tuple[str, ...]:
    """What is bought by the lot of a procurement: name, quantity and unit, as the notice has it."""
    if source.tender.regime == "construction":
        return ()
    lot = source.tender.lot(str(source.body["lot"]))
    return tuple(
        f"{item.get('name', '')}：{item.get('quantity', '')}{item.get('unit', '')}"
        for item in lot.items
    )


def _termination(source: _Source) -> Rendered:
    body = source.body
    failed = source.entry.kind != "tender.terminated"
    members = {body["cause"]} if source.entry.kind == LOT_FAILED else body
    cause = (
        next((words for member, words in _FAILURES.items() if member in members), "招标失败")
        if failed
        else _CAUSES[Cause(str(body["cause"]))]
    )
    return render_termination(
        TerminationNotice(
            heading=source.heading,
            failed=failed,
            cause=cause,
            text="" if failed else str(body["text"]),
            ended_at=source.entry.at,
            published=source.mark,
            signers=source.signers,
        )
    )


_RENDERED: Final[Mapping[DocumentKind, Callable[[_Source], Rendered]]] = MappingProxyType(
    {
        K.NOTICE: _notice,
        K.CLARIFICATION: _clarification,
        K.RESULT: _result,
        K.TERMINATION: _termination,
    }
)
