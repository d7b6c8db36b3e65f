"""Uploads over HTTP: announced, filled part by part in any order, resumed after anything."""

import asyncio
from typing import Annotated
from uuid import UUID, uuid4

from aiohttp import web
from msgspec import Meta, Struct

from tendering.api.context import Actor, Context
from tendering.api.fields import INTEGER_MAX, HexDigest
from tendering.api.part_reading import in_thread, read_part
from tendering.api.problems import BodyTooLarge, UnsupportedMediaType
from tendering.domain.refusals import NotFound
from tendering.domain.refusals.bids import PartMismatch, StorageFull
from tendering.domain.uploads import Upload, decide_part, decide_upload, require_owner
from tendering.storage import uploads
from tendering.storage.blobs import PART_BYTES, DiskFull
from tendering.storage.connection import Connection, reading, transaction

PART_SECONDS_MAX = 600


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
    async with reading(context.pool) as connection:
        upload = await uploads.with_part(connection, upload_id, part)
    require_owner(upload, actor.organization_id)
    bytes_max = upload.part_size(part)
    if request.content_length is not None and request.content_length > bytes_max:
        raise BodyTooLarge("the part is longer than announced")
    async with context.writing.take() as buffer:
        async with asyncio.timeout(PART_SECONDS_MAX):
            data, found = await read_part(request, buffer, bytes_max=bytes_max)
        if decide_part(upload, part, bytes.fromhex(root), size_bytes=len(data)):
            await _store(context, upload, part, data, bytes.fromhex(root), found=found)
        elif found != bytes.fromhex(root):
            raise PartMismatch("the bytes are not those of the announced root", part=part)
    return web.Response(status=204)


async def _store(
    context: Context, upload: Upload, part: int, data: memoryview, root: bytes, *, found: bytes
) -> None:
    if found != root:
        raise PartMismatch("the bytes are not those of the announced root", part=part)
    async with transaction(context.pool) as connection:
        claimed = await uploads.claim_part(connection, upload.id, part, root)
    if claimed != root:
        raise PartMismatch("the part was announced with another content", part=part)
    try:
        await in_thread(context.blobs.write_part, upload.id, part, data)
    except DiskFull as error:
        raise StorageFull from error
    # A crash before this commit leaves bytes that the next attempt writes again.
    async with transaction(context.pool) as connection:
        if not await uploads.mark_stored(connection, upload.id, part):
            raise NotFound


def _view(upload: Upload) -> UploadView:
    return UploadView(
        upload.id, upload.size_bytes, upload.part_bytes, upload.parts, sorted(upload.roots)
    )
