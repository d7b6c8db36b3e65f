"""The archive over HTTP: the public edition for everybody, the full one for those who ran it."""

from datetime import datetime
from typing import Annotated, Final, Literal
from uuid import UUID

from aiohttp import web
from msgspec import Meta, Struct

from tendering.actions.announcements import Issuing
from tendering.actions.archives import ArchiveParts, archive_pieces
from tendering.actions.archivings import FIRST_ID, archive_tender, list_archived
from tendering.api.context import Actor, Context
from tendering.api.fields import Instant
from tendering.api.issued import IssuedAnswer, issued_answer
from tendering.api.log import LogParts
from tendering.api.tender_views import visible_tender
from tendering.domain.archive import Edition, require_archivable
from tendering.domain.disclosure import sees_all
from tendering.domain.keeping import Retention
from tendering.domain.permissions import may
from tendering.domain.refusals import Forbidden
from tendering.domain.refusals.tenders import ArchiveNotReady
from tendering.domain.tender import Tender
from tendering.storage.connection import Connection, reading

PAGE_MAX: Final = 200
PageSize = Annotated[int, Meta(ge=1, le=PAGE_MAX)]


class PostArchive(Struct, frozen=True, forbid_unknown_fields=True):
    """In which class the archive is kept; never shorter than the law says."""

    retention: Literal["permanent", "thirty_years", "ten_years"] = "thirty_years"


class ArchivedAnswer(Struct, frozen=True):
    """An archived tender. `keep_until`: the first instant it may go, null: never."""

    tender_id: UUID
    number: str
    title: str
    retention: Literal["permanent", "thirty_years", "ten_years"]
    ended_at: Instant
    keep_until: Instant | None
    archived_at: Instant


class ArchivedList(Struct, frozen=True):
    """Archived tenders by id; `next` is where to go on."""

    items: list[ArchivedAnswer]
    next: UUID | None


async def get_archive(
    context: Context,
    actor: Actor | None,
    request: web.Request,
    log_parts: LogParts,
    tender_id: UUID,
    *,
    edition: Literal["full", "public"] = "public",
) -> web.StreamResponse:
    """The archive of a tender that is over, one ZIP file; `kaibiao verify` checks it offline."""
    wanted = Edition(edition)
    async with reading(context.pool) as connection:
        tender = await visible_tender(connection, tender_id, actor)
    require_archivable(tender)
    if wanted is Edition.FULL:
        _require_reader(tender, actor)
    elif not sees_all(tender, actor):
        raise ArchiveNotReady(status=tender.status)
    parts = _parts(context, log_parts)
    response = web.StreamResponse(
        headers={
            "Content-Type": "application/zip",
            "Content-Disposition": f'attachment; filename="{tender_id}-{wanted}.zip"',
            "Cache-Control": "no-store",
        }
    )
    await response.prepare(request)
    async for piece in archive_pieces(parts, tender_id, edition=wanted, at=context.now()):
        await response.write(piece)
    await response.write_eof()
    return response


async def post_archive(
    context: Context,
    actor: Actor,
    received_at: datetime,
    log_parts: LogParts,
    tender_id: UUID,
    *,
    body: PostArchive,
) -> IssuedAnswer:
    """Archive a tender that is over: how long it is kept is fixed and certified (host)."""
    async with reading(context.pool) as connection:
        tender = await visible_tender(connection, tender_id, actor)
    certificate = await archive_tender(
        _parts(context, log_parts),
        tender_id,
        context.law(tender, received_at),
        Retention(body.retention),
        Issuing(actor, received_at, context.public_address),
    )
    return issued_answer(certificate)


async def get_archived(
    connection: Connection, *, after: UUID = FIRST_ID, limit: PageSize = PAGE_MAX
) -> ArchivedList:
    """List what was archived and until when each must be kept (operator, supervisor)."""
    found, further = await list_archived(connection, after, limit=limit)
    return ArchivedList(
        [
            ArchivedAnswer(
                one.tender_id,
                one.number,
                one.title,
                one.retention.value,
                one.ended_at,
                one.keep_until,
                one.archived_at,
            )
            for one in found
        ],
        further,
    )


def _parts(context: Context, log_parts: LogParts) -> ArchiveParts:
    return ArchiveParts(
        context.pool, context.blobs, context.keys, log_parts.keys, context.platform_name
    )


def _require_reader(tender: Tender, actor: Actor | None) -> None:
    """Who ran or supervises the tender. Raises Forbidden."""
    parties = {tender.procuring_entity_id, tender.agency_id, tender.supervisor_id}
    if (
        actor is None
        or not may(actor.role, "archive.read_full")
        or actor.organization_id not in parties
    ):
        raise Forbidden("the full edition is not for you")
