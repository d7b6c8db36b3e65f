"""What the rooms' handlers and sockets may use: built once in `server.py`."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime

from evaluation_rooms.actions.statements import Trust
from evaluation_rooms.hub import Hub
from evaluation_rooms.media.janus import Janus
from evaluation_rooms.media.stage import Stage
from evaluation_rooms.room_writer import RoomWriter, writing_rooms
from evaluation_rooms.settings import MediaLimits, RoomSettings
from tendering.storage.bus import Bus
from tendering.storage.connection import Pool


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomsContext:
    """The living parts behind the rooms. `now` is the platform's one clock.

    `link_seed`: the key by which guest sites know this platform (`crypto.link_channel`).
    """

    pool: Pool
    now: Callable[[], datetime]
    bus: Bus
    hub: Hub
    writer: RoomWriter
    trust: Trust
    settings: RoomSettings
    link_seed: bytes = field(default=b"", repr=False)


@asynccontextmanager
async def open_rooms(
    pool: Pool,
    bus: Bus,
    *,
    now: Callable[[], datetime],
    trust: Trust,
    link_seed: bytes,
    media: MediaLimits,
) -> AsyncIterator[RoomsContext]:
    """The parts, with a writer that writes while the block runs; the hub still has to run."""
    settings = RoomSettings()
    carrier = None if media.janus is None else Janus(media.janus, now=now)
    stage = Stage(media, carrier)
    async with (
        writing_rooms(pool) as writer,
        nullcontext() if carrier is None else carrier.running(),
    ):
        yield RoomsContext(
            pool=pool,
            now=now,
            bus=bus,
            hub=Hub(pool, bus, settings, stage),
            writer=writer,
            trust=trust,
            settings=settings,
            link_seed=link_seed,
        )
