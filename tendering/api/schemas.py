"""The JSON Schemas of files: methods and bids to be scored, which people write, and open data."""

from typing import Literal

from aiohttp import web

from tendering.methods import schema_text
from tendering.publication import OPEN_DATA, open_data_schema


async def get_schema(name: Literal["method-v1", "bids-v1", "open-data-v1"]) -> web.Response:
    """The JSON Schema of a format (docs/specs/method-v1.md), as `kaibiao score --schema` prints."""
    text = open_data_schema() if name == OPEN_DATA else schema_text(name)
    return web.Response(
        body=text.encode(),
        headers={"Content-Type": "application/schema+json", "Cache-Control": "no-cache"},
    )
