"""An evaluation room as the rules see it: one frozen value, whole.

It is loaded from the tables by an action, and folded from the journal by the hub and by an offline
verifier (`fold`); both are equal.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from evaluation_rooms.blind_events import BlindSearched, LeakDecided
from evaluation_rooms.course_events import Standstill, StepBack, TimeRequested
from evaluation_rooms.enquiry_events import Enquiry
from evaluation_rooms.events import (
    Finding,
    FindingAnswered,
    ObjectiveConfirmed,
    PriceAnswered,
    PriceExplained,
    ReportConfirmed,
    ReportDrafted,
    ReviewVoted,
)
from evaluation_rooms.media_events import Gap, MediaBegan
from evaluation_rooms.motion_events import About, Motion, ReportRefused
from evaluation_rooms.page_events import PageShown
from evaluation_rooms.phases import Phase
from evaluation_rooms.terms import NamedBid, ObjectiveMark, Terms
from tendering.domain.methods.method import Criterion, LowPriceRates, Method, parse_method
from tendering.domain.methods.opened import LotTerms
from tendering.domain.procedure import Judging
from tendering.domain.refusals import NotFound
from tendering.domain.suspension import Pause, prolonged

# How much longer a room is open each time its members find the time too short.
EXTENSION: Final = timedelta(hours=4)


class SeatRole(StrEnum):
    """What somebody is in a room. The chair is a member whom the others elected."""

    MEMBER = "member"
    HOST = "host"
    GUEST_OPERATOR = "guest_operator"
    SUPERVISOR = "supervisor"


@dataclass(frozen=True, slots=True)
class Seat:
    """A place in the room. `statements` are what its member signed at check-in."""

    number: int
    role: SeatRole
    site: str
    name: str
    expert_id: UUID | None
    person_id: UUID
    checked_in: bool = False
    recused: bool = False
    locked: bool = False
    statements: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Election:
    """The chair's election: the open round, who may be voted for, and every vote so far."""

    round: int
    candidates: tuple[int, ...]
    votes: Mapping[tuple[int, int], int] = field(default_factory=dict)  # (round, seat)


