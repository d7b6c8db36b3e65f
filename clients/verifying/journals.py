"""The journal: each stream chained from its first entry, bound where it must be, in time order."""

from datetime import datetime
from typing import Final

from clients.verifying.bodies import Jumped, Moved, Place, Received, Reported
from clients.verifying.bodies_sessions import Resumed
from clients.verifying.case import Case, parsed, place
from clients.verifying.report import Notes
from tendering.domain.archive import TENDER
from tendering.domain.journal import BrokenChain, Entry, Stream, first_head, instant, verify_chain
from tendering.domain.resumption import RESUMED
from tendering.domain.suspension import OUTAGE

# The entries that say when bids are due from then on.
MOVING: Final = frozenset({"clarification.published", "deadline.moved", "tender.resumed", OUTAGE})


def check_public_chain(case: Case, notes: Notes) -> None:
    """The public stream."""
    _chain(case, Stream.PUBLIC, notes)


def check_custody_chain(case: Case, notes: Notes) -> None:
    """The stream of the sealed intake."""
    _chain(case, Stream.CUSTODY, notes)


def check_committee_chain(case: Case, notes: Notes) -> None:
    """The committee's stream."""
    _chain(case, Stream.COMMITTEE, notes)


def check_heads(case: Case, notes: Notes) -> None:
    """The public stream binds the sealed ones: custody when it closed, committee when it reported.

    An entry after the last bound one could be cut off unseen but for the heads in tender.json.
    """
    closing = case.closing()
    if closing is None:
        notes.cannot("submission never closed: nothing binds the custody stream")
    else:
        _bound(case, Stream.CUSTODY, closing[1].custody, place(closing[0]), notes)
    reports = case.all(Stream.PUBLIC, "evaluation.reported", Reported)
    for entry, report in reports:
        _bound(case, Stream.COMMITTEE, report.committee, place(entry), notes)
    for entry, resumed in case.all(Stream.PUBLIC, RESUMED, Resumed):
        _bound(case, Stream.COMMITTEE, resumed.committee, place(entry), notes)
    if not reports:
        notes.remark("no evaluation was reported: nothing binds the committee's stream")
    if not case.is_full:
        notes.skips("the streams behind the heads of custody and committee")


def check_times(case: Case, notes: Notes) -> None:
    """Entries are dated in order, submissions lie before the deadline, the opening after it."""
    for stream, entries in case.streams.items():
        _in_order(stream, entries, notes)
    for entry, jump in case.all(Stream.PUBLIC, "clock.jumped", Jumped):
        notes.remark(f"{place(entry)}: the demonstration's clock jumped: {jump.reason}")
        notes.require(
            case.demonstration, place(entry), "a clock jumped though this is no demonstration"
        )
    closing = case.closing()
    if closing is None:
        return
    entry, closed = closing
    deadline = deadline_at(case, before=entry)
    notes.require(
        closed.deadline == deadline,
        place(entry),
        f"closed for the deadline {instant(closed.deadline)}, published was {instant(deadline)}",
    )
    drained = deadline.timestamp() + case.tender.terms.drain_seconds
    notes.require(
        entry.at.timestamp() >= drained, place(entry), "closed before deadline and drain had passed"
    )
    for lot, bid in case.bids():
        notes.require(
            bid.received_at < deadline,
            f"{place(entry)} lot {lot} {bid.bidder_name}",
            f"received at {instant(bid.received_at)}, not before the deadline",
        )
    for kind in ("bid.submitted", "bid.withdrawn"):
        for entry, body in case.all(Stream.CUSTODY, kind, Received):
            where = place(entry)
            notes.require(body.received_at < deadline, where, "not before the deadline")
            notes.require(body.received_at <= entry.at, where, "entered before it was received")


def _chain(case: Case, stream: Stream, notes: Notes) -> None:
    if stream not in case.streams:
        notes.skips(f"the {stream} stream is not in this edition")
        return
    try:
        head = verify_chain(case.tender.id, stream, case.streams[stream])
    except BrokenChain as error:
        broken = case.streams[stream][error.seq - 1]
        notes.fails(place(broken), error.why)
        return
    last = case.heads[stream]
    notes.require(
        (len(case.streams[stream]), head) == (last.seq, last.head),
        TENDER,
        f"the {stream} stream ends at entry {last.seq} there, at {len(case.streams[stream])} here",
    )
    notes.remark(f"{len(case.streams[stream])} entries, head {head.hex()}")


def _bound(case: Case, stream: Stream, bound: Place, where: str, notes: Notes) -> None:
    if stream not in case.streams:
        return
    entries = case.streams[stream]
    if not 0 <= bound.seq <= len(entries):
        notes.fails(where, f"binds entry {bound.seq} of {stream}, which has {len(entries)}")
        return
    head = entries[bound.seq - 1].head if bound.seq else first_head(case.tender.id, stream)
    notes.require(
        head.hex() == bound.head, where, f"binds another head of {stream} entry {bound.seq}"
    )


def _in_order(stream: Stream, entries: list[Entry], notes: Notes) -> None:
    """An entry is dated when its request had arrived, and requests wait for one another.

    So order of time and order in the stream may differ by as long as a request lives; the instants
    that decide anything are checked where they do.
    """
    latest: datetime | None = None
    late: list[tuple[float, Entry]] = []
    for entry in entries:
        if latest is not None and entry.at < latest:
            late.append(((latest - entry.at).total_seconds(), entry))
        latest = entry.at if latest is None else max(latest, entry.at)
    if late:
        seconds, entry = max(late, key=lambda one: one[0])
        notes.remark(
            f"{stream}: {len(late)} entries are dated before their predecessors, at most by "
            f"{seconds:.3f} s ({place(entry)})"
        )


def deadline_at(case: Case, *, before: Entry) -> datetime:
    """The deadline as it stood before a public entry."""
    deadline = case.tender.deadline
    for entry in case.streams[Stream.PUBLIC][: before.seq - 1]:
        deadline = moves_deadline(entry) or deadline
    return deadline


def moves_deadline(entry: Entry) -> datetime | None:
    """The deadline from a public entry on; None where it says nothing about it."""
    return parsed(entry, Moved).deadline if entry.kind in MOVING else None
