"""Small containers as files, for whoever reads files: made from their rows when they are asked for.

The row stays what counts, so a file that is lost is made again, and making it needs no fsync.
"""

import asyncio
from uuid import UUID

from tendering.domain.bid import SealedBid
from tendering.storage import small_containers
from tendering.storage.blobs import Blobs
from tendering.storage.connection import Connection


async def place_containers(connection: Connection, blobs: Blobs, bid: SealedBid) -> None:
    """See to it that all containers of a bid lie as files where `blobs.path` says."""
    missing = [
        envelope.upload_id
        for envelope in bid.envelopes
        if not blobs.path(envelope.upload_id).is_file()
    ]
    if missing:
        found = await small_containers.list_of(connection, bid.tender_id, missing)
        await asyncio.to_thread(_write, blobs, found)


def _write(blobs: Blobs, containers: dict[UUID, bytes]) -> None:
    for container_id, content in containers.items():
        blobs.write_copy(container_id, content)
