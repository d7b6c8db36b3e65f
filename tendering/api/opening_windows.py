"""The unlocking over HTTP: more time for all, and what becomes of a lot with too few open bids."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from tendering.actions import opening_windows as deeds
from tendering.api.context import Actor
from tendering.api.fields import Instant, LotNumber
from tendering.domain.opening_window import Decision
from tendering.storage.connection import Connection

Reason = Annotated[str, Meta(min_length=1, max_length=2000)]


class PostExtension(Struct, frozen=True, forbid_unknown_fields=True):
    """More time to unlock, for all bidders of a lot."""

    lot: LotNumber
    unlock_until: Instant
    reason: Reason


class PostShortfall(Struct, frozen=True, forbid_unknown_fields=True):
    """What the host proposes for a lot with too few open bids."""

    lot: LotNumber
    decision: Decision
    reason: Reason


class PostConsent(Struct, frozen=True, forbid_unknown_fields=True):
    """The supervisor consents to what was proposed."""

    lot: LotNumber
    reason: Reason


async def post_extension(
    actor: Actor,
    connection: Connection,
    received_at: datetime,
    tender_id: UUID,
    body: PostExtension,
) -> None:
    """Make the window in which bids are unlocked longer, while it is open (host)."""
    await deeds.extend_unlocking(
        connection,
        tender_id,
        body.lot,
        until=body.unlock_until,
        reason=body.reason,
        by=actor,
        at=received_at,
    )


async def post_shortfall(
    actor: Actor,
    connection: Connection,
    received_at: datetime,
    tender_id: UUID,
    body: PostShortfall,
) -> None:
    """Propose whether a lot with too few open bids goes on or fails (host)."""
    await deeds.propose(
        connection,
        tender_id,
        body.lot,
        decision=body.decision,
        reason=body.reason,
        by=actor,
        at=received_at,
    )


async def post_consent(
    actor: Actor,
    connection: Connection,
    received_at: datetime,
    tender_id: UUID,
    body: PostConsent,
) -> None:
    """Consent to the host's proposal (supervisor)."""
    await deeds.consent(
        connection, tender_id, body.lot, reason=body.reason, by=actor, at=received_at
    )
