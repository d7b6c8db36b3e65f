"""Contracts over HTTP: drawn up, secured, published, filed, and the report to the supervisor."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta, Struct

from tendering.actions import contracts as deeds
from tendering.actions.contracts import ContractStep
from tendering.api.context import Actor, Context
from tendering.api.fields import INTEGER_MAX, HexDigest, Instant, Line, LotNumber
from tendering.domain.contract import ContractTerms, PerformanceForm, PerformanceSecurity
from tendering.storage import tenders
from tendering.storage.connection import Connection, reading
from tendering.storage.contracts import StoredContract

PositiveFen = Annotated[int, Meta(ge=1, le=INTEGER_MAX, description="Money in fen, 1/100 yuan")]
Days = Annotated[int, Meta(ge=1, le=36_500)]
ShortText = Annotated[str, Meta(max_length=200)]


class PerformanceBody(Struct, frozen=True, forbid_unknown_fields=True):
    """What secures the performance."""

    form: PerformanceForm
    amount_fen: PositiveFen


class PostContract(Struct, frozen=True, forbid_unknown_fields=True):
    """What is agreed; `text_digest` is the SHA-256 of the full text, hex."""

    lot: LotNumber
    price_fen: PositiveFen
    text_digest: HexDigest
    duration_days: Days | None = None
    quality: ShortText = ""
    project_manager: ShortText = ""
    performance: PerformanceBody | None = None


class PostContractStep(Struct, frozen=True, forbid_unknown_fields=True):
    """What has happened to the contract of a lot, and where that can be looked up."""

    lot: LotNumber
    step: ContractStep
    reference: Line


class PostReport(Struct, frozen=True, forbid_unknown_fields=True):
    """The lot on which the supervisor is reported to, and the number of the report."""

    lot: LotNumber
    reference: Line


class ContractView(Struct, frozen=True):
    """A contract and how far it has come; its cover is the issued document `contract`."""

    lot: str
    bidder_id: UUID
    terms: dict[str, Any]
    drafted_at: Instant
    signed_at: Instant | None
    published_at: Instant | None
    filed_at: Instant | None
    secured_at: Instant | None
    security_returned_at: Instant | None


class ContractList(Struct, frozen=True):
    """The contracts of a tender that you may see."""

    items: list[ContractView]


async def post_contract(
    context: Context, actor: Actor, received_at: datetime, tender_id: UUID, body: PostContract
) -> ContractList:
    """Draw up the contract of a lot; its cover waits for both signatures (host)."""
    async with reading(context.pool) as connection:
        tender = await tenders.get(connection, tender_id)
    security = body.performance
    terms = ContractTerms(
        body.price_fen,
        body.duration_days,
        body.quality,
        body.project_manager,
        body.text_digest,
        None if security is None else PerformanceSecurity(security.form, security.amount_fen),
    )
    law = context.law(tender, received_at)
    await deeds.draft_contract(
        context.pool,
        tender_id,
        body.lot,
        law,
        terms,
        by=actor,
        at=received_at,
        address=context.public_address,
    )
    async with reading(context.pool) as connection:
        return await get_contracts(connection, actor, tender_id)


async def post_contract_step(
    connection: Connection,
    actor: Actor,
    received_at: datetime,
    tender_id: UUID,
    body: PostContractStep,
) -> None:
    """Enter that a contract was secured, published or filed, or its security given back (host)."""
    await deeds.do_step(
        connection,
        tender_id,
        body.lot,
        body.step,
        reference=body.reference,
        by=actor,
        at=received_at,
    )


async def post_report(
    connection: Connection, actor: Actor, received_at: datetime, tender_id: UUID, body: PostReport
) -> None:
    """Enter the written report to the supervisor on an awarded lot (host)."""
    await deeds.report_to_supervisor(
        connection, tender_id, body.lot, reference=body.reference, by=actor, at=received_at
    )


async def get_contracts(
    connection: Connection, actor: Actor | None, tender_id: UUID
) -> ContractList:
    """Read the contracts: the parties all of them, everybody those that were published."""
    found = await deeds.list_contracts(connection, tender_id, actor=actor)
    return ContractList([_view(one) for one in found])


def _view(one: StoredContract) -> ContractView:
    return ContractView(
        one.lot,
        one.bidder_id,
        dict(one.terms),
        one.drafted_at,
        one.signed_at,
        one.published_at,
        one.filed_at,
        one.secured_at,
        one.security_returned_at,
    )
