"""Consortia and ties between bidders: found when all bids are open, each with its article."""

from typing import Any
from uuid import UUID

import pytest
from stdnum.cn import uscc

from tendering.domain.consortia import Entrant, consortium_of, ties_event, ties_of


def code(number: int) -> str:
    """A valid credit code."""
    body = f"91510100MA{number:07d}"
    return body + uscc.calc_check_digit(body)


def entrant(number: int, **form: Any) -> Entrant:
    """A bidder, numbered."""
    return Entrant(UUID(int=number), code(number), form)


def consortium(*members: int, **changes: Any) -> dict[str, Any]:
    """What a form declares; the first member leads."""
    return {
        "lead": code(members[0]),
        "members": [{"uscc": code(one), "name": f"示范单位{one}"} for one in members],
        "agreement": "联合体协议书.pdf",
    } | changes


def found(*entrants: Entrant) -> list[tuple[int, str]]:
    return [(tie.bidder_id.int, tie.code) for tie in ties_of(entrants)]


def test_a_sound_consortium_beside_others_is_fine() -> None:
    assert found(entrant(1, consortium=consortium(1, 9)), entrant(2), entrant(3)) == []
    assert consortium_of({}) is None


def test_a_member_that_also_bids_alone_spoils_both_bids() -> None:
    assert found(entrant(1, consortium=consortium(1, 2)), entrant(2), entrant(3)) == [
        (1, "bids-twice"),
        (2, "bids-twice"),
    ]


def test_a_member_of_two_consortia_spoils_both() -> None:
    first, second = consortium(1, 9), consortium(2, 9)

    ties = ties_of([entrant(1, consortium=first), entrant(2, consortium=second)])

    assert [(tie.code, tie.others) for tie in ties] == [("bids-twice", (code(9),))] * 2
    assert "第三十七条" in ties[0].law


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        (consortium(1, 9, agreement=""), ["agreement-missing"]),
        (consortium(1), ["members-unsound"]),
        (consortium(1, 9, 9), ["members-unsound"]),
        (consortium(9, 1), ["lead-is-another"]),
        (consortium(1, 9, members=[{"uscc": "91"}, {"uscc": code(1)}]), ["members-unsound"]),
        ("联合体", ["agreement-missing", "members-unsound", "lead-is-another"]),
        ({"members": "甲"}, ["agreement-missing", "members-unsound", "lead-is-another"]),
        ({"members": [1, None]}, ["agreement-missing", "members-unsound", "lead-is-another"]),
    ],
)
def test_a_declaration_that_does_not_hold_is_found_and_breaks_nothing(
    declared: Any, expected: list[str]
) -> None:
    assert [each for _, each in found(entrant(1, consortium=declared), entrant(2))] == expected


def test_one_legal_head_of_two_bidders_is_found_on_both_sides() -> None:
    related = {"legal_head": "示范法人甲"}

    assert found(entrant(1, related=related), entrant(2, related=related), entrant(3)) == [
        (1, "same-legal-head"),
        (2, "same-legal-head"),
    ]


def test_who_controls_another_bidder_is_found_whoever_declares_it() -> None:
    declared = entrant(1, related={"controlled_by": [code(2), 7]})

    assert found(declared, entrant(2), entrant(3, related="无")) == [
        (1, "controlled"),
        (2, "controlled"),
    ]


def test_what_is_said_in_public_names_members_and_findings() -> None:
    event = ties_event("1", [entrant(1, consortium=consortium(1, 2)), entrant(2)])

    assert event.kind == "bidders.compared"
    assert event.body["consortia"] == [
        {
            "bidder_id": str(UUID(int=1)),
            "lead": code(1),
            "members": [
                {"uscc": code(1), "name": "示范单位1"},
                {"uscc": code(2), "name": "示范单位2"},
            ],
        }
    ]
    assert len(event.body["findings"]) == 2  # type: ignore[arg-type]
