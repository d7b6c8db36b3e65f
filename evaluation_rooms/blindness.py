"""Blind documents (暗标): members read anonymous editions, once a person decided each question.

The platform makes the editions and searches them for who the bidders are. What it finds the
supervisor decides, who alone knows the names: to show the file all the same, or to withhold it.
Until everything is decided nobody who judges reads anything, and the review does not begin.
"""

from collections.abc import Mapping

from evaluation_rooms.blind_events import BlindSearched, Leak, LeakDecided, LeakView
from evaluation_rooms.commands import DecideLeak, EnterEdition
from evaluation_rooms.events import RoomEvent
from evaluation_rooms.room import Room
from tendering.domain.refusals import NotFound
from tendering.domain.refusals.rooms import ReasonMissing
from tendering.domain.refusals.tenders import WrongPhase


def decide_edition(room: Room, command: EnterEdition) -> tuple[RoomEvent, ...]:
    """Enter what was made of a bid; what was found is numbered through the room.

    Raises NotFound, WrongPhase: the room is not blind, or the bid has its edition.
    """
    room.bid(command.bid)
    if not room.terms.editions or command.bid in room.editions:
        raise WrongPhase("the bid needs no edition", phase=room.phase)
    first = len(leaks_of(room)) + 1
    leaks = tuple(
        Leak(number, one.file, one.page, one.kind, one.about, one.excerpt)
        for number, one in enumerate(command.leaks, start=first)
    )
    return (
        BlindSearched(room.id, command.bid, command.digest, command.files, command.left_out, leaks),
    )


def decide_leak(room: Room, command: DecideLeak) -> tuple[RoomEvent, ...]:
    """The supervisor decides a finding, once. Raises NotFound, WrongPhase, ReasonMissing."""
    if command.number not in leaks_of(room):
        raise NotFound("no such finding", number=command.number)
    if command.number in room.leak_decisions:
        raise WrongPhase("it was decided", phase=room.phase)
    if not command.reason.strip():
        raise ReasonMissing
    return (LeakDecided(room.id, command.number, command.by, command.shown, command.reason),)


def leaks_of(room: Room) -> Mapping[int, tuple[int, Leak]]:
    """Everything found so far by number, with the bid's number."""
    return {leak.number: (bid, leak) for bid, one in room.editions.items() for leak in one.leaks}


def leaks_seen(room: Room) -> tuple[LeakView, ...]:
    """Everything found, with what was decided about it."""
    return tuple(
        LeakView(bid, leak, room.leak_decisions.get(number))
        for number, (bid, leak) in sorted(leaks_of(room).items())
    )


def is_released(room: Room) -> bool:
    """May those who judge read? Every bid has its edition, and every finding was decided."""
    if not room.terms.editions:
        return True
    every = all(bid.number in room.editions for bid in room.bids)
    return every and leaks_of(room).keys() <= room.leak_decisions.keys()


def withheld(room: Room, bid: int) -> frozenset[int]:
    """The files of a bid's edition that are withheld, by number."""
    edition: BlindSearched = room.editions[bid]
    decisions = room.leak_decisions
    return frozenset(
        leak.file
        for leak in edition.leaks
        if leak.number not in decisions or not decisions[leak.number].shown
    )
