"""Steps of an identity check: which lead where, which are not wanted, how long images are kept."""

from datetime import UTC, datetime, timedelta

import pytest

from tendering.domain.identities import (
    Approval,
    Consent,
    DeskCheck,
    Standing,
    Step,
    Thresholds,
    require_step,
    standing_of,
)
from tendering.domain.refusals import Invalid
from tendering.domain.refusals.identities import IdentityStepRefused

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
LIMITS = Thresholds()
YES, NO = Approval(True, "证件与本人相符", AT), Approval(False, "不是本人", AT)
WRONG = DeskCheck(document_matches=False, score=1000, at=AT)
S = Standing


def photo(score: int | None) -> DeskCheck:
    return DeskCheck(document_matches=True, score=score, at=AT)


@pytest.mark.parametrize(
    ("steps", "standing"),
    [
        ([], S.UNCHECKED),
        ([photo(800)], S.PROVED),
        ([photo(799)], S.APPROVAL),
        ([photo(600)], S.APPROVAL),
        ([photo(599)], S.RETRY),
        ([photo(0), photo(0)], S.RETRY),
        ([photo(0), photo(0), photo(0)], S.APPROVAL),
        ([photo(0), photo(0), photo(0), YES], S.PROVED),
        ([photo(0), photo(900)], S.PROVED),
        ([photo(None)], S.APPROVAL),
        ([photo(None), YES], S.PROVED),
        ([photo(700), NO], S.REFUSED),
        ([WRONG], S.RETRY),
        ([WRONG, photo(0), WRONG], S.REFUSED),
        ([WRONG, photo(900)], S.PROVED),
    ],
)
def test_steps_lead_somewhere(steps: list[Step], standing: Standing) -> None:
    assert standing_of(steps, LIMITS) is standing
    for number, step in enumerate(steps):
        require_step(steps[:number], step, LIMITS)


@pytest.mark.parametrize(
    ("steps", "step"),
    [
        ([], YES),
        ([photo(0)], YES),
        ([photo(900)], photo(900)),
        ([photo(900)], NO),
        ([photo(700)], photo(900)),
        ([photo(700), NO], YES),
        ([photo(700), YES], NO),
        ([WRONG, WRONG, WRONG], photo(1000)),
        ([WRONG, WRONG, WRONG], YES),
    ],
)
def test_a_step_that_is_not_wanted_is_refused(steps: list[Step], step: Step) -> None:
    with pytest.raises(IdentityStepRefused) as refused:
        require_step(steps, step, LIMITS)
    assert refused.value.parameters == {"standing": standing_of(steps, LIMITS)}


@pytest.mark.parametrize("score", [-1, 1001])
def test_a_score_outside_its_range_is_refused(score: int) -> None:
    with pytest.raises(Invalid):
        require_step([], photo(score), LIMITS)


def test_an_image_is_kept_as_long_as_was_consented() -> None:
    assert Consent("评标签到核验", 30, AT).keep_until() == AT + timedelta(days=30)
