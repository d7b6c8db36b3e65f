"""The group that goes on: from one draw, in the order it gave, and named by the round before."""

from collections.abc import Sequence

from clients.verifying.bodies import DrawnPlace
from clients.verifying.bodies_rounds import Kept
from clients.verifying.case import Case, place
from clients.verifying.report import Notes
from crypto.draw import pool_root
from tendering.domain.draw import DrawnSeat, PoolEntry
from tendering.domain.experts import Need
from tendering.domain.journal import Entry, Stream
from tendering.domain.kept_groups import KEPT, KeptGroup, keeps_group, strangers
from tendering.domain.refusals.draws import PoolTooSmall


def kept_group(case: Case) -> tuple[Entry, Kept] | None:
    """What the public stream says of a group that goes on."""
    return next(iter(case.all(Stream.PUBLIC, KEPT, Kept)), None)


def group_of(body: Kept) -> KeptGroup:
    """Who sits and who left, as the entry has it."""
    return KeptGroup({one.seat: _seat(one) for one in body.seats}, tuple(map(_seat, body.left)))


def places_of(body: Kept) -> list[PoolEntry]:
    """The places of the pool that the first round drew from."""
    return [PoolEntry(bytes.fromhex(one.commitment), one.needs) for one in body.entries]


def last_places(places: Sequence[PoolEntry], shared: int) -> frozenset[int]:
    """The places of partner centres stand after our own."""
    return frozenset(range(max(len(places) - shared, 0), len(places)))


def needs_of(body: Kept) -> list[Need]:
    """What was drawn for."""
    return [
        Need(one.venue, one.region, one.speciality, one.seats, one.reserves) for one in body.needs
    ]


def check_kept(case: Case, notes: Notes) -> None:
    """Where one group sees all rounds nobody is drawn anew; where not, nobody is kept.

    That the seed is the draw's says the archive of the round before.
    """
    found = list(case.all(Stream.PUBLIC, KEPT, Kept))
    told = case.streams[Stream.PUBLIC]
    if not keeps_group(case.tender.round):
        for entry, _ in found:
            notes.fails(place(entry), "a group is kept where every round has its own committee")
        return
    for entry in told:
        if entry.kind in {"draw.pool_frozen", "committee.drawn"}:
            notes.fails(
                place(entry), "somebody is drawn, though the group of the round before goes on"
            )
    if len(found) != 1:
        reported = [entry for entry in told if entry.kind == "evaluation.reported"]
        notes.require(
            not found and not reported, place(case.published), "evaluated without the one group"
        )
        return
    entry, body = found[0]
    where, places = place(entry), places_of(body)
    previous = case.tender.previous
    notes.require(
        previous is not None and body.previous_id == previous.tender_id,
        where,
        "the group of another tender than the round before",
    )
    root = pool_root([one.leaf() for one in places])
    notes.require(root.hex() == body.pool_root, where, "another pool than its root")
    for one in (*body.seats, *body.left):
        notes.require(
            0 <= one.index < len(places) and places[one.index].commitment.hex() == one.commitment,
            where,
            f"place {one.index} has another commitment in the pool",
        )
    try:
        unknown = strangers(
            places,
            needs_of(body),
            group_of(body),
            shared=last_places(places, body.shared),
            seed=bytes.fromhex(body.seed),
        )
    except PoolTooSmall as error:
        notes.fails(where, f"nobody could draw this group: {error.detail}")
        return
    notes.require(not unknown, where, f"seats {unknown} are not those the draw gave")
    notes.remark(f"{where}: {len(body.seats)} members go on, drawn for {body.previous_id}")


def _seat(one: DrawnPlace) -> DrawnSeat:
    return DrawnSeat(one.need, one.venue, one.index)
