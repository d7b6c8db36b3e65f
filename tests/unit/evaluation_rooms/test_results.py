"""Prices, totals, checks and the report of an evaluation."""

from decimal import Decimal

import pytest

from evaluation_rooms import commands as c
from evaluation_rooms import results
from evaluation_rooms.events import (
    PriceScored,
)
from evaluation_rooms.phases import Phase
from tendering.domain.evaluation_report import assemble
from tendering.domain.refusals.openings import MarksNotLocked
from tendering.domain.refusals.rooms import (
    DigestMismatch,
    FindingNotYours,
    PhaseNotReady,
    ReasonMissing,
)
from tendering.domain.refusals.rules import PriceAboveCeiling
from tendering.domain.refusals.tenders import WrongPhase
from tendering.rulebooks import rulebook_of
from tests.support.evaluation import (
    Play,
    a_room_opening,
    a_sealed_opening,
    confirmations,
    scores,
    votes,
)


def test_sealed_prices_come_after_the_marks_are_locked_and_no_sooner() -> None:
    play = Play(a_sealed_opening()).until(Phase.TECHNICAL)
    read = {number: {"price_fen": 100_000_000 + number} for number in (1, 2)}

    with pytest.raises(MarksNotLocked):
        play.do(c.EnterPrices(read))
    play.do_all(scores(play.room))
    with pytest.raises(PhaseNotReady):
        play.lead(Phase.PRICE)
    play.do(c.EnterPrices(read))
    with pytest.raises(WrongPhase):
        play.do(c.EnterPrices(read))
    play.lead(Phase.PRICE)

    assert [bid.price_fen for bid in play.room.bids] == [100_000_001, 100_000_002, None]
    assert play.room.bids_left == (1, 2)  # the third did not open


def test_a_sealed_price_that_cannot_be_read_goes_back_to_the_committee() -> None:
    play = Play(a_sealed_opening()).until(Phase.TECHNICAL)
    play.do_all(scores(play.room))
    with pytest.raises(PhaseNotReady):
        play.lead(Phase.PRELIMINARY)

    play.do(c.EnterPrices({1: {"price_fen": "一亿元"}, 2: {"price_fen": 5}, 3: {"price_fen": 6}}))
    with pytest.raises(PhaseNotReady):
        play.lead(Phase.PRICE)
    play.lead(Phase.PRELIMINARY)

    assert play.room.bid(1).price_fen is None


def test_prices_that_were_read_out_before_are_not_entered_again() -> None:
    play = Play().until(Phase.TECHNICAL)
    play.do_all(scores(play.room))

    with pytest.raises(WrongPhase):
        play.do(c.EnterPrices({1: {"price_fen": 5}}))


def test_prices_and_totals_carry_every_intermediate_value() -> None:
    play = Play().until(Phase.CHECKS)

    price, totals = play.room.results.price, play.room.results.totals

    assert price is not None
    assert price["price"]["lines"][0]["benchmark"]["yuan"] == "1020000.00"
    assert [row["points"] for row in price["price"]["rows"]] == ["49.02", "50.00", "48.04"]
    assert totals is not None
    assert [row["total"] for row in totals["ranking"]] == ["86.04", "86.00", "83.02"]


def test_a_price_above_the_ceiling_goes_back_to_the_committee() -> None:
    play = Play(a_room_opening(ceiling_price_fen=103_000_000)).until(Phase.TECHNICAL)
    play.do_all(scores(play.room))

    with pytest.raises(PriceAboveCeiling):
        play.lead(Phase.PRICE)
    play.lead(Phase.PRELIMINARY)
    for seat in (1, 2, 3):
        play.do(c.VoteOnItem(seat, 3, "seal", False, "超过最高投标限价", "开标一览表"))
    play.lead(Phase.TECHNICAL)
    events = play.lead(Phase.PRICE)

    assert isinstance(events[-1], PriceScored)
    assert play.room.bids_left == (1, 2)


def outlying() -> Play:
    play = Play(a_room_opening(outlier_percent=15)).until(Phase.TECHNICAL)
    play.do_all(scores(play.room))
    for phase in (Phase.PRICE, Phase.TOTALS, Phase.CHECKS):
        play.lead(phase)
    return play


def test_g20_an_outlier_is_explained_or_corrected_by_the_member_who_gave_it() -> None:
    play = outlying()
    asked = play.room.results.findings
    assert {one.check for one in asked} == {"outlier"}
    first = asked[0]
    assert first.seat is not None

    with pytest.raises(PhaseNotReady):
        play.lead(Phase.REPORT)
    with pytest.raises(FindingNotYours):
        play.do(c.AnswerFinding(first.seat % 5 + 1, first.number, "不是我的", None))
    with pytest.raises(ReasonMissing):
        play.do(c.AnswerFinding(first.seat, first.number, " ", None))
    for one in asked:
        assert one.seat is not None
        play.do(c.AnswerFinding(one.seat, one.number, "方案确有缺陷", None))
    with pytest.raises(FindingNotYours):
        play.do(c.AnswerFinding(first.seat, first.number, "再说一遍", None))
    play.lead(Phase.REPORT)

    assert len(results.outcome_of(play.room).answers) == len(asked)


