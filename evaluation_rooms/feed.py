"""One stream of one tender as a process follows it, and the texts of its entries, made once.

What a reader gets depends on the entry and on what kind of reader it is, so readers of one kind
share the bytes: those who are up to date, and a thousand who come back after the same entry.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias
from uuid import UUID

from evaluation_rooms import fold, hall
from evaluation_rooms.frames import text_frame
from evaluation_rooms.hall import Hall
from evaluation_rooms.messages import HallPresence, encode
from evaluation_rooms.protocol import Session, ViewKey
from evaluation_rooms.room import Room
from tendering.domain.journal import Entry, Stream
from tendering.domain.refusals import NotFound

RECENT_ENTRIES: Final = 256
# A quarter of what a line may keep unsent (`RoomSettings.behind_bytes`).
PAGE_BYTES: Final = 16 * 1024


@dataclass(frozen=True, slots=True)
class Page:
    """Frames of the entries `first` to `last` for one kind of reader, to be written at once.

    `tail`: the text of the last frame; None where nothing is for these eyes.
    """

    first: int
    last: int
    frames: bytes
    tail: bytes | None

    @property
    def before_tail(self) -> memoryview:
        """All frames but the last."""
        tail = b"" if self.tail is None else text_frame(self.tail)
        return memoryview(self.frames)[: len(self.frames) - len(tail)]


class Line(Protocol):
    """A connection as the hub sees it. None of these waits."""

    session: Session

    @property
    def unsent_bytes(self) -> int:
        """How much is kept because the reader has not taken it."""

    def offer(self, page: Page) -> None:
        """Write the frames, or fall behind."""

    def show(self, frame: bytes) -> bool:
        """Write an ephemeral frame, or leave it; was it written?"""

    def end(self, code: int) -> None:
        """Close, after what is in the journal has been sent."""


class Feed:
    """One stream of one tender: folded as far as `seq`, and the connections that follow it."""

    def __init__(self, tender_id: UUID, stream: Stream, *, whole: bool = False) -> None:
        """A feed that has read nothing yet. `whole`: with what waits, for who runs the tender."""
        self.whole = whole
        self.tender_id = tender_id
        self.stream = stream
        self.seq = 0
        self.hall = Hall(tender_id)
        self.rooms: dict[UUID, Room] = {}
        self.seated_at: dict[tuple[UUID, int], int] = {}
        self.lines: set[Line] = set()
        self.presence: HallPresence | None = None
        self.told: set[Line] = set()
        self.presence_timer: asyncio.TimerHandle | None = None
        self.presence_from = 0.0
        # Newcomers take turns to look: how many began, and the last that came to an end.
        self.turn = asyncio.Lock()
        self.looks_begun = 0
        self.looked = 0
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


_Key: TypeAlias = tuple[ViewKey, int, int]


class Pages:
    """Pages by kind of reader and entries; the latest are kept, up to so many bytes."""

    def __init__(self, *, bytes_max: int) -> None:
        """Nothing encoded yet."""
        self._bytes_max = bytes_max
        self._bytes = 0
        self._kept: OrderedDict[_Key, tuple[Page, ...]] = OrderedDict()

    def of(self, session: Session, entries: Sequence[Entry], feed: Feed) -> tuple[Page, ...]:
        """Consecutive entries for a reader, in pages of about PAGE_BYTES."""
        key = (session.view_key(entries), entries[0].seq, entries[-1].seq)
        pages = self._kept.get(key)
        if pages is None:
            pages = self._kept[key] = tuple(_encoded(session, entries, feed))
            self._bytes += _size(pages)
            while self._bytes > self._bytes_max and len(self._kept) > 1:
                self._bytes -= _size(self._kept.popitem(last=False)[1])
        return pages


def _encoded(session: Session, entries: Sequence[Entry], feed: Feed) -> Iterator[Page]:
    place = feed.place(session.room_id)
    first, frames, size, tail = entries[0].seq, [], 0, None
    for entry in entries:
        view = session.view(entry, place)
        if view is not None:
            tail = encode(view)
            frames.append(text_frame(tail))
            size += len(frames[-1])
        if size >= PAGE_BYTES or entry is entries[-1]:
            yield Page(first, entry.seq, b"".join(frames), tail)
            first, frames, size, tail = entry.seq + 1, [], 0, None


def _size(pages: Sequence[Page]) -> int:
    # What is empty costs something too.
    return sum(256 + len(page.frames) + len(page.tail or b"") for page in pages)
