"""What a guarantor's engineer sees and does: the last calls, dead letters, going live."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta, Struct

from insurance_gateway.api.guarantors import key_text
from insurance_gateway.context import InsuranceContext
from insurance_gateway.guarantee import TRANSITIONS, Step
from insurance_gateway.line_keys import line_secret
from insurance_gateway.openapi import document
from insurance_gateway.storage import calls, guarantors, orders, outbox
from insurance_gateway.storage.guarantors import Family, Guarantor, GuarantorKind
from tendering.api.context import Actor
from tendering.api.fields import Instant
from tendering.domain.refusals import Invalid, NotFound
from tendering.storage.connection import Connection


class CallAnswer(Struct, frozen=True):
    """One exchange: `in` is what you sent. `outcome` is "ok" or the code of a refusal."""

    at: Instant | None
    direction: str
    door: str
    outcome: str
    explanation: str
    message_id: UUID | None


class DeadLetterAnswer(Struct, frozen=True):
    """A message that was given up after so many attempts, and why the last one failed."""

    id: UUID
    order_id: UUID
    kind: str
    attempts: int
    dead_at: Instant
    last_error: str


class ConsoleAnswer(Struct, frozen=True):
    """A guarantor's own console, the newest first. Without `live_since` it is in the sandbox.

    `shared_secret`, in hex, is that of the XML family. The key before the present one passes until
    `previous_key_until`.
    """

    guarantor_id: UUID
    endpoint: str
    live_since: Instant | None
    family: Family
    kind: GuarantorKind
    public_key: str
    previous_key_until: Instant | None
    shared_secret: str | None
    calls: list[CallAnswer]
    dead_letters: list[DeadLetterAnswer]


class PostApproval(Struct, frozen=True, forbid_unknown_fields=True):
    """The SHA-256, in hex, of the report of a conformance run that the operator has looked at."""

    conformance_sha256: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}(?!\n)$")] | None = None


async def get_console(
    insurance: InsuranceContext, connection: Connection, actor: Actor
) -> ConsoleAnswer:
    """How one's own interface does: calls with reasons when they failed, and dead letters."""
    guarantor = await guarantors.get_of_organization(connection, actor.organization_id)
    return ConsoleAnswer(
        guarantor.id,
        guarantor.endpoint,
        guarantor.live_since,
        guarantor.family,
        guarantor.kind,
        key_text(guarantor),
        guarantor.previous_until,
        _secret(insurance, guarantor),
        [
            CallAnswer(
                one.at, one.direction, one.door, one.outcome, one.explanation, one.message_id
            )
            for one in await calls.list_last(connection, guarantor.id)
        ],
        [_letter(one) for one in await outbox.list_dead(connection, guarantor.id)],
    )


async def post_dead_letter_replay(
    connection: Connection, actor: Actor, message_id: UUID
) -> DeadLetterAnswer:
    """Have a dead letter sent again, after the fault was mended."""
    guarantor = await guarantors.get_of_organization(connection, actor.organization_id)
    letter = await outbox.revive(connection, guarantor.id, message_id)
    order = await orders.get(connection, letter.order_id)
    # The bidder has cancelled meanwhile: nobody waits for an answer.
    if letter.kind == "application" and Step.APPROVE not in TRANSITIONS[order.state]:
        raise NotFound
    return _letter(letter)


async def post_approval(
    insurance: InsuranceContext,
    connection: Connection,
    received_at: datetime,
    guarantor_id: UUID,
    body: PostApproval,
) -> None:
    """A guarantor leaves the sandbox: from now on bidders can order from it."""
    await guarantors.get(connection, guarantor_id)
    if body.conformance_sha256 is None and not insurance.demonstration:
        raise Invalid("a guarantor goes live by a conformance report")
    digest = body.conformance_sha256
    await guarantors.set_live(
        connection,
        guarantor_id,
        conformance_digest=None if digest is None else bytes.fromhex(digest),
        at=received_at,
    )


async def get_guarantor_openapi() -> dict[str, Any]:
    """The OpenAPI 3.1 document of the interface for guarantors."""
    return document()


def _secret(insurance: InsuranceContext, guarantor: Guarantor) -> str | None:
    if guarantor.family != "xml":
        return None
    return line_secret(insurance.seed, guarantor.public_key).hex()


def _letter(one: outbox.DeadLetter) -> DeadLetterAnswer:
    return DeadLetterAnswer(
        one.id, one.order_id, one.kind, one.attempts, one.dead_at, one.last_error
    )
