"""Invitations of drawn experts: each accepts or declines within a term, the next is asked then.

An invitation says when, where and in what speciality, and not for which tender: that is told to
whoever accepts. Nobody is drawn anew, the order of the draw goes on.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from crypto.canonical import JsonValue
from tendering.domain.journal import Event, instant
from tendering.domain.refusals import Invalid
from tendering.domain.refusals.rooms import ReasonMissing
from tendering.domain.refusals.seat_invitations import InvitationOver, SeatsUnanswered

ANSWER_MINUTES_MIN: Final = 5
ANSWER_MINUTES_MAX: Final = 2 * 24 * 60


class InvitationStatus(StrEnum):
    """What became of an invitation; `lapsed`: no answer came in time."""

    INVITED = "invited"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class Call:
    """When the evaluation begins, and how many minutes each who is asked has to answer."""

    begins_at: datetime
    answer_minutes: int

    def respond_until(self, asked_at: datetime) -> datetime:
        """Until before when somebody who is asked now may answer."""
        return asked_at + timedelta(minutes=self.answer_minutes)


@dataclass(frozen=True, slots=True)
class Invitation:
    """An expert is asked for a seat; `id` is chance, and tells nothing of the tender."""

    id: UUID
    tender_id: UUID
    seat: int
    expert_id: UUID
    venue: str
    speciality: str
    begins_at: datetime
    respond_until: datetime
    status: InvitationStatus = InvitationStatus.INVITED


def require_sensible(call: Call, *, at: datetime) -> None:
    """Refuse a call for the past, or without time to answer. Raises Invalid."""
    if not ANSWER_MINUTES_MIN <= call.answer_minutes <= ANSWER_MINUTES_MAX:
        raise Invalid("too little or too much time to answer", minutes_min=ANSWER_MINUTES_MIN)
    if call.begins_at <= call.respond_until(at):
        raise Invalid("the evaluation begins before the first answers are due")


def decide_answer(
    invitation: Invitation, *, accept: bool, reason: str, at: datetime
) -> InvitationStatus:
    """What an answer makes of an invitation; the same answer again changes nothing.

    Who has accepted may still decline, at the last minute too: whoever must stand back shall.
    Raises InvitationOver, ReasonMissing.
    """
    wanted = InvitationStatus.ACCEPTED if accept else InvitationStatus.DECLINED
    if invitation.status is wanted:
        return wanted
    if invitation.status in {InvitationStatus.DECLINED, InvitationStatus.LAPSED}:
        raise InvitationOver
    if invitation.status is InvitationStatus.INVITED and at >= invitation.respond_until:
        raise InvitationOver(respond_until=instant(invitation.respond_until))
    if not accept and not reason.strip():
        raise ReasonMissing
    return wanted


def has_lapsed(invitation: Invitation, *, at: datetime) -> bool:
    """Has the term passed without an answer?"""
    return invitation.status is InvitationStatus.INVITED and at >= invitation.respond_until


def require_all_accepted(invitations: Iterable[Invitation], *, vacant: int) -> None:
    """Raises SeatsUnanswered while somebody has not accepted or a seat is vacant."""
    counted = Counter(one.status for one in invitations)
    waiting = counted[InvitationStatus.INVITED]
    if waiting or vacant:
        raise SeatsUnanswered(waiting=waiting, vacant=vacant)


def called(call: Call, *, seats: int) -> Event:
    """The host has everybody asked."""
    return Event(
        "committee.called",
        {
            "seats_asked": seats,
            "begins_at": instant(call.begins_at),
            "answer_minutes": call.answer_minutes,
        },
    )


def invited(invitation: Invitation) -> Event:
    """An expert is asked."""
    return Event(
        "expert.invited",
        {
            "seat": invitation.seat,
            "expert_id": str(invitation.expert_id),
            "respond_until": instant(invitation.respond_until),
        },
    )


def accepted(invitation: Invitation) -> Event:
    """An expert will come, and is told for which tender."""
    expert = {"id": str(invitation.expert_id)}
    return Event("expert.accepted", {"seat": invitation.seat, "expert": expert})


def left(invitation: Invitation, status: InvitationStatus, reason: str) -> Event:
    """An expert will not come, or has not answered."""
    body: dict[str, JsonValue] = {
        "seat": invitation.seat,
        "expert_id": str(invitation.expert_id),
    }
    if status is InvitationStatus.LAPSED:
        return Event("expert.lapsed", body)
    assert status is InvitationStatus.DECLINED
    return Event("expert.declined", body | {"reason": reason})


def exhausted(seat: int) -> Event:
    """Nobody is left who fits a seat."""
    return Event("committee.exhausted", {"seat": seat})
