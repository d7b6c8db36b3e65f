"""Contributions to a draw over HTTP: sealed, looked at, closed, opened. All of it is public."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta, Struct

from tendering.actions import contributions as deeds
from tendering.api.context import Actor, Context
from tendering.domain.contribution_steps import Gathering
from tendering.domain.contributions import (
    CONTAINER_BYTES_MAX,
    Contribution,
    ContributionFault,
    opened,
)
from tendering.storage.connection import Connection

Container = Annotated[bytes, Meta(min_length=1, max_length=CONTAINER_BYTES_MAX)]
Recipient = Annotated[str, Meta(min_length=1, max_length=3000)]
Key16 = Annotated[bytes, Meta(min_length=16, max_length=16)]


class SealStep(Struct, frozen=True, forbid_unknown_fields=True, tag_field="step", tag="seal"):
    """First: the sealed container (docs/specs/draw-v1.md), its own recipient, a signature."""

    container: Container
    recipient: Recipient
    statement: dict[str, Any]


class RevealStep(Struct, frozen=True, forbid_unknown_fields=True, tag_field="step", tag="reveal"):
    """Then, when they are closed: the 16-byte file key of the container."""

    file_key: Key16


class CheckStep(Struct, frozen=True, forbid_unknown_fields=True, tag_field="step", tag="check"):
    """Before the closing: is the key holder's record in this party's container usable?"""

    organization_id: UUID
    usable: bool
    statement: dict[str, Any]


class ShareStep(Struct, frozen=True, forbid_unknown_fields=True, tag_field="step", tag="share"):
    """After the window: the key holder's share of a contribution that is still sealed."""

    organization_id: UUID
    share: Key16


class ContributionAnswer(Struct, frozen=True):
    """A contribution as everybody may see it.

    `records`: which key holders found theirs usable. `admitted` is settled when the contributions
    are closed. `state` is sealed, open or excluded; `value`, in hex, and `fault` follow.
    """

    organization_id: UUID
    recipient: str
    container: bytes
    records: dict[str, bool]
    admitted: bool | None
    state: str
    shares_from: list[int]
    value: str | None
    fault: str | None


async def post_contribution(
    context: Context,
    actor: Actor,
    connection: Connection,
    *,
    received_at: datetime,
    tender_id: UUID,
    body: SealStep | RevealStep,
) -> None:
    """Seal a contribution to the seed, or open it."""
    if isinstance(body, SealStep):
        await deeds.seal_contribution(
            connection,
            context.keys,
            tender_id,
            container=body.container,
            recipient=body.recipient,
            statement=body.statement,
            by=actor,
            at=received_at,
        )
        return
    await deeds.reveal_contribution(
        connection,
        tender_id,
        organization_id=actor.organization_id,
        file_key=body.file_key,
        at=received_at,
    )


async def post_record(
    context: Context,
    actor: Actor,
    connection: Connection,
    *,
    received_at: datetime,
    tender_id: UUID,
    body: CheckStep | ShareStep,
) -> None:
    """A key holder's part: look at one's record while all is sealed, give one's share later."""
    if isinstance(body, CheckStep):
        await deeds.check_record(
            connection,
            context.keys,
            tender_id,
            body.organization_id,
            usable=body.usable,
            statement=body.statement,
            by=actor,
            at=received_at,
        )
        return
    await deeds.give_share(
        connection, tender_id, body.organization_id, share=body.share, by=actor, at=received_at
    )


async def post_closing(
    actor: Actor, connection: Connection, received_at: datetime, tender_id: UUID
) -> None:
    """Close the contributions: which of them count is settled from here on."""
    await deeds.close_contributions(
        connection, tender_id, organization_id=actor.organization_id, at=received_at
    )


def contribution_answers(gathering: Gathering) -> list[ContributionAnswer]:
    """All contributions as they stand."""
    return [_answer(gathering, one) for one in gathering.contributions]


def _answer(gathering: Gathering, contribution: Contribution) -> ContributionAnswer:
    found = opened(gathering.subject, contribution) if contribution.admitted else None
    fault = found if isinstance(found, ContributionFault) else None
    value = found.hex() if isinstance(found, bytes) else None
    return ContributionAnswer(
        organization_id=contribution.organization_id,
        recipient=contribution.recipient,
        container=contribution.container,
        records={str(number): usable for number, usable in contribution.records.items()},
        admitted=contribution.admitted,
        state="sealed" if found is None else "open" if fault is None else "excluded",
        shares_from=sorted(contribution.shares),
        value=value,
        fault=fault,
    )
