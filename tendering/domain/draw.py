"""The draw of a committee: anyone can compute it again from what is published.

First the pool is frozen as a list of salted commitments, then the parties commit to a contribution
each and reveal it, then the seed follows from the pool's root, all contributions and one number
that only the platform's key could make and that it could make in one way only (ECVRF). So the last
who reveals cannot steer, and neither can the platform. docs/specs/draw-v1.md.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final
from uuid import UUID

from crypto import draw as lot_drawing
from crypto.canonical import JsonValue, canonical, digest
from tendering.domain.experts import Expert, Need, sealed_value
from tendering.domain.refusals import ContributionMismatch, Invalid, PoolTooSmall

EXPERT_LABEL: Final = "kaibiao/draw/expert/v1"
CONTRIBUTION_LABEL: Final = "kaibiao/draw/contribution/v1"
VRF_LABEL: Final = "kaibiao/draw/vrf/v1"
SEED_LABEL: Final = "kaibiao/draw/seed/v1"
PERMUTATION_LABEL: Final = "kaibiao/draw/permutation/v1"
NONCE_BYTES: Final = 32
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
    """What stays sealed of a place in the pool: whose it is, and the 32 bytes that open it."""

    expert_id: UUID
    salt: bytes


@dataclass(frozen=True, slots=True)
class Pool:
    """A frozen pool: places in order, and their sealed side in the same order."""

    needs: tuple[Need, ...]
    entries: tuple[PoolEntry, ...]
    sealed: tuple[SealedEntry, ...]

    def root(self) -> bytes:
        """32 bytes that bind every place of the pool and its order."""
        return lot_drawing.pool_root([entry.leaf() for entry in self.entries])


@dataclass(frozen=True, slots=True)
class Contribution:
    """A party's part in the seed: committed to first, revealed later. `nonce` has 32 bytes."""

    organization_id: UUID
    commitment: bytes
    nonce: bytes | None = None


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
) -> Pool:
    """Put the experts who may be drawn, each with the needs it fits, in the order of their ids.

    `salts` are fresh random bytes, 32 for each expert. Raises PoolTooSmall when a need could not
    be filled, Invalid for needs that make no sense.
    """
    _require_sensible(needs)
    if len(experts) > POOL_MAX:
        raise Invalid("the pool is too large for one draw", most=POOL_MAX)
    assert len(experts) == len(salts)
    ordered = sorted(experts, key=lambda entry: entry[0].id)
    pool = Pool(
        needs=tuple(needs),
        entries=tuple(
            PoolEntry(lot_drawing.commitment(EXPERT_LABEL, salt, sealed_value(expert)), fitting)
            for (expert, fitting), salt in zip(ordered, salts, strict=True)
        ),
        sealed=tuple(
            SealedEntry(expert.id, salt) for (expert, _), salt in zip(ordered, salts, strict=True)
        ),
    )
    _require_enough(pool)
    return pool


def contribution_commitment(tender_id: UUID, organization_id: UUID, nonce: bytes) -> bytes:
    """What a party publishes before it reveals `nonce`; nobody can repeat another's. 32 bytes."""
    return lot_drawing.commitment(
        CONTRIBUTION_LABEL, nonce, tender_id.bytes + organization_id.bytes
    )


def check_reveal(tender_id: UUID, contribution: Contribution, nonce: bytes) -> None:
    """Does the nonce open the commitment? Raises ContributionMismatch."""
    if len(nonce) != NONCE_BYTES:
        raise ContributionMismatch("a contribution has 32 bytes")
    expected = contribution_commitment(tender_id, contribution.organization_id, nonce)
    if expected != contribution.commitment:
        raise ContributionMismatch


def vrf_input(tender_id: UUID, root: bytes, contributions: Sequence[Contribution]) -> bytes:
    """What the platform's key proves over: the tender, the pool and every revealed contribution."""
    revealed: list[JsonValue] = [
        {"organization_id": str(one.organization_id), "nonce": one.nonce.hex()}
        for one in _ordered(contributions)
        if one.nonce is not None
    ]
    return digest(
        VRF_LABEL,
        {"tender_id": str(tender_id), "pool_root": root.hex(), "contributions": revealed},
    )


def seed_of(
    tender_id: UUID, root: bytes, contributions: Sequence[Contribution], vrf_output: bytes
) -> bytes:
    """The seed of the draw, 32 bytes."""
    revealed = [one.nonce for one in _ordered(contributions) if one.nonce is not None]
    return lot_drawing.seed(label=SEED_LABEL, parts=[tender_id.bytes, root, vrf_output, *revealed])


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


def replacement(
    entries: Sequence[PoolEntry], permutation: Sequence[int], need: int, *, taken: frozenset[int]
) -> int:
    """The place that steps in: the next in the drawn order that fits. Raises PoolTooSmall.

    `taken`: every place that was ever seated or has declined. Never a new draw. A need's reserves
    are the first this finds, as they were the next in order.
    """
    for index in permutation:
        if index not in taken and need in entries[index].needs:
            return index
    raise PoolTooSmall("nobody is left who fits", need=need)


def verify_draw(
    tender_id: UUID,
    entries: Sequence[PoolEntry],
    needs: Sequence[Need],
    contributions: Sequence[Contribution],
    *,
    vrf_public: bytes,
    vrf_proof: bytes,
) -> tuple[bytes, Draw]:
    """Compute a published draw again: (seed, draw).

    Raises ContributionMismatch when a revealed contribution does not open its commitment,
    crypto.errors.BadProof or BadKey when the platform's number is not the one its key makes.
    """
    for contribution in contributions:
        if contribution.nonce is not None:
            check_reveal(tender_id, contribution, contribution.nonce)
    root = lot_drawing.pool_root([entry.leaf() for entry in entries])
    alpha = vrf_input(tender_id, root, contributions)
    output = lot_drawing.vrf_verify(vrf_public, alpha, vrf_proof)
    seed = seed_of(tender_id, root, contributions, output)
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


def _ordered(contributions: Sequence[Contribution]) -> list[Contribution]:
    return sorted(contributions, key=lambda one: one.organization_id)


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
