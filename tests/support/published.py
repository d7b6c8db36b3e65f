"""A published tender of the platform fixture's accounts, before its deadline, without bids."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

from tendering.domain.roles import Role
from tendering.domain.tender import Tender
from tendering.storage import tenders
from tendering.storage.connection import transaction
from tests.support.evaluation import METHOD
from tests.support.make import a_key_holder, a_tender
from tests.support.platform import Platform, enter


async def published_tender(platform: Platform, **changes: Any) -> Tender:
    """A tender that takes bids for 25 days; the accounts' key holder is one of its three."""
    context, accounts = platform.running.context, platform.accounts
    now = context.now()
    async with transaction(context.pool) as connection:
        others = [
            await enter(connection, number, Role.KEY_HOLDER, password_hash="-", at=now)
            for number in (901, 902)
        ]
        holders = (accounts[Role.KEY_HOLDER], *others)
        tender = a_tender(
            id=uuid4(),
            procuring_entity_id=accounts[Role.PROCURING_ENTITY].organization.id,
            agency_id=accounts[Role.AGENCY].organization.id,
            supervisor_id=accounts[Role.SUPERVISOR].organization.id,
            key_holders=tuple(
                replace(
                    a_key_holder(number),
                    organization_id=holder.organization.id,
                    name=holder.organization.name,
                )
                for number, holder in enumerate(holders, start=1)
            ),
            documents=(),
            method=METHOD,
            published_at=now - timedelta(days=1),
            deadline=now + timedelta(days=25),
            **changes,
        )
        await tenders.insert(connection, tender, at=now)
    return tender
