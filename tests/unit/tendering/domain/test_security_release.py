"""Giving bid securities back: the table by regime, what is owed, what may be kept."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from uuid import UUID

import pytest

from crypto.canonical import JsonValue
from tendering.domain.bid import BidStatus
from tendering.domain.bid_security import BidSecurity, SecurityForm
from tendering.domain.duties import duties_of
from tendering.domain.journal import Entry, Stream
from tendering.domain.refusals.awards import SecurityNotKept
from tendering.domain.rulebook import Rulebook
from tendering.domain.security_release import (
    KEPT_CAUSES,
    RELEASES,
    HeldSecurity,
    Order,
    Rates,
    ReleaseCase,
    Returned,
    decide_keep,
    is_cancelled,
    is_in_play_again,
    ordered,
    orders,
    release_at,
    released,
    returned,
    same_payers,
)
from tendering.domain.tender import TenderStatus
from tendering.rulebooks import holiday_calendar, rulebook_of
from tests.support.make import BIDDER, a_tender

MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
WORKS, GOODS = "construction", "government_procurement"
OTHER = UUID(int=0x999)
RATES = Rates(deposit=Fraction("0.35"), lending_base=Fraction("4.35"))
AMOUNT = 190_000_00
BOOKS: dict[str, Rulebook] = {WORKS: rulebook_of(WORKS), GOODS: rulebook_of(GOODS)}


def a_security(
    *,
    bid: BidStatus | None = BidStatus.UNLOCKED,
    form: SecurityForm = SecurityForm.CASH,
    **changes: object,
) -> HeldSecurity:
    guarantor = None if form is SecurityForm.CASH else UUID(int=0x777)
    security = BidSecurity(
        a_tender().id, "1", BIDDER, form, AMOUNT, MONDAY + timedelta(days=200), guarantor, "示范1"
    )
    return replace(
        HeldSecurity(security, MONDAY - timedelta(days=10), bid),
        **changes,  # type: ignore[arg-type]  # the changed fields of a test
    )


def an_entry(kind: str, *, days: int = 0, seq: int = 1, **body: JsonValue) -> Entry:
    at = MONDAY + timedelta(days=days)
    return Entry(a_tender().id, Stream.PUBLIC, seq, kind, body, at, b"")


def award(winner: UUID, *, days: int = 0) -> Entry:
    return an_entry("award.notified", days=days, lot="1", winner={"bidder_id": str(winner)})


def contract(winner: UUID, *, days: int = 3) -> Entry:
    return an_entry("contract.signed", days=days, seq=2, lot="1", bidder_id=str(winner))


def ordered_for(regime: str, held: HeldSecurity, *entries: Entry) -> Order | None:
    tender = a_tender(regime=regime)
    found = orders(tender, BOOKS[regime], holiday_calendar(), [held], entries)
    return found[0] if found else None


def due(order: Order | None) -> datetime:
    assert order is not None
    return order.due


def test_every_case_is_in_the_table_of_each_regime_and_its_rule_in_the_book() -> None:
    for regime, releases in RELEASES.items():
        assert set(releases) == set(ReleaseCase)
        assert all(BOOKS[regime].required(release.key) for release in releases.values())


def test_e15_a_withdrawn_bidders_security_goes_back_within_five_days() -> None:
    withdrawal = an_entry("bid.withdrawn", lot="1", bidder_id=str(BIDDER))

    order = ordered_for(WORKS, a_security(bid=BidStatus.WITHDRAWN), withdrawal)

    assert order is not None
    assert (order.case, order.rule.id) == (ReleaseCase.WITHDRAWN, "E15")
    assert order.due == datetime(2026, 11, 30, 16, tzinfo=UTC)  # the 28th is a Saturday


def test_g07_the_same_in_working_days() -> None:
    withdrawal = an_entry("bid.withdrawn", lot="1", bidder_id=str(BIDDER))

    order = ordered_for(GOODS, a_security(bid=BidStatus.WITHDRAWN), withdrawal)

    assert order is not None
    assert (order.rule.id, order.due) == ("G07", datetime(2026, 11, 30, 16, tzinfo=UTC))


def test_e33_losers_wait_for_the_contract() -> None:
    held = a_security()

    before = ordered_for(WORKS, held, award(OTHER))
    after = ordered_for(WORKS, held, award(OTHER), contract(OTHER))

    assert before is None
    assert after is not None
    assert (after.case, after.rule.id) == (ReleaseCase.LOSER, "E33")
    assert after.since == MONDAY + timedelta(days=3)


def test_g07_losers_do_not_wait_for_the_contract() -> None:
    order = ordered_for(GOODS, a_security(), award(OTHER))

    assert order is not None
    assert (order.case, order.rule.id) == (ReleaseCase.LOSER, "G07.losers")


@pytest.mark.parametrize(("regime", "rule"), [(WORKS, "E33"), (GOODS, "G07.winner")])
def test_e33_g07_the_winner_waits_for_the_contract_in_both_regimes(regime: str, rule: str) -> None:
    before = ordered_for(regime, a_security(), award(BIDDER))
    after = ordered_for(regime, a_security(), award(BIDDER), contract(BIDDER))

    assert before is None
    assert after is not None
    assert (after.case, after.rule.id) == (ReleaseCase.WINNER, rule)


def test_g09_a_terminated_tender_gives_everything_back() -> None:
    order = ordered_for(GOODS, a_security(), an_entry("tender.terminated"))

    assert order is not None
    assert (order.case, order.rule.id) == (ReleaseCase.TERMINATED, "G09")


def test_a_failed_tender_gives_back_even_what_no_bid_stood_behind() -> None:
    order = ordered_for(WORKS, a_security(bid=None), an_entry("tender.failed"))

    assert order is not None
    assert order.case is ReleaseCase.FAILED
    assert RELEASES[WORKS][order.case].analogy


def test_a_lot_that_failed_by_itself_gives_its_securities_back() -> None:
    closed = an_entry("submission.closed", failed_lots=["2"])

    assert ordered_for(WORKS, a_security(), closed) is None
    order = ordered_for(WORKS, a_security(), an_entry("submission.closed", failed_lots=["1"]))
    assert order is not None
    assert order.case is ReleaseCase.FAILED


def test_who_never_bid_gets_its_security_back_when_submission_has_closed() -> None:
    held = a_security(bid=None)

    assert ordered_for(WORKS, held) is None
    order = ordered_for(WORKS, held, an_entry("submission.closed"))
    assert order is not None
    assert order.case is ReleaseCase.NO_BID


def test_a_bid_that_did_not_open_through_no_fault_of_its_bidder_is_as_if_withdrawn() -> None:
    held = a_security(bid=BidStatus.DEEMED_WITHDRAWN)

    order = ordered_for(WORKS, held, an_entry("prices.revealed", lot="1"))

    assert order is not None
    assert order.case is ReleaseCase.DEEMED_WITHDRAWN


@pytest.mark.parametrize(
    "fate",
    [
        {"case": ReleaseCase.FAILED, "since": MONDAY, "due": MONDAY},
        {"released_at": MONDAY},
        {"kept_because": "revoked"},
    ],
)
def test_nothing_is_ordered_twice(fate: dict[str, object]) -> None:
    assert ordered_for(WORKS, a_security(**fate), an_entry("tender.failed")) is None  # type: ignore[arg-type]  # see above


def test_another_lots_contract_gives_nothing_back() -> None:
    other = an_entry("contract.signed", lot="2", bidder_id=str(OTHER))

    assert ordered_for(WORKS, a_security(), other) is None


def test_the_order_says_by_which_law_until_when_and_whether_our_word_is_enough() -> None:
    cash = ordered_for(WORKS, a_security(), an_entry("tender.failed"))
    paper = a_security(form=SecurityForm.GUARANTEE_INSURANCE)
    guarantee = ordered_for(WORKS, paper, an_entry("tender.failed"))

    assert cash is not None
    assert guarantee is not None
    assert ordered(cash).body["by_word"] is False
    assert ordered(guarantee).body["by_word"] is True
    assert ordered(cash).body["due"] == "2026-11-30T16:00:00.000000Z"
    assert ordered(cash).body["rule"] == "E33"


def test_a_guarantee_goes_back_at_once_and_that_of_who_may_bid_again_later() -> None:
    tender = a_tender(deadline=MONDAY + timedelta(days=20))
    paper = a_security(form=SecurityForm.BANK_GUARANTEE)
    lost = replace(paper, case=ReleaseCase.LOSER, since=MONDAY, due=MONDAY + timedelta(days=5))
    withdrawn = replace(lost, case=ReleaseCase.WITHDRAWN)
    closed = replace(tender, status=TenderStatus.OPENING)

    assert release_at(tender, paper) is None
    assert release_at(tender, lost) == MONDAY
    assert release_at(tender, withdrawn) == MONDAY + timedelta(days=4)
    assert release_at(closed, withdrawn) == MONDAY
    assert release_at(tender, replace(lost, released_at=MONDAY)) is None
    assert (
        release_at(tender, replace(a_security(), case=ReleaseCase.LOSER, since=MONDAY, due=MONDAY))
        is None
    )


@pytest.mark.parametrize("regime", [WORKS, GOODS])
def test_of_a_lot_that_failed_by_itself_securities_go_back_and_of_no_other(regime: str) -> None:
    order = ordered_for(regime, a_security(), an_entry("lot.failed", lot="1"))

    assert order is not None
    assert (order.case, order.since) == (ReleaseCase.FAILED, MONDAY)
    assert ordered_for(regime, a_security(), an_entry("lot.failed", lot="2")) is None


def test_of_a_lot_that_may_be_evaluated_anew_a_guarantee_is_held_while_the_term_allows() -> None:
    paper = a_security(form=SecurityForm.BANK_GUARANTEE)
    held = replace(paper, case=ReleaseCase.FAILED, since=MONDAY, due=MONDAY + timedelta(days=5))
    failed, again = an_entry("lot.failed", lot="1"), an_entry("lot.failed", lot="1", days=2)
    void = an_entry("evaluation.voided", lot="1", days=1)

    assert release_at(a_tender(status=TenderStatus.EVALUATED), held) == MONDAY + timedelta(days=4)
    assert release_at(a_tender(status=TenderStatus.AWARDED), held) == MONDAY
    assert is_in_play_again(held, [failed, void])
    assert not is_in_play_again(held, [failed, void, again])
    assert not is_in_play_again(held, [failed, an_entry("evaluation.voided", lot="2", days=1)])
    assert not is_in_play_again(replace(held, released_at=MONDAY), [failed, void])


def test_who_bids_again_keeps_its_security_in_force() -> None:
    ordered_back = a_security(case=ReleaseCase.WITHDRAWN, since=MONDAY, due=MONDAY)

    assert is_cancelled(replace(ordered_back, bid=BidStatus.SUBMITTED))
    assert not is_cancelled(replace(ordered_back, bid=BidStatus.WITHDRAWN))
    assert not is_cancelled(replace(ordered_back, bid=BidStatus.SUBMITTED, released_at=MONDAY))


def a_return(
    regime: str, *, days_after_due: float, case: ReleaseCase = ReleaseCase.WINNER
) -> Returned:
    fallen_due = datetime(2026, 11, 30, 16, tzinfo=UTC)
    held = a_security(case=case, since=MONDAY, due=fallen_due)
    at = fallen_due + timedelta(days=days_after_due)
    return returned(held, BOOKS[regime], RATES, reference="示范付款1", at=at)


def test_e33_interest_is_that_of_the_bank_exact_and_rounded_to_the_fen() -> None:
    figures = a_return(WORKS, days_after_due=-1)

    # 190,000 yuan at 0.35 % a year for 17 days: 13 to 30 November.
    assert figures.interest.exact == Fraction(19_000_000 * 35 * 17, 100 * 100 * 360)
    assert figures.interest.fen == 3140
    assert (figures.days_late, figures.late_charge.fen) == (0, 0)


def test_e15_no_interest_is_owed_where_the_law_asks_for_none() -> None:
    figures = a_return(WORKS, days_after_due=-1, case=ReleaseCase.WITHDRAWN)

    assert figures.interest.fen == 0


def test_g08_what_is_paid_late_costs_the_base_rate_and_a_fifth() -> None:
    figures = a_return(GOODS, days_after_due=0)

    # One day too late: 4.35 % × 1.2 = 5.22 %.
    assert figures.days_late == 1
    assert figures.late_charge.exact == Fraction(19_000_000 * 522, 100 * 100 * 360)
    assert figures.late_charge.fen == 2755
    assert "÷ 360" in figures.late_charge.formula


def test_g08_the_last_microsecond_of_the_term_is_in_time() -> None:
    figures = a_return(GOODS, days_after_due=-1 / 86_400_000_000)

    assert figures.days_late == 0


def test_a_return_is_journaled_with_its_figures_and_a_guarantee_without() -> None:
    figures = a_return(WORKS, days_after_due=0)
    cash = released(a_security(case=ReleaseCase.LOSER), figures)
    paper = released(a_security(form=SecurityForm.BANK_GUARANTEE), None)

    assert cash.body["interest"] == {
        "fen": 3325,
        "exact_fen": "3325/1",
        "formula": "19000000分 × 7/20% × 18日 ÷ 360，四舍五入到分",
    }
    assert "interest" not in paper.body


@pytest.mark.parametrize("regime", [WORKS, GOODS])
def test_e16_what_was_revoked_after_the_deadline_may_be_kept_with_evidence(regime: str) -> None:
    held = a_security(bid=BidStatus.DEEMED_REVOKED)

    event = decide_keep(
        a_tender(regime=regime), held, cause="revoked", evidence="开标记录", award=None
    )

    assert event.body["law"] == KEPT_CAUSES[regime]["revoked"]


@pytest.mark.parametrize(
    ("cause", "evidence", "held", "why"),
    [
        ("because", "x", a_security(), "no-such-cause"),
        ("revoked", " ", a_security(bid=BidStatus.DEEMED_REVOKED), "no-evidence"),
        ("revoked", "x", a_security(released_at=MONDAY), "settled"),
        ("revoked", "x", a_security(kept_because="revoked"), "settled"),
        ("revoked", "x", a_security(), "not-revoked"),
        ("contract_refused", "x", a_security(), "not-the-winner"),
    ],
)
def test_e16_nothing_is_kept_without_a_listed_cause_and_evidence(
    cause: str, evidence: str, held: HeldSecurity, why: str
) -> None:
    with pytest.raises(SecurityNotKept) as refused:
        decide_keep(a_tender(), held, cause=cause, evidence=evidence, award=OTHER)

    assert refused.value.parameters["why"] == why


def test_the_winner_that_refuses_the_contract_loses_its_security() -> None:
    event = decide_keep(
        a_tender(), a_security(), cause="contract_refused", evidence="函", award=BIDDER
    )

    assert event.kind == "bid_security.kept"


def test_e12_deposits_from_one_account_are_found() -> None:
    one, two, three = (UUID(int=number) for number in (1, 2, 3))

    assert same_payers({two: b"a", one: b"a", three: b"b"}) == ((one, two),)
    assert same_payers({one: b"a", two: b"b"}) == ()


@pytest.mark.parametrize(
    ("form", "tasks"), [(SecurityForm.CASH, 1), (SecurityForm.BANK_GUARANTEE, 0)]
)
def test_the_operator_is_told_of_deposits_to_return_and_of_no_guarantee(
    form: SecurityForm, tasks: int
) -> None:
    withdrawal = an_entry("bid.withdrawn", lot="1", bidder_id=str(BIDDER))
    order = ordered_for(WORKS, a_security(bid=BidStatus.WITHDRAWN, form=form), withdrawal)
    assert order is not None
    event = ordered(order)
    told = Entry(a_tender().id, Stream.CUSTODY, 1, event.kind, event.body, MONDAY, b"")

    assert len(duties_of(a_tender(), BOOKS[WORKS], holiday_calendar(), [told])) == tasks


def revoked(*, days: int) -> Entry:
    return an_entry("award.revoked", days=days, seq=3, lot="1")


def test_e31_with_a_revoked_award_nobody_has_won_and_every_security_stays() -> None:
    held = a_security()

    assert ordered_for(GOODS, held, award(OTHER), revoked(days=1)) is None
    assert ordered_for(WORKS, held, award(BIDDER), revoked(days=1)) is None
    again = ordered_for(GOODS, held, award(OTHER), revoked(days=1), award(BIDDER, days=2))
    assert again is None
    fell_away = ordered_for(GOODS, held, award(BIDDER), revoked(days=1), award(OTHER, days=2))
    assert fell_away is not None
    assert (fell_away.case, fell_away.since) == (ReleaseCase.LOSER, MONDAY + timedelta(days=2))


def test_e31_what_was_to_go_back_to_a_loser_stays_when_the_award_is_revoked() -> None:
    waiting = a_security(case=ReleaseCase.LOSER, since=MONDAY)

    assert is_in_play_again(waiting, [award(OTHER), revoked(days=1)])
    assert not is_in_play_again(waiting, [award(OTHER)])
    assert not is_in_play_again(replace(waiting, released_at=MONDAY), [revoked(days=1)])
    later = replace(waiting, since=MONDAY + timedelta(days=2))
    assert not is_in_play_again(later, [revoked(days=1), award(OTHER, days=2)])
