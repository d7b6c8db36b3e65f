"""Tender documents over HTTP: a file is put and checked, its findings are read and answered."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta, Struct

from tendering.actions import document_checks as deeds
from tendering.actions.bills import read_amended
from tendering.actions.tenders import ReadDocument
from tendering.actions.tenders import put_document as put
from tendering.api.context import Actor, Context
from tendering.api.tender_views import visible_tender
from tendering.api.tenders import DocumentName, MediaType
from tendering.domain.document_checks import finding_json, open_blocks
from tendering.domain.overrides import REASON_MAX
from tendering.domain.tender import TenderStatus, require_party, require_status
from tendering.domain.uploads import require_owner
from tendering.storage import uploads
from tendering.storage.connection import Connection, reading, transaction

FindingId = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}(?!\n)$", max_length=64)]


class PutDocument(Struct, frozen=True, forbid_unknown_fields=True):
    """The upload that holds the document."""

    upload: UUID
    media_type: MediaType


class PostFindingDecision(Struct, frozen=True, forbid_unknown_fields=True):
    """Accepted: it is to be mended. Rejected: it is none, with a reason of ten characters."""

    accepted: bool
    reason: Annotated[str, Meta(max_length=REASON_MAX)] = ""


class FindingView(Struct, frozen=True):
    """A finding with page and passage, and what was said to it."""

    finding: dict[str, Any]


class DocumentFindingList(Struct, frozen=True):
    """What was found; `open` counts what blocks the publication still."""

    findings: list[dict[str, Any]]
    open: int
    unchecked: list[str]


async def put_document(
    context: Context, actor: Actor, tender_id: UUID, name: DocumentName, body: PutDocument
) -> None:
    """Put a file into a draft's tender documents; it is read and checked first.

    Of a published tender it waits, unseen, for the amendment that brings it; another bill of
    quantities is read at once.
    """
    async with reading(context.pool) as connection:
        tender = await visible_tender(connection, tender_id, actor)
        require_party(tender, actor.organization_id)
        require_status(tender, TenderStatus.DRAFT, TenderStatus.PUBLISHED)
        upload = await uploads.get(connection, body.upload)
        require_owner(upload, actor.organization_id)
        assert upload.digest, "whatever is not complete was refused"
    path = context.blobs.path(body.upload)
    check = await deeds.check_file(path, name, tender.regime)
    bill = await read_amended(path, tender, name, upload.digest)
    async with transaction(context.pool) as connection:
        await put(
            connection,
            tender_id,
            name=name,
            media_type=body.media_type,
            upload_id=body.upload,
            read=ReadDocument(check, bill),
            by=actor,
        )


async def get_document_findings(
    connection: Connection, actor: Actor, tender_id: UUID
) -> DocumentFindingList:
    """What the check found in the tender documents: for whoever runs or supervises the tender."""
    tender = await visible_tender(connection, tender_id, actor)
    if actor.organization_id != tender.supervisor_id:
        require_party(tender, actor.organization_id)
    findings, decisions, unchecked = await deeds.findings_of(connection, tender)
    return DocumentFindingList(
        [dict(finding_json(one, decisions.get(one.id))) for one in findings],
        len(open_blocks(findings, decisions)),
        unchecked,
    )


async def post_finding_decision(
    actor: Actor,
    connection: Connection,
    received_at: datetime,
    tender_id: UUID,
    finding: FindingId,
    *,
    body: PostFindingDecision,
) -> FindingView:
    """Accept or reject a finding by name."""
    await visible_tender(connection, tender_id, actor)
    decision, found = await deeds.answer_finding(
        connection,
        tender_id,
        finding,
        accepted=body.accepted,
        reason=body.reason,
        by=actor,
        at=received_at,
    )
    return FindingView(dict(finding_json(found, decision)))
