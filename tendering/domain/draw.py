"""The draw of a committee: anyone can compute it again from what is published.

First the pool is frozen as a list of salted commitments, then the parties seal a contribution each
(`contributions`), then the seed follows from the pool's root, all contributions and one number
that only the platform's key could make and that it could make in one way only (ECVRF).
docs/specs/draw-v1.md.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final
from uuid import UUID

from crypto import draw as lot_drawing
from crypto.canonical import JsonValue, canonical, digest
from tendering.domain.contributions import DrawSubject, seed_of, vrf_input
from tendering.domain.experts import Expert, Need, sealed_value
from tendering.domain.refusals import Invalid
from tendering.domain.refusals.draws import PoolTooSmall

EXPERT_LABEL: Final = "kaibiao/draw/expert/v1"
PERMUTATION_LABEL: Final = "kaibiao/draw/permutation/v1"
POOL_MAX: Final = 5_000
NEEDS_MAX: Final = 20
SEATS_MAX: Final = 99


@dataclass(frozen=True, slots=True)
class PoolEntry:
    """One place in the frozen pool, public: a commitment, and the needs its expert fits.

    `needs` are indices into the list of needs. Nothing else is said before the award.
    """

    commitment: bytes
    needs: tuple[int, ...]

    def leaf(self) -> bytes:
        """What the pool's root is computed over."""
        return canonical({"commitment": self.commitment.hex(), "needs": list(self.needs)})


@dataclass(frozen=True, slots=True)
class SealedEntry:
    """What stays sealed of a place in the pool: whose it is, and the 32 bytes that open it.

    Of a place that a partner centre shares the bytes are with that centre: `salt` is empty.
    """

    expert_id: UUID
    salt: bytes


@dataclass(frozen=True, slots=True)
class Pool:
    """A frozen pool: places in order, and their sealed side in the same order."""

    needs: tuple[Need, ...]
    entries: tuple[PoolEntry, ...]
    sealed: tuple[SealedEntry, ...]

    @property
    def shared(self) -> frozenset[int]:
        """The places of partner centres: who stands behind one is known only once asked."""
        return frozenset(index for index, one in enumerate(self.sealed) if not one.salt)

    def root(self) -> bytes:
        """32 bytes that bind every place of the pool and its order."""
        return lot_drawing.pool_root([entry.leaf() for entry in self.entries])


@dataclass(frozen=True, slots=True)
class DrawnSeat:
    """A seat or reserve: its need, and the place in the pool that was drawn for it."""

    need: int
    venue: str
    index: int


@dataclass(frozen=True, slots=True)
class Draw:
    """The result: seats, reserves in the order they step in, and the order of the whole pool."""

    seats: tuple[DrawnSeat, ...]
    reserves: tuple[DrawnSeat, ...]
    permutation: tuple[int, ...]

    def permutation_digest(self) -> bytes:
        """32 bytes that stand for the order."""
        return digest(PERMUTATION_LABEL, list(self.permutation))


def freeze_pool(
    experts: Sequence[tuple[Expert, tuple[int, ...]]],
    needs: Sequence[Need],
    salts: Sequence[bytes],
    *,
    shared: Sequence[tuple[PoolEntry, SealedEntry]] = (),
) -> Pool:
    """Put the experts who may be drawn, each with the needs it fits, in the order of their ids.

    `salts` are fresh random bytes, 32 for each expert. `shared` are places that partner centres
    have sealed, after our own. Raises PoolTooSmall when a need could not be filled, Invalid for
    needs that make no sense.
    """
    _require_sensible(needs)
    if len(experts) + len(shared) > POOL_MAX:
        raise Invalid("the pool is too large for one draw", most=POOL_MAX)
    assert len(experts) == len(salts)
    ordered = sorted(experts, key=lambda entry: entry[0].id)
    pool = Pool(
        needs=tuple(needs),
        entries=tuple(
            PoolEntry(lot_drawing.commitment(EXPERT_LABEL, salt, sealed_value(expert)), fitting)
            for (expert, fitting), salt in zip(ordered, salts, strict=True)
        )
        + tuple(entry for entry, _ in shared),
        sealed=tuple(
            SealedEntry(expert.id, salt) for (expert, _), salt in zip(ordered, salts, strict=True)
        )
        + tuple(stands_for for _, stands_for in shared),
    )
    _require_enough(pool)
    return pool


