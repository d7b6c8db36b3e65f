"""The steps of a draw of experts: freeze the pool, draw. Each decides and says what happened.

Between the two stand the contributions (`contribution_steps`). Names leave this module only in
events of the committee's stream.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from crypto.canonical import JsonValue
from tendering.domain.calendar import civil_day
from tendering.domain.conduct import barring
from tendering.domain.contribution_steps import Gathering
from tendering.domain.contributions import Outcome
from tendering.domain.draw import (
    Draw,
    DrawnSeat,
    Pool,
    PoolEntry,
    SealedEntry,
    entries_json,
    freeze_pool,
)
from tendering.domain.experts import (
    NOTHING_EARLIER,
    Earlier,
    Expert,
    Need,
    Recusal,
    committee_findings,
    fits,
    needs_json,
    recusals,
)
from tendering.domain.journal import Event
from tendering.domain.methods.choices import draw_one, result_json
from tendering.domain.methods.method import parse_method
from tendering.domain.methods.opened import lot_seed
from tendering.domain.refusals import Invalid
from tendering.domain.rulebook import Rulebook
from tendering.domain.tender import Tender


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
    earlier: Earlier = NOTHING_EARLIER,
    representatives: int,
    budget_fen: int,
    shape: str = "committee",
    is_complex: bool = False,
    bidders: frozenset[UUID] = frozenset(),
    shared: Sequence[tuple[PoolEntry, SealedEntry]] = (),
    salts: Sequence[bytes],
    vrf_public: bytes,
    at: datetime,
) -> FrozenPool:
    """Choose who may be drawn and freeze the pool; `salts`: 32 random bytes for each expert.

    `earlier` parts of the project may bar. `representatives` of the procuring entity complete the
    committee, whose `shape` is the rulebook's (`Round.committee`). `bidders` contribute to the
    draw; `shared` are places of partner centres, who looked at ties themselves.

    Raises Invalid for a shape (E22, G14), PoolTooSmall.
    """
    seats = sum(need.seats for need in needs)
    findings = committee_findings(
        rulebook,
        members=seats + representatives,
        experts=seats,
        shape=shape,
        budget_fen=budget_fen,
        is_complex=is_complex,
    )
    if findings:
        raise Invalid(findings[0].message_en, rule=findings[0].rule_id, law=findings[0].law)
    on = civil_day(at)
    found = {
        expert.id: recusals(expert, interested, rulebook, on=on, earlier=earlier)
        for expert in experts
    }
    free = [expert for expert in experts if not found[expert.id]]
    eligible = [(one, fit) for one in free if (fit := _fitting(one, needs, rulebook, at))]
    pool = freeze_pool(eligible, needs, salts[: len(eligible)], shared=shared)
    barred = tuple(recusal for reasons in found.values() for recusal in reasons)
    public: dict[str, JsonValue] = {
        "pool_root": pool.root().hex(),
        "size": len(pool.entries),
        "shared": len(shared),
        "needs": needs_json(needs),
        "representatives": representatives,
        "entries": entries_json(pool.entries),
        "vrf_public": vrf_public.hex(),
        "bidders": sorted(str(bidder) for bidder in bidders),
    }
    sealed = _left_out(experts, barred, on)
    return FrozenPool(pool, barred, Event("draw.pool_frozen", public), sealed)


def _left_out(experts: Sequence[Expert], recused: Sequence[Recusal], on: date) -> Event:
    """Who could not be drawn: by a tie, or by what is on record about them."""
    body: dict[str, JsonValue] = {
        "recusals": [_recusal_json(one) for one in recused],
        "barred": [
            {"expert_id": str(expert.id), "kind": record.kind, "basis": record.basis}
            for expert in experts
            if (record := barring(expert.conduct, on=on)) is not None
        ],
    }
    return Event("draw.recusals", body)


def drawn_public(
    pool: Pool,
    draw: Draw,
    gathering: Gathering,
    outcome: Outcome,
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
            **outcome_json(gathering, outcome),
            "coefficients": coefficients(gathering.subject.tender, seed),
            "seats_per_venue": per_venue,
            "seats": [place_json(pool, seat) for seat in draw.seats],
            "reserves": [place_json(pool, seat) for seat in draw.reserves],
        },
    )


def leaves_to_draw(tender: Tender) -> bool:
    """Does the method leave a K or a benchmark to the draw? Then bidders contribute to it."""
    return bool(tender.method) and bool(parse_method(tender.method).drawn)


def coefficients(tender: Tender, seed: bytes) -> list[JsonValue]:
    """What the method leaves to the draw, by lot and ball; `seed` is the draw's."""
    drawn = parse_method(tender.method).drawn if tender.method else ()
    return [
        {
            "lot": lot.lot,
            "id": terms.id,
            **result_json(draw_one(terms, lot_seed(seed, tender.id, lot.lot))),
        }
        for lot in tender.lots
        for terms in drawn
    ]


def outcome_json(gathering: Gathering, outcome: Outcome) -> dict[str, JsonValue]:
    """What the contributions held, which were none, and which the key holders opened."""
    return {
        "contributions": [
            {"organization_id": str(party), "value": value.hex()}
            for party, value in outcome.values.items()
        ],
        "excluded": [
            {"organization_id": str(party), "cause": str(fault)}
            for party, fault in outcome.excluded.items()
        ],
        "opened_by_key_holders": sorted(
            str(one.organization_id)
            for one in gathering.contributions
            if one.admitted and one.file_key is None
        ),
    }


def seated(
    pool: Pool,
    draw: Draw,
    experts: Mapping[UUID, Expert],
    *,
    called: bool = False,
    stand_ins: Sequence[JsonValue] = (),
) -> Event:
    """The names, with the salts that open their commitments: for the committee's stream only.

    Who is `called` learns only by accepting for which tender. `stand_ins`: of a group that goes on.
    """
    return Event(
        "committee.seated",
        {
            "called": called,
            "seats": [
                {"seat": number} | opened(pool, seat, experts)
                for number, seat in enumerate(draw.seats, start=1)
            ],
            "reserves": [opened(pool, seat, experts) for seat in draw.reserves],
            "shared": [*stand_ins],
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


def _fitting(
    expert: Expert, needs: Sequence[Need], rulebook: Rulebook, at: datetime
) -> tuple[int, ...]:
    return tuple(
        number
        for number, need in enumerate(needs)
        if fits(expert, need, rulebook, on=civil_day(at))
    )


def place_json(pool: Pool, seat: DrawnSeat) -> dict[str, JsonValue]:
    """One drawn place as everybody may see it."""
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
