"""Who may be drawn, who must stand back, and what a committee looks like."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from tendering.domain.conduct import SUSPENSION_LAW, Conduct, ConductKind
from tendering.domain.experts import (
    Earlier,
    Expert,
    Need,
    Obstacle,
    Relation,
    RelationKind,
    committee_findings,
    ends_before,
    fits,
    obstacles,
    recusals,
)
from tendering.rulebooks import rulebook_at, rulebook_of

WORKS = rulebook_of("construction")
GOODS = rulebook_of("government_procurement")
TODAY = date(2026, 11, 23)
BIDDER = "91510100MA0000000B"
EXPERT = Expert(
    id=UUID(int=1),
    person_id=UUID(int=2),
    name="示范专家甲",
    region="510100",
    employer="示范大学",
    employer_uscc="12510000000000000U",
    specialities=frozenset({"A08"}),
    experience_years=8,
    expires_on=TODAY,
)
NEED = Need("示范市", "510100", "A08", 3, 1)


@pytest.mark.parametrize(
    ("changes", "fitting"),
    [
        ({}, True),
        ({"experience_years": 7}, False),
        ({"expires_on": date(2026, 11, 22)}, False),
        ({"region": "510200"}, False),
        ({"specialities": frozenset({"B01"})}, False),
    ],
)
def test_e23_an_expert_fits_a_need_or_not(changes: dict[str, object], *, fitting: bool) -> None:
    expert = replace(EXPERT, **changes)  # type: ignore[arg-type]

    assert fits(expert, NEED, WORKS, on=TODAY) is fitting


def test_every_reason_why_an_expert_cannot_be_drawn_is_given_with_its_law() -> None:
    removed = Conduct(ConductKind.REMOVED, TODAY, None, "示范决定1号")
    hopeless = replace(
        EXPERT,
        experience_years=1,
        expires_on=date(2020, 1, 1),
        specialities=frozenset({"B01"}),
        region="110000",
        conduct=(removed,),
    )
    suspended = replace(
        EXPERT, conduct=(Conduct(ConductKind.SUSPENDED, TODAY, TODAY, "示范决定2号"),)
    )

    found = obstacles(hopeless, NEED, WORKS, on=TODAY)

    assert [one.obstacle for one in found] == [
        Obstacle.EXPERIENCE,
        Obstacle.TERM,
        Obstacle.REMOVED,
        Obstacle.SPECIALITY,
        Obstacle.REGION,
    ]
    assert ["第三十七条" in one.law for one in found] == [True, True, False, True, False]
    assert [(one.obstacle, one.law) for one in obstacles(suspended, NEED, GOODS, on=TODAY)] == [
        (Obstacle.SUSPENDED, SUSPENSION_LAW)
    ]
    assert obstacles(replace(EXPERT, experience_years=0), NEED, GOODS, on=TODAY) == ()


def test_a_need_without_region_takes_experts_from_anywhere() -> None:
    assert fits(EXPERT, replace(NEED, region=""), WORKS, on=TODAY)


def test_whoever_works_for_a_bidder_stands_back() -> None:
    expert = replace(EXPERT, employer_uscc=BIDDER)

    assert [one.kind for one in recusals(expert, frozenset({BIDDER}), WORKS, on=TODAY)] == [
        "employment"
    ]


@pytest.mark.parametrize(
    ("kind", "until", "barred"),
    [
        (RelationKind.EMPLOYMENT, None, True),
        (RelationKind.EMPLOYMENT, date(2023, 11, 24), True),
        (RelationKind.EMPLOYMENT, date(2023, 11, 23), False),
        (RelationKind.DIRECTOR, date(2022, 12, 31), False),
        (RelationKind.RELATIVE, None, True),
        (RelationKind.RELATIVE, date(2026, 11, 22), False),
        (RelationKind.PUNISHED, date(2010, 1, 1), True),
    ],
)
def test_a_tie_bars_for_three_years_after_it_ended(
    kind: RelationKind, until: date | None, *, barred: bool
) -> None:
    expert = replace(EXPERT, relations=(Relation(kind, BIDDER, until),))

    assert bool(recusals(expert, frozenset({BIDDER}), WORKS, on=TODAY)) is barred


def test_a_tie_to_somebody_else_does_not_bar() -> None:
    expert = replace(EXPERT, relations=(Relation(RelationKind.SHAREHOLDER, BIDDER),))

    assert not recusals(expert, frozenset(), WORKS, on=TODAY)


@pytest.mark.parametrize(
    ("members", "experts", "rules"),
    [
        (5, 5, []),
        (5, 4, []),
        (5, 3, ["E22.experts"]),
        (4, 4, ["E22", "E22"]),
        (6, 6, ["E22"]),
        (3, 3, ["E22"]),
    ],
)
def test_e22_a_committee_has_its_shape(members: int, experts: int, rules: list[str]) -> None:
    found = committee_findings(WORKS, members=members, experts=experts)

    assert [finding.rule_id for finding in found] == rules


def test_g14_a_large_procurement_needs_seven() -> None:
    def found(budget_fen: int, *, is_complex: bool = False) -> list[str]:
        findings = committee_findings(
            GOODS, members=5, experts=5, budget_fen=budget_fen, is_complex=is_complex
        )
        return [finding.rule_id for finding in findings]

    assert found(999_999_999) == []
    assert found(1_000_000_000) == ["G14.large"]
    assert found(0, is_complex=True) == ["G14.large"]


def test_who_took_an_earlier_part_in_a_project_is_barred_where_a_region_says_so() -> None:
    there = rulebook_at("construction", "990000", TODAY)
    drafted = replace(EXPERT, relations=(Relation(RelationKind.DRAFTED, project="示范批复1号"),))
    cases = [
        (there, EXPERT, Earlier("示范批复1号", frozenset({EXPERT.id})), ["judged"]),
        (there, drafted, Earlier("示范批复1号"), ["drafted"]),
        (there, drafted, Earlier("示范批复1号", frozenset({EXPERT.id})), ["judged", "drafted"]),
        (there, drafted, Earlier("示范批复2号"), []),
        (there, drafted, Earlier(), []),
        (there, EXPERT, Earlier("示范批复1号", frozenset({UUID(int=9)})), []),
        (WORKS, drafted, Earlier("示范批复1号", frozenset({EXPERT.id})), []),
        (GOODS, drafted, Earlier("示范批复1号", frozenset({EXPERT.id})), []),
    ]

    for rulebook, expert, earlier, kinds in cases:
        found = recusals(expert, frozenset({BIDDER}), rulebook, on=TODAY, earlier=earlier)
        assert [one.kind for one in found] == kinds
        assert all("第四条" in one.law for one in found)


def test_who_was_appointed_at_the_freezing_sits_though_the_term_ends_before_the_evaluation() -> (
    None
):
    assert fits(EXPERT, NEED, WORKS, on=EXPERT.expires_on)
    assert not ends_before(EXPERT, on=EXPERT.expires_on)
    assert ends_before(EXPERT, on=date(2026, 11, 24))
