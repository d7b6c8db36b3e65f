"""Partner centres over HTTP: who they are, their signed messages, what was sent to them."""

import base64
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Final
from uuid import UUID, uuid4

from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import Meta, Struct

from crypto.request_signatures import Message, Signed, WireRefused, read_public_key, verify_any
from tendering import centre_wire as wire
from tendering.actions import dispatch
from tendering.actions import venues as venue_deeds
from tendering.api import requests
from tendering.api.context import Context
from tendering.api.endpoints import sound_endpoint
from tendering.api.fields import Instant, in_utc
from tendering.api.routing import PREFIX
from tendering.domain.dispatch import Evidence, Partner
from tendering.domain.refusals import Invalid
from tendering.domain.refusals.wire import MessageSignatureRefused
from tendering.domain.roles import Role
from tendering.partner_line import PartnerLine
from tendering.storage import organizations, partner_messages, partners, venues
from tendering.storage.connection import Connection, reading, transaction

SIGNED_HEADERS: Final = ("content-type", "content-digest", "signature-input", "signature")
MESSAGES: Final = "/partners/messages"
QUERIES: Final = "/partners/queries"


class PostPartner(Struct, frozen=True, forbid_unknown_fields=True):
    """Another centre: who runs it, the address its doors stand below, its Ed25519 key in base64."""

    organization_id: UUID
    endpoint: Annotated[str, Meta(min_length=1, max_length=500)]
    public_key: Annotated[str, Meta(max_length=64)]


class PartnerAnswer(Struct, frozen=True):
    """A partner centre."""

    id: UUID
    organization_id: UUID
    endpoint: str
    public_key: str


class PartnerList(Struct, frozen=True):
    """The partner centres. `platform_key`: what they verify our requests with."""

    items: list[PartnerAnswer]
    platform_key: str


class PartnerMessageView(Struct, frozen=True):
    """A message with a partner: in or out, about what, when, and what became of it."""

    id: UUID
    direction: str
    subject: UUID
    number: int
    action: str
    at: Instant
    attempts: int
    delivered_at: Instant | None
    dead_at: Instant | None
    last_error: str


class PartnerMessageList(Struct, frozen=True):
    """The last messages with a partner, newest first."""

    items: list[PartnerMessageView]


async def post_partner(
    context: Context, connection: Connection, received_at: datetime, body: PostPartner
) -> PartnerAnswer:
    """Register a centre that has a platform of its own."""
    organization = await organizations.get(connection, body.organization_id)
    if organization is None or Role.VENUE_OPERATOR not in organization.roles:
        raise Invalid("no such organization in this role", role=Role.VENUE_OPERATOR)
    try:
        endpoint = sound_endpoint(body.endpoint, demonstration=context.demonstration)
        public_key = read_public_key(body.public_key)
    except WireRefused as error:
        raise Invalid(str(error)) from error
    partner = Partner(uuid4(), organization.id, endpoint, public_key)
    await partners.insert(connection, partner, at=received_at)
    return _answer(partner)


async def get_partners(context: Context, connection: Connection) -> PartnerList:
    """The partner centres, and the key that verifies what this platform sends them."""
    key = Ed25519PrivateKey.from_private_bytes(context.keys.centre_seed).public_key()
    found = await partners.list_all(connection)
    return PartnerList([_answer(one) for one in found], _text(key.public_bytes_raw()))


async def post_partner_message(context: Context, request: web.Request) -> wire.Standing:
    """A message of a partner centre about an order, signed (RFC 9421)."""
    raw = await requests.read_json(request, bytes_max=wire.MESSAGE_BYTES_MAX)
    at = context.now()
    partner, signed, evidence = await _sender(context, request, MESSAGES, raw, at=at)
    message = requests.decode(wire.MESSAGE, raw)
    async with transaction(context.pool) as connection:
        await dispatch.remember(connection, partner, signed, at=at)
        standing, tender_id = await dispatch.receive(
            connection, partner, message, evidence, new_id=uuid4, at=at
        )
    if tender_id is not None:
        context.touched(tender_id)
    return standing


