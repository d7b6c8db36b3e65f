"""The draw: recomputable by anyone, steerable by nobody, and by which steps."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import cast
from uuid import UUID

import pytest

from crypto.canonical import parse
from crypto.draw import vrf_output, vrf_prove, vrf_public
from crypto.errors import BadProof
from tendering.domain import draw_steps
from tendering.domain.draw import (
    POOL_MAX,
    Contribution,
    Pool,
    check_reveal,
    contribution_commitment,
    draw_committee,
    freeze_pool,
    replacement,
    seed_of,
    verify_draw,
    verify_opening,
    vrf_input,
)
from tendering.domain.draw_steps import REVEAL_WINDOW, TimedContribution
from tendering.domain.experts import Expert, Need, Relation, RelationKind, sealed_value
from tendering.domain.refusals import (
    AlreadyContributed,
    ContributionMismatch,
    ContributionsMissing,
    DrawNotPrepared,
    DrawOver,
    Forbidden,
    Invalid,
    PoolTooSmall,
)
from tendering.domain.tender import Tender
from tendering.rulebooks import rulebook_of

TENDER = UUID(int=77)
ENTITY, AGENCY, SUPERVISOR, HOLDER = (UUID(int=n) for n in range(1, 5))
VRF_SEED = bytes(range(32))
NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
NEEDS = (
    Need("示范市", "510100", "A08", 3, 1),
    Need("示范二市", "510200", "A08", 1, 1),
    Need("示范三市", "", "B01", 1, 1),
)
PARTIES = cast(
    "Tender",
    SimpleNamespace(
        procuring_entity_id=ENTITY,
        agency_id=AGENCY,
        supervisor_id=SUPERVISOR,
        key_holders=(SimpleNamespace(organization_id=HOLDER),),
    ),
)


def an_expert(number: int) -> Expert:
    return Expert(
        id=UUID(int=number),
        person_id=UUID(int=1000 + number),
        name=f"示范专家{number}",
        region="510100" if number % 3 else "510200",
        employer="示范大学",
        employer_uscc="",
        specialities=frozenset({"A08", "B01"} if number % 2 else {"A08"}),
        experience_years=10,
        expires_on=date(2030, 1, 1),
    )


EXPERTS = [an_expert(number) for number in range(1, 31)]


def salts(count: int) -> list[bytes]:
    return [bytes([number]) * 32 for number in range(count)]


def frozen(**changes: object) -> draw_steps.FrozenPool:
    facts: dict[str, object] = {
        "interested": frozenset(),
        "representatives": 0,
        "budget_fen": 0,
        "salts": salts(len(EXPERTS)),
        "vrf_public": vrf_public(VRF_SEED),
        "at": NOW,
    }
    return draw_steps.decide_freeze(
        EXPERTS,
        NEEDS,
        rulebook_of("construction"),
        **facts | changes,  # type: ignore[arg-type]
    )


POOL: Pool = frozen().pool


def a_contribution(organization_id: UUID, *, revealed: bool = True) -> Contribution:
    nonce = organization_id.bytes * 2
    commitment = contribution_commitment(TENDER, organization_id, nonce)
    return Contribution(organization_id, commitment, nonce if revealed else None)


def timed(organization_id: UUID, *, revealed: bool = True) -> TimedContribution:
    return TimedContribution(
        a_contribution(organization_id, revealed=revealed), NOW if revealed else None
    )


BOTH = [a_contribution(ENTITY), a_contribution(SUPERVISOR)]


def proof_of(contributions: list[Contribution]) -> bytes:
    return vrf_prove(VRF_SEED, vrf_input(TENDER, POOL.root(), contributions))


def test_every_seat_gets_somebody_who_fits_and_nobody_sits_twice() -> None:
    seed, draw = verify_draw(
        TENDER,
        POOL.entries,
        POOL.needs,
        BOTH,
        vrf_public=vrf_public(VRF_SEED),
        vrf_proof=proof_of(BOTH),
    )

    drawn = [*draw.seats, *draw.reserves]
    assert [seat.need for seat in draw.seats] == [0, 0, 0, 1, 2]
    assert len({seat.index for seat in drawn}) == len(drawn) == 8
    assert all(seat.need in POOL.entries[seat.index].needs for seat in drawn)
    assert seed == seed_of(TENDER, POOL.root(), BOTH, vrf_output(proof_of(BOTH)))


def test_the_order_of_the_contributions_does_not_matter() -> None:
    assert vrf_input(TENDER, POOL.root(), BOTH) == vrf_input(TENDER, POOL.root(), BOTH[::-1])


def test_another_contribution_gives_another_seed() -> None:
    output = vrf_output(proof_of(BOTH))

    assert seed_of(TENDER, POOL.root(), BOTH, output) != seed_of(
        TENDER, POOL.root(), [*BOTH, a_contribution(HOLDER)], output
    )


def test_a_proof_for_other_contributions_is_refused() -> None:
    with pytest.raises(BadProof):
        verify_draw(
            TENDER,
            POOL.entries,
            POOL.needs,
            BOTH,
            vrf_public=vrf_public(VRF_SEED),
            vrf_proof=proof_of(BOTH[:1]),
        )


def test_a_contribution_that_does_not_open_its_commitment_is_refused() -> None:
    with pytest.raises(ContributionMismatch):
        check_reveal(TENDER, BOTH[0], bytes(32))
    with pytest.raises(ContributionMismatch):
        check_reveal(TENDER, BOTH[0], bytes(31))


def test_a_commitment_cannot_be_repeated_by_another_party() -> None:
    copied = replace(BOTH[0], organization_id=SUPERVISOR)

    with pytest.raises(ContributionMismatch):
        check_reveal(TENDER, copied, BOTH[0].nonce or b"")


def test_a_drawn_place_opens_to_its_expert_and_no_other() -> None:
    sealed = POOL.sealed[5]
    value = parse(sealed_value(EXPERTS[5]))
    other = parse(sealed_value(EXPERTS[6]))
    assert isinstance(value, dict)
    assert isinstance(other, dict)

    assert verify_opening(POOL.entries[5], value, sealed.salt)
    assert not verify_opening(POOL.entries[5], other, sealed.salt)
    assert not verify_opening(POOL.entries[5], value, b"")


def test_the_next_in_the_order_steps_in() -> None:
    draw = draw_committee(POOL.entries, POOL.needs, seed=bytes(32))
    seated = frozenset(seat.index for seat in draw.seats)

    first = replacement(POOL.entries, draw.permutation, 0, taken=seated)
    second = replacement(POOL.entries, draw.permutation, 0, taken=seated | {first})

    order = [index for index in draw.permutation if 0 in POOL.entries[index].needs]
    assert [first, second] == [index for index in order if index not in seated][:2]


def test_when_nobody_is_left_the_pool_was_too_small() -> None:
    everybody = frozenset(range(len(POOL.entries)))

    with pytest.raises(PoolTooSmall):
        replacement(POOL.entries, range(len(POOL.entries)), 0, taken=everybody)


def test_whoever_has_an_interest_is_not_in_the_pool() -> None:
    tied = replace(EXPERTS[0], relations=(Relation(RelationKind.DIRECTOR, "X"),))
    frozen_pool = draw_steps.decide_freeze(
        [tied, *EXPERTS[1:]],
        NEEDS,
        rulebook_of("construction"),
        interested=frozenset({"X"}),
        representatives=0,
        budget_fen=0,
        salts=salts(30),
        vrf_public=b"",
        at=NOW,
    )

    assert tied.id not in {one.expert_id for one in frozen_pool.pool.sealed}
    assert [one.expert_id for one in frozen_pool.recusals] == [tied.id]


def test_what_is_public_names_nobody() -> None:
    draw = draw_committee(POOL.entries, POOL.needs, seed=bytes(32))
    public = draw_steps.drawn_public(
        POOL, draw, [timed(ENTITY), timed(HOLDER, revealed=False)], seed=b"", vrf_proof=b""
    )

    assert "示范专家" not in str(public.body) + str(frozen().public.body)
    assert public.body["seats_per_venue"] == {"示范市": 3, "示范二市": 1, "示范三市": 1}
    assert public.body["not_revealed"] == [str(HOLDER)]


def test_the_committee_learns_the_names_with_their_salts() -> None:
    draw = draw_committee(POOL.entries, POOL.needs, seed=bytes(32))

    event = draw_steps.seated(POOL, draw, {expert.id: expert for expert in EXPERTS})

    seats = cast("list[dict[str, object]]", event.body["seats"])
    assert [seat["seat"] for seat in seats] == [1, 2, 3, 4, 5]
    assert verify_opening(
        POOL.entries[draw.seats[0].index],
        seats[0]["expert"],  # type: ignore[arg-type]
        bytes.fromhex(str(seats[0]["salt"])),
    )


def test_a_committee_of_even_number_is_not_drawn() -> None:
    with pytest.raises(Invalid):
        frozen(representatives=1)


@pytest.mark.parametrize(
    "needs",
    [(), (Need("V", "", "A08", 0, 0),), (Need("V", "", "A08", 1, -1),)],
)
def test_needs_that_make_no_sense_are_refused(needs: tuple[Need, ...]) -> None:
    with pytest.raises(Invalid):
        freeze_pool([], needs, [])


def test_a_pool_that_could_leave_a_seat_empty_is_refused() -> None:
    one = (EXPERTS[0], (0, 1))
    needs = (Need("V", "", "A08", 1, 0), Need("W", "", "A08", 1, 0))

    with pytest.raises(PoolTooSmall):
        freeze_pool([one], needs, salts(1))


def test_a_pool_beyond_the_limit_is_refused() -> None:
    everybody = [(EXPERTS[0], (0,))] * (POOL_MAX + 1)

    with pytest.raises(Invalid):
        freeze_pool(everybody, NEEDS[:1], [])


def test_a_contribution_that_was_not_revealed_does_not_count() -> None:
    silent = a_contribution(HOLDER, revealed=False)

    seed, _ = verify_draw(
        TENDER,
        POOL.entries,
        POOL.needs,
        [*BOTH, silent],
        vrf_public=vrf_public(VRF_SEED),
        vrf_proof=proof_of(BOTH),
    )

    assert seed == seed_of(TENDER, POOL.root(), BOTH, vrf_output(proof_of(BOTH)))


def test_a_draw_from_entries_that_do_not_suffice_is_refused() -> None:
    with pytest.raises(PoolTooSmall):
        draw_committee(POOL.entries[:2], POOL.needs, seed=bytes(32))


def test_only_the_parties_contribute() -> None:
    for party in (ENTITY, AGENCY, SUPERVISOR, HOLDER):
        draw_steps.require_contributor(PARTIES, party)
    with pytest.raises(Forbidden):
        draw_steps.require_contributor(PARTIES, UUID(int=9))


def test_a_party_commits_once_and_before_anybody_reveals() -> None:
    hidden = timed(ENTITY, revealed=False)

    assert draw_steps.decide_commitment([hidden], SUPERVISOR, bytes(32)).kind == "draw.committed"
    with pytest.raises(AlreadyContributed):
        draw_steps.decide_commitment([hidden], ENTITY, bytes(32))
    with pytest.raises(DrawOver):
        draw_steps.decide_commitment([timed(ENTITY)], SUPERVISOR, bytes(32))
    with pytest.raises(Invalid):
        draw_steps.decide_commitment([], ENTITY, b"")


def test_a_party_reveals_what_it_committed_to_once() -> None:
    hidden = timed(ENTITY, revealed=False)
    nonce = ENTITY.bytes * 2

    assert draw_steps.decide_reveal(TENDER, [hidden], ENTITY, nonce).kind == "draw.revealed"
    with pytest.raises(DrawNotPrepared):
        draw_steps.decide_reveal(TENDER, [hidden], SUPERVISOR, nonce)
    with pytest.raises(AlreadyContributed):
        draw_steps.decide_reveal(TENDER, [timed(ENTITY)], ENTITY, nonce)


@pytest.mark.parametrize(
    "contributions",
    [
        [],
        [timed(ENTITY), timed(AGENCY)],
        [timed(SUPERVISOR), timed(HOLDER)],
        [timed(ENTITY), timed(SUPERVISOR), timed(HOLDER, revealed=False)],
    ],
)
def test_the_draw_waits_for_both_sides_and_for_all_who_committed(
    contributions: list[TimedContribution],
) -> None:
    with pytest.raises(ContributionsMissing):
        draw_steps.require_drawable(PARTIES, contributions, at=NOW)


def test_who_does_not_reveal_holds_the_draw_up_for_the_window_only() -> None:
    contributions = [timed(ENTITY), timed(SUPERVISOR), timed(HOLDER, revealed=False)]

    draw_steps.require_drawable(PARTIES, contributions, at=NOW + REVEAL_WINDOW)
    with pytest.raises(ContributionsMissing):
        draw_steps.require_drawable(
            PARTIES, contributions, at=NOW + REVEAL_WINDOW - timedelta(microseconds=1)
        )
    assert [one.nonce is None for one in draw_steps.revealed_only(contributions)] == [
        False,
        False,
        True,
    ]
