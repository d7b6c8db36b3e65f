"""Who may take part where not everybody may: the invited, and those the round before admitted.

Their names and number are as secret as those of the bidders (招标投标法 第二十二条): before the
opening the parties that run the tender see the list, and each participant its own place.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from crypto.canonical import JsonValue, digest
from tendering.domain.journal import Event, instant
from tendering.domain.procedure import Judging, Outcome, Participants
from tendering.domain.refusals import Invalid, NotFound
from tendering.domain.refusals.bids import DeadlinePassed
from tendering.domain.refusals.tenders import TenderIncomplete, WrongPhase
from tendering.domain.tender import (
    Previous,
    Tender,
    TenderStatus,
    require_status,
    require_transition,
)

ADMITTED_LABEL: Final = "kaibiao/admitted/v1"
SALT_BYTES: Final = 32
INVITED_MAX: Final = 200


class Answer(StrEnum):
    """What an invited organization has answered; who was admitted is asked for no answer."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    ADMITTED = "admitted"


@dataclass(frozen=True, slots=True)
class Participant:
    """A place on the list of a lot; `name` where it was read along."""

    lot: str
    organization_id: UUID
    answer: Answer = Answer.OPEN
    name: str = ""


@dataclass(frozen=True, slots=True)
class Admitted:
    """Whom a round admitted to the lot."""

    lot: str
    bidders: tuple[UUID, ...]


def decide_invitations(
    tender: Tender, lot: str, organization_ids: Sequence[UUID], *, at: datetime
) -> tuple[tuple[Participant, ...], Event]:
    """Invite to a lot of a draft. The names go into custody. Raises WrongPhase, Invalid, NotFound.

    招标投标法 第十七条, 政府采购法 第三十四条. Nobody is struck off again.
    """
    require_status(tender, TenderStatus.DRAFT)
    if tender.round.participants is not Participants.INVITED:
        raise WrongPhase("nobody is invited to this round", participants=tender.round.participants)
    tender.lot(lot)
    if not 0 < len(set(organization_ids)) == len(organization_ids) <= INVITED_MAX:
        raise Invalid("each organization is invited once", most=INVITED_MAX)
    chosen = tuple(Participant(lot, each) for each in organization_ids)
    named: list[JsonValue] = [*sorted(str(each) for each in organization_ids)]
    return chosen, Event("participants.invited", {"lot": lot, "at": instant(at), "bidders": named})


def require_invited(tender: Tender, invited: Iterable[Participant]) -> None:
    """As many are invited to every lot as the round asks. Raises TenderIncomplete at publication.

    A single source is one supplier and no more (政府采购法 第三十一条).
    """
    if tender.round.participants is not Participants.INVITED:
        return
    least = tender.round.bidders_min
    counts = {lot.lot: 0 for lot in tender.lots}
    for one in invited:
        counts[one.lot] += 1
    for lot, count in counts.items():
        if count < least.count or (least.count == 1 and count > 1):
            raise TenderIncomplete(
                "so many are invited to each lot", lot=lot, least=least.count, rule=least.rule
            )


def decide_answer(
    tender: Tender, place: Participant | None, answer: Answer, *, at: datetime
) -> tuple[Participant, Event]:
    """An invited organization accepts or declines; it may change its mind until the deadline.

    Raises NotFound for whoever has no place: nobody learns from this who has one.
    """
    if place is None or tender.round.participants is not Participants.INVITED:
        raise NotFound
    require_status(tender, TenderStatus.PUBLISHED)
    if at >= tender.deadline:
        raise DeadlinePassed(deadline=instant(tender.deadline), received_at=instant(at))
    if answer not in {Answer.ACCEPTED, Answer.DECLINED}:
        raise Invalid("an answer is a yes or a no")
    body: dict[str, JsonValue] = {
        "lot": place.lot,
        "bidder_id": str(place.organization_id),
        "answer": answer,
    }
    return replace(place, answer=answer), Event("invitation.answered", body)


def admitted_digest(admitted: Sequence[Admitted], salt: bytes) -> bytes:
    """SHA-256 over the list of those admitted, by lot: what both rounds speak of. 32 bytes.

    The next round's notice publishes it while the list is secret: without the salt, 32 bytes by
    chance, whoever knows all bidders of a town could try every list of them.
    """
    return digest(ADMITTED_LABEL, {"lots": admitted_json(admitted), "salt": salt.hex()})


def admitted_json(admitted: Sequence[Admitted]) -> list[JsonValue]:
    """The list as the journals carry it: lots by name, bidders by id."""
    return [
        {"lot": one.lot, "bidders": sorted(str(bidder) for bidder in one.bidders)}
        for one in sorted(admitted, key=lambda one: one.lot)
    ]


def too_few_admitted(tender: Tender, admitted: Sequence[Admitted]) -> list[str]:
    """The lots with fewer left than the round asks for: E20, G13, and final offers."""
    least = tender.round.admitted_min
    if least is None:
        return []
    return [one.lot for one in admitted if len(one.bidders) < least.count]


def decide_next_round(
    tender: Tender, admitted: Sequence[Admitted], *, next_id: UUID, salt: bytes
) -> tuple[Previous, tuple[Participant, ...], Event]:
    """The next round of a procedure, for those whom this one admitted.

    条例 第三十条: who made a technical proposal is asked for the final one; 74号令 第三十三条:
    those who stayed in the negotiation make final offers. Raises WrongPhase where nothing follows,
    and while this round's result is not there.
    """
    if tender.round.is_last or tender.round.outcome is not Outcome.ADMISSIONS:
        raise WrongPhase("no round follows this one", procedure=tender.procedure)
    # Without a committee everybody whose bid was opened goes on.
    judged = tender.round.judging is not Judging.NONE
    require_status(tender, TenderStatus.EVALUATED if judged else TenderStatus.OPENED)
    require_transition(tender, TenderStatus.CONTINUED)
    assert {one.lot for one in admitted} == {lot.lot for lot in tender.lots}
    found = admitted_digest(admitted, salt)
    places = tuple(
        Participant(one.lot, bidder, Answer.ADMITTED)
        for one in admitted
        for bidder in sorted(one.bidders)
    )
    body: dict[str, JsonValue] = {
        "next_id": str(next_id),
        "admitted_digest": found.hex(),
        "salt": salt.hex(),
    }
    return Previous(tender.id, found), places, Event("round.continued", body)
