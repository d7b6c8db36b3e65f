"""Payments over HTTP: bidders pay premiums, the operator gives one back, providers call back."""

from datetime import datetime
from typing import Annotated
from uuid import UUID, uuid4

import msgspec
from aiohttp import web
from msgspec import Meta, Struct

from crypto.request_signatures import Message, WireRefused, read_public_key, verify_request
from insurance_gateway.actions import paying
from insurance_gateway.context import InsuranceContext
from insurance_gateway.doorbell import OUTBOX
from insurance_gateway.payment_wire import MESSAGE_BYTES_MAX, NOTICE, TAG
from insurance_gateway.payments import Payment
from insurance_gateway.storage import payments
from insurance_gateway.storage.payments import Provider
from tendering.api import requests
from tendering.api.context import Actor
from tendering.api.endpoints import sound_endpoint
from tendering.api.fields import Fen, Instant, Line
from tendering.api.routing import PREFIX, Touches
from tendering.domain.refusals.guarantees import GuarantorEndpointInvalid, GuarantorKeyInvalid
from tendering.domain.refusals.wire import MessageSignatureRefused
from tendering.storage.connection import Connection, reading, transaction

SIGNED_HEADERS = ("content-type", "content-digest", "signature-input", "signature")


class PostPaymentProvider(Struct, frozen=True, forbid_unknown_fields=True):
    """Register a payment provider; new premiums go through the newest. Key: Ed25519, base64."""

    name: Line
    endpoint: Annotated[str, Meta(min_length=1, max_length=500)]
    public_key: Annotated[str, Meta(max_length=200, pattern=r"^[A-Za-z0-9+/=]*(?!\n)$")]


class PaymentProviderAnswer(Struct, frozen=True):
    """A payment provider; its call-backs go to /insurance/payments/callbacks/{id}."""

    id: UUID
    name: str
    endpoint: str


class PaymentAnswer(Struct, frozen=True):
    """A premium or its refund. The payer pays at `pay_url`; empty: nobody has to do anything.

    `paid_fen` is what came, `reason` why it is not in order.
    """

    id: UUID
    kind: str
    state: str
    amount_fen: Fen
    asked_at: Instant
    pay_url: str
    reason: str
    reference: str
    paid_fen: Fen | None = None
    settled_at: Instant | None = None


class PaymentNoted(Struct, frozen=True):
    """How the payment stands after a call-back."""

    payment_id: UUID
    state: str
    reason: str


async def post_payment_provider(
    insurance: InsuranceContext,
    connection: Connection,
    received_at: datetime,
    body: PostPaymentProvider,
) -> PaymentProviderAnswer:
    """Register a payment provider."""
    try:
        public_key = read_public_key(body.public_key)
    except WireRefused as error:
        raise GuarantorKeyInvalid(str(error)) from error
    try:
        endpoint = sound_endpoint(body.endpoint, demonstration=insurance.demonstration)
    except WireRefused as error:
        raise GuarantorEndpointInvalid from error
    provider = Provider(uuid4(), body.name, endpoint, public_key)
    await payments.insert_provider(connection, provider, at=received_at)
    return PaymentProviderAnswer(provider.id, provider.name, provider.endpoint)


async def post_premium_payment(
    connection: Connection, actor: Actor, received_at: datetime, order_id: UUID, touches: Touches
) -> PaymentAnswer:
    """Pay the premium of an order of one's own; the provider says where."""
    payment = await paying.ask_payment(
        connection, order_id, payment_id=uuid4(), by=actor, at=received_at
    )
    touches(OUTBOX)
    return payment_answer(payment)


async def post_premium_refund(
    connection: Connection, received_at: datetime, order_id: UUID, touches: Touches
) -> PaymentAnswer:
    """Give a premium back that came wrongly, or whose refund has failed; never twice."""
    refund = await paying.ask_refund(connection, order_id, refund_id=uuid4(), at=received_at)
    touches(OUTBOX)
    return payment_answer(refund)


async def post_payment_callback(
    insurance: InsuranceContext, request: web.Request, provider_id: UUID
) -> PaymentNoted:
    """How a payment ended, told by its provider, signed (RFC 9421). Send it until it is 200."""
    body = await requests.read_json(request, bytes_max=MESSAGE_BYTES_MAX)
    at = insurance.now()
    async with reading(insurance.pool) as connection:
        provider = await payments.get_provider(connection, provider_id)
    headers = {
        name: ", ".join(request.headers.getall(name))
        for name in SIGNED_HEADERS
        if name in request.headers
    }
    url = f"{insurance.public_address}{PREFIX}/insurance/payments/callbacks/{provider.id}"
    try:
        # No memory of nonces: an id is taken once, with one content, for ever.
        verify_request(Message("POST", url, headers), body, provider.public_key, tag=TAG, at=at)
    except WireRefused as error:
        raise MessageSignatureRefused(str(error)) from error
    notice = requests.decode(NOTICE, body)
    async with transaction(insurance.pool) as connection:
        payment = await paying.receive(
            connection, provider, notice, body=msgspec.json.encode(notice).decode(), at=at
        )
    insurance.rang()
    return PaymentNoted(payment.id, payment.state, payment.reason)


def payment_answer(payment: Payment) -> PaymentAnswer:
    """A payment as JSON."""
    return PaymentAnswer(
        id=payment.id,
        kind=payment.kind,
        state=payment.state,
        amount_fen=payment.amount_fen,
        asked_at=payment.asked_at,
        pay_url=payment.pay_url,
        reason=payment.reason,
        reference=payment.reference,
        paid_fen=payment.paid_fen,
        settled_at=payment.settled_at,
    )
