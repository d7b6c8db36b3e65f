"""Rehearsing the opening over HTTP: sign in with a test container, unlock it, and read what held.

Nothing is kept of it, and nothing tells that somebody rehearsed.
"""

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from msgspec import Meta, Struct

from tendering.actions import rehearsals as deeds
from tendering.api.context import Actor, Context
from tendering.api.fields import Instant, LotNumber
from tendering.api.openings import Secret16
from tendering.api.tender_views import visible_tender
from tendering.domain.contributions import CONTAINER_BYTES_MAX
from tendering.domain.rehearsal import Rehearsal
from tendering.storage.connection import reading

# The container in base64, a recipient, a statement with its certificate.
BODY_BYTES_MAX: Final = CONTAINER_BYTES_MAX * 4 // 3 + (16 << 10)
Container = Annotated[bytes, Meta(min_length=1, max_length=CONTAINER_BYTES_MAX)]
Recipient = Annotated[str, Meta(min_length=1, max_length=3000)]
Signature64 = Annotated[bytes, Meta(min_length=64, max_length=64)]


class PostRehearsal(Struct, frozen=True, forbid_unknown_fields=True):
    """A test container (docs/specs/sealed-bid-v1.md §12), its own recipient, a signature."""

    lot: LotNumber
    container: Container
    recipient: Recipient
    statement: dict[str, Any]


class RehearsalReceipt(Struct, frozen=True):
    """What the platform was handed, under its signature; `digest` in hex. No bid's receipt.

    `certificate_not_after`: until then the certificate holds that it was signed with.
    """

    digest: str
    received_at: Instant
    key: str
    signature: bytes
    certificate_serial: str
    certificate_not_after: Instant


class PostRehearsalUnlock(Struct, frozen=True, forbid_unknown_fields=True):
    """The same container with what the receipt says of it, and its file key."""

    lot: LotNumber
    container: Container
    recipient: Recipient
    received_at: Instant
    signature: Signature64
    file_key: Secret16


class RehearsalVerdict(Struct, frozen=True):
    """What unlocking showed: digests in hex, as of a bid."""

    rederives: bool
    digest: str
    plaintext_digest: str


async def post_rehearsal(
    context: Context,
    actor: Actor,
    received_at: datetime,
    tender_id: UUID,
    body: PostRehearsal,
) -> RehearsalReceipt:
    """Sign in to a rehearsal."""
    rehearsal = Rehearsal(body.lot, actor.organization_id, body.recipient, body.container)
    async with reading(context.pool) as connection:
        tender = await visible_tender(connection, tender_id, actor)
        receipt = await deeds.sign_in(
            connection,
            context.keys,
            tender,
            rehearsal,
            statement=body.statement,
            by=actor,
            at=received_at,
        )
    return RehearsalReceipt(
        digest=rehearsal.digest.hex(),
        received_at=receipt.received_at,
        key=receipt.key,
        signature=receipt.signature,
        certificate_serial=receipt.certificate_serial,
        certificate_not_after=receipt.certificate_not_after,
    )


async def post_rehearsal_unlock(
    context: Context,
    actor: Actor,
    received_at: datetime,
    tender_id: UUID,
    body: PostRehearsalUnlock,
) -> RehearsalVerdict:
    """Unlock the test container."""
    rehearsal = Rehearsal(body.lot, actor.organization_id, body.recipient, body.container)
    async with reading(context.pool) as connection:
        tender = await visible_tender(connection, tender_id, actor)
    found = deeds.unlock(
        context.keys,
        tender,
        rehearsal,
        received_at=body.received_at,
        signature=body.signature,
        file_key=body.file_key,
        at=received_at,
    )
    return RehearsalVerdict(found.rederives, rehearsal.digest.hex(), found.plaintext_digest.hex())
