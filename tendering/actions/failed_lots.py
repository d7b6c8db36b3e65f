"""Which lots of a tender have failed by themselves, and which are tendered again already."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from tendering.domain.failed_lots import FAILURE_KINDS, failed_lots
from tendering.domain.journal import Entry, Stream
from tendering.storage import journal
from tendering.storage.connection import Connection

RETENDERED: Final = "tender.retendered"


async def failed_of(connection: Connection, tender_id: UUID) -> Mapping[str, Entry]:
    """The lots that have failed by themselves, each with the entry that says so."""
    kinds = sorted(FAILURE_KINDS)
    return failed_lots(await journal.list_of_kinds(connection, tender_id, Stream.PUBLIC, kinds))


async def repeated_of(connection: Connection, tender_id: UUID) -> list[frozenset[str]]:
    """The lots of each further attempt that was begun."""
    told = await journal.list_of_kinds(connection, tender_id, Stream.PUBLIC, [RETENDERED])
    lots = [entry.body["lots"] for entry in told]
    return [frozenset(map(str, one)) for one in lots if isinstance(one, list)]
