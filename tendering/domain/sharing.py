"""Experts that centres share: chosen by who shares them, drawn by index, named when they come.

The sharing centre looks at terms, conduct and ties (回避) itself and offers everybody who fits,
each as a salted commitment, so that it can neither choose nor change afterwards who stands behind
a place. The host draws among places and learns a name only from who accepted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from crypto.canonical import JsonValue
from crypto.draw import commitment
from tendering.domain.calendar import civil_day
from tendering.domain.dispatch import Evidence, Partner
from tendering.domain.draw import EXPERT_LABEL, PoolEntry, SealedEntry
from tendering.domain.experts import Expert, Need, fits, recusals, sealed_value
from tendering.domain.journal import Event
from tendering.domain.rulebook import Rulebook

# What stands where the name will stand.
UNNAMED: Final = "共享专家"


@dataclass(frozen=True, slots=True)
class Shared:
    """Experts of a region and speciality are asked for, for so many seats."""

    speciality: str
    region: str
    seats: int


@dataclass(frozen=True, slots=True)
class Place:
    """A place of an offer: a commitment, and which of the needs asked for it fits."""

    commitment: bytes
    needs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """What a partner offers for a request of ours."""

    request_id: UUID
    needs: tuple[Shared, ...]
    places: tuple[Place, ...]


def offer_of(
    experts: Sequence[Expert],
    needs: Sequence[Shared],
    rulebook: Rulebook,
    *,
    interested: frozenset[str],
    salts: Sequence[bytes],
    at: datetime,
) -> list[tuple[Expert, bytes, Place]]:
    """Everybody who fits and is tied to nobody, by id, each with the salt of the commitment.

    `salts`: 32 random bytes for each expert.
    """
    on = civil_day(at)
    found = []
    for expert, salt in zip(sorted(experts, key=lambda one: one.id), salts, strict=True):
        fitting = tuple(
            number
            for number, need in enumerate(needs)
            if fits(expert, Need("", need.region, need.speciality, 1, 0), rulebook, on=on)
        )
        if fitting and not recusals(expert, interested, rulebook, on=on):
            hidden = commitment(EXPERT_LABEL, salt, sealed_value(expert))
            found.append((expert, salt, Place(hidden, fitting)))
    return found


def entries_of(offer: Offer, needs: Sequence[Need]) -> list[tuple[PoolEntry, SealedEntry]]:
    """The places of an offer as entries of a draw's pool; those that fit no need are left out."""
    found = []
    for number, place in enumerate(offer.places):
        asked = [offer.needs[one] for one in place.needs if 0 <= one < len(offer.needs)]
        fitting = tuple(
            index
            for index, need in enumerate(needs)
            if any(
                need.speciality == one.speciality and need.region in {"", one.region}
                for one in asked
            )
        )
        if fitting:
            stands_for = SealedEntry(stand_in(offer.request_id, number), b"")
            found.append((PoolEntry(place.commitment, fitting), stands_for))
    return found


def stand_in(request_id: UUID, place: int) -> UUID:
    """The id under which a partner's place is known here."""
    return uuid5(request_id, str(place))


def login_of(expert_id: UUID) -> str:
    """How who stands for a partner's place logs in, once named."""
    return f"shared-{expert_id.hex}"


def asked(
    request_id: UUID, partner: Partner, needs: Sequence[Shared], interested: Sequence[str]
) -> Event:
    """A partner is asked to share experts."""
    return Event(
        "experts.asked",
        {
            "request_id": str(request_id),
            "partner": {"public_key": partner.public_key.hex()},
            "needs": [
                {"speciality": one.speciality, "region": one.region, "seats_wanted": one.seats}
                for one in needs
            ],
            "interested": [*interested],
        },
    )


def offered(request_id: UUID, partner: Partner, evidence: Evidence, places: int) -> Event:
    """A partner has offered so many places; its signed message holds their commitments."""
    said: dict[str, JsonValue] = {
        "public_key": partner.public_key.hex(),
        "signed": evidence.as_json(),
    }
    body: dict[str, JsonValue] = {"request_id": str(request_id), "places": places}
    return Event("experts.offered", body | {"partner": said})


def named(
    seat: int, index: int, *, salt: str, sealed: dict[str, JsonValue], expert_id: UUID
) -> Event:
    """Who stands behind a drawn place: what the commitment hides, and the id that goes here."""
    return Event(
        "expert.named",
        {
            "seat": seat,
            "index": index,
            "salt": salt,
            "sealed": sealed,
            "expert": sealed | {"id": str(expert_id)},
        },
    )
