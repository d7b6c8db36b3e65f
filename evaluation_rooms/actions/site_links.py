"""Deeds of site links: a site's key is entered, and what happens to the link is on record."""

import secrets
from datetime import datetime
from uuid import UUID

from crypto.canonical import JsonValue
from evaluation_rooms.room import Seat
from evaluation_rooms.standing import Standing, Viewer
from evaluation_rooms.storage import rooms, site_links, tickets
from evaluation_rooms.storage.site_links import SiteLink
from evaluation_rooms.storage.tickets import Admission
from tendering.domain.journal import Event, Stream
from tendering.domain.refusals import Invalid
from tendering.storage import journal, tenders
from tendering.storage.connection import Connection

TICKET_BYTES = 32


async def register(
    connection: Connection, room_id: UUID, site: str, key: bytes, *, at: datetime
) -> int:
    """Enter the key by which a site's platform joins; the entry's number.

    A later one replaces it. Raises NotFound, Invalid where nobody sits at that site.
    """
    tender_id = await rooms.tender_of(connection, room_id)
    await tenders.lock(connection, tender_id)
    room = await rooms.load(connection, tender_id, room_id)
    if all(seat.site != site for seat in room.members):
        raise Invalid("nobody of this committee sits at that site", site=site)
    link = SiteLink(tender_id, room_id, site, key)
    await site_links.save(connection, link, at=at)
    return await _append(connection, Event("link.registered", _body(link, key=key.hex())), link, at)


async def find(connection: Connection, room_id: UUID, site: str) -> SiteLink:
    """The link of a site. Raises NotFound."""
    return await site_links.get(connection, room_id, site)


async def ticket_for(connection: Connection, link: SiteLink, seat: Seat) -> str:
    """A ticket for a member of the site, whom the site's platform knows by its own log-in."""
    ticket = secrets.token_urlsafe(TICKET_BYTES)
    standing = Standing(Viewer.MEMBER, seat.number, seat.person_id)
    await tickets.insert(connection, ticket, Admission(link.room_id, link.tender_id, standing))
    return ticket


async def record_joined(connection: Connection, link: SiteLink, *, n: int, at: datetime) -> None:
    """The site has joined, with a copy that ends at item `n`."""
    await _record(connection, Event("link.joined", _body(link, n=n)), link, at)


async def record_broken(connection: Connection, link: SiteLink, why: str, *, at: datetime) -> None:
    """What came through the link was repeated, moved or malformed, and the link was ended."""
    await _record(connection, Event("link.broken", _body(link, why=why)), link, at)


async def record_countersigned(
    connection: Connection, link: SiteLink, *, n: int, head: str, signature: str, at: datetime
) -> None:
    """The site's platform has signed the head of its copy at item `n`."""
    body = _body(link, n=n, head=head, signature=signature)
    await _record(connection, Event("link.countersigned", body), link, at)


def _body(link: SiteLink, **members: JsonValue) -> dict[str, JsonValue]:
    return {"room_id": str(link.room_id), "site": link.site, **members}


async def _record(connection: Connection, event: Event, link: SiteLink, at: datetime) -> None:
    # A tender that is suspended still has its lines.
    await tenders.lock_also_suspended(connection, link.tender_id)
    await _append(connection, event, link, at)


async def _append(connection: Connection, event: Event, link: SiteLink, at: datetime) -> int:
    entry = await journal.append(connection, link.tender_id, Stream.COMMITTEE, event, at=at)
    return entry.seq
