"""Answers that are the same for everybody: tagged by their content, so that caches may keep them.

The frame answers 304 where a cache still has what would be sent (RFC 9110 §13.1.2).
"""

from hashlib import sha256
from typing import Final, TypeVar

import msgspec
from aiohttp import web

from tendering.api.routing import Headed, Tagged

# A page that people look at while things happen; a document that changes with an entry.
PAGE_SECONDS: Final = 5
DOCUMENT_SECONDS: Final = 60
_ETAG_CHARACTERS: Final = 32

Value = TypeVar("Value")


def cacheable(value: Value) -> Headed[Tagged[Value]]:
    """A JSON answer that everybody may keep for some seconds."""
    etag = etag_of(msgspec.json.encode(value))
    return Headed(Tagged(value, etag), {"Cache-Control": _kept(PAGE_SECONDS)})


def document(body: bytes, media_type: str, *, name: str = "") -> web.Response:
    """Bytes that everybody may keep for a minute; with a `name` they are to be saved."""
    headers = {
        "Content-Type": media_type,
        "Cache-Control": _kept(DOCUMENT_SECONDS),
        "ETag": f'"{etag_of(body)}"',
    }
    if name:
        headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return web.Response(body=body, headers=headers)


def etag_of(content: bytes) -> str:
    """An entity tag for content, without quotes."""
    return sha256(content).hexdigest()[:_ETAG_CHARACTERS]


def _kept(seconds: int) -> str:
    return f"public, max-age={seconds}"
