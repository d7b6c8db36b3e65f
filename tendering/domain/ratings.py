"""Ratings (好差评): each finished service is rated once by each who received it, on five levels.

国办发〔2019〕51号 (好差评): every bad rating is followed up. Who rates a submission bids, so such a
rating is seen by nobody and counted nowhere before the opening (招标投标法 第二十二条).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from tendering.domain.calendar import Calendar, civil_day, day_begins
from tendering.domain.refusals.notifications import NotServed
from tendering.domain.roles import Role


class Service(StrEnum):
    """What the platform does for somebody, from beginning to end."""

    NOTICE_PUBLISHED = "notice_published"
    BID_SUBMITTED = "bid_submitted"
    OPENING_ATTENDED = "opening_attended"
    EVALUATION_DONE = "evaluation_done"
    CONTRACT_SIGNED = "contract_signed"


class Level(StrEnum):
    """The five levels, the best first."""

    VERY_GOOD = "very_good"
    GOOD = "good"
    FAIR = "fair"
    BAD = "bad"
    VERY_BAD = "very_bad"


BAD: Final = frozenset({Level.BAD, Level.VERY_BAD})
_HOSTS: Final = frozenset({Role.PROCURING_ENTITY, Role.AGENCY})


@dataclass(frozen=True, slots=True)
class Standing:
    """What a tender has come to for somebody. `is_host`: the organization runs the tender.

    `has_signed`: a contract of it is signed, and the organization is a party.
    """

    is_host: bool
    is_published: bool
    has_bid: bool
    is_recorded: bool
    is_evaluated: bool
    is_seated: bool
    has_signed: bool


@dataclass(frozen=True, slots=True)
class Rating:
    """A rating. `opened_at`: when the first opening of its tender began, if it has."""

    id: UUID
    tender_id: UUID
    service: Service
    level: Level
    comment: str
    role: Role
    at: datetime
    opened_at: datetime | None
    settled_at: datetime | None = None
    settled_note: str = ""

    @property
    def seen_since(self) -> datetime | None:
        """From when on others may see and count it; None: not yet."""
        if self.service is not Service.BID_SUBMITTED:
            return self.at
        return None if self.opened_at is None else max(self.at, self.opened_at)


def services_for(role: Role, standing: Standing) -> tuple[Service, ...]:
    """The finished services that somebody in a role has received, in their order."""
    hosts = role in _HOSTS and standing.is_host
    bids = role is Role.BIDDER and standing.has_bid
    judges = role is Role.EXPERT and standing.is_seated
    received = {
        Service.NOTICE_PUBLISHED: hosts and standing.is_published,
        Service.BID_SUBMITTED: bids,
        Service.OPENING_ATTENDED: (hosts or bids) and standing.is_recorded,
        Service.EVALUATION_DONE: (hosts or judges) and standing.is_evaluated,
        Service.CONTRACT_SIGNED: (hosts or bids) and standing.has_signed,
    }
    return tuple(service for service, is_received in received.items() if is_received)


def decide_rating(service: Service, role: Role, standing: Standing) -> None:
    """May somebody rate this service? Raises NotServed."""
    if service not in services_for(role, standing):
        raise NotServed(service=service)


def follow_up_due(since: datetime, calendar: Calendar, *, working_days: int) -> datetime:
    """The first instant that is too late to settle a bad rating; its own day is not counted."""
    last = calendar.add_working_days(civil_day(since), working_days)
    return day_begins(last + timedelta(days=1))
