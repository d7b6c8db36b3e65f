"""The hub: reads what is new in a stream once per process, and gives it to every connection there.

The journal is the queue. A connection that is up to date gets the shared bytes in one write; one
that is not takes from the journal at its own speed, so a slow reader costs no memory here. Hints
from the bus only say when to look; the hub also looks by itself every few seconds.
"""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager
from typing import Final, Protocol
from uuid import UUID

from evaluation_rooms import fold, hall
from evaluation_rooms.frames import text_frame
from evaluation_rooms.hall import Hall
from evaluation_rooms.messages import HallPresence, Presence, encode
from evaluation_rooms.protocol import Session
from evaluation_rooms.room import Room
from evaluation_rooms.settings import RoomSettings
from evaluation_rooms.standing import Viewer
from tendering.domain.journal import Entry, Stream
from tendering.domain.refusals import NotFound
from tendering.storage import journal
from tendering.storage.bus import Bus
from tendering.storage.connection import OUTAGES, Pool, reading

PAGE_ENTRIES: Final = 500
RECENT_ENTRIES: Final = 256
GOING_AWAY: Final = 1001
SEAT_LOST: Final = 4403

log = logging.getLogger(__name__)


class Line(Protocol):
    """A connection as the hub sees it. None of these waits."""

    session: Session

    @property
    def unsent_bytes(self) -> int:
        """How much is kept because the reader has not taken it."""

    def offer(self, frames: bytes, *, first: int, last: int) -> None:
        """Write frames for the entries `first` to `last`, or fall behind."""

    def show(self, frame: bytes) -> None:
        """Write an ephemeral frame, or leave it."""

    def end(self, code: int) -> None:
        """Close, after what is in the journal has been sent."""


class Feed:
    """One stream of one tender: folded as far as `seq`, and the connections that follow it."""

    def __init__(self, tender_id: UUID, stream: Stream) -> None:
        """A feed that has read nothing yet."""
        self.tender_id = tender_id
        self.stream = stream
        self.seq = 0
        self.hall = Hall(tender_id)
        self.rooms: dict[UUID, Room] = {}
        self.seated_at: dict[tuple[UUID, int], int] = {}
        self.lines: set[Line] = set()
        self.presence: HallPresence | None = None
        self.told: set[Line] = set()
        self.lock = asyncio.Lock()
        self._recent: deque[Entry] = deque(maxlen=RECENT_ENTRIES)

    def take(self, entry: Entry) -> None:
        """Fold one more entry."""
        assert entry.seq == self.seq + 1
        self.seq = entry.seq
        self._recent.append(entry)
        if self.stream is Stream.PUBLIC:
            self.hall = hall.follow(self.hall, entry)
            return
        event = fold.follow(self.rooms, entry)
        if event is not None and entry.kind == "seat.replaced":
            self.seated_at[event.room_id, int(str(entry.body["seat"]))] = entry.seq

    def place(self, room_id: UUID) -> Room | Hall:
        """The room or hall of that id. Raises NotFound."""
        if self.stream is Stream.PUBLIC:
            return self.hall
        if room_id not in self.rooms:
            raise NotFound
        return self.rooms[room_id]

    def recent_after(self, seq: int) -> list[Entry] | None:
        """The entries after `seq` if they are still at hand, else None: read the journal."""
        if not self._recent or self._recent[0].seq > seq + 1:
            return None
        return [entry for entry in self._recent if entry.seq > seq]


