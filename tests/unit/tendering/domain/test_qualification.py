"""G13: the procuring entity checks qualification, and the method fits how a round is judged."""

import json
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from tendering.domain.judging import require_fitting_method
from tendering.domain.procedure import OPEN_TENDERING
from tendering.domain.qualification import Verdict, decide_qualification
from tendering.domain.refusals import Invalid
from tendering.domain.refusals.rooms import ReasonMissing
from tendering.domain.refusals.rules import MethodInvalid
from tendering.domain.refusals.tenders import QualificationChecked, WrongPhase
from tendering.domain.tender import Tender, TenderStatus
from tendering.procedures import round_of
from tendering.rulebooks import method_text, rulebook_of
from tests.support.evaluation import DRAWN_METHOD, METHOD
from tests.support.make import a_tender

GOODS = rulebook_of("government_procurement")
ROUND = round_of("procurement-open-tendering", 1, GOODS)
INQUIRY = round_of("inquiry", 1, GOODS)
NEGOTIATION = round_of("competitive-negotiation", 1, GOODS)
LOWEST = method_text("lowest-price")
SCORING = method_text("procurement-scoring")
FOUR = tuple(UUID(int=0x400 + number) for number in range(4))


def a_goods_tender(**changes: Any) -> Tender:
    """A tender of goods whose bids are open."""
    return replace(
        a_tender(round=ROUND, regime="government_procurement", status=TenderStatus.OPENED),
        **changes,
    )


def verdicts(failing: int, *, reason: str = "无有效资质") -> list[Verdict]:
    """One for each of the four; the first so many fail."""
    return [
        Verdict(bidder, number >= failing, reason if number < failing else "")
        for number, bidder in enumerate(FOUR)
    ]


def check(failing: int, **changes: Any) -> Any:
    return decide_qualification(
        changes.pop("tender", a_goods_tender()),
        changes.pop("lot", "1"),
        changes.pop("said", verdicts(failing)),
        opened=FOUR,
        checked_before=changes.pop("before", False),
    )


def test_g13_three_qualified_are_enough() -> None:
    checked = check(1)

    assert checked.failed is None
    assert checked.told.body["failed"] == [str(FOUR[0])]
    assert "无有效资质" not in str(checked.told.body)
    assert checked.reasoned.body["failed"][0]["reason"] == "无有效资质"


def test_g13_fewer_than_three_qualified_are_not_evaluated() -> None:
    checked = check(2)

    assert checked.failed is not None
    assert checked.failed.body["rule"]["id"] == "G13"


def test_g13_of_several_lots_the_one_fails_alone_also_while_others_are_evaluated() -> None:
    going_on = a_goods_tender(status=TenderStatus.EVALUATING)

    checked = decide_qualification(
        going_on, "1", verdicts(2), opened=FOUR, checked_before=False, others={"2"}
    )

    assert checked.failed is not None
    assert (checked.failed.kind, checked.failed.body["lot"]) == ("lot.failed", "1")
    assert checked.failed.body["cause"] == "too_few_qualified"


def test_g13_is_entered_once_with_reasons_for_every_opened_bid() -> None:
    with pytest.raises(QualificationChecked):
        check(0, before=True)
    with pytest.raises(ReasonMissing):
        check(1, said=verdicts(1, reason=" "))
    with pytest.raises(Invalid):
        check(0, said=verdicts(0)[:3])
    with pytest.raises(Invalid):
        check(0, said=[*verdicts(0), Verdict(FOUR[0], passes=False, reason="重复")])


def test_g13_is_not_for_engineering_and_not_before_the_opening_is_over() -> None:
    with pytest.raises(WrongPhase):
        check(0, tender=a_goods_tender(round=OPEN_TENDERING))
    with pytest.raises(WrongPhase):
        check(0, tender=a_goods_tender(status=TenderStatus.OPENING))


def test_where_the_lowest_price_wins_the_method_says_so() -> None:
    require_fitting_method(a_goods_tender(round=INQUIRY, method=parsed(LOWEST)))
    require_fitting_method(a_goods_tender(round=NEGOTIATION, method=parsed(LOWEST)))
    require_fitting_method(a_goods_tender(method={}))
    with pytest.raises(MethodInvalid):
        require_fitting_method(a_goods_tender(round=INQUIRY, method=parsed(SCORING)))


def test_where_one_group_goes_on_no_coefficient_is_left_to_a_draw() -> None:
    second = round_of("competitive-consultation", 2, GOODS)

    require_fitting_method(a_goods_tender(round=second, method=METHOD))
    with pytest.raises(MethodInvalid, match="nothing is drawn"):
        require_fitting_method(a_goods_tender(round=second, method=DRAWN_METHOD))
    require_fitting_method(a_goods_tender(round=ROUND, method=DRAWN_METHOD))


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("curve", {"kind": "inverse"}),
        ("benchmark", {"kind": "mean", "decimals": 2}),
    ],
)
def test_a_formula_by_which_another_price_wins_is_refused(member: str, value: object) -> None:
    method = parsed(LOWEST)
    method["price"] = {**method["price"], member: value}

    with pytest.raises(MethodInvalid):
        require_fitting_method(a_goods_tender(round=INQUIRY, method=method))


def test_of_two_prices_with_the_same_points_the_lower_wins() -> None:
    method = parsed(LOWEST)
    method["totals"] = {**method["totals"], "ties": ["equal"]}

    with pytest.raises(MethodInvalid):
        require_fitting_method(a_goods_tender(round=INQUIRY, method=method))


def parsed(text: str) -> dict[str, Any]:
    """The definition as a tender carries it."""
    value: dict[str, Any] = json.loads(text)
    return value
