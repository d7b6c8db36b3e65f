"""One writer a process takes submissions into custody, in groups: what has queued goes in together.

A commit lasts as long as the disk, and deeds of one tender follow one another under its lock. So
whoever arrives while a group is being written waits for the next one, which takes all that wait, of
all tenders, in one transaction of a dozen statements: the hotter it gets, the larger the groups.
Each caller gets its own receipt or refusal, after the commit and never before.

A tender whose lock somebody else holds, another process or an opening, is passed over and waited
for apart, so that it keeps nobody else waiting.
"""

import asyncio
import logging
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from tendering.actions.bids import ReceiptTerms, submit_bids
from tendering.domain.custody import Arrived
from tendering.domain.key_policy import policy_digest
from tendering.domain.receipts import Receipt
from tendering.domain.refusals import Refused
from tendering.domain.refusals.bids import EphemeralKeyReused
from tendering.domain.tender import Tender
from tendering.storage import tenders
from tendering.storage.connection import (
    Connection,
    ConstraintViolation,
    Pool,
    reading,
    transaction,
)
from tendering.storage.tenders import Stamp
from tendering.turns import Turns

QUEUED_MAX: Final = 4096
KNOWN_TENDERS_MAX: Final = 512

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class KnownTender:
    """A tender as it was read, with the digest of its key holders and its stamp."""

    tender: Tender
    policy_digest: bytes
    stamp: Stamp


@dataclass(slots=True)
class _Waiting:
    arrived: Arrived
    answer: asyncio.Future[Receipt]


_Deed = Callable[[Connection], Awaitable[list[tuple[_Waiting, Receipt | Refused]]]]


