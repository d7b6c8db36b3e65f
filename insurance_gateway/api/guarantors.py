"""Guarantors over HTTP: who they are, and their own signed callbacks."""

import base64
from datetime import datetime
from typing import Annotated, Final
from uuid import UUID, uuid4

import msgspec
from aiohttp import web
from msgspec import Meta, Struct

from crypto.request_signatures import (
    Message,
    WireRefused,
    read_public_key,
    verify_request,
)
from insurance_gateway.actions import notices
from insurance_gateway.context import InsuranceContext
from insurance_gateway.guarantee import Order
from insurance_gateway.storage import calls, guarantors
from insurance_gateway.storage.calls import Call
from insurance_gateway.storage.guarantors import Guarantor
from insurance_gateway.wire import MESSAGE_BYTES_MAX, TAG, Notice, require_consistent
from tendering.api import requests
from tendering.api.endpoints import sound_endpoint
from tendering.api.fields import Line
from tendering.api.problems import EdgeProblem
from tendering.api.routing import PREFIX
from tendering.domain.refusals import Invalid, Refused
from tendering.domain.refusals.guarantees import GuarantorEndpointInvalid, GuarantorKeyInvalid
from tendering.domain.refusals.wire import MessageSignatureRefused
from tendering.domain.roles import Role
from tendering.storage import organizations
from tendering.storage.connection import Connection, reading, transaction

SIGNED_HEADERS: Final = ("content-type", "content-digest", "signature-input", "signature")
NOTICE: Final = msgspec.json.Decoder(Notice)


class PostGuarantor(Struct, frozen=True, forbid_unknown_fields=True):
    """Register an insurer: where it answers, and its Ed25519 key in base64."""

    name: Line
    organization_id: UUID
    endpoint: Annotated[str, Meta(min_length=1, max_length=500)]
    public_key: Annotated[str, Meta(max_length=64)]


class GuarantorAnswer(Struct, frozen=True):
    """A guarantor, as everybody may know it."""

    id: UUID
    organization_id: UUID
    name: str
    public_key: str
    live: bool


class GuarantorList(Struct, frozen=True):
    """All guarantors; nobody has to take a certain one. `platform_key`: verifies our requests."""

    items: list[GuarantorAnswer]
    platform_key: str


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
    try:
        public_key = read_public_key(body.public_key)
    except WireRefused as error:
        raise GuarantorKeyInvalid(str(error)) from error
    try:
        endpoint = sound_endpoint(body.endpoint, demonstration=insurance.demonstration)
    except WireRefused as error:
        raise GuarantorEndpointInvalid from error
    guarantor = Guarantor(uuid4(), organization.id, body.name, endpoint, public_key)
    await guarantors.insert(connection, guarantor, at=received_at)
    return _answer(guarantor)


async def get_guarantors(insurance: InsuranceContext, connection: Connection) -> GuarantorList:
    """All guarantors, and the key that verifies what the platform sends them."""
    found = await guarantors.list_all(connection)
    return GuarantorList(
        [_answer(each) for each in found],
        base64.b64encode(insurance.public_key).decode("ascii"),
    )


async def post_callback(
    insurance: InsuranceContext, request: web.Request, guarantor_id: UUID
) -> NoticeAnswer:
    """A notice of a guarantor about one of its orders, signed (RFC 9421)."""
    body = await requests.read_json(request, bytes_max=MESSAGE_BYTES_MAX)
    received_at = insurance.now()
    async with reading(insurance.pool) as connection:
        guarantor = await guarantors.get(connection, guarantor_id)
    try:
        order = await _take(insurance, request, guarantor, body, received_at)
    except (Refused, EdgeProblem) as refusal:
        # The guarantor's engineer reads in his console what is wrong.
        call = Call("in", "callback", refusal.code, str(refusal))
        async with transaction(insurance.pool) as connection:
            await calls.insert(connection, guarantor.id, call)
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
    try:
        signed = verify_request(
            Message("POST", url, headers), body, guarantor.public_key, tag=TAG, at=received_at
        )
    except WireRefused as error:
        raise MessageSignatureRefused(str(error)) from error
    notice = requests.decode(NOTICE, body)
    try:
        require_consistent(notice)
    except WireRefused as error:
        raise Invalid(str(error)) from error
    async with reading(insurance.pool) as connection:
        checked = await notices.check_policies(
            connection, insurance.keys, guarantor, notice, at=received_at
        )
    async with transaction(insurance.pool) as connection:
        order = await notices.receive(
            connection,
            insurance.keys,
            guarantor,
            notice,
            signed,
            checked=checked,
            at=received_at,
        )
        call = Call("in", notice.state, "ok", order.reason, notice.id)
        await calls.insert(connection, guarantor.id, call)
    return order


def _answer(guarantor: Guarantor) -> GuarantorAnswer:
    return GuarantorAnswer(
        guarantor.id,
        guarantor.organization_id,
        guarantor.name,
        base64.b64encode(guarantor.public_key).decode("ascii"),
        guarantor.live_since is not None,
    )
