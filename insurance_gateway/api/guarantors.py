"""Guarantors over HTTP: who they are, and their own signed callbacks."""

import base64
from datetime import datetime, timedelta
from typing import Annotated, Final
from uuid import UUID, uuid4

import msgspec
from aiohttp import web
from msgspec import Meta, Struct

from crypto.request_signatures import (
    Message,
    Signed,
    WireRefused,
    read_public_key,
    verify_request,
)
from insurance_gateway.api.families import fresh_salt
from insurance_gateway.api.taking import note_refusal, take_notice
from insurance_gateway.context import InsuranceContext
from insurance_gateway.gm_envelope import read_gm_key
from insurance_gateway.guarantee import Order
from insurance_gateway.line_keys import gm_keys
from insurance_gateway.storage import calls, guarantors
from insurance_gateway.storage.calls import Call
from insurance_gateway.storage.guarantors import Family, Guarantor, GuarantorKind
from insurance_gateway.wire import MESSAGE_BYTES_MAX, TAG, Notice, require_consistent
from tendering.api import requests
from tendering.api.endpoints import sound_endpoint
from tendering.api.fields import Line
from tendering.api.problems import EdgeProblem
from tendering.api.routing import PREFIX
from tendering.domain.parties import Session, require_administrator
from tendering.domain.refusals import Invalid, Refused
from tendering.domain.refusals.guarantees import (
    GuarantorEndpointInvalid,
    GuarantorKeyInvalid,
    GuarantorUnknown,
)
from tendering.domain.refusals.wire import MessageSignatureRefused
from tendering.domain.roles import Role
from tendering.storage import organizations
from tendering.storage.connection import Connection, reading

SIGNED_HEADERS: Final = ("content-type", "content-digest", "signature-input", "signature")
NOTICE: Final = msgspec.json.Decoder(Notice)


PublicKey = Annotated[str, Meta(max_length=200, pattern=r"^[A-Za-z0-9+/=]*(?!\n)$")]


class PostGuarantor(Struct, frozen=True, forbid_unknown_fields=True):
    """Register a guarantor: where it answers, what it is, which interface it speaks, its key.

    `public_key` in base64: Ed25519, or for `gm_json` both points of SM2; for `xml` it is empty.
    Premiums go to `payee_account` through the payment provider; empty: the guarantor takes them.
    """

    name: Line
    organization_id: UUID
    endpoint: Annotated[str, Meta(min_length=1, max_length=500)]
    public_key: PublicKey
    family: Family = "signed_http"
    kind: GuarantorKind = "insurer"
    payee_account: Annotated[str, Meta(max_length=40, pattern=r"^([0-9]{6,40})?(?!\n)$")] = ""


class PostGuarantorKey(Struct, frozen=True, forbid_unknown_fields=True):
    """Another key from now on; the old one passes for some hours, none when it was lost.

    For the XML family it is empty: the platform makes another secret, which the console shows.
    """

    public_key: PublicKey
    overlap_hours: Annotated[int, Meta(ge=0, le=168)]


class GuarantorAnswer(Struct, frozen=True):
    """A guarantor, as everybody may know it."""

    id: UUID
    organization_id: UUID
    name: str
    public_key: str
    live: bool
    family: Family
    kind: GuarantorKind


class GuarantorList(Struct, frozen=True):
    """All guarantors; nobody has to take a certain one. `platform_key`: verifies our requests.

    `platform_gm_key`: both points of SM2, for the family `gm_json`.
    """

    items: list[GuarantorAnswer]
    platform_key: str
    platform_gm_key: str


class NoticeAnswer(Struct, frozen=True):
    """How the order stands after a notice."""

    order_id: UUID
    state: str
    reason: str


async def post_guarantor(
    insurance: InsuranceContext,
    connection: Connection,
    received_at: datetime,
    body: PostGuarantor,
) -> GuarantorAnswer:
    """Register a guarantor; its organization acts as insurer."""
    organization = await organizations.get(connection, body.organization_id)
    if organization is None or Role.INSURER not in organization.roles:
        raise Invalid("no such organization in this role", role=Role.INSURER)
    public_key = read_key(body.family, body.public_key)
    try:
        endpoint = sound_endpoint(body.endpoint, demonstration=insurance.demonstration)
    except WireRefused as error:
        raise GuarantorEndpointInvalid from error
    guarantor = Guarantor(
        uuid4(),
        organization.id,
        body.name,
        endpoint,
        public_key,
        family=body.family,
        kind=body.kind,
        payee_account=body.payee_account,
    )
    await guarantors.insert(connection, guarantor, at=received_at)
    return _answer(guarantor)


