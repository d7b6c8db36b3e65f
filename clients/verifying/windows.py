"""The windows in which bids were unlocked, and what was decided where too few of them opened."""

from dataclasses import dataclass
from datetime import datetime

from clients.verifying.bodies import Extended, Revealed, ShortfallDecided
from clients.verifying.bodies_sessions import Resumed
from clients.verifying.case import Case, parsed, place
from clients.verifying.hall_sessions import HallSession, hall_sessions
from clients.verifying.report import Notes
from tendering.domain.journal import Entry, Stream
from tendering.domain.opening_window import Decision
from tendering.domain.resumption import RESUMED
from tendering.domain.suspension import prolonged

Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Window:
    """A lot's window, with every extension, and what host and supervisor decided about it."""

    until: datetime
    decision: Decision | None = None
    decided_seq: int = 0


def unlock_windows(case: Case, notes: Notes) -> dict[Key, Window]:
    """The window of each session, by lot and number, with extensions and pauses.

    An extension comes in time and only adds time; a pause adds as long as it lasted.
    """
    sessions = {(one.lot, one.number): one for one in hall_sessions(case)}
    ends = {key: (one.until, one.entry.at) for key, one in sessions.items()}
    for entry, body in case.all(Stream.PUBLIC, "unlock.extended", Extended):
        key = (body.lot, body.session)
        if key not in ends:
            notes.fails(place(entry), f"lot {body.lot} was not opened")
            continue
        begun = sessions[key].entry.at
        until, said_at = ends[key]
        before = [pause for pause in case.pauses if said_at < pause.until <= entry.at]
        notes.require(
            entry.at < prolonged(until, before, begun=begun) < body.unlock_until,
            place(entry),
            "came after the window had closed, or made it shorter",
        )
        ends[key] = (body.unlock_until, entry.at)
        notes.remark(f"lot {body.lot}: the time to unlock was extended: {body.reason}")
    windows = {
        key: Window(
            prolonged(
                until,
                [one for one in case.pauses if one.until > said_at],
                begun=sessions[key].entry.at,
            )
        )
        for key, (until, said_at) in ends.items()
    }
    for entry, decided in case.all(Stream.PUBLIC, "shortfall.decided", ShortfallDecided):
        if (key := (decided.lot, decided.session)) in windows:
            until = windows[key].until
            windows[key] = Window(until, Decision(decided.decision), entry.seq)
            notes.remark(f"lot {decided.lot}: with too few open bids: {decided.decision}")
    return windows


def window_ends(case: Case, *, before: Entry) -> dict[str, datetime]:
    """When the window of each lot was to end as it stood before a public entry."""
    closing = case.closing()
    assert closing is not None
    begun = {lot.lot: closing[0].at for lot in closing[1].lots}
    ends = {lot.lot: lot.unlock_until for lot in closing[1].lots}
    for entry in case.streams[Stream.PUBLIC][closing[0].seq : before.seq - 1]:
        if entry.kind == RESUMED:
            resumed = parsed(entry, Resumed)
            begun[resumed.lot], ends[resumed.lot] = entry.at, resumed.unlock_until
        if entry.kind == "unlock.extended":
            body = parsed(entry, Extended)
            ends[body.lot] = body.unlock_until
        for pause in case.pauses_in([entry]):
            ends = {lot: prolonged(until, [pause], begun=begun[lot]) for lot, until in ends.items()}
    return ends


def require_enough(
    case: Case,
    session: HallSession,
    window: Window,
    body: Revealed,
    *,
    seq: int,
    where: str,
    notes: Notes,
) -> None:
    """Prices of fewer bids than the law asks for were shown only after that was decided."""
    least = case.tender.round.bidders_min
    count = least.count if session.number == 1 else min(least.count, len(session.bidders))
    went_on = window.decision is Decision.GO_ON and window.decided_seq < seq
    notes.require(
        len(body.rows) >= count or went_on,
        where,
        f"fewer than {count} bids were open, and nobody decided to go on ({least.rule})",
    )
