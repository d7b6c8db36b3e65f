"""Is a policy that a guarantor sent what was asked? Who signed, for whom, how much, how long."""

from collections.abc import Mapping
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from crypto.request_signatures import WireRefused
from insurance_gateway.guarantee import Cover, Order, short_of
from insurance_gateway.storage.guarantors import Guarantor
from insurance_gateway.wire import POLICY_LABEL, Notice, Policy, read_policy
from tendering.actions.statements import statement_by
from tendering.domain.refusals.signatures import SignatureRefused
from tendering.keys import PlatformKeys
from tendering.storage import organizations
from tendering.storage.connection import Connection


class PolicyFault(Exception):
    """The policy does not pass; the sentence is for bidder and guarantor."""


# By the id of the notice: the policy that the guarantor signed, or what is wrong with it.
Checked: TypeAlias = Mapping[UUID, Policy | PolicyFault]


async def read_signed(
    connection: Connection,
    keys: PlatformKeys,
    guarantor: Guarantor,
    notice: Notice,
    *,
    at: datetime,
) -> Policy | PolicyFault:
    """The policy, when the guarantor's organization signed it."""
    insurer = await uscc_of(connection, guarantor.organization_id)
    try:
        return read_policy(
            await statement_by(
                connection, keys, notice.policy, label=POLICY_LABEL, uscc=insurer, at=at
            )
        )
    except (SignatureRefused, WireRefused) as fault:
        return PolicyFault(str(fault))


async def require_fitting(
    connection: Connection, policy: Policy | PolicyFault, order: Order, *covers: Cover
) -> Policy:
    """The policy, when it is for this order and its bidder and is short of none of the covers.

    Raises PolicyFault.
    """
    if isinstance(policy, PolicyFault):
        raise policy
    if policy.order_id != order.id:
        raise PolicyFault("the policy is for another order")
    if policy.applicant_uscc != await uscc_of(connection, order.bidder_id):
        raise PolicyFault("the policy is for another applicant")
    for cover in covers:
        if short := short_of(policy.insured, cover):
            raise PolicyFault(short)
    return policy


async def uscc_of(connection: Connection, organization_id: UUID) -> str:
    """The credit code of an organization that is known to exist."""
    organization = await organizations.get(connection, organization_id)
    assert organization is not None
    return organization.uscc
