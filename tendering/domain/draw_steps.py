"""The steps of a draw: freeze the pool, commit, reveal, draw. Each decides and says what happened.

Nobody commits after the first has revealed; nobody draws while a party that committed may still
reveal. Names leave this module only in events of the committee's stream.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from crypto.canonical import JsonValue
from tendering.domain.calendar import civil_day
from tendering.domain.draw import (
    Contribution,
    Draw,
    DrawnSeat,
    Pool,
    check_reveal,
    entries_json,
    freeze_pool,
)
from tendering.domain.experts import (
    Expert,
    Need,
    Recusal,
    committee_findings,
    fits,
    needs_json,
    recusals,
)
from tendering.domain.journal import Event
from tendering.domain.refusals import (
    AlreadyContributed,
    ContributionsMissing,
    DrawNotPrepared,
    DrawOver,
    Forbidden,
    Invalid,
)
from tendering.domain.rulebook import Rulebook
from tendering.domain.tender import Tender

# Long enough to find the nonce again; after it the draw goes on with those who revealed.
REVEAL_WINDOW: Final = timedelta(minutes=30)
COMMITMENT_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class TimedContribution:
    """A contribution and when it was revealed."""

    contribution: Contribution
    revealed_at: datetime | None


@dataclass(frozen=True, slots=True)
class FrozenPool:
    """A frozen pool with what was decided on the way. `recusals` are for the supervisor only."""

    pool: Pool
    recusals: tuple[Recusal, ...]
    public: Event
    sealed: Event


def decide_freeze(
    experts: Sequence[Expert],
    needs: Sequence[Need],
    rulebook: Rulebook,
    *,
    interested: frozenset[str],
    representatives: int,
    budget_fen: int,
    shape: str = "committee",
    salts: Sequence[bytes],
    vrf_public: bytes,
    at: datetime,
) -> FrozenPool:
    """Choose who may be drawn and freeze the pool; `salts`: 32 random bytes for each expert.

    `representatives` of the procuring entity complete the committee, and `shape` names it in the
    rulebook (`Round.committee`). Raises Invalid for a
    committee of the wrong shape (E22, G14), PoolTooSmall.
    """
    seats = sum(need.seats for need in needs)
    findings = committee_findings(
        rulebook,
        members=seats + representatives,
        experts=seats,
        shape=shape,
        budget_fen=budget_fen,
    )
    if findings:
        raise Invalid(findings[0].message_en, rule=findings[0].rule_id, law=findings[0].law)
    on = civil_day(at)
    found = {expert.id: recusals(expert, interested, rulebook, on=on) for expert in experts}
    eligible = [
        (expert, fitting)
        for expert in experts
        if not found[expert.id] and (fitting := _fitting(expert, needs, rulebook, at))
    ]
    pool = freeze_pool(eligible, needs, salts[: len(eligible)])
    barred = tuple(recusal for reasons in found.values() for recusal in reasons)
    return FrozenPool(
        pool=pool,
        recusals=barred,
        public=Event(
            "draw.pool_frozen",
            {
                "pool_root": pool.root().hex(),
                "size": len(pool.entries),
                "needs": needs_json(needs),
                "representatives": representatives,
                "entries": entries_json(pool.entries),
                "vrf_public": vrf_public.hex(),
            },
        ),
        sealed=Event("draw.recusals", {"recusals": [_recusal_json(one) for one in barred]}),
    )


def require_contributor(tender: Tender, organization_id: UUID) -> None:
    """Only parties with different interests make the seed: raises Forbidden for others."""
    if organization_id not in _trading(tender) | _independent(tender):
        raise Forbidden("not a party that contributes to this draw")


def decide_commitment(
    contributions: Sequence[TimedContribution], organization_id: UUID, commitment: bytes
) -> Event:
    """Take a party's commitment. Raises AlreadyContributed, DrawOver once somebody revealed."""
    if any(one.contribution.organization_id == organization_id for one in contributions):
        raise AlreadyContributed
    if any(one.revealed_at is not None for one in contributions):
        raise DrawOver("a contribution has been revealed already")
    if len(commitment) != COMMITMENT_BYTES:
        raise Invalid("a commitment has 32 bytes")
    return Event(
        "draw.committed",
        {"organization_id": str(organization_id), "commitment": commitment.hex()},
    )


def decide_reveal(
    tender_id: UUID,
    contributions: Sequence[TimedContribution],
    organization_id: UUID,
    nonce: bytes,
) -> Event:
    """Take a party's nonce. Raises DrawNotPrepared, AlreadyContributed, ContributionMismatch."""
    own = next(
        (one for one in contributions if one.contribution.organization_id == organization_id), None
    )
    if own is None:
        raise DrawNotPrepared("your organization has not committed to a contribution")
    if own.revealed_at is not None:
        raise AlreadyContributed
    check_reveal(tender_id, own.contribution, nonce)
    return Event("draw.revealed", {"organization_id": str(organization_id), "nonce": nonce.hex()})


