"""Uploads over HTTP: announced, filled part by part in any order, resumed after anything."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Final
from uuid import UUID, uuid4

from aiohttp import web
from msgspec import Meta, Struct

from tendering.api.context import Actor, Context
from tendering.api.fields import INTEGER_MAX, HexDigest
from tendering.api.problems import BodyTooLarge, RequestTimeout, UnsupportedMediaType
from tendering.api.receiving import in_thread, require_length
from tendering.domain.refusals import NotFound
from tendering.domain.refusals.bids import PartMismatch, StorageFull
from tendering.domain.uploads import Upload, decide_part, decide_upload, require_owner
from tendering.storage import uploads
from tendering.storage.blobs import PART_BYTES, DiskFull, full_disks
from tendering.storage.connection import Connection, reading
from tendering.storage.part_files import PartFile, PartTaken

PART_REFUSALS: Final = (
    NotFound,
    PartMismatch,
    StorageFull,
    BodyTooLarge,
    RequestTimeout,
    UnsupportedMediaType,
)


class PostUpload(Struct, frozen=True, forbid_unknown_fields=True):
    """Announce an upload of so many bytes."""

    size_bytes: Annotated[int, Meta(ge=1, le=INTEGER_MAX)]


class UploadView(Struct, frozen=True):
    """An upload: its parts are `part_bytes` long, the last one shorter; `received` are stored."""

    id: UUID
    size_bytes: int
    part_bytes: int
    parts: int
    received: list[int]


async def post_upload(
    context: Context, actor: Actor, connection: Connection, body: PostUpload
) -> UploadView:
    """Announce an upload."""
    decide_upload(body.size_bytes, size_bytes_max=context.upload_bytes_max)
    upload = Upload(uuid4(), actor.organization_id, body.size_bytes, PART_BYTES, {})
    # A crash after this leaves an empty file that nothing refers to.
    try:
        await asyncio.to_thread(context.blobs.make_room, upload.id, body.size_bytes)
    except DiskFull as error:
        raise StorageFull from error
    await uploads.insert(connection, upload)
    return _view(upload)


async def get_upload(connection: Connection, actor: Actor, upload_id: UUID) -> UploadView:
    """What has arrived of one's upload."""
    upload = await uploads.get(connection, upload_id)
    require_owner(upload, actor.organization_id)
    return _view(upload)


async def put_part(
    context: Context,
    actor: Actor,
    request: web.Request,
    upload_id: UUID,
    part: Annotated[int, Meta(ge=0, le=2**31 - 1)],
    *,
    root: HexDigest,
) -> web.Response:
    """Store a part. The bytes are durable when the answer comes; the same part again does nothing.

    `root` is the RFC 6962 root over 1 MiB blocks of the part.
    """
    if request.content_type != "application/octet-stream":
        raise UnsupportedMediaType("a part is application/octet-stream")
    announced = bytes.fromhex(root)
    async with context.receivers.alone(upload_id, part) as place:
        upload = await _own(context, actor, upload_id, part)
        size = upload.part_size(part)
        require_length(request, size)
        while decide_part(upload, part, announced):
            async with _open(context, upload, part) as file:
                if await _claim(context, upload, part, announced):
                    found = await context.receivers.receive(request, place, file, size=size)
                    _require_root(found, announced, part)
                    await _store(context, upload, part, file)
                    return web.Response(status=204)
            # Another process has stored it since.
            upload = await _own(context, actor, upload_id, part)
        found = await context.receivers.receive(request, place, None, size=size)
        _require_root(found, announced, part)
    return web.Response(status=204)


async def _own(context: Context, actor: Actor, upload_id: UUID, part: int) -> Upload:
    async with reading(context.pool) as connection:
        upload = await uploads.with_part(connection, upload_id, part)
    require_owner(upload, actor.organization_id)
    return upload


@asynccontextmanager
async def _open(context: Context, upload: Upload, part: int) -> AsyncIterator[PartFile]:
    """The part's place on the disk, alone."""
    size = upload.part_size(part)
    try:
        opening = in_thread(lambda: context.blobs.open_part(upload.id, part, size))
        with full_disks(), await opening as file:
            yield file
    except DiskFull as error:
        raise StorageFull from error
    except PartTaken as error:
        # Another process receives it, perhaps on a line that is dead: it is worth asking again.
        raise TimeoutError("another process receives this part") from error
    except FileNotFoundError as error:
        raise NotFound from error  # cleared away meanwhile


async def _claim(context: Context, upload: Upload, part: int, root: bytes) -> bool:
    """Nothing is written before the database knows what will be, and that nothing is stored."""
    # Here and below one statement, which is a transaction by itself: no turns to begin and end it.
    async with reading(context.pool) as connection:
        return await uploads.claim_part(connection, upload.id, part, root)


async def _store(context: Context, upload: Upload, part: int, file: PartFile) -> None:
    await in_thread(file.sync)
    # A crash before this commit leaves bytes that the next attempt writes again.
    async with reading(context.pool) as connection:
        if not await uploads.mark_stored(connection, upload.id, part):
            raise NotFound


def _require_root(found: bytes, announced: bytes, part: int) -> None:
    if found != announced:
        raise PartMismatch("the bytes are not those of the announced root", part=part)


def _view(upload: Upload) -> UploadView:
    return UploadView(
        upload.id, upload.size_bytes, upload.part_bytes, upload.parts, sorted(upload.roots)
    )
