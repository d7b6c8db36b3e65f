"""What the rooms' handlers and sockets may use: built once in `server.py`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from evaluation_rooms.actions.statements import Trust
from evaluation_rooms.hub import Hub
from evaluation_rooms.settings import RoomSettings
from tendering.storage.bus import Bus
from tendering.storage.connection import Pool


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomsContext:
    """The living parts behind the rooms. `now` is the platform's one clock."""

    pool: Pool
    now: Callable[[], datetime]
    bus: Bus
    hub: Hub
    trust: Trust
    settings: RoomSettings
