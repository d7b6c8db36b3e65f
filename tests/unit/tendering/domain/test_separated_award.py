"""评定分离: where a region says so the entity decides, by a method of the notice, with reasons."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from tendering.domain.award import (
    PublishedCandidates,
    Separated,
    decide_award,
    separated_method,
)
from tendering.domain.candidates import Candidate
from tendering.domain.circumstances import Circumstances
from tendering.domain.journal import Event
from tendering.domain.refusals.awards import AwardNotAllowed
from tendering.domain.refusals.tenders import TenderIncomplete
from tendering.domain.rulebook import Rulebook
from tendering.rulebooks import holiday_calendar, rulebook_at

FROM = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
CALENDAR = holiday_calendar()
STATE = Circumstances()
UNTIL = FROM + timedelta(days=4)
REGION = rulebook_at("construction", "990000", FROM.date())
ELSEWHERE = rulebook_at("construction", "510100", FROM.date())
DECIDED = Separated("票决法", "示范理由：履约能力更强")
SHOWN = PublishedCandidates(
    "1",
    tuple(
        Candidate(rank, f"{rank:02d}", UUID(int=rank), f"示范{rank}", 100, Decimal(90), None)
        for rank in (1, 2, 3)
    ),
    FROM,
    UNTIL,
)


def award(rulebook: Rulebook, separated: Separated | None, chosen: str = "02") -> Event:
    """Decide after the publicity."""
    return decide_award(
        SHOWN,
        rulebook,
        CALENDAR,
        circumstances=STATE,
        chosen=chosen,
        passed_over={},
        objections_open=0,
        at=UNTIL,
        separated=separated,
    )


def test_another_than_the_first_is_chosen_with_reasons() -> None:
    event = award(REGION, DECIDED)

    assert event.body["decision"] == {"method": "票决法", "reasons": "示范理由：履约能力更强"}
    assert event.body["passed_over"] == []


@pytest.mark.parametrize("separated", [None, Separated("票决法", " ")])
def test_without_reasons_nobody_is_chosen(separated: Separated | None) -> None:
    with pytest.raises(AwardNotAllowed):
        award(REGION, separated, "01")


def test_only_a_candidate_is_chosen() -> None:
    with pytest.raises(AwardNotAllowed):
        award(REGION, DECIDED, "04")


def test_elsewhere_rank_one_binds_whatever_reasons_are_given() -> None:
    with pytest.raises(AwardNotAllowed):
        award(ELSEWHERE, DECIDED)
    assert "decision" not in award(ELSEWHERE, DECIDED, "01").body


def test_the_method_is_fixed_in_the_notice() -> None:
    assert separated_method(REGION, {"award_method": "票决法"}) == "票决法"
    assert separated_method(ELSEWHERE, {}) is None
    for missing in ({}, {"award_method": " "}, {"award_method": 3}):
        with pytest.raises(TenderIncomplete):
            separated_method(REGION, missing)
