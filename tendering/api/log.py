"""The log over HTTP: checkpoint and tiles for everybody, receipts for bidders, time stamps.

Checkpoint and tiles are static-like (C2SP tlog-tiles, prefix `/api/v1/log`): who fetches which tile
tells nothing, because proofs are in the receipts and nobody needs a tile to have one.
"""

import asyncio
import os
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final, Literal

from aiohttp import web
from msgspec import Meta, Struct

from tendering.actions.log import complete_receipt
from tendering.api.context import Actor, Context
from tendering.api.fields import HexDigest
from tendering.api.problems import BodyTooLarge, RequestTimeout, UnsupportedMediaType
from tendering.domain.log_tree import LEVEL_MAX, parse_tile_path
from tendering.domain.published_keys import PublishedKeys, published_keys_json
from tendering.domain.receipts import receipt_json
from tendering.domain.refusals import NotFound
from tendering.domain.refusals.log import LogEmpty, TileUnknown
from tendering.domain.time_stamping import SERIAL_BYTES, Stamper
from tendering.storage import log, receipts
from tendering.storage.connection import Connection

QUERY_BYTES_MAX: Final = 8 << 10
QUERY_SECONDS_MAX: Final = 10
QUERY_TYPE: Final = "application/timestamp-query"
REPLY_TYPE: Final = "application/timestamp-reply"

Act = Literal["bid.submitted", "bid.withdrawn"]
Level = Annotated[int, Meta(ge=0, le=LEVEL_MAX)]
# These patterns are as long as they say; a length besides would only be said twice.
TilePart = Annotated[str, Meta(pattern=r"^(x?[0-9]{3}|[0-9]{1,3})(?!\n)$")]
TileHead = Annotated[str, Meta(pattern=r"^x?[0-9]{3}(\.p)?(?!\n)$")]


@dataclass(frozen=True, slots=True)
class LogParts:
    """What the log's doors need beyond the context: mounted as the part `log_parts`."""

    keys: PublishedKeys
    stamper: Stamper


class LogEvidence(Struct, frozen=True):
    """A cosigned checkpoint and RFC 3161 tokens over its root, by the name of their authority."""

    checkpoint: str
    time_stamps: dict[str, bytes]


async def get_checkpoint(connection: Connection) -> web.Response:
    """The newest checkpoint with the cosignatures that have arrived (C2SP tlog-checkpoint)."""
    text = await log.latest_text(connection)
    if text is None:
        raise LogEmpty
    return web.Response(
        body=text.encode(),
        headers={"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-cache"},
    )


async def get_evidence(connection: Connection, log_parts: LogParts) -> LogEvidence:
    """The newest checkpoint that enough witnesses have cosigned, and time stamps over its root."""
    found = await log.latest_evidence(connection, quorum=log_parts.keys.quorum)
    if found is None:
        raise LogEmpty
    tokens = {each.authority: each.token for each in found.tokens}
    return LogEvidence(found.cosigned, tokens)


async def get_tile(connection: Connection, level: Level, n: TilePart) -> web.Response:
    """A tile of hashes: level, number; a number beyond 999 takes further path elements."""
    return await _tile(connection, level, n)


async def get_tile_of_two(
    connection: Connection, level: Level, first: TileHead, second: TilePart
) -> web.Response:
    """A tile whose path has two elements: `x001/067` or, partial, `067.p/8`."""
    return await _tile(connection, level, f"{first}/{second}")


async def get_tile_of_three(
    connection: Connection, level: Level, first: TileHead, second: TileHead, third: TilePart
) -> web.Response:
    """A tile whose path has three elements."""
    return await _tile(connection, level, f"{first}/{second}/{third}")


async def get_tile_of_four(
    connection: Connection,
    level: Level,
    *,
    first: TileHead,
    second: TileHead,
    third: TileHead,
    fourth: TilePart,
) -> web.Response:
    """A tile whose path has four elements."""
    return await _tile(connection, level, f"{first}/{second}/{third}/{fourth}")


async def get_receipt(
    connection: Connection,
    actor: Actor,
    log_parts: LogParts,
    *,
    manifest_digest: HexDigest,
    act: Act = "bid.submitted",
) -> dict[str, Any]:
    """The bidder's own receipt; completed once a cosigned checkpoint covers its leaf."""
    receipt = await receipts.of_bidder(
        connection,
        bidder_id=actor.organization_id,
        manifest_digest=bytes.fromhex(manifest_digest),
        act=act,
    )
    if receipt is None:
        raise NotFound
    return receipt_json(await complete_receipt(connection, receipt, keys=log_parts.keys))


async def get_published_keys(log_parts: LogParts) -> dict[str, Any]:
    """The keys that receipts are checked against, and who stands behind each."""
    return published_keys_json(log_parts.keys)


async def post_time_stamp(
    request: web.Request, context: Context, log_parts: LogParts
) -> web.Response:
    """A token from the platform's own time-stamping authority (RFC 3161 §3.4)."""
    if request.content_type != QUERY_TYPE:
        raise UnsupportedMediaType
    query = await _query(request)
    at: datetime = context.now()
    answer = await asyncio.to_thread(
        log_parts.stamper.respond, query, at=at, chance=os.urandom(SERIAL_BYTES)
    )
    return web.Response(body=answer, content_type=REPLY_TYPE)


async def _tile(connection: Connection, level: int, path: str) -> web.Response:
    try:
        n, width = parse_tile_path(level, path)
    except ValueError:
        raise TileUnknown from None
    hashes = await log.tile(connection, level, n, width)
    if hashes is None:
        raise TileUnknown
    return web.Response(
        body=hashes,
        headers={
            "Content-Type": "application/octet-stream",
            "Cache-Control": "public, max-age=31536000, immutable",
        },
    )


async def _query(request: web.Request) -> bytes:
    query = bytearray()
    try:
        async with asyncio.timeout(QUERY_SECONDS_MAX):
            async for chunk in request.content.iter_any():
                query += chunk
                if len(query) > QUERY_BYTES_MAX:
                    raise BodyTooLarge(bytes_max=QUERY_BYTES_MAX)
    except TimeoutError:
        raise RequestTimeout from None
    return bytes(query)
