"""Deeds about the check of tender documents: reading a file, answering what was found in it."""

import asyncio
from datetime import datetime
from pathlib import Path
from uuid import UUID

from tendering.actions.tenders import current_documents
from tendering.document_reading import read_document
from tendering.domain.document_checks import (
    Decision,
    DocumentCheck,
    DocumentFinding,
    check_pages,
    decide_finding,
    document_findings,
)
from tendering.domain.journal import Stream
from tendering.domain.overrides import Person
from tendering.domain.parties import Actor
from tendering.domain.tender import Tender, TenderStatus, require_party, require_status
from tendering.rulebooks import clauses_of_documents
from tendering.storage import journal, people, tender_documents, tenders
from tendering.storage.connection import Connection


async def check_file(file: Path, name: str, regime: str) -> DocumentCheck:
    """Read a file and check it; takes a second or so and holds no connection."""
    pages = await asyncio.to_thread(read_document, file, name)
    return await asyncio.to_thread(check_pages, pages, clauses_of_documents(), regime)


async def findings_of(
    connection: Connection, tender: Tender
) -> tuple[tuple[DocumentFinding, ...], dict[str, Decision], list[str]]:
    """What stands in the documents, what was said to it, and the files nobody has checked.

    Of a draft all files, of a published tender those that wait for an amendment.
    """
    version = 1
    if tender.status is not TenderStatus.DRAFT:
        version = (await current_documents(connection, tender)).version + 1
    documents = await tender_documents.list_checked(connection, tender.id, version=version)
    decisions = await tender_documents.decisions_of(connection, tender.id)
    unchecked = [one.document.name for one in documents if one.check is None]
    return document_findings(tender, documents), decisions, unchecked


async def answer_finding(
    connection: Connection,
    tender_id: UUID,
    finding: str,
    *,
    accepted: bool,
    reason: str,
    by: Actor,
    at: datetime,
) -> tuple[Decision, DocumentFinding]:
    """A named person accepts or rejects a finding. Raises Forbidden, WrongPhase, NotFound, Invalid.

    Before the notice nothing is public: the entry goes to custody, which the supervisor reads.
    """
    tender = await tenders.lock_also_suspended(connection, tender_id)
    require_party(tender, by.organization_id)
    require_status(tender, TenderStatus.DRAFT, TenderStatus.PUBLISHED)
    findings, _, _ = await findings_of(connection, tender)
    person = await people.get(connection, by.person_id)
    assert person is not None, "who acts is a person"
    decision, event = decide_finding(
        findings,
        finding,
        accepted=accepted,
        reason=reason,
        by=Person(by.person_id, person.name, by.organization_id),
        at=at,
    )
    await tender_documents.save_decision(connection, tender_id, decision)
    await journal.append(connection, tender_id, Stream.CUSTODY, event, at=at)
    return decision, next(one for one in findings if one.id == finding)
