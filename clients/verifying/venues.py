"""Venues: each step of a booking was open, each workstation was drawn when its member arrived."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final
from uuid import UUID

from clients.verifying.bodies import Reseated, Seated
from clients.verifying.bodies_venues import (
    Arrived,
    CheckedIn,
    Confirmed,
    Ended,
    FeeStatement,
    Requested,
    TimeEnded,
    Withdrawn,
)
from clients.verifying.case import Case, parsed, place
from clients.verifying.dispatch import ByPartner, check_said
from clients.verifying.report import Notes
from tendering.domain.expert_fees import fee_of, minutes_worked, parse_fee_rule
from tendering.domain.journal import Entry, Stream
from tendering.domain.refusals import Refused
from tendering.domain.venues import STEPS, BookingStatus, BookingStep, drawn_workstation

_ENDS: Final[Mapping[str, BookingStep]] = MappingProxyType(
    {
        "venue.declined": BookingStep.DECLINE,
        "venue.cancelled": BookingStep.CANCEL,
        "venue.failed": BookingStep.FAIL,
    }
)


@dataclass(slots=True)
class _Booked:
    """A booking as far as the journal has come; `workstations` once it is confirmed."""

    asked: Requested
    status: BookingStatus = BookingStatus.REQUESTED
    workstations: Confirmed | None = None


@dataclass(slots=True)
class _Replay:
    """Bookings by id; who sits where, by seat; the experts who are seated, by seat."""

    bookings: dict[UUID, _Booked] = field(default_factory=dict)
    sitting: dict[int, tuple[UUID, UUID]] = field(default_factory=dict)
    experts: dict[int, str] = field(default_factory=dict)
    venues: dict[int, str] = field(default_factory=dict)


def check_venues(case: Case, notes: Notes) -> None:
    """Replay the committee's stream; members check in where their seats were confirmed."""
    if Stream.COMMITTEE not in case.streams:
        notes.skips("the venues and workstations of the committee")
        return
    replay = _Replay()
    for entry in case.streams[Stream.COMMITTEE]:
        _step(replay, entry, notes)
    if not replay.bookings:
        notes.remark("no venue was booked")
    elif replay.sitting:
        notes.remark(f"{len(replay.sitting)} members had workstations of their own")


def _step(replay: _Replay, entry: Entry, notes: Notes) -> None:
    if entry.kind in _STEPS:
        _STEPS[entry.kind](replay, entry, notes)


def _seated(replay: _Replay, entry: Entry, _: Notes) -> None:
    for one in parsed(entry, Seated).seats:
        if one.seat is not None:
            replay.experts[one.seat] = str(one.expert.get("id"))
            replay.venues[one.seat] = one.venue


def _reseated(replay: _Replay, entry: Entry, _: Notes) -> None:
    body = parsed(entry, Reseated)
    replay.experts[body.seat] = str(body.expert.get("id"))
    replay.sitting.pop(body.seat, None)


def _requested(replay: _Replay, entry: Entry, _: Notes) -> None:
    asked = parsed(entry, Requested)
    replay.bookings[asked.booking_id] = _Booked(asked)


def _ended(replay: _Replay, entry: Entry, notes: Notes) -> None:
    body = parsed(entry, Ended)
    booked = _booked(replay, body.booking_id, entry, notes)
    if booked is not None:
        _require_said(booked, body.partner, entry, notes)
        _move(replay, booked, _ENDS[entry.kind], entry, notes)


def _confirmed(replay: _Replay, entry: Entry, notes: Notes) -> None:
    body = parsed(entry, Confirmed)
    booked = _booked(replay, body.booking_id, entry, notes)
    if booked is None:
        return
    _require_said(booked, body.partner, entry, notes)
    for other in replay.bookings.values():
        same = other.asked.venue_id == booked.asked.venue_id and other is not booked
        if same and other.status is BookingStatus.CONFIRMED:
            other.status = BookingStatus.CANCELLED
            _take_over(replay, other, body, entry, notes)
    rooms = [one.room for one in body.workstations]
    enough = len(rooms) >= booked.asked.seats_wanted
    apart = len(set(rooms)) == (len(rooms) if booked.asked.scattered else 1)
    notes.require(enough and apart, place(entry), "not the seats that were asked for")
    booked.workstations = body
    _move(replay, booked, BookingStep.CONFIRM, entry, notes)


def _require_said(booked: _Booked, said: ByPartner | None, entry: Entry, notes: Notes) -> None:
    """What another centre's platform decides, it has signed."""
    if booked.asked.partner is not None:
        check_said(booked.asked.partner, said, entry, notes)
    else:
        notes.require(said is None, place(entry), "no partner centre was asked")


