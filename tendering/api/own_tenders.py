"""My tenders over HTTP: where the asker has a part, and what it has done in one of them."""

from typing import Final
from uuid import UUID

from msgspec import Struct

from tendering.api.context import Actor
from tendering.api.fields import Instant
from tendering.api.tender_views import visible_tender
from tendering.domain.roles import Role
from tendering.storage import own_tenders
from tendering.storage.connection import Connection

TENDERS_MAX: Final = 200


class OwnTenderView(Struct, frozen=True):
    """A tender in which you have a part. `unconfirmed`: clarifications that you have to confirm."""

    tender_id: UUID
    number: str
    title: str
    status: str
    deadline: Instant
    unconfirmed: int


class OwnTenderList(Struct, frozen=True):
    """The 200 tenders of yours whose deadlines are the latest."""

    items: list[OwnTenderView]


class ParticipationView(Struct, frozen=True):
    """Since when you have the documents, and which clarifications you have confirmed."""

    documents_at: Instant | None
    confirmed: list[int]


async def get_own_tenders(connection: Connection, actor: Actor) -> OwnTenderList:
    """The tenders you run or supervise, or for which you have the documents, a bid, a place."""
    found = own_tenders.list_bid_for if actor.role is Role.BIDDER else own_tenders.list_run
    listed = await found(connection, actor.organization_id, limit=TENDERS_MAX)
    return OwnTenderList(
        [
            OwnTenderView(
                one.tender_id, one.number, one.title, one.status, one.deadline, one.unconfirmed
            )
            for one in listed
        ]
    )


async def get_participation(
    connection: Connection, actor: Actor, tender_id: UUID
) -> ParticipationView:
    """What your organization has done in a tender besides bidding; nobody else reads it."""
    tender = await visible_tender(connection, tender_id, actor)
    return ParticipationView(
        *await own_tenders.participation(connection, tender.id, actor.organization_id)
    )
