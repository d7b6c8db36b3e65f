"""Procedures over HTTP: who is invited, what they answer, and the next round."""

import secrets
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

from msgspec import Meta, Struct

from tendering.actions import participants as deeds
from tendering.actions.qualifications import check_qualification
from tendering.actions.rounds import NextRound, begin_next_round
from tendering.api.context import Actor
from tendering.api.fields import Instant, Line, LotNumber, Text
from tendering.api.tender_views import TenderView, tender_view
from tendering.domain.participants import INVITED_MAX, SALT_BYTES, Answer, Participant
from tendering.domain.qualification import Verdict
from tendering.domain.tender import require_party
from tendering.storage import participants, tenders
from tendering.storage.connection import Connection


class PostInvitations(Struct, frozen=True, forbid_unknown_fields=True):
    """Whom to invite to a lot."""

    lot: LotNumber
    organization_ids: Annotated[list[UUID], Meta(min_length=1, max_length=INVITED_MAX)]


class ParticipantView(Struct, frozen=True):
    """A place on the list: `answer` is open, accepted, declined or admitted."""

    lot: str
    organization_id: UUID
    name: str
    answer: str


class ParticipantList(Struct, frozen=True):
    """Who may take part in a tender that is not for everybody."""

    items: list[ParticipantView]


class OwnInvitation(Struct, frozen=True):
    """A tender in which one has a place, by invitation or by the round before."""

    tender_id: UUID
    number: str
    title: str
    deadline: Instant
    lot: str
    answer: str


class OwnInvitations(Struct, frozen=True):
    """One's own places, newest tender first."""

    items: list[OwnInvitation]


class PostInvitationAnswer(Struct, frozen=True, forbid_unknown_fields=True):
    """Accept or decline; it may be changed until the deadline."""

    lot: LotNumber
    answer: Literal["accepted", "declined"]


class QualificationVerdict(Struct, frozen=True, forbid_unknown_fields=True):
    """Is a bidder qualified? Who is not gets the reason."""

    bidder_id: UUID
    passes: bool
    reason: Annotated[str, Meta(max_length=5000)] = ""


class PostQualification(Struct, frozen=True, forbid_unknown_fields=True):
    """One verdict for each opened bid of the lot."""

    lot: LotNumber
    verdicts: Annotated[list[QualificationVerdict], Meta(max_length=1000)]


class PostNextRound(Struct, frozen=True, forbid_unknown_fields=True):
    """What the next round of the procedure says anew; lots and parties it takes over."""

    title: Line
    description: Text
    deadline: Instant
    method: dict[str, Any]
    committee: dict[str, Any]


async def post_invitations(
    actor: Actor,
    connection: Connection,
    received_at: datetime,
    tender_id: UUID,
    body: PostInvitations,
) -> ParticipantList:
    """Invite bidders to a draft."""
    listed = await deeds.invite(
        connection, tender_id, body.lot, body.organization_ids, by=actor, at=received_at
    )
    return _listed(listed)


async def get_participants(
    connection: Connection, actor: Actor, tender_id: UUID
) -> ParticipantList:
    """Who may take part in one's own tender."""
    require_party(await tenders.get(connection, tender_id), actor.organization_id)
    return _listed(await participants.list_of_tender(connection, tender_id))


async def get_own_invitations(connection: Connection, actor: Actor) -> OwnInvitations:
    """Where one may take part although not everybody may."""
    found = await participants.list_own(connection, actor.organization_id)
    return OwnInvitations(
        [
            OwnInvitation(tender_id, number, title, deadline, place.lot, place.answer)
            for tender_id, number, title, deadline, place in found
        ]
    )


async def post_invitation_answer(
    actor: Actor,
    connection: Connection,
    received_at: datetime,
    tender_id: UUID,
    body: PostInvitationAnswer,
) -> None:
    """Accept or decline an invitation."""
    await deeds.answer_invitation(
        connection, tender_id, body.lot, Answer(body.answer), by=actor, at=received_at
    )


async def post_qualification(
    actor: Actor,
    connection: Connection,
    received_at: datetime,
    tender_id: UUID,
    body: PostQualification,
) -> TenderView:
    """Enter who is qualified (host); with too few of them the tender has failed."""
    verdicts = [Verdict(one.bidder_id, one.passes, one.reason) for one in body.verdicts]
    checked = await check_qualification(
        connection, tender_id, body.lot, verdicts, by=actor, at=received_at
    )
    return await tender_view(connection, checked)


async def post_next_round(
    actor: Actor,
    connection: Connection,
    received_at: datetime,
    tender_id: UUID,
    body: PostNextRound,
) -> TenderView:
    """Draft the next round for those whom this one admitted."""
    wanted = NextRound(
        uuid4(),
        secrets.token_bytes(SALT_BYTES),
        body.title,
        body.description,
        body.deadline.astimezone(UTC),
        body.method,
        body.committee,
    )
    draft = await begin_next_round(connection, tender_id, wanted, by=actor, at=received_at)
    return await tender_view(connection, await tenders.get(connection, draft.id))


def _listed(listed: list[Participant]) -> ParticipantList:
    return ParticipantList(
        [ParticipantView(one.lot, one.organization_id, one.name, one.answer) for one in listed]
    )