@dataclass(frozen=True, slots=True)
class Results:
    """What was computed: each is None until its phase. `corrected`: marks changed since totals."""

    price: Mapping[str, Any] | None = None
    totals: Mapping[str, Any] | None = None
    findings: tuple[Finding, ...] = ()
    answers: Mapping[int, FindingAnswered] = field(default_factory=dict)
    corrected: bool = False
    report: ReportDrafted | None = None
    confirmations: Mapping[int, ReportConfirmed] = field(default_factory=dict)
    refusals: Mapping[int, ReportRefused] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Room:
    """The whole state. Votes and marks are keyed `(seat, bid, item or criterion)`."""

    id: UUID
    tender_id: UUID
    lot: str
    phase: Phase
    terms: Terms
    numbering_seed: str
    seats: tuple[Seat, ...]
    bids: tuple[NamedBid, ...]
    objective: Mapping[tuple[int, str], ObjectiveMark]
    chair: int | None
    election: Election
    votes: Mapping[tuple[int, int, str], ReviewVoted]
    rejected: frozenset[int]
    marks: Mapping[tuple[int, int, str], Decimal]
    revealed: bool
    named: bool
    confirmed: Mapping[int, ObjectiveConfirmed]
    results: Results
    price_answers: Mapping[int, PriceAnswered] = field(default_factory=dict)
    explanations: Mapping[int, PriceExplained] = field(default_factory=dict)
    # Set by the second session of the opening, where the terms seal the prices until then.
    priced: bool = False
    unopened: frozenset[int] = frozenset()
    motions: Mapping[int, Motion] = field(default_factory=dict)
    enquiries: Mapping[int, Enquiry] = field(default_factory=dict)
    pauses: Mapping[int, Standstill] = field(default_factory=dict)
    step_back: StepBack | None = None
    # Sound and picture of the seats that send them, and every gap so far.
    cameras: Mapping[int, MediaBegan] = field(default_factory=dict)
    gaps: Mapping[int, Gap] = field(default_factory=dict)
    editions: Mapping[int, BlindSearched] = field(default_factory=dict)  # by bid
    pages: Mapping[int, PageShown] = field(default_factory=dict)
    leak_decisions: Mapping[int, LeakDecided] = field(default_factory=dict)
    time_requests: Mapping[int, TimeRequested] = field(default_factory=dict)

    @property
    def members(self) -> tuple[Seat, ...]:
        """The seats of the committee."""
        return tuple(seat for seat in self.seats if seat.role is SeatRole.MEMBER)

    @property
    def bids_left(self) -> tuple[int, ...]:
        """The numbers of the bids that were not rejected, nor stayed locked, ascending."""
        gone = self.rejected | self.unopened
        return tuple(bid.number for bid in self.bids if bid.number not in gone)

    @property
    def unconfirmed(self) -> frozenset[int]:
        """The bids whose corrected prices their bidders did not confirm."""
        return frozenset(bid for bid, one in self.price_answers.items() if not one.confirmed)

    @property
    def asked(self) -> frozenset[int]:
        """The bids whose bidders were asked about something."""
        asked = frozenset(one.asked.bid for one in self.enquiries.values())
        return asked | frozenset(self.explanations) | frozenset(self.price_answers)

    def carried(self, about: About) -> frozenset[int]:
        """The bids that motions of that kind were carried about."""
        motions = self.motions.values()
        return frozenset(one.made.bid for one in motions if one.is_carried_about(about))

    @property
    def is_priced(self) -> bool:
        """Have the prices been opened?"""
        return self.priced or not self.terms.sealed_prices

    @property
    def is_scored(self) -> bool:
        """Are bids ranked here, and not only passed or failed?"""
        return self.terms.judging in {Judging.METHOD, Judging.LOWEST_PRICE}

    @property
    def method(self) -> Method:
        """The evaluation method as published. It was read once before the room opened."""
        return parse_method(self.terms.method)

    @property
    def lot_terms(self) -> LotTerms:
        """What the method takes of the lot."""
        terms, rates = self.terms, None
        if terms.low_price is not None:
            low = terms.low_price
            rates = LowPriceRates(low.mean_percent, low.second_percent, low.ceiling_percent)
        return LotTerms(terms.ceiling_price_fen, terms.parts_fen, rates, bytes.fromhex(terms.seed))

    @property
    def subjective(self) -> tuple[Criterion, ...]:
        """The criteria that each member judges alone."""
        return tuple(one for one in self.method.criteria if one.kind == "subjective")

    def seat(self, number: int) -> Seat:
        """The seat of that number. Raises NotFound."""
        for seat in self.seats:
            if seat.number == number:
                return seat
        raise NotFound("no such seat", seat=number)

    def bid(self, number: int) -> NamedBid:
        """The bid of that number. Raises NotFound."""
        for bid in self.bids:
            if bid.number == number:
                return bid
        raise NotFound("no such bid in this room", bid=number)

    def is_open_at(self, at: datetime, pauses: Sequence[Pause] = ()) -> bool:
        """Does the time window of the room contain the instant?

        Pauses of the tender prolong it, and those of the room itself.
        """
        opens_at, every = self.terms.opens_at, [*pauses, *self.stood_still]
        return opens_at <= at < prolonged(self.closes_at, every, begun=opens_at)

    @property
    def closes_at(self) -> datetime:
        """The end of the window, with the time that the members asked for; pauses apart."""
        return self.terms.closes_at + self.extensions * EXTENSION

    @property
    def extensions(self) -> int:
        """How often more than a third of the members found the time too short.

        E26, 条例 第四十八条: then it is to be extended; by how much the law does not say.
        """
        asked = {one.extension for one in self.time_requests.values()}
        return sum(3 * len(self.short_of_time(one)) > len(self.members) for one in asked)

    def short_of_time(self, extension: int) -> frozenset[int]:
        """The seats that asked for that extension."""
        return frozenset(
            one.seat for one in self.time_requests.values() if one.extension == extension
        )

    @property
    def standstill(self) -> Standstill | None:
        """The pause that lasts, if any."""
        return next((one for one in self.pauses.values() if one.until is None), None)

    @property
    def stood_still(self) -> tuple[Pause, ...]:
        """The room's own pauses that are over."""
        return tuple(
            Pause(one.paused.since, one.until)
            for one in self.pauses.values()
            if one.until is not None
        )

    def due_at(self, enquiry: Enquiry) -> datetime:
        """Until when a bidder may answer; pauses of the room prolong the term."""
        asked = enquiry.asked
        return prolonged(asked.due_at, self.stood_still, begun=asked.asked_at)


@dataclass(frozen=True, slots=True)
class Change:
    """Two states of one room: what a deed found, and what it left."""

    before: Room
    after: Room
