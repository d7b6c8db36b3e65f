"""Guest sites over HTTP: the host enters a site's key, and the site's platform joins by it."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from aiohttp import web
from msgspec import Meta, Struct

from crypto.link_channel import public_of
from evaluation_rooms.actions import site_links
from evaluation_rooms.actions.entering import admission_of
from evaluation_rooms.context import RoomsContext
from evaluation_rooms.link_messages import Hex32, Site
from evaluation_rooms.site_links import serve_link
from evaluation_rooms.standing import Viewer
from tendering.api.context import Actor
from tendering.api.problems import Malformed
from tendering.api.routing import Touches
from tendering.domain.refusals.rooms import NotYourPart
from tendering.storage.connection import Connection


class PostSiteLink(Struct, frozen=True, forbid_unknown_fields=True):
    """A site of the room, and the Ed25519 public key (hex) of its platform."""

    site: Annotated[Site, Meta(description="as the seats of the room name it")]
    key: Hex32


class SiteLinkAnswer(Struct, frozen=True):
    """The key (hex) by which the site knows this platform, and the last entry."""

    host_key: str
    seq: int


async def post_site_link(
    *,
    rooms: RoomsContext,
    connection: Connection,
    touches: Touches,
    actor: Actor,
    room_id: UUID,
    body: PostSiteLink,
    received_at: datetime,
) -> SiteLinkAnswer:
    """Let the platform of a guest site join the room, known by its key (host)."""
    admission = await admission_of(connection, room_id, actor)
    if admission.standing.viewer is not Viewer.HOST:
        raise NotYourPart
    key = bytes.fromhex(body.key)
    seq = await site_links.register(connection, room_id, body.site, key, at=received_at)
    touches(admission.tender_id)
    return SiteLinkAnswer(public_of(rooms.link_seed).hex(), seq)


async def get_site_link(
    rooms: RoomsContext, request: web.Request, room_id: UUID
) -> web.StreamResponse:
    """Open the link of a guest site (docs/specs/site-link-v1.md): a WebSocket."""
    if not web.WebSocketResponse().can_prepare(request):
        raise Malformed("here a WebSocket is opened (RFC 6455 §4.2.1)")
    return await serve_link(request, rooms, room_id)