class Hub:
    """All feeds of this process."""

    def __init__(self, pool: Pool, bus: Bus, settings: RoomSettings) -> None:
        """A hub that does nothing until `running`."""
        self._pool = pool
        self._bus = bus
        self._settings = settings
        self._feeds: dict[tuple[UUID, Stream], Feed] = {}
        self._dirty: set[UUID] = set()
        self._changed: set[Feed] = set()
        self._look_at_all = False
        self._hinted = asyncio.Event()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Follow the bus while the block runs."""
        async with asyncio.TaskGroup() as group, self._bus.listening(self._hint):
            following = group.create_task(self._follow())
            try:
                yield
            finally:
                following.cancel()

    async def send_away(self, _app: object = None) -> None:
        """Tell every connection to come back elsewhere: for `app.on_shutdown`, before it waits."""
        for feed in self._feeds.values():
            for line in tuple(feed.lines):
                line.end(GOING_AWAY)

    async def enter(self, line: Line, tender_id: UUID, stream: Stream) -> Feed:
        """Follow a stream from now on; the feed is as new as the journal."""
        feed = self._feeds.setdefault((tender_id, stream), Feed(tender_id, stream))
        feed.lines.add(line)
        try:
            await self._look(feed)
        except BaseException:
            self.leave(line, feed)
            raise
        return feed

    def leave(self, line: Line, feed: Feed) -> None:
        """Follow no longer; a feed that nobody follows is forgotten."""
        feed.lines.discard(line)
        self.tell_presence(feed, line.session.room_id)
        if not feed.lines:
            self._feeds.pop((feed.tender_id, feed.stream), None)

    def tell_presence(self, feed: Feed, room_id: UUID) -> None:
        """Tell a room who is there; a hall once its bidder list is published."""
        if feed.stream is Stream.PUBLIC:
            # With the next look: a thousand who come back at once are one message.
            self._changed.add(feed)
            self._hinted.set()
            return
        lines = [
            line for line in feed.lines if line.session.joined and line.session.room_id == room_id
        ]
        standings = [line.session.standing for line in lines]
        seats = sorted({one.seat for one in standings if one.seat is not None})
        others = sorted(
            {
                str(one.viewer)
                for one in standings
                if one.viewer not in {Viewer.MEMBER, Viewer.PUBLIC}
            }
        )
        frame = text_frame(encode(Presence(seats, others)))
        for line in lines:
            line.show(frame)

    def lines(self) -> list[Line]:
        """Every connection of this process."""
        return [line for feed in self._feeds.values() for line in feed.lines]

    async def entries_after(self, feed: Feed, seq: int) -> list[Entry]:
        """Up to a page of what a connection that is behind has not seen; never beyond the feed."""
        recent = feed.recent_after(seq)
        if recent is None:
            async with reading(self._pool) as connection:
                recent = await journal.after(
                    connection, feed.tender_id, feed.stream, seq, limit=PAGE_ENTRIES
                )
        return [entry for entry in recent if entry.seq <= feed.seq]

    def _hint(self, tender_id: UUID | None) -> None:
        if tender_id is None:
            self._look_at_all = True
        else:
            self._dirty.add(tender_id)
        self._hinted.set()

    async def _follow(self) -> None:
        while True:
            try:
                async with asyncio.timeout(self._settings.look_seconds):
                    await self._hinted.wait()
                # What falls into one window goes out in one write.
                await asyncio.sleep(self._settings.window_seconds)
            except TimeoutError:
                self._look_at_all = True
            self._hinted.clear()
            everything, self._look_at_all = self._look_at_all, False
            dirty, self._dirty = self._dirty, set()
            for (tender_id, _), feed in tuple(self._feeds.items()):
                if everything or tender_id in dirty:
                    await self._look_safely(feed)
            changed, self._changed = self._changed, set()
            for feed in changed:
                _tell_hall(feed)

    async def _look_safely(self, feed: Feed) -> None:
        try:
            await self._look(feed)
        except OUTAGES as error:
            log.warning("cannot read the journal of %s: %s", feed.tender_id, error)
        except Exception:
            # One tender's unreadable entry must not silence the others.
            log.exception("feed of %s failed", feed.tender_id)
            for line in tuple(feed.lines):
                line.end(GOING_AWAY)

    async def _look(self, feed: Feed) -> None:
        """Read, fold and give out what is new."""
        async with feed.lock:
            while True:
                async with reading(self._pool) as connection:
                    entries = await journal.after(
                        connection, feed.tender_id, feed.stream, feed.seq, limit=PAGE_ENTRIES
                    )
                for entry in entries:
                    feed.take(entry)
                if entries:
                    _give_out(feed, entries)
                if any(entry.kind == hall.CURTAIN for entry in entries):
                    _tell_hall(feed)
                if len(entries) < PAGE_ENTRIES:
                    return


def _tell_hall(feed: Feed) -> None:
    """Before the bidder list this would be a head count, so nobody is told anything."""
    if feed.hall.curtain_seq is None:
        return
    lines = [line for line in feed.lines if line.session.joined]
    standings = [line.session.standing for line in lines]
    there = HallPresence(
        sorted(feed.hall.bidders.keys() & {one.organization_id for one in standings}),
        any(one.viewer is Viewer.HOST for one in standings),
    )
    known, feed.presence = feed.presence, there
    frame = text_frame(encode(there))
    for line in lines:
        # A thousand watchers who come and go change nothing: only the newcomer is told.
        if there != known or line not in feed.told:
            line.show(frame)
    feed.told = set(lines)


def _give_out(feed: Feed, entries: list[Entry]) -> None:
    """One encoding for each kind of reader, one write for each connection."""
    encoded: dict[Hashable, bytes] = {}
    first, last = entries[0].seq, entries[-1].seq
    for line in tuple(feed.lines):
        session = line.session
        if not session.joined:
            continue
        key = session.view_key
        if key not in encoded:
            payloads = payloads_for(session, entries, feed)
            encoded[key] = b"".join(text_frame(payload) for payload in payloads)
        line.offer(encoded[key], first=first, last=last)
        if any(session.ends_with(entry) for entry in entries):
            line.end(SEAT_LOST)


def payloads_for(session: Session, entries: list[Entry], feed: Feed) -> list[bytes]:
    """The texts of entries for a reader; fewer than entries where some are hidden."""
    place = feed.place(session.room_id)
    views = (session.view(entry, place) for entry in entries)
    return [encode(view) for view in views if view is not None]
