"""Open data over HTTP: packages of the Open Contracting Data Standard, the feed, all of it at once.

Everything here is made of public streams and is the same for everybody.
"""

import asyncio
import zlib
from collections.abc import AsyncIterator
from typing import Final, Literal
from uuid import UUID

import msgspec
from aiohttp import web
from msgspec import Struct

from tendering.api.cacheable import cacheable, document, etag_of
from tendering.api.context import Context
from tendering.api.fields import Instant, PageLimit, Seq
from tendering.api.routing import PREFIX, Headed, Tagged
from tendering.domain.open_data.merging import merged
from tendering.domain.open_data.packages import record_package, release_package
from tendering.domain.open_data.publication import Json
from tendering.domain.open_data.releases import TOLD
from tendering.domain.refusals import NotFound
from tendering.publication.feeds import ATOM, ENTRIES_MAX, JSON_FEED, TITLES, atom, json_feed
from tendering.publication.releases import encoded, load_releases
from tendering.publication.workbooks import XLSX, tender_workbook
from tendering.storage import feed
from tendering.storage.connection import Connection, reading

JSON: Final = "application/json"
GZIP: Final = "application/gzip"
_TENDERS_AT_ONCE: Final = 50
_CHUNK_BYTES: Final = 64 << 10
# Who takes a chunk more slowly than this gives the place to the next.
_WRITE_SECONDS: Final = 60
_GZIP_WINDOW: Final = 31
_LEVEL: Final = 6


class FeedEntryView(Struct, frozen=True):
    """A public entry with its place among those of all tenders.

    `seq` is its number in the tender's own public stream; `release` the release that tells it, or
    null where an entry is evidence and no news.
    """

    position: int
    tender_id: UUID
    seq: int
    kind: str
    at: Instant
    ocid: str
    release: str | None


class FeedPage(Struct, frozen=True):
    """Entries that follow `after`, in an order that never changes and has no gaps.

    `next` is the `after` to ask with the next time; `more` says that there is more already.
    """

    entries: list[FeedEntryView]
    next: int
    more: bool


async def get_feed(
    context: Context, connection: Connection, after: Seq = 0, limit: PageLimit = 100
) -> Headed[Tagged[FeedPage]]:
    """What was published after a position, over all tenders: remember `next`, ask again with it."""
    found = await feed.after(connection, after, limit=limit + 1)
    entries = found[:limit]
    views = []
    for entry in entries:
        ocid = context.publisher.ocid(entry.tender_id)
        release = f"{ocid}-{entry.seq}" if entry.kind in TOLD else None
        views.append(
            FeedEntryView(
                entry.position, entry.tender_id, entry.seq, entry.kind, entry.at, ocid, release
            )
        )
    last = entries[-1].position if entries else after
    return cacheable(FeedPage(views, last, len(found) > limit))


async def get_news(
    context: Context, connection: Connection, form: Literal["atom", "json"]
) -> web.Response:
    """The newest fifty events for feed readers, as Atom or JSON Feed."""
    entries = await feed.list_newest(connection, list(TITLES), limit=ENTRIES_MAX)
    address = f"{context.public_address}{PREFIX}/open-data/news.{form}"
    if form == "atom":
        return document(atom(entries, context.publisher, address=address), ATOM)
    news = json_feed(entries, context.publisher, address=address)
    return document(msgspec.json.encode(news), JSON_FEED)


async def get_release_package(
    context: Context, connection: Connection, tender_id: UUID
) -> web.Response:
    """All releases of a tender, an OCDS 1.1 release package."""
    releases = await _releases(context, connection, tender_id)
    address = context.publisher.tender_address(tender_id, "ocds", "releases")
    package = release_package(releases, context.publisher, address=address)
    return document(encoded(package), JSON)


async def get_record_package(
    context: Context, connection: Connection, tender_id: UUID
) -> web.Response:
    """The record of a tender: its releases and what is known now, an OCDS 1.1 record package."""
    releases = await _releases(context, connection, tender_id)
    address = context.publisher.tender_address(tender_id, "ocds", "record")
    return document(encoded(record_package(releases, context.publisher, address=address)), JSON)


async def get_tender_workbook(
    context: Context, connection: Connection, tender_id: UUID
) -> web.Response:
    """What is published of a tender, as a workbook for spreadsheets."""
    releases = await _releases(context, connection, tender_id)
    workbook = await asyncio.to_thread(tender_workbook, merged(releases), releases)
    return document(workbook, XLSX, name=f"{tender_id}.xlsx")


async def get_everything(
    context: Context,
    request: web.Request,
    what: Literal["releases", "records"],
    after: Seq = 0,
) -> web.StreamResponse:
    """All tenders with news after a position of the feed: JSON lines, compressed with gzip.

    A line is a release, or the compiled release of a record. The header `Feed-Position` is the
    `after` for the next time.
    """
    async with reading(context.pool) as connection:
        position = await feed.last_position(connection)
    publisher = context.publisher
    tag = etag_of(f"{publisher} {what} {after} {position}".encode())
    headers = {
        "Content-Type": GZIP,
        "Content-Disposition": f'attachment; filename="{what}.jsonl.gz"',
        "Cache-Control": "public, max-age=60",
        "ETag": f'"{tag}"',
        "Feed-Position": str(position),
    }
    if any(one.value in {tag, "*"} for one in request.if_none_match or ()):
        return web.Response(status=304, headers=headers)
    response = web.StreamResponse(headers=headers)
    async with context.downloading:
        await response.prepare(request)
        if request.method == "HEAD":
            return response
        compressor = zlib.compressobj(_LEVEL, wbits=_GZIP_WINDOW)
        waiting = bytearray()
        async for line in _lines(context, what, after):
            waiting += compressor.compress(line)
            if len(waiting) >= _CHUNK_BYTES:
                await _send(response, waiting)
        waiting += compressor.flush()
        await _send(response, waiting)
        await response.write_eof()
    return response


async def _send(response: web.StreamResponse, waiting: bytearray) -> None:
    async with asyncio.timeout(_WRITE_SECONDS):
        await response.write(bytes(waiting))
    waiting.clear()


async def _lines(context: Context, what: str, after: int) -> AsyncIterator[bytes]:
    """Lines of JSON, tender by tender; no connection is held while they are sent."""
    last = UUID(int=0)
    while True:
        lines = []
        async with reading(context.pool) as connection:
            page = await feed.tenders_after(connection, last, since=after, limit=_TENDERS_AT_ONCE)
            for tender_id in page:
                releases = await load_releases(connection, tender_id, context.publisher)
                told = releases if what == "releases" or not releases else [merged(releases)]
                lines += [encoded(each) + b"\n" for each in told]
        for line in lines:
            yield line
        if len(page) < _TENDERS_AT_ONCE:
            return
        last = page[-1]


async def _releases(context: Context, connection: Connection, tender_id: UUID) -> list[Json]:
    """The releases of a published tender. Raises NotFound: nobody learns of a draft."""
    releases = await load_releases(connection, tender_id, context.publisher)
    if not releases:
        raise NotFound
    return releases
