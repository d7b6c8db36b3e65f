"""What entries about the sessions of an opening look like."""

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from clients.verifying.bodies import Place


class Resumed(Struct, frozen=True):
    """opening.resumed: the second session of a lot, with the committee's stream as it stood."""

    lot: str
    session: int
    kinds: tuple[str, ...]
    unlock_until: datetime
    bidders: tuple[UUID, ...]
    room_id: UUID
    committee: Place


class Recorded(Struct, frozen=True):
    """opening.recorded."""

    lot: str
    digest: str
    session: int = 1
    drawn: Any = ()
