"""Invitations: who was drawn was asked, answers came in time, and nobody was passed over."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from clients.verifying.bodies import Reseated, Seated
from clients.verifying.bodies_invitations import Accepted, Called, Exhausted, Invited, Left
from clients.verifying.case import Case, parsed, place
from clients.verifying.report import Notes
from tendering.domain.journal import Entry, Stream


@dataclass(slots=True)
class _Replay:
    """Who sits where as drawn, until when each was asked, who has accepted, by seat.

    `leaving`: seats whose expert has just gone, so that somebody steps in, or nobody is left.
    """

    call: Called | None = None
    experts: dict[int, str] = field(default_factory=dict)
    asked: dict[int, tuple[str, datetime]] = field(default_factory=dict)
    accepted: dict[int, str] = field(default_factory=dict)
    leaving: set[int] = field(default_factory=set)
    vacant: set[int] = field(default_factory=set)
    opened: bool = False


def check_invitations(case: Case, notes: Notes) -> None:
    """Replay the committee's stream up to the room, which opens when everybody has accepted."""
    if Stream.COMMITTEE not in case.streams:
        notes.skips("invitations to the seats of the committee")
        return
    replay = _Replay()
    for entry in case.streams[Stream.COMMITTEE]:
        if entry.kind in _STEPS:
            _STEPS[entry.kind](replay, entry, notes)
    if replay.call is None:
        notes.remark("the drawn experts were not asked beforehand")
    else:
        notes.remark(f"{len(replay.accepted)} experts accepted")


def _seated(replay: _Replay, entry: Entry, _: Notes) -> None:
    for one in parsed(entry, Seated).seats:
        if one.seat is not None:
            replay.experts[one.seat] = str(one.expert.get("id"))


def _called(replay: _Replay, entry: Entry, notes: Notes) -> None:
    replay.call = parsed(entry, Called)
    notes.require(
        replay.call.seats_asked == len(replay.experts) - len(replay.vacant),
        place(entry),
        "not everybody was asked",
    )


def _reseated(replay: _Replay, entry: Entry, notes: Notes) -> None:
    body = parsed(entry, Reseated)
    if replay.call is not None and not replay.opened:
        notes.require(
            body.seat in replay.leaving, place(entry), "stepped in though nobody had left"
        )
    replay.leaving.discard(body.seat)
    replay.vacant.discard(body.seat)
    replay.accepted.pop(body.seat, None)
    replay.experts[body.seat] = str(body.expert.get("id"))


def _invited(replay: _Replay, entry: Entry, notes: Notes) -> None:
    body, where = parsed(entry, Invited), place(entry)
    notes.require(replay.experts.get(body.seat) == str(body.expert_id), where, "not who was drawn")
    if replay.call is None:
        notes.fails(where, "asked without a call")
        return
    until = entry.at + timedelta(minutes=replay.call.answer_minutes)
    notes.require(body.respond_until == until, where, "another term than the others have")
    replay.asked[body.seat] = (str(body.expert_id), body.respond_until)


def _accepted(replay: _Replay, entry: Entry, notes: Notes) -> None:
    body, where = parsed(entry, Accepted), place(entry)
    expert, until = replay.asked.get(body.seat, ("", entry.at))
    notes.require(expert == str(body.expert.get("id")), where, "somebody who was not asked")
    notes.require(entry.at < until, where, "after the term to answer")
    replay.accepted[body.seat] = expert


def _left(replay: _Replay, entry: Entry, notes: Notes) -> None:
    body, where = parsed(entry, Left), place(entry)
    expert, until = replay.asked.get(body.seat, ("", entry.at))
    notes.require(expert == str(body.expert_id), where, "somebody who was not asked")
    has_accepted = replay.accepted.pop(body.seat, None) is not None
    if entry.kind == "expert.lapsed":
        in_time = entry.at < until or has_accepted
        notes.require(not in_time, where, "passed over before the term to answer had ended")
    replay.leaving.add(body.seat)


def _exhausted(replay: _Replay, entry: Entry, notes: Notes) -> None:
    seat = parsed(entry, Exhausted).seat
    notes.require(seat in replay.leaving, place(entry), "given up though nobody had left")
    replay.leaving.discard(seat)
    replay.vacant.add(seat)


def _room_voided(replay: _Replay, _: Entry, __: Notes) -> None:
    """Nobody sits any more: every seat is the next one's."""
    replay.opened = False
    replay.leaving = set(replay.experts)
    replay.accepted.clear()


def _room_opened(replay: _Replay, entry: Entry, notes: Notes) -> None:
    replay.opened = True
    if replay.call is None:
        return
    missing = sorted(replay.experts.keys() - replay.accepted.keys())
    notes.require(not missing, place(entry), f"seats {missing} had nobody who had accepted to come")


_STEPS: Final[Mapping[str, Callable[[_Replay, Entry, Notes], None]]] = MappingProxyType(
    {
        "committee.seated": _seated,
        "committee.called": _called,
        "committee.reseated": _reseated,
        "committee.exhausted": _exhausted,
        "expert.invited": _invited,
        "expert.accepted": _accepted,
        "expert.declined": _left,
        "expert.lapsed": _left,
        "room.opened": _room_opened,
        "room.voided": _room_voided,
    }
)
