"""A tender that is still being written: what is missing, what contradicts, what is earliest."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tendering.actions.sketches import Sketched, judge_sketch
from tendering.actions.tenders import Law
from tendering.domain.procedure import OPEN_TENDERING
from tendering.domain.refusals.rules import ProcedureInvalid, TimetableUnlawful
from tendering.domain.tender import Lot, TenderStatus
from tendering.rulebooks import holiday_calendar, rulebook_at
from tests.support.make import a_tender

NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)
DEADLINE = NOW + timedelta(days=40)


def judged(planned: dict[str, datetime] | None = None, **changes: Any) -> Sketched:
    """What the rules say of a sketch of the works regime."""
    sketch = a_tender(**{"status": TenderStatus.DRAFT, "published_at": None} | changes)
    law = Law(rulebook_at(sketch.regime, sketch.region, NOW.date()), holiday_calendar())
    return judge_sketch(sketch, law, planned or {}, at=NOW)


def test_an_empty_sketch_has_its_earliest_dates_and_a_list_of_what_is_missing() -> None:
    sketch = judged(title="", description="", lots=())

    assert sketch.missing == ("title", "description", "lots", "deadline", "method")
    # Twenty days end on a Sunday; the period ends on the next working day.
    assert sketch.earliest_deadline == datetime(2026, 3, 22, 16, tzinfo=UTC)
    assert sketch.course.step("deadline").at >= sketch.earliest_deadline
    assert sketch.findings == ()
    assert {"E03", "E04"} <= {rule.id for rule in sketch.rules}


def test_a_lot_names_what_it_lacks_and_the_others_are_judged() -> None:
    lots = (Lot("1", "", 0, 0, 0), Lot("2", "二标段", 100_000_00, 90_000_00, 9_000_00))
    sketch = judged({"deadline": DEADLINE}, lots=lots)

    assert sketch.missing == (
        *("lots.1.title", "lots.1.estimate_fen", "lots.1.ceiling_price_fen"),
        "method",
    )
    assert [one.rule_id for one in sketch.findings if one.severity == "block"] == ["E10"]


def test_a_deadline_too_early_is_told_once_with_its_article() -> None:
    sketch = judged({"deadline": NOW + timedelta(days=5)})

    (told,) = [one for one in sketch.findings if one.rule_id == "E03"]
    assert told.earliest is not None
    assert told.earliest >= sketch.earliest_deadline
    assert "第二十四条" in told.law


def test_a_later_notice_moves_what_is_reckoned_from_it() -> None:
    later = judged({"notice": NOW + timedelta(days=7)})

    assert later.earliest_deadline - judged().earliest_deadline == timedelta(days=7)
    assert later.course.step("notice").at == NOW + timedelta(days=7)


def test_dates_that_contradict_each_other_are_a_finding() -> None:
    sketch = judged({"deadline": DEADLINE, "documents_until": DEADLINE + timedelta(days=1)})

    assert "order" in {one.rule_id for one in sketch.findings}


def test_what_is_no_method_is_refused_with_its_place_and_the_rest_is_judged() -> None:
    sketch = judged(
        {"deadline": NOW + timedelta(days=5)}, method={"format": "kaibiao/method/v1", "id": "m"}
    )

    (refused,) = sketch.refused
    assert refused.code == "method-invalid"
    assert refused.parameters["where"]
    assert "E03" in {one.rule_id for one in sketch.findings}


def test_where_the_award_is_decided_apart_its_method_is_asked_for() -> None:
    without, given = (
        judged(region="990000", committee=committee)
        for committee in ({}, {"award_method": "票决，少数服从多数"})
    )

    assert [one.parameters["missing"] for one in without.refused] == ["award_method"]
    assert given.refused == ()


@pytest.mark.parametrize(
    ("planned", "where"),
    [
        ({"tea": NOW}, "tea"),
        ({"deadline": datetime(9999, 12, 30, tzinfo=UTC)}, "deadline"),
        ({"notice": datetime(1, 1, 2, tzinfo=UTC)}, "notice"),
    ],
)
def test_instants_of_nothing_are_refused(planned: dict[str, datetime], where: str) -> None:
    with pytest.raises(TimetableUnlawful) as refused:
        judged(planned)

    assert refused.value.parameters["where"] == where


def test_a_procedure_of_another_regime_is_refused() -> None:
    with pytest.raises(ProcedureInvalid):
        judged(round=replace(OPEN_TENDERING, procedure="competitive-negotiation"))