async def post_partner_query(context: Context, request: web.Request) -> wire.QueryAnswer:
    """A partner centre asks what is free, or how an order stands; signed (RFC 9421)."""
    raw = await requests.read_json(request, bytes_max=wire.MESSAGE_BYTES_MAX)
    at = context.now()
    partner, signed, _ = await _sender(context, request, QUERIES, raw, at=at)
    asked = requests.decode(wire.QUERY, raw)
    async with transaction(context.pool) as connection:
        await dispatch.remember(connection, partner, signed, at=at)
        status = ""
        if asked.subject is not None:
            status = await dispatch.standing_of(connection, partner, asked.subject)
        if asked.begins_at is None or asked.ends_at is None:
            return wire.QueryAnswer(status=status)
        free = await _free(connection, in_utc(asked.begins_at), in_utc(asked.ends_at))
    return wire.QueryAnswer(free, status)


async def get_partner_free(
    context: Context,
    partner_line: PartnerLine,
    partner_id: UUID,
    begins_at: Instant,
    ends_at: Instant,
) -> wire.QueryAnswer:
    """Ask a partner centre what it has free in a time."""
    async with reading(context.pool) as connection:
        partner = await partners.get(connection, partner_id)
    asked = wire.Query(begins_at=in_utc(begins_at), ends_at=in_utc(ends_at))
    return await partner_line.ask(partner, asked)


async def get_partner_messages(connection: Connection, partner_id: UUID) -> PartnerMessageList:
    """The last messages with a partner, and what did not arrive (operator)."""
    await partners.get(connection, partner_id)
    found = await partner_messages.list_last(connection, partner_id)
    return PartnerMessageList(
        [
            PartnerMessageView(
                one.id,
                one.direction,
                one.subject_id,
                one.number,
                one.action,
                one.at,
                one.attempts,
                one.delivered_at,
                one.dead_at,
                one.last_error,
            )
            for one in found
        ]
    )


async def post_partner_resend(connection: Connection, partner_id: UUID, message_id: UUID) -> None:
    """Send a message again that was given up (operator)."""
    await partner_messages.revive(connection, partner_id, message_id)


async def _sender(
    context: Context, request: web.Request, door: str, raw: bytes, *, at: datetime
) -> tuple[Partner, Signed, Evidence]:
    """Which partner signed a request just now. Raises MessageSignatureRefused."""
    headers = _signed_headers(request)
    # The address as we publish it, not as some proxy may have rewritten it.
    url = f"{context.public_address}{PREFIX}{door}"
    async with reading(context.pool) as connection:
        known = {one.public_key: one for one in await partners.list_all(connection)}
    try:
        signed = verify_any(Message("POST", url, {**headers}), raw, known, tag=wire.TAG, at=at)
        return known[signed.public_key], signed, Evidence(url, headers, raw.decode())
    except (WireRefused, UnicodeDecodeError) as error:
        raise MessageSignatureRefused(str(error)) from error


def _signed_headers(request: web.Request) -> dict[str, str]:
    sent: Mapping[str, list[str]] = {
        name: request.headers.getall(name) for name in SIGNED_HEADERS if name in request.headers
    }
    return {name: ", ".join(values) for name, values in sent.items()}


async def _free(
    connection: Connection, begins_at: datetime, ends_at: datetime
) -> tuple[wire.FreeVenue, ...]:
    """What our own venues have free; a partner's is for that partner to say."""
    elsewhere = {one.organization_id for one in await partners.list_all(connection)}
    found = []
    for venue in await venues.list_all(connection):
        if venue.organization_id not in elsewhere:
            free = await venue_deeds.free_seats(
                connection, venue.id, begins_at=begins_at, ends_at=ends_at
            )
            found.append(
                wire.FreeVenue(venue.name, venue.region, free.room_seats, free.scattered_seats)
            )
    return tuple(found)


def _answer(partner: Partner) -> PartnerAnswer:
    return PartnerAnswer(
        partner.id, partner.organization_id, partner.endpoint, _text(partner.public_key)
    )


def _text(key: bytes) -> str:
    return base64.b64encode(key).decode("ascii")
