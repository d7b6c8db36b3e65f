"""Tenders on the public board without the rest of the platform, and what their streams say."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from tendering.domain.journal import Event, Stream
from tendering.domain.parties import Organization
from tendering.domain.roles import Role
from tendering.domain.tender import Tender, public_facts
from tendering.storage import journal, organizations, tenders
from tendering.storage.connection import Pool, transaction
from tests.support.make import (
    ENTITY,
    PUBLISHED_AT,
    SUPERVISOR,
    a_key_holder,
    a_locked_bid,
    a_tender,
)

# Demonstration codes: a company's, and one of an authority.
ENTITY_USCC = "91510100MB00000018"
SUPERVISOR_USCC = "11510100MB0000003L"
HOLDS = frozenset({Role.KEY_HOLDER})
BIDS = frozenset({Role.BIDDER})
PARTIES = (
    Organization(ENTITY, ENTITY_USCC, "示范市教育局", frozenset({Role.PROCURING_ENTITY})),
    Organization(
        SUPERVISOR, SUPERVISOR_USCC, "示范市发展和改革委员会", frozenset({Role.SUPERVISOR})
    ),
)


async def on_board(pool: Pool, number: int = 1, *, told: bool = True, **changes: Any) -> Tender:
    """A published tender `KB-number` in the tables; with its notice in the journal if `told`."""
    holders = [a_key_holder(each) for each in (1, 2, 3)]
    tender = a_tender(**{"id": uuid4(), "number": f"KB-{number:04d}", "documents": ()} | changes)
    async with transaction(pool) as connection:
        others = [
            Organization(each.organization_id, f"9151010000000000{each.number}X", each.name, HOLDS)
            for each in holders
        ]
        for organization in (*PARTIES, *others):
            if await organizations.get(connection, organization.id) is None:
                await organizations.insert(connection, organization, at=PUBLISHED_AT)
        await tenders.insert(connection, tender, at=PUBLISHED_AT)
    await _enter_bidders(pool)
    if told:
        at = tender.published_at or PUBLISHED_AT
        await tell(pool, tender.id, Event("tender.published", public_facts(tender)), at=at)
    return tender


async def tell(pool: Pool, tender_id: UUID, event: Event, *, at: datetime) -> None:
    """One public entry of a tender, under its lock."""
    async with transaction(pool) as connection:
        await tenders.lock(connection, tender_id)
        await journal.append(connection, tender_id, Stream.PUBLIC, event, at=at)


async def _enter_bidders(pool: Pool) -> None:
    """The bidders of `a_locked_bid`, who are told of what happens to their tender."""
    async with transaction(pool) as connection:
        for number in (1, 2, 3):
            bid = a_locked_bid(number)
            if await organizations.get(connection, bid.bidder_id) is None:
                code = f"9151010000000001{number}X"
                bidder = Organization(bid.bidder_id, code, bid.bidder_name, BIDS)
                await organizations.insert(connection, bidder, at=PUBLISHED_AT)
