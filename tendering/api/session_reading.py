"""Sessions are read for all who ask at the same moment, in one statement.

Every request asks who is there. Answers are not kept: whoever logs out, or whose authorization is
revoked, is nobody from the next request on. What is shared is only the way to the database.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

from tendering.domain.parties import Session
from tendering.storage import sessions
from tendering.storage.connection import OUTAGES, Pool, reading


@dataclass(slots=True)
class _Batch:
    """Those who wait for the same statement, and what it found."""

    digests: set[bytes] = field(default_factory=set)
    found: dict[bytes, Session] | None = None
    failure: Exception | None = None


@dataclass(slots=True)
class SessionReader:
    """Reads for those who came while the former statement was under way."""

    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _gathering: _Batch = field(default_factory=_Batch)

    async def get(self, pool: Pool, digest: bytes, *, at: datetime) -> Session | None:
        """The living session of a token's digest, as it is after this call. Raises OUTAGES."""
        batch = self._gathering
        batch.digests.add(digest)
        async with self._turn:
            # The first of the batch reads; if he is cut off, the next one does.
            if batch.found is None and batch.failure is None:
                await self._read(batch, pool, at)
        if batch.failure is not None:
            raise batch.failure
        assert batch.found is not None
        return batch.found.get(digest)

    async def _read(self, batch: _Batch, pool: Pool, at: datetime) -> None:
        if self._gathering is batch:
            self._gathering = _Batch()
        try:
            async with reading(pool) as connection:
                batch.found = await sessions.get_all(connection, batch.digests, at=at)
        except OUTAGES as error:
            # Those who wait with him would wait as long, one after the other.
            batch.failure = error