@dataclass(slots=True)
class GroupWriter:
    """The writer of one process. `group_max` submissions at most go into one transaction.

    Who computes before `submit` takes one of `turns`, or the group under way would stand still.
    """

    pool: Pool
    terms: ReceiptTerms
    group_max: int = 256
    turns: Turns = field(default_factory=Turns)
    _queue: deque[_Waiting] = field(default_factory=deque)
    _something: asyncio.Event = field(default_factory=asyncio.Event)
    _apart: dict[UUID, list[_Waiting]] = field(default_factory=dict)
    _known: OrderedDict[UUID, KnownTender] = field(default_factory=OrderedDict)

    async def submit(self, arrived: Arrived) -> Receipt:
        """Take a submission into custody; returns after the commit.

        Raises the refusal of its own decision, one of OUTAGES, TimeoutError when too many wait.
        """
        if len(self._queue) >= QUEUED_MAX:
            raise TimeoutError("too many submissions wait")
        waiting = _Waiting(arrived, asyncio.get_running_loop().create_future())
        self._queue.append(waiting)
        self._something.set()
        return await waiting.answer

    async def tender(self, tender_id: UUID, *, fresh: bool = False) -> KnownTender:
        """A tender for the checks at the door; it may be a little old, what decides is read anew.

        Raises NotFound.
        """
        known = self._known.get(tender_id)
        if known is None or fresh:
            async with reading(self.pool) as connection:
                known = await self._read(connection, tender_id)
        return known

    async def run(self) -> None:
        """Write groups until cancelled. Runs in `writing_groups`."""
        async with asyncio.TaskGroup() as patient:
            while True:
                await self._something.wait()
                self._something.clear()
                while group := self._next_group():
                    for tender_id, passed_over in (await self._write(group)).items():
                        self._apart[tender_id] = passed_over
                        patient.create_task(self._write_apart(tender_id))

    def _next_group(self) -> list[_Waiting]:
        group: list[_Waiting] = []
        while self._queue and len(group) < self.group_max:
            waiting = self._queue.popleft()
            if waiting.answer.done():
                continue  # the caller has given up
            tender_id = waiting.arrived.bid.tender_id
            self._apart.get(tender_id, group).append(waiting)
        return group

    async def _write(self, group: list[_Waiting]) -> dict[UUID, list[_Waiting]]:
        """Write what can be locked at once; return the rest by tender."""
        tender_ids = {waiting.arrived.bid.tender_id for waiting in group}
        passed_over: dict[UUID, list[_Waiting]] = {}

        async def deed(connection: Connection) -> list[tuple[_Waiting, Receipt | Refused]]:
            held = await tenders.lock_all(connection, tender_ids, patiently=False)
            now = [one for one in group if one.arrived.bid.tender_id in held]
            for one in group:
                if one.arrived.bid.tender_id not in held:
                    passed_over.setdefault(one.arrived.bid.tender_id, []).append(one)
            return await self._decide(connection, now)

        await self._attempt(group, deed)
        return passed_over

    async def _write_apart(self, tender_id: UUID) -> None:
        """Wait for one tender's lock, then write what waits for it, until nothing does."""
        while group := [one for one in self._apart[tender_id] if not one.answer.done()]:
            self._apart[tender_id] = group[self.group_max :]
            await self._write_one(tender_id, group[: self.group_max])
        del self._apart[tender_id]

    async def _write_one(self, tender_id: UUID, group: list[_Waiting]) -> None:
        async def deed(connection: Connection) -> list[tuple[_Waiting, Receipt | Refused]]:
            await tenders.lock_all(connection, [tender_id], patiently=True)
            return await self._decide(connection, group)

        await self._attempt(group, deed)

    async def _attempt(self, group: Sequence[_Waiting], deed: _Deed) -> None:
        """One transaction; every caller of the group hears of its own part when it is over."""
        try:
            async with transaction(self.pool) as connection:
                outcomes = await deed(connection)
        except (EphemeralKeyReused, ConstraintViolation) as error:
            # Another process took in the same key at the same moment: whose fault is it?
            if len(group) == 1:
                reason = error if isinstance(error, Refused) else EphemeralKeyReused()
                _tell([(group[0], reason)])
                return
            for one in group:
                await self._write_one(one.arrived.bid.tender_id, [one])
        except Exception as error:  # a background loop: the callers hear of it, the writer goes on
            # A broken line leaves it open whether the commit was: who asks again finds out.
            log.warning("a group of submissions was not written", exc_info=True)
            _tell((one, error) for one in group)
        else:
            _tell(outcomes)

    async def _decide(
        self, connection: Connection, group: Sequence[_Waiting]
    ) -> list[tuple[_Waiting, Receipt | Refused]]:
        if not group:
            return []
        found = {one.arrived.bid.tender_id for one in group}
        current = {}
        for tender_id, stamp in (await tenders.stamps(connection, found)).items():
            known = self._known.get(tender_id)
            if known is None or known.stamp != stamp:
                known = await self._read(connection, tender_id)
            current[tender_id] = known.tender
        arrived = [one.arrived for one in group]
        return list(
            zip(group, await submit_bids(connection, current, arrived, self.terms), strict=True)
        )

    async def _read(self, connection: Connection, tender_id: UUID) -> KnownTender:
        # The stamp first: whatever changes between the two statements makes it an old one.
        stamp = (await tenders.stamps(connection, [tender_id])).get(tender_id)
        tender = await tenders.get(connection, tender_id)
        assert stamp is not None, "a tender is never deleted"
        known = KnownTender(tender, policy_digest(tender), stamp)
        self._known[tender_id] = known
        self._known.move_to_end(tender_id)
        while len(self._known) > KNOWN_TENDERS_MAX:
            self._known.popitem(last=False)
        return known


def _tell(outcomes: Iterable[tuple[_Waiting, Receipt | Exception]]) -> None:
    for waiting, outcome in outcomes:
        if waiting.answer.done():
            continue  # the caller has given up; asking again finds the receipt
        if isinstance(outcome, Exception):
            waiting.answer.set_exception(outcome)
        else:
            waiting.answer.set_result(outcome)


@asynccontextmanager
async def writing_groups(pool: Pool, terms: ReceiptTerms) -> AsyncIterator[GroupWriter]:
    """A writer that writes while the block runs."""
    writer = GroupWriter(pool, terms)
    task = asyncio.create_task(writer.run())
    try:
        yield writer
    finally:
        task.cancel()
        await asyncio.wait([task])
        if not task.cancelled():
            task.result()
