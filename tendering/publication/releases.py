"""A tender's releases out of its public journal, and both packages as bytes of JSON."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import msgspec

from tendering.domain.open_data.publication import Json, Publisher
from tendering.domain.open_data.releases import TOLD, named_in, releases_of
from tendering.storage import journal, organizations
from tendering.storage.connection import Connection

NOTICE: Final = "tender.published"
# Amounts are exact decimals and are written as numbers.
_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")


def encoded(value: Mapping[str, Any]) -> bytes:
    """A release, a package or a record as JSON."""
    return _ENCODER.encode(value)


async def load_releases(
    connection: Connection, tender_id: UUID, publisher: Publisher
) -> list[Json]:
    """The releases of a tender, oldest first; none before its notice.

    Two statements: what the public stream tells, and the organizations that the notice names. No
    table that knows of bids is read.
    """
    entries = await journal.list_shown(connection, tender_id, list(TOLD))
    notice = next((entry.body for entry in entries if entry.kind == NOTICE), None)
    if notice is None:
        return []
    known = await organizations.list_of(connection, named_in(notice))
    return releases_of(entries, {each.id: each for each in known}, publisher)
