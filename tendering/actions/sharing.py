"""Deeds of experts that centres share: asked for, offered, drawn, named or declined."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from crypto.draw import SALT_BYTES
from tendering import centre_wire as wire
from tendering.actions import partner_messages, seat_invitations
from tendering.domain import sharing as rules
from tendering.domain.dispatch import Evidence, Partner
from tendering.domain.draw import verify_opening
from tendering.domain.journal import Stream
from tendering.domain.parties import Actor, Authorization
from tendering.domain.refusals import Invalid, NotFound
from tendering.domain.refusals.draws import DrawOver
from tendering.domain.refusals.partners import ShareSettled
from tendering.domain.refusals.rooms import ReasonMissing
from tendering.domain.refusals.seat_invitations import InvitationOver
from tendering.domain.refusals.wire import MessageConflict
from tendering.domain.roles import Role
from tendering.domain.sharing import Place, Shared
from tendering.domain.tender import TenderStatus, require_party, require_status
from tendering.rulebooks import rulebook_of
from tendering.storage import (
    authorizations,
    draws,
    experts,
    journal,
    partners,
    shared_experts,
    tenders,
)
from tendering.storage.connection import Connection
from tendering.storage.shared_experts import ExpertRequest, HeldPlace, Share

Message = (
    wire.AskExperts | wire.OfferExperts | wire.ExpertDrawn | wire.ExpertNamed | wire.ExpertDeclined
)


async def ask(
    connection: Connection,
    tender_id: UUID,
    partner_id: UUID,
    needs: Sequence[Shared],
    *,
    request_id: UUID,
    by: Actor,
    at: datetime,
) -> None:
    """The host asks a partner to share experts, once everybody with an interest is known.

    Raises Forbidden, WrongPhase, DrawOver, PartnerUnknown.
    """
    tender = await tenders.lock(connection, tender_id)
    require_party(tender, by.organization_id)
    require_status(tender, TenderStatus.OPENED)
    if await draws.get(connection, tender_id) is not None:
        raise DrawOver("the pool of this tender is frozen already")
    partner = await partners.get(connection, partner_id)
    interested = sorted(await draws.interested_uscc(connection, tender_id))
    await shared_experts.insert_request(
        connection, request_id, needs, tender_id=tender_id, partner_id=partner_id, at=at
    )
    event = rules.asked(request_id, partner, needs, interested)
    await journal.append(connection, tender_id, Stream.COMMITTEE, event, at=at)
    await partner_messages.tell(
        connection,
        partner_id,
        wire.AskExperts,
        request_id,
        at=at,
        needs=tuple(wire.SharedNeed(one.speciality, one.region, one.seats) for one in needs),
        interested=tuple(interested),
        regime=tender.regime,
    )


async def answer_share(
    connection: Connection,
    share_id: UUID,
    *,
    share: bool,
    reason: str,
    random_bytes: Callable[[int], bytes],
    at: datetime,
) -> Share:
    """Offer everybody who fits, or nobody. Raises NotFound, ShareSettled, ReasonMissing."""
    asked = await share_of(connection, share_id)
    if not share and not reason:
        raise ReasonMissing
    status = "shared" if share else "refused"
    if not await shared_experts.settle_share(connection, share_id, status):
        raise ShareSettled(status=asked.status)
    serving = await experts.list_serving(connection) if share else []
    found = rules.offer_of(
        serving,
        asked.needs,
        rulebook_of(asked.regime),
        interested=asked.interested,
        salts=[random_bytes(SALT_BYTES) for _ in serving],
        at=at,
    )[: wire.PLACES_MAX]
    await shared_experts.insert_places(
        connection, share_id, [(expert.id, salt) for expert, salt, _ in found]
    )
    await partner_messages.tell(
        connection,
        asked.partner_id,
        wire.OfferExperts,
        share_id,
        at=at,
        places=tuple(wire.OfferedPlace(one.commitment.hex(), one.needs) for _, _, one in found),
        reason=reason,
    )
    return await share_of(connection, share_id)


async def share_of(connection: Connection, share_id: UUID) -> Share:
    """What a partner asks of us. Raises NotFound."""
    found = await shared_experts.list_shares(connection, share_id)
    if not found:
        raise NotFound("there is no such request")
    return found[0]


async def answer_place(
    connection: Connection,
    share_id: UUID,
    place: int,
    *,
    accept: bool,
    reason: str,
    password_hash: str,
    by: Actor,
    at: datetime,
) -> HeldPlace:
    """The expert of a drawn place comes, and is named to the host, or does not, and is not.

    Raises NotFound, InvitationOver, ReasonMissing.
    """
    held = await shared_experts.find_place(connection, share_id, place)
    if held is None or held.person_id != by.person_id or held.status == "offered":
        raise NotFound("you are not asked for this seat")
    wanted = "accepted" if accept else "declined"
    if held.status == wanted:
        return held
    assert held.respond_until is not None, "a drawn place has a term"
    if held.status == "declined" or (held.status == "drawn" and at >= held.respond_until):
        raise InvitationOver
    if not accept and not reason:
        raise ReasonMissing
    await shared_experts.save_place_status(connection, held, wanted)
    said: dict[str, Any] = {"place": place}
    if accept:
        expert = (await experts.list_by_ids(connection, [held.expert_id]))[held.expert_id]
        said["expert"] = wire.SharedExpert(
            expert.id,
            expert.name,
            expert.region,
            expert.employer,
            expert.employer_uscc,
            tuple(sorted(expert.specialities)),
        )
        said |= {"salt": held.salt.hex(), "password_hash": password_hash}
        await partner_messages.tell(
            connection, held.partner_id, wire.ExpertNamed, share_id, at=at, **said
        )
    else:
        said["reason"] = reason
        await partner_messages.tell(
            connection, held.partner_id, wire.ExpertDeclined, share_id, at=at, **said
        )
    found = await shared_experts.find_place(connection, share_id, place)
    assert found is not None, "places are never deleted"
    return found


async def receive(
    connection: Connection,
    partner: Partner,
    message: Message,
    evidence: Evidence,
    *,
    new_id: Callable[[], UUID],
    at: datetime,
) -> UUID | None:
    """What a partner's message about experts does; which tender of ours it touches.

    Raises NotFound, MessageConflict, Invalid, InvitationOver, WrongPhase.
    """
    if isinstance(message, wire.AskExperts):
        needs = [Shared(one.speciality, one.region, one.seats) for one in message.needs]
        fresh = await shared_experts.insert_share(
            connection,
            message.subject,
            needs,
            partner_id=partner.id,
            interested=message.interested,
            regime=message.regime,
            at=at,
        )
        if not fresh:
            raise MessageConflict("another request has this id")
        return None
    if isinstance(message, wire.ExpertDrawn):
        held = await shared_experts.find_place(connection, message.subject, message.place)
        if held is None or held.partner_id != partner.id or held.status != "offered":
            raise NotFound("there is no such place")
        await shared_experts.save_drawn(
            connection,
            held,
            venue=message.venue,
            speciality=message.speciality,
            begins_at=message.begins_at,
            respond_until=message.respond_until,
        )
        return None
    request = await shared_experts.find_request(connection, message.subject)
    if request is None or request.partner_id != partner.id:
        raise NotFound("there is no such request")
    await tenders.lock_also_suspended(connection, request.tender_id)
    if isinstance(message, wire.OfferExperts):
        places = [Place(bytes.fromhex(one.commitment), one.needs) for one in message.places]
        await shared_experts.save_offer(connection, request.id, places, at=at)
        event = rules.offered(request.id, partner, evidence, len(places))
        await journal.append(connection, request.tender_id, Stream.COMMITTEE, event, at=at)
        return request.tender_id
    await _answered(connection, partner, request, message, new_id=new_id, at=at)
    return request.tender_id


async def _answered(
    connection: Connection,
    partner: Partner,
    request: ExpertRequest,
    message: wire.ExpertNamed | wire.ExpertDeclined,
    *,
    new_id: Callable[[], UUID],
    at: datetime,
) -> None:
    """The expert of a place that was drawn here comes, or does not."""
    expert_id = rules.stand_in(request.id, message.place)
    seats = await draws.seats(connection, request.tender_id)
    seat = next((one for one in seats if one.expert_id == expert_id and one.seat), None)
    invitation = await seat_invitations.of_expert(connection, request.tender_id, expert_id)
    if seat is None or seat.seat is None or invitation is None:
        raise NotFound("this place is not asked for")
    accepts = isinstance(message, wire.ExpertNamed)
    if isinstance(message, wire.ExpertNamed):
        record = await draws.get(connection, request.tender_id)
        assert record is not None, "seats are drawn from a pool"
        sealed = msgspec.json.decode(msgspec.json.encode(message.expert))
        entry = record.pool.entries[seat.place]
        if not verify_opening(entry, sealed, bytes.fromhex(message.salt)):
            raise Invalid("this is not who stands behind the place")
        if await shared_experts.save_named(
            connection,
            expert_id,
            sealed,
            salt=bytes.fromhex(message.salt),
            password_hash=message.password_hash,
            at=at,
        ):
            granted = Authorization(
                new_id(), expert_id, partner.organization_id, Role.EXPERT, expert_id, at
            )
            await authorizations.insert(connection, granted)
            event = rules.named(
                seat.seat, seat.place, salt=message.salt, sealed=sealed, expert_id=expert_id
            )
            await journal.append(connection, request.tender_id, Stream.COMMITTEE, event, at=at)
    await seat_invitations.answer(
        connection,
        invitation.id,
        accept=accepts,
        reason=message.reason if isinstance(message, wire.ExpertDeclined) else "",
        by=Actor(expert_id, partner.organization_id, Role.EXPERT, "", ""),
        new_id=new_id,
        at=at,
    )
