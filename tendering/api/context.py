"""What every handler of tendering may use: built once in `server.py`, passed by name.

Plain values and living parts, no look-up by string, no global.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from tendering.api.receiving import Receivers
from tendering.api.session_reading import SessionReader
from tendering.bell import Bell
from tendering.domain.open_data.publication import DEMONSTRATION_PREFIX, Publisher
from tendering.domain.parties import Actor
from tendering.processor_turns import ProcessorTurns
from tendering.settings import NotificationSettings, OpeningSettings, RatingSettings
from tendering.storage.connection import Pool

if TYPE_CHECKING:
    from tendering.actions.tenders import Law
    from tendering.domain.tender import Tender
    from tendering.group_writer import GroupWriter
    from tendering.keys import PlatformKeys
    from tendering.passwords import Passwords
    from tendering.storage.blobs import Blobs

__all__ = ["Actor", "Context"]

# Bids decrypted at once: one for each core leaves the loop its share.
OPENINGS_AT_ONCE: Final = 2
# Downloads of all open data, and of large workbooks, made at once: the others wait.
DOWNLOADS_AT_ONCE: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The living parts behind the HTTP edge.

    `now` is the platform's one clock; `touched` tells the bus, after a commit, that something
    happened to a tender. `public_address` is scheme, host and port as browsers see them,
    `https://bids.example`: passkeys are bound to it. `trusted_proxies` are the addresses whose
    X-Forwarded-For header is believed. `law` gives the rules
    and the calendar that hold for a tender at an instant.
    `receivers` take in parts of uploads; `opening` is held while a bid is decrypted.
    `intake` takes submissions into custody; `bell` wakes who waits for messages.
    `downloading` is held while all open data is sent.
    """

    pool: Pool
    now: Callable[[], datetime]
    touched: Callable[[UUID], None]
    public_address: str
    blobs: "Blobs"
    intake: "GroupWriter"
    keys: "PlatformKeys"
    law: "Callable[[Tender, datetime], Law]"
    passwords: "Passwords"
    platform_name: str = "开标"
    trusted_proxies: frozenset[str] = frozenset()
    demonstration: bool = False
    set_ahead: Callable[[timedelta], None] | None = None
    log_interval_seconds: int = 1
    upload_bytes_max: int = 8 << 30
    receivers: Receivers = field(default_factory=Receivers)
    sessions: SessionReader = field(default_factory=SessionReader)
    abandoned_hours: int = 48
    notifications: NotificationSettings = field(default_factory=NotificationSettings)
    ratings: RatingSettings = field(default_factory=RatingSettings)
    openings: OpeningSettings = field(default_factory=OpeningSettings)
    bell: Bell = field(default_factory=Bell)
    ocid_prefix: str = DEMONSTRATION_PREFIX
    opening: ProcessorTurns = field(default_factory=lambda: ProcessorTurns(OPENINGS_AT_ONCE))
    downloading: asyncio.Semaphore = field(
        default_factory=lambda: asyncio.Semaphore(DOWNLOADS_AT_ONCE)
    )

    @property
    def publisher(self) -> Publisher:
        """The platform as a publisher of open data."""
        return Publisher(self.ocid_prefix, self.platform_name, self.public_address)