async def post_guarantor_key(
    connection: Connection, session: Session, received_at: datetime, body: PostGuarantorKey
) -> None:
    """Change the key of one's own line; the administrator of the guarantor does it."""
    organization_id = session.actor.organization_id
    require_administrator(session, organization_id)
    guarantor = await guarantors.get_of_organization(connection, organization_id)
    public_key = read_key(guarantor.family, body.public_key)
    until = received_at + timedelta(hours=body.overlap_hours)
    await guarantors.replace_key(connection, guarantor.id, public_key, previous_until=until)
    await calls.insert(connection, guarantor.id, Call("in", "key", "ok", "another key"))


def read_key(family: Family, text: str) -> bytes:
    """The public key of a line; for the XML family a fresh salt. Raises GuarantorKeyInvalid."""
    if family == "xml":
        if text:
            raise GuarantorKeyInvalid("the XML family has a shared secret and no public key")
        return fresh_salt()
    read = read_gm_key if family == "gm_json" else read_public_key
    try:
        return read(text)
    except WireRefused as error:
        raise GuarantorKeyInvalid(str(error)) from error


async def get_guarantors(insurance: InsuranceContext, connection: Connection) -> GuarantorList:
    """All guarantors, and the key that verifies what the platform sends them."""
    found = await guarantors.list_all(connection)
    return GuarantorList(
        [_answer(each) for each in found],
        base64.b64encode(insurance.public_key).decode("ascii"),
        base64.b64encode(gm_keys(insurance.seed).public).decode("ascii"),
    )


async def post_callback(
    insurance: InsuranceContext, request: web.Request, guarantor_id: UUID
) -> NoticeAnswer:
    """A notice of a guarantor about one of its orders, signed (RFC 9421)."""
    body = await requests.read_json(request, bytes_max=MESSAGE_BYTES_MAX)
    received_at = insurance.now()
    async with reading(insurance.pool) as connection:
        guarantor = await guarantors.get(connection, guarantor_id)
    if guarantor.family != "signed_http":
        raise GuarantorUnknown
    try:
        order = await _take(insurance, request, guarantor, body, received_at)
    except (Refused, EdgeProblem) as refusal:
        await note_refusal(insurance, guarantor, "callback", refusal.code, str(refusal))
        raise
    return NoticeAnswer(order.id, order.state, order.reason)


async def _take(
    insurance: InsuranceContext,
    request: web.Request,
    guarantor: Guarantor,
    body: bytes,
    received_at: datetime,
) -> Order:
    headers = {
        name: ", ".join(request.headers.getall(name))
        for name in SIGNED_HEADERS
        if name in request.headers
    }
    # The address as we publish it, not as some proxy may have rewritten it.
    url = f"{insurance.public_address}{PREFIX}/insurance/callbacks/{guarantor.id}"
    signed = verify_of(guarantor, Message("POST", url, headers), body, at=received_at)
    notice = requests.decode(NOTICE, body)
    try:
        require_consistent(notice)
    except WireRefused as error:
        raise Invalid(str(error)) from error
    return await take_notice(insurance, guarantor, notice, signed, at=received_at)


def verify_of(guarantor: Guarantor, message: Message, body: bytes, *, at: datetime) -> Signed:
    """Verify a request of a guarantor, by its key or, while that changes, by the one before.

    Raises MessageSignatureRefused, which tells about the newest key.
    """
    refusals = []
    for key in guarantor.keys_at(at):
        try:
            return verify_request(message, body, key, tag=TAG, at=at)
        except WireRefused as error:
            refusals.append(error)
    raise MessageSignatureRefused(str(refusals[0])) from refusals[0]


def key_text(guarantor: Guarantor) -> str:
    """The public key in base64; empty where a secret is shared."""
    if guarantor.family == "xml":
        return ""
    return base64.b64encode(guarantor.public_key).decode("ascii")


def _answer(guarantor: Guarantor) -> GuarantorAnswer:
    return GuarantorAnswer(
        guarantor.id,
        guarantor.organization_id,
        guarantor.name,
        key_text(guarantor),
        guarantor.live_since is not None,
        guarantor.family,
        guarantor.kind,
    )