def draw_committee(entries: Sequence[PoolEntry], needs: Sequence[Need], *, seed: bytes) -> Draw:
    """Draw seats, then reserves, need by need, in the order the seed gives.

    The scarcest need (fewest who fit for each seat) chooses first, so that an expert who fits
    several is not taken from the one that has no other. Raises PoolTooSmall.
    """
    permutation = tuple(lot_drawing.permutation(seed, len(entries)))
    taken: set[int] = set()
    seats: dict[int, list[DrawnSeat]] = {}
    reserves: dict[int, list[DrawnSeat]] = {}
    for number in _by_scarcity(entries, needs):
        need = needs[number]
        free = (index for index in permutation if index not in taken)
        seats[number] = _take(free, entries, number, need.venue, need.seats)
        taken.update(seat.index for seat in seats[number])
        if len(seats[number]) < need.seats:
            raise PoolTooSmall(venue=need.venue, needed=need.seats, eligible=len(seats[number]))
    for number in _by_scarcity(entries, needs):
        need = needs[number]
        free = (index for index in permutation if index not in taken)
        reserves[number] = _take(free, entries, number, need.venue, need.reserves)
        taken.update(seat.index for seat in reserves[number])
    return Draw(
        seats=tuple(seat for number in range(len(needs)) for seat in seats[number]),
        reserves=tuple(seat for number in range(len(needs)) for seat in reserves[number]),
        permutation=permutation,
    )


def following(
    entries: Sequence[PoolEntry], permutation: Sequence[int], need: int, *, taken: frozenset[int]
) -> int | None:
    """The place that steps in: the next in the drawn order that fits; None when nobody is left.

    `taken`: every place that was ever seated or has declined. Never a new draw. A need's reserves
    are the first this finds, as they were the next in order.
    """
    fitting = (
        index for index in permutation if index not in taken and need in entries[index].needs
    )
    return next(fitting, None)


def verify_draw(
    subject: DrawSubject,
    entries: Sequence[PoolEntry],
    needs: Sequence[Need],
    values: Mapping[UUID, bytes],
    *,
    vrf_public: bytes,
    vrf_proof: bytes,
) -> tuple[bytes, Draw]:
    """Compute a published draw again: (seed, draw). `values`: what the valid contributions hold.

    Raises crypto.errors.BadProof or BadKey when the platform's number is not the one its key makes;
    PoolTooSmall.
    """
    root = lot_drawing.pool_root([entry.leaf() for entry in entries])
    subject = replace(subject, root=root)
    output = lot_drawing.vrf_verify(vrf_public, vrf_input(subject, values), vrf_proof)
    seed = seed_of(subject, values, output)
    return seed, draw_committee(entries, needs, seed=seed)


def verify_opening(entry: PoolEntry, value: Mapping[str, JsonValue], salt: bytes) -> bool:
    """Is this the expert behind the place? `value` as in `experts.sealed_value`."""
    if len(salt) != lot_drawing.SALT_BYTES:
        return False
    return lot_drawing.commitment(EXPERT_LABEL, salt, canonical(value)) == entry.commitment


def entries_json(entries: Sequence[PoolEntry]) -> list[JsonValue]:
    """The frozen pool as it is published."""
    return [{"commitment": one.commitment.hex(), "needs": list(one.needs)} for one in entries]


def _require_sensible(needs: Sequence[Need]) -> None:
    if not 0 < len(needs) <= NEEDS_MAX:
        raise Invalid("a draw has one to twenty needs", most=NEEDS_MAX)
    for need in needs:
        if not 0 < need.seats <= SEATS_MAX or not 0 <= need.reserves <= SEATS_MAX:
            raise Invalid("a need asks for at least one seat", venue=need.venue)


def _require_enough(pool: Pool) -> None:
    """Whatever the seed, every seat must find somebody; reserves take what is left."""
    served: list[int] = []
    for number in _by_scarcity(pool.entries, pool.needs):
        need = pool.needs[number]
        eligible = [entry for entry in pool.entries if number in entry.needs]
        rivals = sum(
            pool.needs[other].seats
            for other in served
            if any(other in entry.needs for entry in eligible)
        )
        if len(eligible) - rivals < need.seats:
            raise PoolTooSmall(venue=need.venue, needed=need.seats, eligible=len(eligible))
        served.append(number)


def _by_scarcity(entries: Sequence[PoolEntry], needs: Sequence[Need]) -> list[int]:
    def spare(number: int) -> tuple[int, int]:
        return sum(number in entry.needs for entry in entries) - needs[number].seats, number

    return sorted(range(len(needs)), key=spare)


def _take(
    free: Iterator[int], entries: Sequence[PoolEntry], number: int, venue: str, count: int
) -> list[DrawnSeat]:
    """The first `count` free places, in the drawn order, that fit a need."""
    fitting = (index for index in free if number in entries[index].needs)
    return [DrawnSeat(number, venue, index) for index in islice(fitting, count)]
