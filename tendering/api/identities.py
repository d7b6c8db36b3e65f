"""The desk of a venue over HTTP: codes, checks, the host's decision, images by consent."""

import secrets
from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from tendering.actions import identities as deeds
from tendering.api.context import Actor, Context
from tendering.api.fields import Instant, Line
from tendering.api.routing import Touches
from tendering.domain.identities import (
    RETENTION_DAYS_MAX,
    SCORE_MAX,
    Approval,
    Consent,
    DeskCheck,
    Standing,
)
from tendering.domain.tender import require_party
from tendering.storage import identities, tenders
from tendering.storage.connection import Connection

IMAGE_BYTES_MAX = 256 * 1024
_CODES = 10**10

Code = Annotated[str, Meta(pattern=r"^[0-9]{10}(?!\n)$", max_length=10)]
SeatInPath = Annotated[int, Meta(ge=1, le=10_000)]


class CodeAnswer(Struct, frozen=True):
    """What one shows at the desk, and until when."""

    code: str
    valid_until: Instant


class PostDeskCheck(Struct, frozen=True, forbid_unknown_fields=True):
    """Does the document match the person; the device's score of 0 to 1000, none without one."""

    code: Code
    document_matches: bool
    score: Annotated[int, Meta(ge=0, le=SCORE_MAX)] | None = None


class StandingAnswer(Struct, frozen=True):
    """How far a check has come."""

    standing: Standing


class IdentityView(Struct, frozen=True):
    """How far the check of a seat's expert has come; no name."""

    seat: int
    standing: Standing


class IdentityList(Struct, frozen=True):
    """The checks of a committee, by seat."""

    items: list[IdentityView]


class PostIdentityDecision(Struct, frozen=True, forbid_unknown_fields=True):
    """What the host decides, and why."""

    approved: bool
    reason: Line


class PostImageConsent(Struct, frozen=True, forbid_unknown_fields=True):
    """Consent to one image, for this purpose, for so many days."""

    purpose: Line
    days: Annotated[int, Meta(ge=1, le=RETENTION_DAYS_MAX)]


class PostImage(Struct, frozen=True, forbid_unknown_fields=True):
    """An image of who shows the code, base64."""

    code: Code
    image: Annotated[bytes, Meta(min_length=1, max_length=IMAGE_BYTES_MAX)]


async def post_identity_code(
    connection: Connection, actor: Actor, received_at: datetime, tender_id: UUID
) -> CodeAnswer:
    """Get a code to show at the desk of the venue of one's seat; the last one counts."""
    code = f"{secrets.randbelow(_CODES):010}"
    identity = await deeds.begin(connection, tender_id, code, by=actor, at=received_at)
    return CodeAnswer(identity.code, identity.code_until)


async def post_desk_check(
    connection: Connection,
    actor: Actor,
    touches: Touches,
    received_at: datetime,
    body: PostDeskCheck,
) -> StandingAnswer:
    """Enter what the desk saw of who shows a code (venue)."""
    step = DeskCheck(body.document_matches, body.score, received_at)
    identity = await deeds.check(connection, body.code, step, by=actor)
    touches(identity.tender_id)
    return StandingAnswer(await deeds.standing(connection, identity))


async def get_identities(connection: Connection, actor: Actor, tender_id: UUID) -> IdentityList:
    """How far the checks have come, by seat (host, supervisor)."""
    tender = await tenders.get(connection, tender_id)
    if actor.organization_id != tender.supervisor_id:
        require_party(tender, actor.organization_id)
    found = await identities.list_of_tender(connection, tender_id)
    return IdentityList(
        [IdentityView(one.seat, await deeds.standing(connection, one)) for one in found]
    )


async def post_identity_decision(
    *,
    connection: Connection,
    actor: Actor,
    received_at: datetime,
    tender_id: UUID,
    seat: SeatInPath,
    body: PostIdentityDecision,
) -> None:
    """Decide about somebody whose photo says too little (host)."""
    step = Approval(body.approved, body.reason, received_at)
    await deeds.decide(connection, tender_id, seat, step, by=actor)


async def post_image_consent(
    connection: Connection,
    actor: Actor,
    received_at: datetime,
    tender_id: UUID,
    body: PostImageConsent,
) -> None:
    """Consent to an image of oneself (个人信息保护法 第二十九条: separately, for this alone)."""
    given = Consent(body.purpose, body.days, received_at)
    await deeds.consent(connection, tender_id, given, by=actor)


async def post_image_withdrawal(
    connection: Connection, actor: Actor, received_at: datetime, tender_id: UUID
) -> None:
    """Withdraw one's consent: the image is deleted at once."""
    await deeds.withdraw(connection, tender_id, by=actor, at=received_at)


async def post_desk_image(
    context: Context, connection: Connection, actor: Actor, received_at: datetime, body: PostImage
) -> None:
    """Keep an image of who shows a code, if that person has consented (venue)."""
    await deeds.keep_image(
        connection,
        body.code,
        body.image,
        secret=context.keys.image_seed,
        random_bytes=secrets.token_bytes,
        by=actor,
        at=received_at,
    )
