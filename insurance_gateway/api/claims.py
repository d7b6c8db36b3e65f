"""Claims over HTTP, for those who run or supervise a tender, after its opening."""

from uuid import UUID

from msgspec import Struct

from insurance_gateway.api.orders import MatterAnswer, matter_answer
from insurance_gateway.matters import MatterKind
from insurance_gateway.storage import matters, orders
from tendering.api.context import Actor
from tendering.domain.duties import OPENED
from tendering.domain.refusals import Forbidden
from tendering.storage import tenders
from tendering.storage.connection import Connection


class ClaimAnswer(Struct, frozen=True):
    """A claim on a guarantee: against whom, and how it stands."""

    lot: str
    bidder_id: UUID
    guarantor_id: UUID
    policy_number: str | None
    claim: MatterAnswer


class ClaimList(Struct, frozen=True):
    """All claims of a tender, by lot."""

    items: list[ClaimAnswer]


async def get_claims(connection: Connection, actor: Actor, tender_id: UUID) -> ClaimList:
    """The claims that follow from securities that are kept."""
    tender = await tenders.get(connection, tender_id)
    parties = {tender.procuring_entity_id, tender.agency_id, tender.supervisor_id}
    # Also with no claim at all: an answer would tell that nobody is secured.
    if actor.organization_id not in parties or tender.status not in OPENED:
        raise Forbidden
    found = await orders.list_claimed(connection, tender_id)
    known = await matters.list_of_orders(connection, [each.id for each in found])
    return ClaimList(
        [
            ClaimAnswer(
                order.lot,
                order.bidder_id,
                order.guarantor_id,
                order.policy_number,
                matter_answer(matter),
            )
            for order in found
            for matter in known.get(order.id, ())
            if matter.kind is MatterKind.CLAIM
        ]
    )
