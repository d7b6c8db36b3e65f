"""Experts of partner centres: their places in the pool were signed, and names open them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from msgspec import Struct

from clients.verifying.bodies import PoolFrozen, Seated
from clients.verifying.bodies_rounds import Kept
from clients.verifying.case import Case, place
from clients.verifying.dispatch import ByPartner, message_of
from clients.verifying.kept_groups import last_places
from clients.verifying.report import Notes
from tendering import centre_wire as wire
from tendering.domain.draw import PoolEntry, verify_opening
from tendering.domain.experts import Need
from tendering.domain.journal import Entry, Stream
from tendering.domain.sharing import Offer, Place, Shared, entries_of


class AskedNeed(Struct, frozen=True):
    """A need that was asked for."""

    speciality: str
    region: str
    seats_wanted: int


class Asked(Struct, frozen=True):
    """experts.asked."""

    request_id: UUID
    partner: ByPartner
    needs: tuple[AskedNeed, ...]


class Offered(Struct, frozen=True):
    """experts.offered."""

    request_id: UUID
    partner: ByPartner


class Named(Struct, frozen=True):
    """expert.named: `sealed` is what the commitment hides."""

    seat: int
    index: int
    salt: str
    sealed: dict[str, Any]
    expert: dict[str, Any]


class Accepted(Struct, frozen=True):
    """expert.accepted."""

    expert: dict[str, Any]


@dataclass(frozen=True, slots=True)
class SharedPool:
    """The partners' places of a pool: by index, the id that stands for its expert here."""

    stand_ins: Mapping[int, UUID]

    def stands_for(self, index: int, expert: Mapping[str, Any]) -> bool:
        """Does an entry without salt name who stands for that place?"""
        return str(self.stand_ins.get(index)) == str(expert.get("id"))


def shared_pool(case: Case, pool: PoolFrozen, notes: Notes) -> SharedPool:
    """The partners' places, compared with what the partners signed before the pool was frozen."""
    frozen = [one.seq for one in case.streams[Stream.COMMITTEE] if one.kind == "draw.recusals"]
    offers = {
        body.request_id: (entry, body)
        for entry, body in case.all(Stream.COMMITTEE, "experts.offered", Offered)
        if frozen and entry.seq < frozen[-1]
    }
    needs = [
        Need(one.venue, one.region, one.speciality, one.seats, one.reserves) for one in pool.needs
    ]
    expected = []
    requests = case.all(Stream.COMMITTEE, "experts.asked", Asked)
    for _, asked in sorted(requests, key=lambda one: (one[0].at, one[1].request_id)):
        if asked.request_id in offers:
            offer = _offer(asked, *offers[asked.request_id], notes)
            expected += [] if offer is None else entries_of(offer, needs)
    first = len(pool.entries) - len(expected)
    found = [PoolEntry(bytes.fromhex(one.commitment), one.needs) for one in pool.entries[first:]]
    same = found == [entry for entry, _ in expected] and pool.shared == len(expected)
    notes.require(same, "draw.pool_frozen", "not the places that partner centres have signed")
    return SharedPool({first + number: one.expert_id for number, (_, one) in enumerate(expected)})


def kept_pool(
    case: Case,
    places: Sequence[PoolEntry],
    kept: Kept,
    seated: tuple[Entry, Seated],
    notes: Notes,
) -> SharedPool:
    """The partners' places of a group that goes on; everybody from there who sits is named.

    That the partners have signed them says the archive of the round that drew.
    """
    entry, names = seated
    stand_ins = {one.index: one.expert_id for one in names.shared}
    same = stand_ins.keys() == last_places(places, kept.shared)
    notes.require(same, place(entry), "not the places of partner centres that were drawn from")
    named = {body.index for _, body in case.all(Stream.COMMITTEE, "expert.named", Named)}
    sits = {one.index for one in names.seats} & stand_ins.keys()
    notes.require(sits <= named, place(entry), "a partner's expert goes on who is not named")
    return SharedPool(stand_ins)


def check_names(case: Case, shared: SharedPool, places: Sequence[PoolEntry], notes: Notes) -> None:
    """Who comes from a partner is who was sealed, and is named before coming."""
    named: dict[str, int] = {}
    for entry, body in case.all(Stream.COMMITTEE, "expert.named", Named):
        expert_id = shared.stand_ins.get(body.index)
        holds = (
            expert_id is not None
            and verify_opening(places[body.index], body.sealed, bytes.fromhex(body.salt))
            and body.expert == body.sealed | {"id": str(expert_id)}
        )
        notes.require(holds, place(entry), "not who a partner centre has sealed")
        named[str(expert_id)] = entry.seq
    theirs = {str(one) for one in shared.stand_ins.values()}
    for entry, accepted in case.all(Stream.COMMITTEE, "expert.accepted", Accepted):
        expert = str(accepted.expert.get("id"))
        known = expert not in theirs or named.get(expert, entry.seq) < entry.seq
        notes.require(known, place(entry), "a partner's expert comes who was not named")


def _offer(asked: Asked, entry: Entry, body: Offered, notes: Notes) -> Offer | None:
    message = message_of(asked.partner, body.partner, entry, notes)
    if not isinstance(message, wire.OfferExperts) or message.subject != asked.request_id:
        notes.fails(place(entry), "not an offer for what was asked")
        return None
    return Offer(
        asked.request_id,
        tuple(Shared(one.speciality, one.region, one.seats_wanted) for one in asked.needs),
        tuple(Place(bytes.fromhex(one.commitment), one.needs) for one in message.places),
    )
