"""Prices in a room that contradict themselves, or are abnormally low: answered, then judged."""

import pytest

from evaluation_rooms import commands as c
from evaluation_rooms import results, review
from evaluation_rooms.events import LowPricesDecided, PriceScored
from evaluation_rooms.phases import Phase
from tendering.domain.evaluation_report import LOW_PRICE, NOT_CONFIRMED, assemble
from tendering.domain.refusals import NotFound
from tendering.domain.refusals.rooms import (
    BidRejected,
    ExplanationTooEarly,
    PhaseNotReady,
    ReasonMissing,
)
from tendering.domain.refusals.rules import PriceAboveCeiling
from tendering.domain.refusals.tenders import WrongPhase
from tendering.rulebooks import rulebook_of
from tests.support.evaluation import Play, confirmations, votes
from tests.support.method_rooms import (
    answers_of,
    example,
    in_review,
    played,
    price_of,
    ranks,
    sheets_of,
)

# --- prices that contradict themselves (87号令 第五十九条) ---


def test_corrected_prices_are_confirmed_before_they_count() -> None:
    given = example("price-correction")
    play = played(given)
    report = assemble(results.evaluation_of(play.room), rulebook_of("government_procurement"))

    assert price_of(play)["prices_fen"] == {
        "01": 100_000,
        "02": 100_000,
        "03": 99_000,
        "04": 90_000,
    }
    assert [(one.bid, one.item) for one in report.rejections] == [("04", NOT_CONFIRMED)]
    assert 4 in play.room.rejected


def test_nothing_is_scored_while_a_correction_is_open() -> None:
    given = example("price-correction")
    play = in_review(given)
    play.do_all(votes(play.room))
    play.lead(Phase.TECHNICAL)
    play.do_all(sheets_of(play.room, given))

    with pytest.raises(PhaseNotReady) as refused:
        play.lead(Phase.PRICE)
    assert refused.value.parameters["needs"] == ["corrections-answered"]
    with pytest.raises(ReasonMissing):
        play.do(c.AnswerPrice(1, True, False, " "))
    play.do_all(answers_of(play.room, given))
    with pytest.raises(BidRejected):
        play.do(c.AnswerPrice(4, True, False, "又确认了"))
    play.lead(Phase.PRICE)
    with pytest.raises(WrongPhase):
        play.do(c.AnswerPrice(1, False, False, "反悔"))


def test_a_price_that_agrees_with_itself_is_not_corrected() -> None:
    play = in_review(example("mean"))

    with pytest.raises(NotFound):
        play.do(c.AnswerPrice(1, False, False, "澄清函"))


def test_whoever_does_not_confirm_stays_out_when_the_review_is_held_again() -> None:
    given = example("price-correction", ceiling_fen=100_400)
    play = in_review(given)
    play.do_all(votes(play.room))
    play.do_all(answers_of(play.room, given))
    play.lead(Phase.TECHNICAL)
    play.do_all(sheets_of(play.room, given))
    play.lead(Phase.PRICE)
    assert 2 in play.room.bids_left

    given = example("price-correction", ceiling_fen=99_500)
    play = in_review(given)
    play.do_all(votes(play.room))
    play.do_all(answers_of(play.room, given))
    play.lead(Phase.TECHNICAL)
    play.do_all(sheets_of(play.room, given))
    with pytest.raises(PriceAboveCeiling):
        play.lead(Phase.PRICE)
    play.lead(Phase.PRELIMINARY)
    play.lead(Phase.TECHNICAL)
    assert play.room.rejected == {4}


def test_when_nobody_confirms_there_is_nothing_to_score() -> None:
    given = example("price-correction")
    for row in given.bids["bids"]:
        row["offer"]["confirmed"] = False
    play = in_review(given)
    play.do_all(votes(play.room))
    play.lead(Phase.TECHNICAL)
    play.do_all(answers_of(play.room, given))

    with pytest.raises(PhaseNotReady):
        play.lead(Phase.PRICE)
    play.lead(Phase.REPORT)
    report = assemble(results.evaluation_of(play.room), rulebook_of("government_procurement"))
    assert {one.item for one in report.rejections} == {NOT_CONFIRMED}


