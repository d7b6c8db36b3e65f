"""Evaluating anew: the four errors of a report, and a supervisor's ruling."""

from dataclasses import replace

import pytest

from tendering.domain.re_evaluation import LAWS, Committee, Error, decide_correction, voided
from tendering.domain.refusals.tenders import WrongPhase
from tendering.domain.tender import TenderStatus
from tests.support.make import a_tender

EVALUATED = a_tender(status=TenderStatus.EVALUATED)


@pytest.mark.parametrize("error", Error)
def test_g20_a_report_with_an_error_is_done_over_by_the_same_committee(error: Error) -> None:
    again, event = decide_correction(EVALUATED, "1", error, "合计有误", evaluated={"1"})

    assert again.status is TenderStatus.EVALUATING
    assert again.version == EVALUATED.version + 1
    assert event.kind == "evaluation.voided"
    assert event.body == {
        "lot": "1",
        "committee": "same",
        "error": error,
        "text": "合计有误",
        "law": LAWS[EVALUATED.regime],
    }


def test_once_candidates_are_shown_only_a_ruling_voids_an_evaluation() -> None:
    for status in set(TenderStatus) - {TenderStatus.EVALUATED}:
        tender = replace(EVALUATED, status=status)

        with pytest.raises(WrongPhase):
            decide_correction(tender, "1", Error.SUM, "合计有误", evaluated={"1"})


def test_a_lot_without_a_report_or_with_a_winner_is_not_evaluated_anew() -> None:
    with pytest.raises(WrongPhase):
        decide_correction(EVALUATED, "1", Error.SUM, "合计有误", evaluated=())
    shown = replace(EVALUATED, status=TenderStatus.CANDIDATES_PUBLISHED)
    again, event = voided(shown, "1", {}, committee=Committee.NEW, evaluated={"1"})
    assert (again.status, event.body["committee"]) == (TenderStatus.EVALUATING, "new")
