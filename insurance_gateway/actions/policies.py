"""Is a policy that a guarantor sent what was asked? Who signed, for whom, how much, how long."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Final, TypeAlias
from uuid import UUID

from crypto.request_signatures import WireRefused
from insurance_gateway.guarantee import Cover, Order, short_of
from insurance_gateway.policy_file import read_policy_file
from insurance_gateway.storage import policy_files
from insurance_gateway.storage.guarantors import Guarantor
from insurance_gateway.wire import POLICY_LABEL, Notice, Policy, read_policy
from tendering.actions.certificates import require_valid
from tendering.actions.statements import statement_by
from tendering.domain.refusals import NotFound
from tendering.domain.refusals.signatures import SignatureRefused
from tendering.domain.tender import Tender
from tendering.keys import PlatformKeys
from tendering.storage import organizations
from tendering.storage.connection import Connection

FILE_MEMBER: Final = "file_sha256"
# Whoever insures a hundred times what was asked has taken fen for yuan, or 元 for 万元.
UNIT_FACTOR: Final = 100


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
    """The policy, when the guarantor's organization signed it, as a statement or as a PDF."""
    insurer = await uscc_of(connection, guarantor.organization_id)
    if (digest := file_digest(notice)) is not None:
        try:
            content = await policy_files.get(connection, notice.order_id, digest)
        except NotFound:
            return PolicyFault("the file of the policy was not handed in")
        return await check_file(connection, keys, content, insurer=insurer, at=at)
    try:
        return read_policy(
            await statement_by(
                connection, keys, notice.policy, label=POLICY_LABEL, uscc=insurer, at=at
            )
        )
    except (SignatureRefused, WireRefused) as fault:
        return PolicyFault(str(fault))


def file_digest(notice: Notice) -> bytes | None:
    """The SHA-256 of the file that a notice gives as its policy; None for a signed statement."""
    told = (notice.policy or {}).get(FILE_MEMBER)
    if not isinstance(told, str):
        return None
    try:
        return bytes.fromhex(told)
    except ValueError:
        return b""


async def check_file(
    connection: Connection, keys: PlatformKeys, content: bytes, *, insurer: str, at: datetime
) -> Policy | PolicyFault:
    """The policy of a signed PDF, when the organization with that credit code signed it."""
    try:
        signed = await asyncio.to_thread(
            read_policy_file, content, roots=keys.trusted_roots(), at=at
        )
        await require_valid(connection, keys, signed.certificate, uscc=insurer, at=at)
    except (SignatureRefused, WireRefused) as fault:
        return PolicyFault(str(fault))
    return signed.policy


async def require_named(connection: Connection, policy: Policy, tender: Tender) -> None:
    """Refuse a policy that names another creditor or another tender; it may name none.

    Raises PolicyFault.
    """
    if policy.beneficiary_uscc not in {"", await uscc_of(connection, tender.procuring_entity_id)}:
        raise PolicyFault("the policy names another beneficiary than the procuring entity")
    if policy.tender_number not in {"", tender.number}:
        raise PolicyFault("the policy is for another tender")


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
    if policy.insured.amount_fen >= UNIT_FACTOR * order.cover.amount_fen:
        raise PolicyFault("the policy insures a hundred times what was asked for: in which unit?")
    return policy


async def uscc_of(connection: Connection, organization_id: UUID) -> str:
    """The credit code of an organization that is known to exist."""
    organization = await organizations.get(connection, organization_id)
    assert organization is not None
    return organization.uscc
