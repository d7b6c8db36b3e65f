"""SQL of `rooms.site_links`: by which key a guest site's platform joins a room."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tendering.domain.refusals import NotFound
from tendering.storage.connection import Connection


@dataclass(frozen=True, slots=True)
class SiteLink:
    """A site of a room whose platform may join; `key` is its Ed25519 public key."""

    tender_id: UUID
    room_id: UUID
    site: str
    key: bytes


async def save(connection: Connection, link: SiteLink, *, at: datetime) -> None:
    """Enter a link, or its new key."""
    await connection.execute(
        """INSERT INTO rooms.site_links (tender_id, room_id, site, key, registered_at)
           VALUES ($1, $2, $3, $4, $5)
           ON CONFLICT (tender_id, room_id, site) DO UPDATE
           SET key = excluded.key, registered_at = excluded.registered_at""",
        link.tender_id,
        link.room_id,
        link.site,
        link.key,
        at,
    )


async def get(connection: Connection, room_id: UUID, site: str) -> SiteLink:
    """The link of a site of a room. Raises NotFound."""
    row = await connection.fetchrow(
        """SELECT tender_id, room_id, site, key FROM rooms.site_links
           WHERE room_id = $1 AND site = $2""",
        room_id,
        site,
    )
    if row is None:
        raise NotFound
    return SiteLink(row["tender_id"], row["room_id"], row["site"], row["key"])
