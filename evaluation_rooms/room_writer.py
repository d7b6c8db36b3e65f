"""One writer a process does what members ask through their sockets, in groups of all rooms.

A commit lasts as long as the disk, and a room is a dozen tables. So the writer keeps the rooms
that are at work as they stood at an entry of their stream, folds what others have appended since,
decides each request in order, and writes all with one commit. Each asker hears after the commit.

A tender whose lock somebody else holds, or that stands still, is passed over: its requests are
done apart, each by `act`, which waits and knows every reason to refuse.
"""

import asyncio
import logging
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce
from typing import Final
from uuid import UUID

from evaluation_rooms.actions.rooms import act, require_own_seat
from evaluation_rooms.commands import Command
from evaluation_rooms.deciding import decide
from evaluation_rooms.events import RoomEvent, from_event, to_event
from evaluation_rooms.fold import apply
from evaluation_rooms.room import Change, Room
from evaluation_rooms.standing import Standing
from evaluation_rooms.storage import rooms
from tendering.domain.journal import Entry, Stream
from tendering.domain.refusals import Refused
from tendering.storage import journal, tenders
from tendering.storage.connection import OUTAGES, Connection, Pool, transaction
from tendering.storage.journal import End

QUEUED_MAX: Final = 4096
GROUP_MAX: Final = 128
KNOWN_ROOMS_MAX: Final = 1024
# Who falls further behind reads the tables: a room is some hundred rows.
FOLDED_MAX: Final = 200
# So many wait for locks of others, and leave the rest of the pool alone.
APART_MAX: Final = 3

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody in a room asks for, and when it had arrived."""

    tender_id: UUID
    room_id: UUID
    command: Command
    by: Standing
    at: datetime


@dataclass(frozen=True, slots=True)
class _Known:
    room: Room
    seq: int


@dataclass(slots=True)
class _Waiting:
    request: Request
    answer: asyncio.Future[int]
    events: tuple[RoomEvent, ...] = ()
    refused: Refused | None = None
    seq: int = 0
    is_apart: bool = False


@dataclass(slots=True)
class RoomWriter:
    """The writer of one process; it writes while `writing_rooms` runs."""

    pool: Pool
    _queue: deque[_Waiting] = field(default_factory=deque)
    _something: asyncio.Event = field(default_factory=asyncio.Event)
    _known: OrderedDict[UUID, _Known] = field(default_factory=OrderedDict)
    _apart: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(APART_MAX))

    async def do(self, request: Request) -> int:
        """Do what is asked; the number of its last entry, after the commit.

        Raises the refusals of its rule, one of OUTAGES, TimeoutError when too many wait.
        """
        if len(self._queue) >= QUEUED_MAX:
            raise TimeoutError("too many requests wait")
        waiting = _Waiting(request, asyncio.get_running_loop().create_future())
        self._queue.append(waiting)
        self._something.set()
        return await waiting.answer

    async def run(self) -> None:
        """Write groups until cancelled."""
        async with asyncio.TaskGroup() as patient:
            while True:
                await self._something.wait()
                self._something.clear()
                while group := self._next_group():
                    for waiting in await self._write(group):
                        patient.create_task(self._write_apart(waiting))

    def _next_group(self) -> list[_Waiting]:
        count = min(len(self._queue), GROUP_MAX)
        # Whose line has ended no longer waits; it was not promised anything.
        return [
            one for one in (self._queue.popleft() for _ in range(count)) if not one.answer.done()
        ]

    async def _write(self, group: Sequence[_Waiting]) -> list[_Waiting]:
        """Write what can be locked at once; return the rest."""
        try:
            async with transaction(self.pool) as connection:
                held = await tenders.lock_running(
                    connection, {one.request.tender_id for one in group}
                )
                for one in group:
                    one.is_apart = one.request.tender_id not in held
                known = await self._decide(connection, [one for one in group if not one.is_apart])
        except OUTAGES as error:
            # It is open whether the commit was: who asks again finds out.
            log.warning("a group of requests was not written", exc_info=True)
            for one in group:
                _tell(one, error)
            return []
        except Exception:
            log.exception("a group of requests fails; each is tried alone")
            return list(group)
        # What was committed, and not before, is what the next request finds.
        for room_id, one_known in known.items():
            self._remember(room_id, one_known)
        for one in group:
            if not one.is_apart:
                _tell(one, one.refused or one.seq)
        return [one for one in group if one.is_apart]

    async def _write_apart(self, waiting: _Waiting) -> None:
        request = waiting.request
        try:
            async with self._apart, transaction(self.pool) as connection:
                done = await act(
                    connection, request.room_id, request.command, request.by, at=request.at
                )
        except Refused as refused:
            _tell(waiting, refused)
        except Exception as error:  # a background task: the asker hears of it
            log.warning("a request in a room failed", exc_info=True)
            _tell(waiting, error)
        else:
            _tell(waiting, done.seq)

    async def _decide(
        self, connection: Connection, group: Sequence[_Waiting]
    ) -> dict[UUID, _Known]:
        """Decide and write; the rooms as they then are. Each one's `seq` is its last entry's."""
        if not group:
            return {}
        tender_ids = {one.request.tender_id for one in group}
        ends = await journal.ends(connection, Stream.COMMITTEE, tender_ids)
        found = await self._rooms(connection, group, ends)
        current = dict(found)
        for one in group:
            _decide(one, current)
        changes = [Change(found[room_id], current[room_id]) for room_id in found]
        await rooms.save(connection, [one for one in changes if one.before is not one.after])
        last = {tender_id: end.seq for tender_id, end in ends.items()}
        told = [(one.request, event) for one in group for event in one.events]
        if told:
            events = [(asked.tender_id, to_event(event), asked.at) for asked, event in told]
            await journal.append_all(connection, Stream.COMMITTEE, events, known=ends)
        for one in group:
            last[one.request.tender_id] += len(one.events)
            one.seq = last[one.request.tender_id]
        return {room_id: _Known(room, last[room.tender_id]) for room_id, room in current.items()}

    async def _rooms(
        self, connection: Connection, group: Sequence[_Waiting], ends: Mapping[UUID, End]
    ) -> dict[UUID, Room]:
        """The rooms of the group as they stand now: known, folded further, or read."""
        wanted = {one.request.room_id: one.request.tender_id for one in group}
        near = {
            room_id: known
            for room_id, tender_id in wanted.items()
            if (known := self._known.get(room_id)) is not None
            and ends[tender_id].seq - known.seq <= FOLDED_MAX
        }
        behind: dict[tuple[UUID, Stream], int] = {}
        for room_id, known in near.items():
            stream = (wanted[room_id], Stream.COMMITTEE)
            if known.seq < ends[wanted[room_id]].seq:
                behind[stream] = min(known.seq, behind.get(stream, known.seq))
        news = await journal.after_each(connection, behind, limit=FOLDED_MAX) if behind else {}
        return {
            room_id: _folded(near[room_id], news.get((tender_id, Stream.COMMITTEE), ()))
            if room_id in near
            else await rooms.load(connection, tender_id, room_id)
            for room_id, tender_id in wanted.items()
        }

    def _remember(self, room_id: UUID, known: _Known) -> None:
        self._known[room_id] = known
        self._known.move_to_end(room_id)
        while len(self._known) > KNOWN_ROOMS_MAX:
            self._known.popitem(last=False)


def _folded(known: _Known, entries: Sequence[Entry]) -> Room:
    room = known.room
    for entry in entries:
        event = from_event(entry.kind, entry.body) if entry.seq > known.seq else None
        if event is not None and event.room_id == room.id:
            room = apply(room, event)
    return room


def _decide(waiting: _Waiting, current: dict[UUID, Room]) -> None:
    request = waiting.request
    room = current[request.room_id]
    if not room.is_open_at(request.at):
        # Pauses of the tender may prolong its window, which is seldom asked.
        waiting.is_apart = True
        return
    try:
        require_own_seat(room, request.by)
        waiting.events = decide(room, request.command, at=request.at)
    except Refused as refused:
        waiting.refused = refused
        return
    current[request.room_id] = reduce(apply, waiting.events, room)


def _tell(waiting: _Waiting, outcome: int | Exception) -> None:
    if waiting.answer.done():
        return  # its line has ended; the journal says what happened
    if isinstance(outcome, Exception):
        waiting.answer.set_exception(outcome)
    else:
        waiting.answer.set_result(outcome)


@asynccontextmanager
async def writing_rooms(pool: Pool) -> AsyncIterator[RoomWriter]:
    """A writer that writes while the block runs."""
    writer = RoomWriter(pool)
    task = asyncio.create_task(writer.run())
    try:
        yield writer
    finally:
        task.cancel()
        await asyncio.wait([task])
        if not task.cancelled():
            task.result()
