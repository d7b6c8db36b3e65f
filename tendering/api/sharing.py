"""Experts that centres share, over HTTP: the host asks, the sharer answers, its expert answers."""

import secrets
from datetime import datetime
from typing import Annotated
from uuid import UUID, uuid4

from msgspec import Meta, Struct

from tendering.actions import sharing as deeds
from tendering.api.context import Actor, Context
from tendering.api.fields import Instant, OptionalLine
from tendering.centre_wire import NEEDS_MAX, PLACES_MAX, SharedNeed
from tendering.domain.refusals import Invalid
from tendering.domain.sharing import Shared, login_of, stand_in
from tendering.domain.tender import require_party
from tendering.storage import shared_experts, tenders
from tendering.storage.connection import Connection
from tendering.storage.shared_experts import HeldPlace, Share

PlaceInPath = Annotated[int, Meta(ge=0, lt=PLACES_MAX)]
Password = Annotated[str, Meta(min_length=12, max_length=200)]


class PostExpertRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """Ask a partner centre to share experts of these specialities."""

    partner_id: UUID
    needs: Annotated[list[SharedNeed], Meta(min_length=1, max_length=NEEDS_MAX)]


class ExpertRequestAnswer(Struct, frozen=True):
    """A request: how many places were offered, null while there is no answer. No name."""

    id: UUID
    partner_id: UUID
    needs: list[SharedNeed]
    offered: int | None


class ExpertRequestList(Struct, frozen=True):
    """What was asked for a tender, in order."""

    items: list[ExpertRequestAnswer]


class ShareView(Struct, frozen=True):
    """What a partner centre asks of us: counts of what was offered, drawn, accepted. No name."""

    id: UUID
    partner_id: UUID
    needs: list[SharedNeed]
    asked_at: Instant
    status: str
    offered: int
    drawn: int
    accepted: int


class ShareList(Struct, frozen=True):
    """What partner centres ask of us, the newest first."""

    items: list[ShareView]


class PostShareAnswer(Struct, frozen=True, forbid_unknown_fields=True):
    """Offer everybody who fits and is tied to nobody; or nobody, with a reason."""

    share: bool
    reason: OptionalLine = ""


class SharedSeatView(Struct, frozen=True):
    """A seat at another centre for which one was drawn; for which tender is not said."""

    share_id: UUID
    place: int
    status: str
    venue: str
    speciality: str
    begins_at: Instant | None
    respond_until: Instant | None
    login: str


class SharedSeatList(Struct, frozen=True):
    """One's seats at other centres, in order of time."""

    items: list[SharedSeatView]


class PostSharedSeatAnswer(Struct, frozen=True, forbid_unknown_fields=True):
    """Come, with the password one will log in with there; or not, with a reason."""

    accept: bool
    reason: OptionalLine = ""
    password: Password | None = None


async def post_expert_request(
    connection: Connection,
    actor: Actor,
    received_at: datetime,
    tender_id: UUID,
    body: PostExpertRequest,
) -> ExpertRequestAnswer:
    """Ask a partner centre to share experts for the draw (host)."""
    request_id = uuid4()
    needs = [Shared(one.speciality, one.region, one.seats) for one in body.needs]
    await deeds.ask(
        connection,
        tender_id,
        body.partner_id,
        needs,
        request_id=request_id,
        by=actor,
        at=received_at,
    )
    return ExpertRequestAnswer(request_id, body.partner_id, body.needs, None)


async def get_expert_requests(
    connection: Connection, actor: Actor, tender_id: UUID
) -> ExpertRequestList:
    """What was asked of partner centres, and how many places each offers (host)."""
    tender = await tenders.get(connection, tender_id)
    require_party(tender, actor.organization_id)
    found = await shared_experts.list_requests(connection, tender_id)
    return ExpertRequestList(
        [
            ExpertRequestAnswer(
                one.id,
                one.partner_id,
                _needs(one.needs),
                None if one.offer is None else len(one.offer.places),
            )
            for one in found
        ]
    )


async def get_expert_shares(connection: Connection) -> ShareList:
    """What partner centres ask of us (operator)."""
    return ShareList([_share(one) for one in await shared_experts.list_shares(connection)])


async def post_expert_share_answer(
    connection: Connection, received_at: datetime, share_id: UUID, body: PostShareAnswer
) -> ShareView:
    """Share experts with a partner centre, or not (operator)."""
    found = await deeds.answer_share(
        connection,
        share_id,
        share=body.share,
        reason=body.reason,
        random_bytes=secrets.token_bytes,
        at=received_at,
    )
    return _share(found)


async def get_shared_seats(connection: Connection, actor: Actor) -> SharedSeatList:
    """The seats at other centres for which one was drawn."""
    found = await shared_experts.list_places_of(connection, actor.person_id)
    return SharedSeatList([_seat(one) for one in found])


async def post_shared_seat_answer(
    *,
    context: Context,
    connection: Connection,
    actor: Actor,
    received_at: datetime,
    share_id: UUID,
    place: PlaceInPath,
    body: PostSharedSeatAnswer,
) -> SharedSeatView:
    """Come to a seat at another centre, which then learns one's name; or do not."""
    if body.accept and body.password is None:
        raise Invalid("choose a password for the other centre's platform")
    password_hash = "-" if body.password is None else await context.passwords.hash(body.password)
    found = await deeds.answer_place(
        connection,
        share_id,
        place,
        accept=body.accept,
        reason=body.reason,
        password_hash=password_hash,
        by=actor,
        at=received_at,
    )
    return _seat(found)


def _needs(needs: tuple[Shared, ...]) -> list[SharedNeed]:
    return [SharedNeed(one.speciality, one.region, one.seats) for one in needs]


def _share(found: Share) -> ShareView:
    return ShareView(
        found.id,
        found.partner_id,
        _needs(found.needs),
        found.asked_at,
        found.status,
        found.offered,
        found.drawn,
        found.accepted,
    )


def _seat(found: HeldPlace) -> SharedSeatView:
    return SharedSeatView(
        found.share_id,
        found.place,
        found.status,
        found.venue,
        found.speciality,
        found.begins_at,
        found.respond_until,
        login_of(stand_in(found.share_id, found.place)),
    )
