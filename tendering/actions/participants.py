"""Deeds around who may take part: invitations and their answers. All of it goes into custody."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from tendering.domain.journal import Stream
from tendering.domain.participants import Answer, Participant, decide_answer, decide_invitations
from tendering.domain.parties import Actor
from tendering.domain.procedure import Participants
from tendering.domain.refusals import Invalid
from tendering.domain.refusals.tenders import NotParticipant
from tendering.domain.roles import Role
from tendering.domain.tender import Tender, require_party
from tendering.storage import journal, organizations, participants, tenders
from tendering.storage.connection import Connection


async def invite(
    connection: Connection,
    tender_id: UUID,
    lot: str,
    organization_ids: Sequence[UUID],
    *,
    by: Actor,
    at: datetime,
) -> list[Participant]:
    """Invite bidders to a lot of a draft; the list of all. Raises NotFound, Forbidden, WrongPhase,

    and Invalid for whoever is no bidder of the platform.
    """
    tender = await tenders.lock(connection, tender_id)
    require_party(tender, by.organization_id)
    chosen, event = decide_invitations(tender, lot, organization_ids, at=at)
    for organization_id in organization_ids:
        organization = await organizations.get(connection, organization_id)
        if organization is None or Role.BIDDER not in organization.roles:
            raise Invalid("no such bidder", role=Role.BIDDER)
    await participants.add_all(connection, tender_id, chosen, at=at)
    await journal.append(connection, tender_id, Stream.CUSTODY, event, at=at)
    return await participants.list_of_tender(connection, tender_id)


async def answer_invitation(
    connection: Connection, tender_id: UUID, lot: str, answer: Answer, *, by: Actor, at: datetime
) -> None:
    """Accept or decline. Raises NotFound for whoever is not invited, WrongPhase, DeadlinePassed."""
    tender = await tenders.lock(connection, tender_id)
    place = await participants.place_of(connection, tender_id, lot, by.organization_id)
    answered, event = decide_answer(tender, place, answer, at=at)
    await participants.answer(connection, tender_id, answered, at=at)
    await journal.append(connection, tender_id, Stream.CUSTODY, event, at=at)


async def require_reader(connection: Connection, tender: Tender, by: Actor) -> None:
    """The documents of a round that is not public are for its participants. Raises NotParticipant.

    Only a bidder is asked for its place: the other roles act for the tender, or watch over it.
    """
    if tender.round.participants is Participants.PUBLIC or by.role is not Role.BIDDER:
        return
    places = [(tender.id, lot.lot, by.organization_id) for lot in tender.lots]
    if not await participants.of_all(connection, places):
        raise NotParticipant(participants=tender.round.participants)
