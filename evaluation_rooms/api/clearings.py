"""The clearing report of a room's lot over HTTP: as data, and as a PDF to read."""

import asyncio
from typing import Any
from uuid import UUID

from aiohttp import web
from msgspec import Struct

from evaluation_rooms.actions.clearings import RoomClearing, find_clearing, read_report
from tendering.api.context import Actor, Context
from tendering.documents.clearing_report import render_clearing
from tendering.storage.connection import reading


class ClearingReportView(Struct, frozen=True):
    """`report`: `kaibiao/clearing/v1`, bids under their numbers in the room.

    `digest`: SHA-256 (hex) of the report as the journal has it, with bidders' ids.
    """

    digest: str
    names: dict[str, str]
    report: dict[str, Any]


async def get_clearing(context: Context, actor: Actor, room_id: UUID) -> ClearingReportView:
    """Read the clearing report of the room's lot."""
    found = await _found(context, actor, room_id)
    path = context.blobs.opened_path(found.about.digest)
    report = await asyncio.to_thread(read_report, path, found.about.digest, found.keys)
    names = {key: found.names[bidder_id] for bidder_id, key in found.keys.items()}
    return ClearingReportView(found.about.digest, names, report)


async def get_clearing_document(context: Context, actor: Actor, room_id: UUID) -> web.Response:
    """Read the clearing report of the room's lot as a PDF."""
    found = await _found(context, actor, room_id)
    path = context.blobs.opened_path(found.about.digest)
    report = await asyncio.to_thread(read_report, path, found.about.digest, found.names)
    rendered = await asyncio.to_thread(render_clearing, found.about, report)
    headers = {"Cache-Control": "no-store", "Content-Disposition": "inline"}
    return web.Response(body=rendered.pdf, content_type="application/pdf", headers=headers)


async def _found(context: Context, actor: Actor, room_id: UUID) -> RoomClearing:
    async with reading(context.pool) as connection:
        return await find_clearing(connection, room_id, by=actor, at=context.now())
