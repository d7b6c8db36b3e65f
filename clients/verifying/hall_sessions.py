"""The sessions of the opening: of each lot the first, and the second for sealed prices (双信封)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from clients.verifying.bodies import KeysReceived, Unlocked
from clients.verifying.bodies_sessions import Recorded, Resumed
from clients.verifying.case import Case, place
from clients.verifying.report import Notes
from evaluation_rooms.fold import rooms_of
from evaluation_rooms.phases import Phase
from tendering.domain.journal import Entry, Stream
from tendering.domain.resumption import RESUMED

# The number of the session in which sealed prices are unlocked.
PRICES: Final = 2


@dataclass(frozen=True, slots=True)
class HallSession:
    """A session of a lot: the entry that began it, whose bids it unlocks and which envelopes."""

    lot: str
    number: int
    entry: Entry
    until: datetime
    bidders: tuple[UUID, ...]
    kinds: tuple[str, ...]


def hall_sessions(case: Case) -> list[HallSession]:
    """All sessions, the first of every lot before the second of any."""
    closing = case.closing()
    if closing is None or closing[0].kind != "submission.closed":
        return []
    round_ = case.tender.round
    first = [
        HallSession(
            lot.lot,
            1,
            closing[0],
            lot.unlock_until,
            tuple(bid.bidder_id for bid in lot.bids),
            round_.kinds_in(1),
        )
        for lot in closing[1].lots
    ]
    later = [
        HallSession(body.lot, body.session, entry, body.unlock_until, body.bidders, body.kinds)
        for entry, body in case.all(Stream.PUBLIC, RESUMED, Resumed)
    ]
    return [*first, *later]


def check_resumption(case: Case, notes: Notes) -> None:
    """No price was unlocked before the technical marks were locked, and none of a rejected bid."""
    resumed = case.all(Stream.PUBLIC, RESUMED, Resumed)
    if not case.tender.round.later:
        notes.require(not resumed, "the opening", "was resumed though all envelopes open together")
        return
    begun: dict[str, Entry] = {}
    for entry, body in resumed:
        where = place(entry)
        notes.require(body.lot not in begun, where, "the opening of this lot was resumed before")
        begun.setdefault(body.lot, entry)
        notes.require(
            (body.session, body.kinds) == (PRICES, case.tender.round.later),
            where,
            "another session, or other envelopes, than the notice says",
        )
        recorded = [
            one
            for one, said in case.all(Stream.PUBLIC, "opening.recorded", Recorded)
            if (said.lot, said.session) == (body.lot, 1) and one.seq < entry.seq
        ]
        notes.require(bool(recorded), where, "before the record of the first session was signed")
        _check_locked(case, entry, body, notes)
    _check_unlocked_after(case, begun, notes)


def _check_locked(case: Case, entry: Entry, body: Resumed, notes: Notes) -> None:
    """The room as it stood at the head that the entry binds (`journals.check_heads`)."""
    where = place(entry)
    if Stream.COMMITTEE not in case.streams:
        notes.skips("the technical marks that were locked before the prices were unlocked")
        return
    before = case.streams[Stream.COMMITTEE][: body.committee.seq]
    room = rooms_of(before).get(body.room_id)
    if room is None or room.lot != body.lot:
        notes.fails(where, "names a room that was not open for this lot")
        return
    notes.require(
        room.phase is Phase.TECHNICAL
        and room.revealed
        and all(member.locked for member in room.members),
        where,
        "prices were to be unlocked before all technical marks were locked",
    )
    left = {room.bid(number).bidder_id for number in room.bids_left}
    first = next((one for one in hall_sessions(case) if one.lot == body.lot), None)
    listed = () if first is None else first.bidders
    notes.require(
        body.bidders == tuple(one for one in listed if one in left),
        where,
        "not the bids that the committee had left",
    )


def _check_unlocked_after(case: Case, begun: dict[str, Entry], notes: Notes) -> None:
    for entry, body in case.all(Stream.PUBLIC, "bid.unlocked", Unlocked):
        if _has_later(case, (one.kind for one in body.envelopes)):
            resumed = begun.get(body.lot)
            notes.require(
                body.session == PRICES and resumed is not None and resumed.seq < entry.seq,
                place(entry),
                "a price was unlocked before the technical marks were locked",
            )
    for entry, keys in case.all(Stream.CUSTODY, "file_key.received", KeysReceived):
        if _has_later(case, keys.file_keys):
            resumed = begun.get(keys.lot)
            notes.require(
                keys.session == PRICES and resumed is not None and resumed.at <= entry.at,
                place(entry),
                "the key of a price came before the technical marks were locked",
            )


def _has_later(case: Case, kinds: Iterable[str]) -> bool:
    return not set(case.tender.round.later).isdisjoint(kinds)