def rejecting() -> Play:
    """A bid was rejected, and nobody asked its bidder anything."""
    play = Play().until(Phase.PRELIMINARY)
    play.do_all(votes(play.room, rejected=frozenset({2})))
    play.lead(Phase.TECHNICAL)
    return play.walk(Phase.CHECKS)


def test_a_rejection_of_which_the_bidder_was_never_asked_is_decided_by_the_chair_by_name() -> None:
    play = rejecting()
    (found,) = play.room.results.findings
    assert (found.check, found.severity, found.seat) == ("rejected-unasked", "decide", None)

    with pytest.raises(PhaseNotReady):
        play.lead(Phase.REPORT)
    with pytest.raises(FindingNotYours):
        play.do(c.AnswerFinding(2, found.number, "我来说", None))
    with pytest.raises(FindingNotYours):
        play.do(c.AnswerFinding(1, found.number, "改分", Decimal(3)))
    with pytest.raises(ReasonMissing):
        play.do(c.AnswerFinding(1, found.number, " ", None))
    play.do(c.AnswerFinding(1, found.number, "未签字属实，无需澄清", None))
    with pytest.raises(FindingNotYours):
        play.do(c.AnswerFinding(1, found.number, "再说一次", None))
    play.lead(Phase.REPORT)

    assert results.outcome_of(play.room).answers[found.number].seat == 1


def test_a_low_price_that_stays_is_decided_by_the_chair() -> None:
    play = Play().until(Phase.PRICE)
    play.do(c.MakeMotion(1, "low_price", 1, "", "人工费", "投标函"))
    play.do(*[c.VoteOnMotion(seat, 1, True, "") for seat in range(1, 6)])
    play.do(c.ExplainPrice(1, "自有设备", 40))
    play.do(*[c.VoteOnItem(seat, 1, "abnormally-low-price", True, "", "") for seat in range(1, 6)])
    play.walk(Phase.CHECKS)

    assert [(one.check, one.bid) for one in play.room.results.findings] == [("low-price-kept", 1)]
    play.walk(Phase.CLOSED)


def test_a_corrected_mark_leads_back_to_the_totals() -> None:
    play = outlying()
    before = play.room.results.totals
    first = play.room.results.findings[0]
    assert first.seat is not None
    corrected = Decimal("9.0") if first.criterion == "design" else Decimal("16.0")

    play.do(c.AnswerFinding(first.seat, first.number, "笔误", corrected))
    with pytest.raises(PhaseNotReady):
        play.lead(Phase.REPORT)
    play.lead(Phase.TOTALS)
    play.lead(Phase.CHECKS)

    assert play.room.marks[first.seat, first.bid, first.criterion] == corrected
    assert play.room.results.totals != before


def test_the_report_is_confirmed_by_its_digest() -> None:
    play = Play().until(Phase.REPORT)
    report = play.room.results.report
    assert report is not None

    with pytest.raises(DigestMismatch):
        play.do(c.ConfirmReport(1, "0" * 64, True, "", None))

    assert results.outcome_digest(report.outcome) == report.digest


def test_a_dissent_is_written_and_stands_in_the_outcome() -> None:
    play = Play().until(Phase.REPORT)
    report = play.room.results.report
    assert report is not None

    with pytest.raises(ReasonMissing):
        play.do(c.ConfirmReport(1, report.digest, False, "", None))
    play.do(c.ConfirmReport(1, report.digest, False, "对否决理由有异议", None))
    play.do_all(list(confirmations(play.room))[1:])
    play.lead(Phase.SIGNING)

    assert results.outcome_of(play.room).dissents == {1: "对否决理由有异议"}


def test_a_signed_confirmation_says_the_same_with_the_same_key() -> None:
    play = Play().until(Phase.REPORT)
    report = play.room.results.report
    assert report is not None
    said = {
        "room_id": str(play.room.id),
        "seat": 1,
        "digest": report.digest,
        "agree": True,
        "reason": "",
    }
    certificate = play.room.seat(1).statements[0]["certificate"]

    for statement in (
        {"statement": said | {"agree": False}, "certificate": certificate},
        {"statement": said, "certificate": "b3RoZXI"},
    ):
        with pytest.raises(DigestMismatch):
            play.do(c.ConfirmReport(1, report.digest, True, "", statement))
    play.do(
        c.ConfirmReport(1, report.digest, True, "", {"statement": said, "certificate": certificate})
    )


def test_the_outcome_is_what_the_report_is_assembled_from() -> None:
    play = Play().until(Phase.CLOSED)
    outcome = results.outcome_of(play.room)

    report = assemble(outcome.evaluation, rulebook_of("construction"))

    assert [candidate.bid for candidate in report.candidates] == ["03", "02", "01"]
    assert report.candidates[0].bidder_id == outcome.bidders["03"]
