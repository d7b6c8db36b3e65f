"""The JSON Schemas of the files that people write themselves: methods, and bids to be scored."""

from typing import Literal

from aiohttp import web

from tendering.methods import schema_text


async def get_schema(name: Literal["method-v1", "bids-v1"]) -> web.Response:
    """The JSON Schema of a format (docs/specs/method-v1.md), as `kaibiao score --schema` prints."""
    return web.Response(
        body=schema_text(name).encode(),
        headers={"Content-Type": "application/schema+json", "Cache-Control": "no-cache"},
    )
