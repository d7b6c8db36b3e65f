"""The draw: recomputable by anyone, steerable by nobody, and by which steps."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

import pytest

from crypto.canonical import parse
from crypto.draw import vrf_output, vrf_prove, vrf_public
from crypto.errors import BadProof
from tendering.domain import draw_steps
from tendering.domain.contribution_steps import Gathering
from tendering.domain.contributions import EXPERTS as EXPERTS_DRAW
from tendering.domain.contributions import (
    Contribution,
    ContributionFault,
    DrawSubject,
    Outcome,
    seed_of,
    vrf_input,
)
from tendering.domain.draw import (
    POOL_MAX,
    Draw,
    Pool,
    draw_committee,
    following,
    freeze_pool,
    verify_draw,
    verify_opening,
)
from tendering.domain.draw_steps import coefficients, leaves_to_draw
from tendering.domain.experts import Expert, Need, Relation, RelationKind, sealed_value
from tendering.domain.refusals import Invalid
from tendering.domain.refusals.draws import PoolTooSmall
from tendering.domain.tender import Lot
from tendering.rulebooks import rulebook_of
from tests.support.evaluation import DRAWN_METHOD, METHOD
from tests.support.make import a_tender

TENDER = UUID(int=77)
ENTITY, AGENCY, SUPERVISOR, HOLDER = (UUID(int=n) for n in range(1, 5))
VRF_SEED = bytes(range(32))
NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
NEEDS = (
    Need("示范市", "510100", "A08", 3, 1),
    Need("示范二市", "510200", "A08", 1, 1),
    Need("示范三市", "", "B01", 1, 1),
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


SUBJECT = DrawSubject(a_tender(id=TENDER), EXPERTS_DRAW, POOL.root())
VALUES = {ENTITY: b"e" * 32, SUPERVISOR: b"s" * 32}


def proof_of(values: dict[UUID, bytes]) -> bytes:
    return vrf_prove(VRF_SEED, vrf_input(SUBJECT, values))


def computed_again(values: dict[UUID, bytes], proof: bytes) -> tuple[bytes, Draw]:
    return verify_draw(
        SUBJECT,
        POOL.entries,
        POOL.needs,
        values,
        vrf_public=vrf_public(VRF_SEED),
        vrf_proof=proof,
    )


def test_every_seat_gets_somebody_who_fits_and_nobody_sits_twice() -> None:
    seed, draw = computed_again(VALUES, proof_of(VALUES))

    drawn = [*draw.seats, *draw.reserves]
    assert [seat.need for seat in draw.seats] == [0, 0, 0, 1, 2]
    assert len({seat.index for seat in drawn}) == len(drawn) == 8
    assert all(seat.need in POOL.entries[seat.index].needs for seat in drawn)
    assert seed == seed_of(SUBJECT, VALUES, vrf_output(proof_of(VALUES)))


def test_a_proof_for_other_contributions_is_refused() -> None:
    with pytest.raises(BadProof):
        computed_again(VALUES, proof_of({ENTITY: VALUES[ENTITY]}))


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

    first = following(POOL.entries, draw.permutation, 0, taken=seated)
    assert first is not None
    second = following(POOL.entries, draw.permutation, 0, taken=seated | {first})

    order = [index for index in draw.permutation if 0 in POOL.entries[index].needs]
    assert [first, second] == [index for index in order if index not in seated][:2]


def test_g17_when_nobody_is_left_the_pool_was_too_small() -> None:
    everybody = frozenset(range(len(POOL.entries)))

    assert following(POOL.entries, range(len(POOL.entries)), 0, taken=everybody) is None


def test_e24_and_g16_whoever_has_an_interest_is_not_in_the_pool() -> None:
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
    outcome = Outcome(VALUES, {HOLDER: ContributionFault.PAYLOAD_NOT_SEALED}, ())
    forced = Contribution(ENTITY, "", b"", admitted=True)
    left_out = Contribution(AGENCY, "", b"", admitted=False)
    gathering = Gathering(SUBJECT, (forced, left_out), NOW, NOW)

    public = draw_steps.drawn_public(POOL, draw, gathering, outcome, seed=b"", vrf_proof=b"")

    assert "示范专家" not in str(public.body) + str(frozen().public.body)
    assert public.body["seats_per_venue"] == {"示范市": 3, "示范二市": 1, "示范三市": 1}
    assert public.body["excluded"] == [
        {"organization_id": str(HOLDER), "cause": "payload-not-sealed"}
    ]
    assert public.body["opened_by_key_holders"] == [str(ENTITY)]


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


def test_a_draw_from_entries_that_do_not_suffice_is_refused() -> None:
    with pytest.raises(PoolTooSmall):
        draw_committee(POOL.entries[:2], POOL.needs, seed=bytes(32))


def test_each_coefficient_is_drawn_by_lot_ball_by_ball_and_none_where_none_is_left_open() -> None:
    tender = a_tender(
        method=DRAWN_METHOD,
        lots=tuple(Lot(lot, lot, 1_000_000, 1_000_000, 0) for lot in ("1", "2")),
    )
    found: Any = coefficients(tender, b"s" * 32)

    names = [(lot, name) for lot in ("1", "2") for name in ("方法", "K")]
    assert [(one["lot"], one["id"]) for one in found] == names
    for one in found[::2]:
        assert one["balls"] == [{"urn": [1, 2, 3], "drawn": one["method"]}]
        assert one["title"] == ("算术平均值下浮K", "最低报价", "算术平均值")[one["method"] - 1]
    for one in found[1::2]:
        whole, *decimals = (ball["drawn"] for ball in one["balls"])
        assert all(ball["drawn"] in ball["urn"] for ball in one["balls"])
        assert one["percent"] == f"{whole}." + "".join(map(str, decimals))
        assert 1 <= Decimal(one["percent"]) <= Decimal("3.50")
    assert coefficients(tender, b"t" * 32) != found
    assert leaves_to_draw(tender)
    for method in ({}, METHOD):
        assert not leaves_to_draw(a_tender(method=method))
        assert coefficients(a_tender(method=method), b"s" * 32) == []