def require_drawable(
    tender: Tender, contributions: Sequence[TimedContribution], *, at: datetime
) -> None:
    """May the committee be drawn now? Raises ContributionsMissing, with `why`.

    The procuring entity or its agency and somebody independent of both must have revealed; others
    who committed are waited for, REVEAL_WINDOW after the first reveal at most.
    """
    revealed = {
        one.contribution.organization_id: one.revealed_at
        for one in contributions
        if one.revealed_at is not None
    }
    if not revealed.keys() & _trading(tender) or not revealed.keys() & _independent(tender):
        raise ContributionsMissing(why="both-sides-needed", revealed=len(revealed))
    waiting = len(contributions) - len(revealed)
    if waiting and at < min(revealed.values()) + REVEAL_WINDOW:
        raise ContributionsMissing(why="not-all-revealed", waiting=waiting)


def drawn_public(
    pool: Pool,
    draw: Draw,
    contributions: Sequence[TimedContribution],
    *,
    seed: bytes,
    vrf_proof: bytes,
) -> Event:
    """What everybody may know of the draw: enough to compute it again, and no name."""
    per_venue: dict[str, JsonValue] = {}
    for number, need in enumerate(pool.needs):
        drawn = sum(seat.need == number for seat in draw.seats)
        earlier = per_venue.get(need.venue, 0)
        assert isinstance(earlier, int)
        per_venue[need.venue] = earlier + drawn
    return Event(
        "committee.drawn",
        {
            "pool_root": pool.root().hex(),
            "seed": seed.hex(),
            "vrf_proof": vrf_proof.hex(),
            "permutation_digest": draw.permutation_digest().hex(),
            "not_revealed": [
                str(one.contribution.organization_id)
                for one in contributions
                if one.revealed_at is None
            ],
            "seats_per_venue": per_venue,
            "seats": [_seat_json(pool, seat) for seat in draw.seats],
            "reserves": [_seat_json(pool, seat) for seat in draw.reserves],
        },
    )


def seated(pool: Pool, draw: Draw, experts: Mapping[UUID, Expert]) -> Event:
    """The names, with the salts that open their commitments: for the committee's stream only."""
    return Event(
        "committee.seated",
        {
            "seats": [
                {"seat": number} | opened(pool, seat, experts)
                for number, seat in enumerate(draw.seats, start=1)
            ],
            "reserves": [opened(pool, seat, experts) for seat in draw.reserves],
        },
    )


def opened(pool: Pool, seat: DrawnSeat, experts: Mapping[UUID, Expert]) -> dict[str, JsonValue]:
    """One drawn place with its name and salt."""
    sealed = pool.sealed[seat.index]
    expert = experts[sealed.expert_id]
    return {
        "index": seat.index,
        "venue": seat.venue,
        "salt": sealed.salt.hex(),
        "expert": {
            "id": str(expert.id),
            "name": expert.name,
            "region": expert.region,
            "employer": expert.employer,
            "employer_uscc": expert.employer_uscc,
            "specialities": sorted(expert.specialities),
        },
    }


def revealed_only(contributions: Sequence[TimedContribution]) -> list[Contribution]:
    """The contributions as the seed takes them; what was not revealed counts as empty."""
    return [
        one.contribution if one.revealed_at is not None else replace(one.contribution, nonce=None)
        for one in contributions
    ]


def _fitting(
    expert: Expert, needs: Sequence[Need], rulebook: Rulebook, at: datetime
) -> tuple[int, ...]:
    return tuple(
        number
        for number, need in enumerate(needs)
        if fits(expert, need, rulebook, on=civil_day(at))
    )


def _trading(tender: Tender) -> set[UUID]:
    return {one for one in (tender.procuring_entity_id, tender.agency_id) if one is not None}


def _independent(tender: Tender) -> set[UUID]:
    holders = {holder.organization_id for holder in tender.key_holders}
    return ({tender.supervisor_id} | holders) - _trading(tender)


def _seat_json(pool: Pool, seat: DrawnSeat) -> dict[str, JsonValue]:
    return {
        "need": seat.need,
        "venue": seat.venue,
        "index": seat.index,
        "commitment": pool.entries[seat.index].commitment.hex(),
    }


def _recusal_json(recusal: Recusal) -> dict[str, JsonValue]:
    return {
        "expert_id": str(recusal.expert_id),
        "kind": recusal.kind,
        "uscc": recusal.uscc,
        "law": recusal.law,
    }
