"""The archive over HTTP: the public edition for everybody, the full one for those who ran it."""

from typing import Literal
from uuid import UUID

from aiohttp import web

from tendering.actions.archives import ArchiveParts, archive_pieces
from tendering.api.context import Actor, Context
from tendering.api.log import LogParts
from tendering.api.tender_views import visible_tender
from tendering.domain.archive import Edition, require_archivable
from tendering.domain.permissions import may
from tendering.domain.refusals import Forbidden
from tendering.domain.tender import Tender
from tendering.storage.connection import reading


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
    parts = ArchiveParts(
        context.pool, context.blobs, context.keys, log_parts.keys, context.platform_name
    )
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


def _require_reader(tender: Tender, actor: Actor | None) -> None:
    """Who ran or supervises the tender. Raises Forbidden."""
    parties = {tender.procuring_entity_id, tender.agency_id, tender.supervisor_id}
    if (
        actor is None
        or not may(actor.role, "archive.read_full")
        or actor.organization_id not in parties
    ):
        raise Forbidden("the full edition is not for you")
