"""Archiving a tender that is over: how long it is kept is fixed, and certified by the host's seal.

The archive itself is made when somebody asks for it (`actions.archives`); nothing of the tender is
ever removed by the platform.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from crypto.canonical import JsonValue
from tendering.actions.announcements import Issuing, host_of
from tendering.actions.archives import ArchiveParts, keeping_of
from tendering.actions.issued_documents import (
    Marks,
    document_heading,
    issue,
    marks_of,
    placed,
    signers_of,
)
from tendering.actions.tenders import Law
from tendering.documents.archive_certificate import render_archive_certificate
from tendering.documents.data import ArchiveCertificate, Heading, PaperRow
from tendering.domain.archive import require_archivable
from tendering.domain.issuing import DocumentKind, IssuedDocument, Signatory
from tendering.domain.journal import Stream
from tendering.domain.keeping import (
    ENDINGS,
    RETENTION_ZH,
    Kept,
    Retention,
    decide_archiving,
)
from tendering.domain.refusals.signatures import DocumentChanged
from tendering.domain.tender import require_party
from tendering.storage import archivings, issued_documents, journal, tenders
from tendering.storage.archivings import Archiving
from tendering.storage.connection import Connection, transaction

TRIES_MAX: Final = 3
FIRST_ID: Final = UUID(int=0)
_KIND: Final = DocumentKind.ARCHIVE_CERTIFICATE
_TITLES: Final = {
    DocumentKind.NOTICE: "公告",
    DocumentKind.CLARIFICATION: "澄清与修改",
    DocumentKind.OPENING_RECORD: "开标记录",
    DocumentKind.EVALUATION_REPORT: "评标报告",
    DocumentKind.CANDIDATES: "候选人公示",
    DocumentKind.AWARD_NOTICE: "中标通知书",
    DocumentKind.RESULT: "结果公告",
    DocumentKind.TERMINATION: "终止公告",
    DocumentKind.CONTRACT: "合同封面",
}


async def archive_tender(
    parts: ArchiveParts, tender_id: UUID, law: Law, retention: Retention, said: Issuing
) -> IssuedDocument:
    """Fix how long an ended tender is kept, and issue the certificate of its archive.

    Again, it is the same certificate. Raises NotFound, Forbidden, ArchiveNotReady,
    DocumentChanged.
    """
    for _ in range(TRIES_MAX):
        async with transaction(parts.pool) as connection:
            tender = await tenders.get(connection, tender_id)
            require_party(tender, said.by.organization_id)
            existing = await issued_documents.get(connection, tender_id, _KIND, "")
            if existing is not None:
                return existing
            require_archivable(tender)
            marks = await marks_of(connection, tender_id)
            endings = await journal.list_of_kinds(connection, tender_id, Stream.PUBLIC, ENDINGS)
            kept, event = decide_archiving(law.rulebook, law.calendar, endings, retention=retention)
            keeping = await keeping_of(connection, parts, tender_id, at=said.at)
            papers = await issued_documents.list_of_tender(connection, tender_id)
            heading = await document_heading(
                connection, tender, _KIND, "", at=said.at, address=said.address
            )
        signatory = host_of(tender, said.by)
        certificate = _certificate(
            heading, keeping, kept, marks=marks, papers=papers, signatory=signatory
        )
        rendered = await asyncio.to_thread(render_archive_certificate, certificate)
        async with transaction(parts.pool) as connection:
            tender = await tenders.lock_also_suspended(connection, tender_id)
            if await marks_of(connection, tender_id) != marks:
                continue
            await archivings.insert(
                connection,
                tender_id,
                retention=kept.retention,
                ended_at=kept.ended_at,
                keep_until=kept.keep_until,
                at=said.at,
            )
            await journal.append(connection, tender_id, Stream.PUBLIC, event, at=said.at)
            return await issue(
                connection,
                tender,
                _KIND,
                rendered.pdf,
                placed([signatory], rendered),
                at=said.at,
            )
    raise DocumentChanged("something else happens to this tender: try again")


async def list_archived(
    connection: Connection, after: UUID, *, limit: int
) -> tuple[list[Archiving], UUID | None]:
    """What was archived, by id; and the id to go on after, or None."""
    found = await archivings.list_after(connection, after, limit=limit)
    return found, found[-1].tender_id if len(found) == limit else None


def _certificate(
    heading: Heading,
    keeping: Mapping[str, JsonValue],
    kept: Kept,
    *,
    marks: Marks,
    papers: list[IssuedDocument],
    signatory: Signatory,
) -> ArchiveCertificate:
    described: Any = keeping["metadata"]
    tests: Any = keeping["tests"]
    return ArchiveCertificate(
        heading=heading,
        metadata=tuple(described.items()),
        tests=tuple(
            (one["zh"], one["holds"], f"检查{one['looked_at']}项，{len(one['faults'])}项不符")
            for one in tests
        ),
        # Who reads the certificate may not know of what the committee alone signs. One of another
        # who archives at the same moment is not yet ours: the marks will tell.
        papers=tuple(
            PaperRow(
                one.number,
                _TITLES[one.kind],
                sum(signed.signed_at is not None for signed in one.signatories),
                one.digest.hex(),
            )
            for one in papers
            if one.kind in _TITLES and not one.secret
        ),
        retention=RETENTION_ZH[kept.retention],
        ended_at=kept.ended_at,
        keep_until=kept.keep_until,
        law=f"{kept.law}（{kept.rule}）",
        public=marks.public,
        custody=marks.custody,
        committee=marks.committee,
        signers=signers_of([signatory]),
    )
