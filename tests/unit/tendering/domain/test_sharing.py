"""Experts that centres share: everybody who fits and nobody who is tied, as places of a pool."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

from tendering.domain.draw import verify_opening
from tendering.domain.experts import Expert, Need, Relation, RelationKind
from tendering.domain.sharing import Offer, Place, Shared, entries_of, offer_of, stand_in
from tendering.rulebooks import rulebook_of

AT = datetime(2026, 11, 24, tzinfo=UTC)
EXPERT = Expert(
    UUID(int=1),
    UUID(int=2),
    "示范专家甲",
    "510300",
    "示范大学",
    "",
    frozenset({"B01"}),
    9,
    date(2030, 1, 1),
)
NEEDS = (Shared("B01", "510300", 2), Shared("C02", "", 1))


def test_everybody_who_fits_is_offered_and_nobody_who_is_tied() -> None:
    both = replace(EXPERT, id=UUID(int=5), specialities=frozenset({"B01", "C02"}))
    tied = replace(EXPERT, id=UUID(int=3), relations=(Relation(RelationKind.DIRECTOR, "X"),))
    expired = replace(EXPERT, id=UUID(int=4), expires_on=date(2026, 1, 1))
    elsewhere = replace(EXPERT, id=UUID(int=6), region="510100")
    salts = [bytes([number]) * 32 for number in range(5)]

    found = offer_of(
        [both, elsewhere, expired, tied, EXPERT],
        NEEDS,
        rulebook_of("construction"),
        interested=frozenset({"X"}),
        salts=salts,
        at=AT,
    )

    assert [(expert.id.int, place.needs) for expert, _, place in found] == [(1, (0,)), (5, (0, 1))]
    assert len({place.commitment for _, _, place in found}) == 2


def test_a_place_fits_where_what_was_asked_for_is_needed() -> None:
    request_id = UUID(int=9)
    places = tuple(Place(bytes([one]) * 32, needs) for one, needs in enumerate([(0,), (1,), (7,)]))
    needs = [
        Need("甲", "510300", "B01", 1, 0),
        Need("乙", "", "B01", 1, 0),
        Need("丙", "510100", "B01", 1, 0),
    ]

    found = entries_of(Offer(request_id, NEEDS, places), needs)

    ((entry, stands_for),) = found
    assert (entry.commitment, entry.needs) == (bytes(32), (0, 1))
    assert (stands_for.expert_id, stands_for.salt) == (stand_in(request_id, 0), b"")
    assert not verify_opening(entry, {}, stands_for.salt)
