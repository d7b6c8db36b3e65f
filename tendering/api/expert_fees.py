"""Fees of experts over HTTP: stated by the host, seen by host, supervisor and who is paid."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from tendering.actions import expert_fees as deeds
from tendering.api.context import Actor
from tendering.api.fields import Fen, Instant, in_utc
from tendering.domain.tender import require_party
from tendering.rulebooks import expert_fee_rule
from tendering.storage import expert_fees, tenders
from tendering.storage.connection import Connection
from tendering.storage.expert_fees import StatedFee


class PostExpertFee(Struct, frozen=True, forbid_unknown_fields=True):
    """From when until when the expert on a seat has worked."""

    seat: Annotated[int, Meta(ge=1, le=10_000)]
    begins_at: Instant
    ends_at: Instant


class ExpertFeeView(Struct, frozen=True):
    """A statement of a fee, in fen; no name."""

    tender_id: UUID
    seat: int
    begins_at: Instant
    ends_at: Instant
    rule: str
    base_fen: Fen
    overtime_fen: Fen
    travel_fen: Fen
    total_fen: Fen


class ExpertFeeList(Struct, frozen=True):
    """Statements of fees, and what they come to."""

    items: list[ExpertFeeView]
    total_fen: Fen


async def post_expert_fee(
    connection: Connection,
    actor: Actor,
    received_at: datetime,
    tender_id: UUID,
    body: PostExpertFee,
) -> ExpertFeeView:
    """State what the expert on a seat is paid, once (host)."""
    stated = await deeds.state_fee(
        connection,
        tender_id,
        body.seat,
        expert_fee_rule(),
        begins_at=in_utc(body.begins_at),
        ends_at=in_utc(body.ends_at),
        by=actor,
        at=received_at,
    )
    return _view(stated)


async def get_expert_fees(connection: Connection, actor: Actor, tender_id: UUID) -> ExpertFeeList:
    """What the experts of a tender are paid, by seat (host, supervisor)."""
    tender = await tenders.get(connection, tender_id)
    if actor.organization_id != tender.supervisor_id:
        require_party(tender, actor.organization_id)
    return _list(await expert_fees.list_of_tender(connection, tender_id))


async def get_own_expert_fees(connection: Connection, actor: Actor) -> ExpertFeeList:
    """What one is paid oneself (expert)."""
    return _list(await expert_fees.list_of_person(connection, actor.person_id))


def _list(found: list[StatedFee]) -> ExpertFeeList:
    items = [_view(one) for one in found]
    return ExpertFeeList(items, sum(one.total_fen for one in items))


def _view(fee: StatedFee) -> ExpertFeeView:
    return ExpertFeeView(
        fee.tender_id,
        fee.seat,
        fee.begins_at,
        fee.ends_at,
        fee.rule,
        fee.base_fen,
        fee.overtime_fen,
        fee.travel_fen,
        fee.base_fen + fee.overtime_fen + fee.travel_fen,
    )
