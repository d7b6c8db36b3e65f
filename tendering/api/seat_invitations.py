"""Invitations to seats over HTTP: one's own, how many have answered, answers."""

from datetime import datetime
from typing import Annotated
from uuid import UUID, uuid4

from msgspec import Meta, Struct

from tendering.actions import seat_invitations as deeds
from tendering.api.context import Actor
from tendering.api.fields import Count, Instant
from tendering.api.routing import Touches
from tendering.domain.refusals import NotFound
from tendering.domain.seat_invitations import Invitation, InvitationStatus
from tendering.domain.tender import require_party
from tendering.storage import seat_invitations, tenders
from tendering.storage.connection import Connection

Reason = Annotated[str, Meta(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*(?!\n)$")]


class InvitationView(Struct, frozen=True):
    """An invitation of one's own; which tender it is for is told when it is accepted."""

    id: UUID
    venue: str
    speciality: str
    begins_at: Instant
    respond_until: Instant
    status: InvitationStatus
    tender_id: UUID | None


class InvitationList(Struct, frozen=True):
    """One's invitations to seats, the newest first."""

    items: list[InvitationView]


class PostInvitationAnswer(Struct, frozen=True, forbid_unknown_fields=True):
    """Whether one comes; why not."""

    accept: bool
    reason: Reason = ""


class InvitationCounts(Struct, frozen=True):
    """How many experts of a committee have answered what; no name. `vacant`: nobody is left.

    `ended`: of those who sit, whose appointment is over before the evaluation begins; they sit all
    the same.
    """

    invited: Count
    accepted: Count
    declined: Count
    lapsed: Count
    vacant: Count
    ended: Count


async def get_seat_invitations(connection: Connection, actor: Actor) -> InvitationList:
    """One's own invitations to evaluate."""
    found = await seat_invitations.list_of_person(connection, actor.person_id)
    return InvitationList([_view(one) for one in found])


async def post_seat_answer(
    *,
    connection: Connection,
    actor: Actor,
    touches: Touches,
    received_at: datetime,
    invitation_id: UUID,
    body: PostInvitationAnswer,
) -> InvitationView:
    """Accept or decline a seat; who has accepted may decline until the room is open."""
    invitation = await deeds.answer(
        connection,
        invitation_id,
        accept=body.accept,
        reason=body.reason,
        by=actor,
        new_id=uuid4,
        at=received_at,
    )
    touches(invitation.tender_id)
    return _view(invitation)


async def get_seat_counts(
    connection: Connection, actor: Actor, tender_id: UUID
) -> InvitationCounts:
    """How many drawn experts have answered what (host, supervisor)."""
    tender = await tenders.get(connection, tender_id)
    if actor.organization_id != tender.supervisor_id:
        require_party(tender, actor.organization_id)
    call = await seat_invitations.find_call(connection, tender_id)
    if call is None:
        raise NotFound("nobody has been asked")
    found = [one.status for one in await seat_invitations.list_of_tender(connection, tender_id)]
    return InvitationCounts(
        invited=found.count(InvitationStatus.INVITED),
        accepted=found.count(InvitationStatus.ACCEPTED),
        declined=found.count(InvitationStatus.DECLINED),
        lapsed=found.count(InvitationStatus.LAPSED),
        vacant=await deeds.count_vacant(connection, tender_id),
        ended=await deeds.count_ended(connection, tender_id, call),
    )


def _view(invitation: Invitation) -> InvitationView:
    accepted = invitation.status is InvitationStatus.ACCEPTED
    return InvitationView(
        invitation.id,
        invitation.venue,
        invitation.speciality,
        invitation.begins_at,
        invitation.respond_until,
        invitation.status,
        invitation.tender_id if accepted else None,
    )
