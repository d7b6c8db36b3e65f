"""Policies as files over HTTP: handed in by the guarantor, fetched by the bidder."""

import hashlib
from datetime import datetime
from typing import Final
from uuid import UUID

from aiohttp import web
from msgspec import Struct

from crypto.request_signatures import Message
from insurance_gateway.actions.policies import (
    PolicyFault,
    check_file,
    require_fitting,
    require_named,
    uscc_of,
)
from insurance_gateway.api.guarantors import SIGNED_HEADERS, verify_of
from insurance_gateway.api.taking import keep_file, note_refusal
from insurance_gateway.context import InsuranceContext
from insurance_gateway.forms import FILE_BYTES_MAX
from insurance_gateway.storage import guarantors, orders, policy_files
from insurance_gateway.storage.guarantors import Guarantor
from tendering.api import requests
from tendering.api.context import Actor
from tendering.api.problems import EdgeProblem
from tendering.api.routing import PREFIX
from tendering.domain.refusals import NotFound, Refused
from tendering.domain.refusals.guarantees import PolicyFileRefused
from tendering.domain.refusals.wire import MessageReplayed
from tendering.storage import tenders
from tendering.storage.connection import Connection, reading, transaction

PDF: Final = "application/pdf"


class PolicyFileAnswer(Struct, frozen=True):
    """The file is kept under its SHA-256, which an `issued` notice may name as its policy."""

    sha256: str
    accepted: bool


async def post_policy_file(
    insurance: InsuranceContext, request: web.Request, guarantor_id: UUID, order_id: UUID
) -> PolicyFileAnswer:
    """A policy as a signed PDF (PAdES), in a request that is signed as notices are.

    Of a guarantee in force it is checked at once, such as the one in plain after the opening.
    """
    content = await requests.read_json(request, bytes_max=FILE_BYTES_MAX, media_type=PDF)
    at = insurance.now()
    async with reading(insurance.pool) as connection:
        guarantor = await guarantors.get(connection, guarantor_id)
    try:
        return await _take(insurance, request, guarantor, order_id, content=content, at=at)
    except (Refused, EdgeProblem) as refusal:
        await note_refusal(insurance, guarantor, "policy", refusal.code, str(refusal))
        raise


async def get_policy_file(connection: Connection, actor: Actor, order_id: UUID) -> web.Response:
    """The policy of an order of one's own, as the guarantor signed it."""
    order = await orders.get(connection, order_id)
    if order.bidder_id != actor.organization_id:
        raise NotFound
    content = await policy_files.latest_accepted(connection, order_id)
    return web.Response(
        body=content,
        content_type=PDF,
        headers={
            "Content-Disposition": f'attachment; filename="policy-{order_id}.pdf"',
            "Cache-Control": "no-store",
        },
    )


async def _take(
    insurance: InsuranceContext,
    request: web.Request,
    guarantor: Guarantor,
    order_id: UUID,
    *,
    content: bytes,
    at: datetime,
) -> PolicyFileAnswer:
    headers = {
        name: ", ".join(request.headers.getall(name))
        for name in SIGNED_HEADERS
        if name in request.headers
    }
    url = f"{insurance.public_address}{PREFIX}/insurance/policies/{guarantor.id}/{order_id}"
    signed = verify_of(guarantor, Message("POST", url, headers), content, at=at)
    digest = hashlib.sha256(content).digest()
    async with reading(insurance.pool) as connection:
        insurer = await uscc_of(connection, guarantor.organization_id)
        checked = await check_file(connection, insurance.keys, content, insurer=insurer, at=at)
    if isinstance(checked, PolicyFault):
        raise PolicyFileRefused(str(checked))
    async with transaction(insurance.pool) as connection:
        if not await guarantors.remember_nonce(
            connection, guarantor.id, signed.nonce, created_at=signed.created
        ):
            raise MessageReplayed
        order = await keep_file(connection, guarantor, order_id, digest, content, at=at)
        if order.policy_number is None:
            return PolicyFileAnswer(digest.hex(), accepted=False)
        try:
            policy = await require_fitting(connection, checked, order, order.insured or order.cover)
            await require_named(connection, policy, await tenders.get(connection, order.tender_id))
        except PolicyFault as fault:
            raise PolicyFileRefused(str(fault)) from fault
        if policy.number != order.policy_number:
            raise PolicyFileRefused("the policy has another number than the one in force")
        await policy_files.accept(connection, order_id, digest, at=at)
    return PolicyFileAnswer(digest.hex(), accepted=True)
