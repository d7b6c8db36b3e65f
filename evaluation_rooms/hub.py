"""The hub: reads what is new in a stream once per process, and gives it to every connection there.

The journal is the queue. A connection that is up to date gets the shared bytes in one write; one
that is not takes from the journal at its own speed, so a slow reader costs no memory here. Hints
from the bus only say when to look; the hub also looks by itself every few seconds.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Final
from uuid import UUID

from evaluation_rooms import hall
from evaluation_rooms.feed import Feed, Line, Page, Pages
from evaluation_rooms.frames import text_frame
from evaluation_rooms.media.stage import Stage
from evaluation_rooms.messages import HallPresence, Presence, encode
from evaluation_rooms.protocol import Session
from evaluation_rooms.settings import RoomSettings
from evaluation_rooms.standing import Viewer
from tendering.domain.journal import Entry, Stream
from tendering.storage import journal
from tendering.storage.bus import Bus
from tendering.storage.connection import OUTAGES, Pool, reading

PAGE_ENTRIES: Final = 200
FEEDS_AT_ONCE: Final = 100
ENCODED_BYTES_MAX: Final = 8 << 20
GOING_AWAY: Final = 1001
SEAT_LOST: Final = 4403

log = logging.getLogger(__name__)


class Hub:
    """All feeds of this process."""

    def __init__(
        self, pool: Pool, bus: Bus, settings: RoomSettings, stage: Stage | None = None
    ) -> None:
        """A hub that does nothing until `running`. `stage`: of sound and picture."""
        self.stage = stage or Stage()
        self._pool = pool
        self._bus = bus
        self._settings = settings
        self._feeds: dict[tuple[UUID, Stream, bool], Feed] = {}
        self._pages = Pages(bytes_max=ENCODED_BYTES_MAX)
        self._dirty: set[UUID] = set()
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

    async def enter(
        self, line: Line, tender_id: UUID, stream: Stream, *, whole: bool = False
    ) -> Feed:
        """Follow a stream from now on; the feed is as new as the journal.

        `whole`: also what waits for the last round of a procedure to close, for its host.
        """
        fresh = Feed(tender_id, stream, whole=whole)
        feed = self._feeds.setdefault((tender_id, stream, whole), fresh)
        feed.lines.add(line)
        try:
            await self._look_for_newcomers(feed)
        except BaseException:
            self.leave(line, feed)
            raise
        return feed

    def leave(self, line: Line, feed: Feed) -> None:
        """Follow no longer; a feed that nobody follows is forgotten."""
        feed.lines.discard(line)
        self.tell_presence(feed, line.session.room_id)
        if not feed.lines:
            self._feeds.pop((feed.tender_id, feed.stream, feed.whole), None)

    def tell_presence(self, feed: Feed, room_id: UUID) -> None:
        """Tell a room who is there; a hall once its bidder list is published."""
        if feed.stream is Stream.PUBLIC:
            # A thousand who come back within a second are one message.
            if feed.presence_timer is None:
                loop = asyncio.get_running_loop()
                at = max(feed.presence_from, loop.time() + self._settings.window_seconds)
                feed.presence_timer = loop.call_at(at, self._tell_hall_now, feed)
            return
        lines = _joined(feed, room_id)
        frame = _presence(lines)
        for line in lines:
            line.show(frame)

    def tell_who_is_there(self, line: Line, feed: Feed) -> None:
        """Tell a line that has caught up: while it was behind it was told nothing that passes."""
        if feed.stream is not Stream.PUBLIC:
            line.show(_presence(_joined(feed, line.session.room_id)))

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

    def pages_of(self, session: Session, entries: Sequence[Entry], feed: Feed) -> tuple[Page, ...]:
        """Entries as this reader sees them, encoded once for all of its kind."""
        return self._pages.of(session, entries, feed)

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
            feeds = [
                feed
                for (tender_id, *_), feed in self._feeds.items()
                if everything or tender_id in dirty
            ]
            for start in range(0, len(feeds), FEEDS_AT_ONCE):
                await self._look_safely(feeds[start : start + FEEDS_AT_ONCE])

    def _tell_hall_now(self, feed: Feed) -> None:
        now = asyncio.get_running_loop().time()
        feed.presence_timer, feed.presence_from = None, now + self._settings.presence_seconds
        _tell_hall(feed)

    async def _look_safely(self, feeds: Sequence[Feed]) -> None:
        try:
            await self._look(feeds)
        except OUTAGES as error:
            log.warning("cannot read the journals of %d tenders: %s", len(feeds), error)

    async def _look_for_newcomers(self, feed: Feed) -> None:
        """A look that begins after this call: one for all who come while another is under way."""
        wanted = feed.looks_begun + 1
        async with feed.turn:
            if feed.looked >= wanted:
                return
            feed.looks_begun = begun = feed.looks_begun + 1
            await self._look([feed])
            feed.looked = begun

    async def _look(self, feeds: Sequence[Feed]) -> None:
        """Read what is new in all of them in a statement or two, fold it and give it out."""
        for whole in (False, True):
            await self._look_alike([feed for feed in feeds if feed.whole is whole], whole=whole)

    async def _look_alike(self, feeds: Sequence[Feed], *, whole: bool) -> None:
        while feeds:
            known = {(feed.tender_id, feed.stream): feed.seq for feed in feeds}
            async with reading(self._pool) as connection:
                found = await journal.after_each(connection, known, limit=PAGE_ENTRIES, whole=whole)
            feeds = [
                feed
                for feed in feeds
                if self._give_safely(feed, found[feed.tender_id, feed.stream])
            ]

    def _give_safely(self, feed: Feed, entries: Sequence[Entry]) -> bool:
        """Fold and give out; may there be more?"""
        try:
            self._give_out(feed, [entry for entry in entries if entry.seq > feed.seq])
        except Exception:
            # One tender's unreadable entry must not silence the others.
            log.exception("feed of %s failed", feed.tender_id)
            for line in tuple(feed.lines):
                line.end(GOING_AWAY)
            return False
        return len(entries) == PAGE_ENTRIES

    def _give_out(self, feed: Feed, entries: Sequence[Entry]) -> None:
        """One encoding for each kind of reader, one write for each connection."""
        if not entries:
            return
        for entry in entries:
            feed.take(entry)
        for line in tuple(feed.lines):
            session = line.session
            if not session.joined:
                continue
            for page in self._pages.of(session, entries, feed):
                line.offer(page)
            if any(session.ends_with(entry) for entry in entries):
                line.end(SEAT_LOST)
        if any(entry.kind == hall.CURTAIN for entry in entries):
            _tell_hall(feed)
        self.stage.follow(feed, entries)


def _joined(feed: Feed, room_id: UUID) -> list[Line]:
    return [line for line in feed.lines if line.session.joined and line.session.room_id == room_id]


def _presence(lines: Iterable[Line]) -> bytes:
    """Which seats and who else are there, as a frame."""
    standings = [line.session.standing for line in lines]
    seats = sorted({one.seat for one in standings if one.seat is not None})
    silent = {Viewer.MEMBER, Viewer.PUBLIC}
    others = sorted({str(one.viewer) for one in standings if one.viewer not in silent})
    return text_frame(encode(Presence(seats, others)))


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
