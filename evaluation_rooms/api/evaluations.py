"""An evaluation from outside its room, and the files of the bids inside it, over HTTP."""

import asyncio
import secrets
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final, Literal
from urllib.parse import quote
from uuid import UUID, uuid4

from aiohttp import web
from msgspec import Meta, Struct

from evaluation_rooms.actions import evaluations
from evaluation_rooms.actions.bid_files import OpenedBundles, file_of, find_bundles, read_index
from evaluation_rooms.actions.evaluations import Chance
from tendering.api.context import Actor, Context
from tendering.api.fields import LotNumber
from tendering.api.issued import IssuedAnswer, issued_answer
from tendering.domain.bundle import Bundle, BundleFile
from tendering.domain.refusals import NotFound
from tendering.domain.tender import ENVELOPES
from tendering.storage.connection import Connection, reading

SEED_BYTES: Final = 32
PIECE_BYTES: Final = 1 << 20
# What a browser may show; everything else is only ever saved.
_SHOWN: Final = frozenset({"application/pdf", "image/jpeg", "image/png"})
_HIDDEN_UNTIL_ASKED: Final = "application/octet-stream"

EnvelopeKind = Literal["qualification", "technical", "price"]
BidNumberInPath = Annotated[int, Meta(ge=1, le=10_000)]
FileNumber = Annotated[int, Meta(ge=1, le=10_000)]


class PostEvaluation(Struct, frozen=True, forbid_unknown_fields=True):
    """The lot to be evaluated."""

    lot: LotNumber


class PostEvaluationRoom(Struct, frozen=True, forbid_unknown_fields=True):
    """The lot to be evaluated. `recorded_by_venue`: as in `PostRoom`."""

    lot: LotNumber
    recorded_by_venue: bool = False


class EvaluationAnswer(Struct, frozen=True):
    """The room of the evaluation."""

    room_id: UUID


class BidFileAnswer(Struct, frozen=True):
    """A file of an opened bid: number `n` of its envelope's bundle; SHA-256 in hex."""

    kind: str
    n: int
    name: str
    media_type: str
    size_bytes: int
    sha256: str


class BidFileList(Struct, frozen=True):
    """The files of a bid that one may read now."""

    items: list[BidFileAnswer]


async def post_evaluation(
    actor: Actor,
    connection: Connection,
    received_at: datetime,
    tender_id: UUID,
    body: PostEvaluationRoom,
) -> EvaluationAnswer:
    """Open the evaluation room of a lot as the tender documents say (host)."""
    done = await evaluations.open_evaluation(
        connection,
        tender_id,
        body.lot,
        Chance(uuid4(), secrets.token_bytes(SEED_BYTES)),
        by=actor,
        at=received_at,
        recorded_by_venue=body.recorded_by_venue,
    )
    return EvaluationAnswer(done.room.id)


async def post_evaluation_report(
    context: Context,
    actor: Actor,
    received_at: datetime,
    tender_id: UUID,
    body: PostEvaluation,
) -> IssuedAnswer:
    """Make the report of an evaluation and issue it for its members' signatures (host)."""
    document = await evaluations.issue_report(
        context.pool,
        tender_id,
        body.lot,
        by=actor,
        at=received_at,
        address=context.public_address,
    )
    return issued_answer(document)


async def post_evaluation_close(
    actor: Actor,
    connection: Connection,
    received_at: datetime,
    tender_id: UUID,
    body: PostEvaluation,
) -> None:
    """Close the room of a lot whose report is signed; the result is handed over (host)."""
    await evaluations.close_evaluation(connection, tender_id, body.lot, by=actor, at=received_at)


async def get_bid_files(
    context: Context, actor: Actor, room_id: UUID, number: BidNumberInPath
) -> BidFileList:
    """List the files of a bid in the room, as far as you may read them now."""
    bundles = await _bundles(context, actor, room_id, number)
    items = [
        BidFileAnswer(kind, n, one.name, one.media_type, one.size_bytes, one.sha256)
        for kind in ENVELOPES
        if kind in bundles.digests
        for n, one in enumerate((await _index(context, bundles, kind)).files, start=1)
        if n not in bundles.withheld
    ]
    return BidFileList(items)


async def get_bid_file(
    context: Context,
    actor: Actor,
    request: web.Request,
    *,
    room_id: UUID,
    number: BidNumberInPath,
    kind: EnvelopeKind,
    n: FileNumber,
) -> web.StreamResponse:
    """Read a file of a bid in the room."""
    bundles = await _bundles(context, actor, room_id, number)
    if kind not in bundles.digests or n in bundles.withheld:
        raise NotFound
    file = file_of(await _index(context, bundles, kind), n)
    return await _send(request, context.blobs.opened_path(bundles.digests[kind]), file)


async def _bundles(context: Context, actor: Actor, room_id: UUID, number: int) -> OpenedBundles:
    async with reading(context.pool) as connection:
        return await find_bundles(connection, room_id, number, by=actor, at=context.now())


async def _index(context: Context, bundles: OpenedBundles, kind: str) -> Bundle:
    path = context.blobs.opened_path(bundles.digests[kind])
    return await asyncio.to_thread(read_index, path, names_hidden=bundles.names_hidden)


async def _send(request: web.Request, path: Path, file: BundleFile) -> web.StreamResponse:
    """Stream a part of a bundle; bidders choose media types, so few of them are believed."""
    shown = file.media_type in _SHOWN
    disposition = "inline" if shown else "attachment"
    response = web.StreamResponse(
        headers={
            "Content-Type": file.media_type if shown else _HIDDEN_UNTIL_ASKED,
            "Content-Length": str(file.size_bytes),
            "Content-Disposition": f"{disposition}; filename*=UTF-8''{quote(file.name, safe='')}",
            "Cache-Control": "no-store",
        }
    )
    await response.prepare(request)
    if request.method != "HEAD":
        sent = 0
        while sent < file.size_bytes:
            count = min(PIECE_BYTES, file.size_bytes - sent)
            piece = await asyncio.to_thread(_read, path, file.offset + sent, count)
            await response.write(piece)
            sent += count
    await response.write_eof()
    return response


def _read(path: Path, offset: int, count: int) -> bytes:
    with path.open("rb") as file:
        file.seek(offset)
        piece = file.read(count)
    assert len(piece) == count, "an opened bundle does not shrink"
    return piece