def _take_over(
    replay: _Replay, earlier: _Booked, body: Confirmed, entry: Entry, notes: Notes
) -> None:
    """Who sits by the earlier booking keeps the workstation by the one in its place."""
    kept = {one.id for one in body.workstations}
    for seat, (booking_id, station) in replay.sitting.items():
        if booking_id == earlier.asked.booking_id:
            notes.require(station in kept, place(entry), f"seat {seat} lost its workstation")
            replay.sitting[seat] = (body.booking_id, station)


def _move(replay: _Replay, booked: _Booked, step: BookingStep, entry: Entry, notes: Notes) -> None:
    to = STEPS.get((booked.status, step))
    notes.require(to is not None, place(entry), f"no step leads there from {booked.status}")
    booked.status = to or booked.status
    if booked.status is BookingStatus.FAILED:
        for seat, (booking_id, _) in list(replay.sitting.items()):
            if booking_id == booked.asked.booking_id:
                del replay.sitting[seat]


def _arrived(replay: _Replay, entry: Entry, notes: Notes) -> None:
    body = parsed(entry, Arrived)
    where = place(entry)
    booked = _booked(replay, body.booking_id, entry, notes)
    if booked is None:
        return
    if booked.status is not BookingStatus.CONFIRMED or booked.workstations is None:
        notes.fails(where, "arrived where nothing is confirmed")
        return
    notes.require(
        booked.asked.begins_at <= entry.at < booked.asked.ends_at, where, "not in the booked time"
    )
    notes.require(replay.experts.get(body.seat) == str(body.expert_id), where, "not who was drawn")
    used = {station for _, station in replay.sitting.values()}
    free = {one.id for one in booked.workstations.workstations} - used
    notes.require(set(body.free) == free, where, "other workstations were free")
    try:
        drawn = drawn_workstation(body.free, seat=body.seat, chance=bytes.fromhex(body.chance))
    except Refused as error:
        notes.fails(where, error.detail)
        return
    notes.require(drawn == body.workstation_id, where, "not the workstation that was drawn")
    replay.sitting[body.seat] = (body.booking_id, body.workstation_id)


def _time_ended(replay: _Replay, entry: Entry, notes: Notes) -> None:
    booked = _booked(replay, parsed(entry, TimeEnded).booking_id, entry, notes)
    if booked is not None:
        kept = booked.status is BookingStatus.CONFIRMED and entry.at >= booked.asked.ends_at
        notes.require(kept, place(entry), "the booked time was not over")


def _withdrawn(replay: _Replay, entry: Entry, notes: Notes) -> None:
    body = parsed(entry, Withdrawn)
    booking_id, _ = replay.sitting.pop(body.seat, (None, None))
    there = booking_id == body.booking_id and replay.experts.get(body.seat) == str(body.expert_id)
    notes.require(there, place(entry), "who was sent away did not work there")


def _fee_stated(_: _Replay, entry: Entry, notes: Notes) -> None:
    """What is paid follows from the rule that stands with it."""
    body = parsed(entry, FeeStatement)
    try:
        minutes = minutes_worked(body.begins_at, body.ends_at)
        fee = fee_of(parse_fee_rule(body.rule), minutes=minutes, travels=body.travels)
    except Refused as error:
        notes.fails(place(entry), error.detail)
        return
    said = (body.base_fen, body.overtime_fen, body.travel_fen)
    due = (fee.base_fen, fee.overtime_fen, fee.travel_fen)
    notes.require(said == due, place(entry), "another fee than the rule gives")


def _checked_in(replay: _Replay, entry: Entry, notes: Notes) -> None:
    """Who has a seat at a venue that confirmed some has arrived before checking in."""
    seat = parsed(entry, CheckedIn).seat
    binding = {BookingStatus.CONFIRMED, BookingStatus.FAILED}
    booked = any(
        one.asked.venue == replay.venues.get(seat) and one.status in binding
        for one in replay.bookings.values()
    )
    notes.require(
        not booked or seat in replay.sitting, place(entry), "checked in without having arrived"
    )


def _booked(replay: _Replay, booking_id: UUID, entry: Entry, notes: Notes) -> _Booked | None:
    found = replay.bookings.get(booking_id)
    if found is None:
        notes.fails(place(entry), "a booking that nobody asked for")
    return found


_STEPS: Final[Mapping[str, Callable[[_Replay, Entry, Notes], None]]] = MappingProxyType(
    {
        "committee.seated": _seated,
        "committee.reseated": _reseated,
        "venue.requested": _requested,
        "venue.confirmed": _confirmed,
        "expert.arrived": _arrived,
        "expert.withdrawn": _withdrawn,
        "venue.time_ended": _time_ended,
        "expert.fee_stated": _fee_stated,
        "seat.checked_in": _checked_in,
        **dict.fromkeys(_ENDS, _ended),
    }
)