# --- abnormally low prices (财库〔2026〕2号) ---


def asked() -> Play:
    """WE-8: of 100, 210, 220, 230 under a ceiling of 400 the first is asked about."""
    return played(example("abnormally-low-price"))


def judge(play: Play, *, passes: bool) -> None:
    play.do(c.ExplainPrice(1, "成本构成见附件", 5))
    for seat in range(1, 6):
        play.do(c.VoteOnItem(seat, 1, LOW_PRICE, passes, "" if passes else "不能证明", ""))


def test_an_abnormally_low_price_is_explained_judged_and_may_stay() -> None:
    play = asked()
    before = price_of(play)
    assert review.asked_about(play.room) == (1,)
    assert [one["rule"] for one in before["low_price_triggers"]] == ["second", "ceiling"]

    with pytest.raises(PhaseNotReady) as refused:
        play.lead(Phase.TOTALS)
    assert refused.value.parameters["needs"] == ["low-prices-judged"]
    judge(play, passes=True)
    events = play.lead(Phase.TOTALS)

    assert isinstance(events[0], LowPricesDecided)
    assert not any(isinstance(one, PriceScored) for one in events)
    assert ranks(play)[0][1] == "01"


def test_a_low_price_that_does_not_convince_is_rejected_and_points_are_computed_anew() -> None:
    play = asked()
    judge(play, passes=False)
    events = play.lead(Phase.TOTALS)
    play.lead(Phase.CHECKS)
    play.lead(Phase.REPORT)
    report = assemble(results.evaluation_of(play.room), rulebook_of("government_procurement"))
    drafted = play.room.results.report

    assert [type(one) for one in events[:2]] == [LowPricesDecided, PriceScored]
    assert [bid for _, bid, _ in ranks(play)] == ["02", "03", "04"]
    assert [(one.bid, one.item) for one in report.rejections] == [("01", LOW_PRICE)]
    assert report.scored is not None
    assert report.scored.prices is not None
    assert drafted is not None
    assert [one["bid"] for one in drafted.outcome["low_prices"]] == [1]
    play.do_all(confirmations(play.room))


def test_nobody_is_judged_before_the_time_to_explain_is_over() -> None:
    play = asked()

    with pytest.raises(PhaseNotReady):
        play.do(c.VoteOnItem(1, 1, LOW_PRICE, False, "太低", ""))
    with pytest.raises(ExplanationTooEarly) as early:
        play.do(c.ExplainPrice(1, " ", 29))
    assert early.value.parameters == {"minutes_min": 30}
    with pytest.raises(NotFound):
        play.do(c.ExplainPrice(2, "没有问我", 0))
    play.do(c.ExplainPrice(1, "", 30))
    with pytest.raises(ReasonMissing):
        play.do(c.VoteOnItem(1, 1, LOW_PRICE, False, "", ""))
    with pytest.raises(WrongPhase):
        in_review(example("abnormally-low-price")).do(c.VoteOnItem(1, 1, LOW_PRICE, True, "", ""))


def test_exactly_at_a_rate_no_price_is_asked_about() -> None:
    given = example(
        "abnormally-low-price",
        ceiling_fen=11_100,
        bids=[{"id": "a", "price_fen": 5_000}, {"id": "b", "price_fen": 10_000}],
    )
    given.bids["ceiling_fen"] = 20_000
    given.bids["bids"][0]["price_fen"] = 9_000
    play = played(given)

    assert review.asked_about(play.room) == ()
    play.lead(Phase.TOTALS)


def test_when_every_price_is_rejected_as_too_low_the_room_reports_that() -> None:
    play = played(example("abnormally-low-price", bids=[{"id": "a", "price_fen": 10_000}]))
    judge(play, passes=False)

    with pytest.raises(PhaseNotReady):
        play.lead(Phase.TOTALS)
    play.lead(Phase.REPORT)
    assert not play.room.bids_left
