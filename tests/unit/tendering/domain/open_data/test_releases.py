"""What is told of which public event, and that nothing is told before it."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from tendering.domain.journal import instant
from tendering.domain.open_data.merging import merged
from tendering.domain.open_data.publication import Json, party, scheme_of
from tendering.domain.open_data.releases import named_in, releases_of
from tendering.domain.parties import Organization
from tendering.domain.procedure import OPEN_TENDERING
from tendering.domain.tender import Lot, Previous, public_facts
from tests.support.make import DEADLINE, a_tender
from tests.support.public_stream import (
    PUBLISHER,
    PublicStream,
    bidder,
    candidate,
    directory,
    whole,
)


def releases(stream: PublicStream) -> list[Json]:
    return releases_of(stream.entries, directory(stream.tender), PUBLISHER)


def now(stream: PublicStream) -> Json:
    return merged(releases(stream))


def test_the_whole_play_is_told_event_by_event() -> None:
    told = releases(whole())

    assert [(each["id"].rpartition("-")[2], *each["tag"]) for each in told] == [
        ("1", "planning", "tender"),
        ("2", "tenderUpdate"),
        ("3", "tenderAmendment"),
        ("4", "tenderUpdate"),
        ("5", "tenderUpdate"),
        ("7", "tenderUpdate"),
        ("8", "tenderUpdate"),
        ("9", "tenderUpdate"),
        ("11", "tenderUpdate"),
        ("12", "award"),
        ("13", "awardUpdate"),
        ("14", "contract"),
        ("15", "contractUpdate"),
    ]
    assert releases(whole()) == told


def test_the_notice_tells_parties_lots_items_and_documents() -> None:
    items: Any = (
        {"code": "1", "name": "土建", "quantity": "18600.5", "unit": "平方米"},
        {"name": "安装", "quantity": "若干"},
        {"description": "调试", "quantity": True},
        {"name": "验收", "quantity": "NaN"},
    )
    lots = (Lot("1", "一标段", 98_01, 100_00, 1_00, items), Lot("2", "二标段", 2_00, 2_00, 0))
    criteria = [{"kind": "subjective"}]
    tender = a_tender(lots=lots, agency_id=UUID(int=0x900), method={"criteria": criteria})
    told = releases(PublicStream(tender).published())[0]

    assert told["buyer"] == {"id": "CN-USCC-11510100MB0000001X", "name": "示范市教育局"}
    assert [each["roles"] for each in told["parties"]] == [
        ["buyer", "procuringEntity"],
        ["procurementAgency"],
        ["reviewBody"],
    ]
    assert told["planning"]["budget"]["amount"]["amount"] == Decimal("100.01")
    assert told["tender"]["awardCriteria"] == "ratedCriteria"
    assert [each["value"]["amount"] for each in told["tender"]["lots"]] == [
        Decimal("98.01"),
        Decimal("2.00"),
    ]
    assert [each.get("quantity") for each in told["tender"]["items"]] == [
        Decimal("18600.5"),
        None,
        None,
        None,
    ]
    assert told["tender"]["documents"][0]["url"] == (
        f"https://bids.example/api/v1/tenders/{tender.id}/documents/"
        "%E6%8B%9B%E6%A0%87%E6%96%87%E4%BB%B6.pdf"
    )
    assert "relatedProcesses" not in told


def test_a_method_without_judged_criteria_has_no_word_in_the_standard() -> None:
    tender = a_tender(method={"criteria": [{"kind": "price"}]})

    assert "awardCriteria" not in releases(PublicStream(tender).published())[0]["tender"]


def test_a_later_round_and_a_repetition_name_the_process_before() -> None:
    before = UUID(int=0x77)
    tender = a_tender(
        round=replace(OPEN_TENDERING, number=2),
        previous=Previous(before, bytes(32)),
        source={"retender_of": str(before)},
        demonstration=True,
    )

    told = releases(PublicStream(tender).published())[0]

    assert [(each["relationship"], each["identifier"]) for each in told["relatedProcesses"]] == [
        (["prior"], f"ocds-kbdemo-{before}"),
        (["unsuccessfulProcess"], f"ocds-kbdemo-{before}"),
    ]
    assert told["tender"]["x_demonstration"] is True


def test_before_the_notice_there_is_nothing_to_tell() -> None:
    assert releases(PublicStream().say("award.notified", lot="1")) == []


@pytest.mark.parametrize("bids", [0, 1, 2])
def test_too_few_bids_tell_no_number_and_no_name(bids: int) -> None:
    told = releases(PublicStream().published().closed(bids))

    assert "bids" not in told[1]
    assert "parties" not in told[1]
    assert told[1]["tender"] == {
        "id": "KB-2026-0001",
        "status": "unsuccessful",
        "lots": [{"id": "1", "status": "unsuccessful"}],
        "x_suspension": None,
    }


def test_a_lot_fails_and_is_evaluated_anew_while_the_others_go_on() -> None:
    lots = tuple(Lot(number, f"{number}标段", 100, 100, 0) for number in ("1", "2"))
    stream = PublicStream(a_tender(lots=lots)).published()
    stream.say("evaluation.voided", lot="1").say("lot.failed", lot="2", cause="without_candidates")
    failed = now(stream)["tender"]
    again = now(stream.say("evaluation.voided", lot="2"))["tender"]

    assert {one["id"]: one["status"] for one in failed["lots"]} == {
        "1": "active",
        "2": "unsuccessful",
    }
    assert {one["id"]: one["status"] for one in again["lots"]} == {"1": "active", "2": "active"}
    assert failed["status"] == again["status"] == "active"


def test_until_the_closing_nothing_depends_on_bids() -> None:
    stream = PublicStream().published()
    for release in releases(stream):
        assert "bids" not in release
        assert "numberOfTenderers" not in release["tender"]


def test_after_the_closing_twenty_bidders_are_there_with_their_bids() -> None:
    told = now(PublicStream().published().closed(20))

    assert told["tender"]["numberOfTenderers"] == 20
    assert [each["value"] for each in told["bids"]["statistics"]] == [20]
    assert len(told["bids"]["details"]) == 20
    assert len(told["parties"]) == 22


def test_a_lot_with_too_few_bids_ends_and_the_other_goes_on() -> None:
    lots = (Lot("1", "一", 100, 100, 0), Lot("2", "二", 100, 100, 0))
    stream = PublicStream(a_tender(lots=lots)).published().closed(3).candidates(1)

    assert [each["status"] for each in now(stream)["tender"]["lots"]] == ["active", "unsuccessful"]
    assert now(stream)["tender"]["status"] == "active"
    assert now(stream.awarded(1))["tender"]["status"] == "complete"


def test_with_one_lot_awarded_of_two_the_tender_is_not_over() -> None:
    lots = (Lot("1", "一", 100, 100, 0), Lot("2", "二", 100, 100, 0))
    stream = PublicStream(a_tender(lots=lots)).published().candidates(1).awarded(1)

    assert now(stream)["tender"]["status"] == "active"


def test_prices_and_verdicts_stand_with_their_bids() -> None:
    bids = {each["id"]: each for each in now(whole())["bids"]["details"]}

    assert [bids[f"1-{bidder(one)}"]["status"] for one in (1, 2, 3)] == [
        "valid",
        "disqualified",
        "withdrawn",
    ]
    assert bids[f"1-{bidder(1)}"]["value"] == {"amount": Decimal("900000.00"), "currency": "CNY"}
    assert "value" not in bids[f"1-{bidder(3)}"]


def test_a_form_without_a_price_gives_none() -> None:
    stream = PublicStream().published().closed(3)
    stream.say(
        "prices.revealed",
        lot="1",
        rows=[{"bidder_id": bidder(1), "form": {}, "findings": []}],
        deemed_revoked=[],
        deemed_withdrawn=[],
    )

    assert "bids" not in releases(stream)[-1]


def test_who_is_admitted_to_the_next_round_has_a_valid_bid() -> None:
    stream = PublicStream().published().closed(3)
    stream.say("evaluation.reported", lot="1", ranking=[], rejected=[], admitted=[bidder(2)])
    stream.say("round.continued", next_id=str(UUID(int=1)))

    assert now(stream)["bids"]["details"][1]["status"] == "valid"
    assert now(stream)["tender"]["status"] == "complete"


def test_the_members_of_a_consortium_stand_beside_its_leader() -> None:
    stream = PublicStream().published().closed(3)
    members = [{"uscc": "91510100MB00000085", "name": "示范联合体成员"}, {"uscc": "", "name": "?"}]
    consortium = {"bidder_id": bidder(1), "lead": "示范", "members": members}
    stream.say("bidders.compared", lot="1", consortia=[consortium], findings=[])

    told = now(stream)

    assert [one["name"] for one in told["bids"]["details"][0]["tenderers"]] == [
        "示范建设01有限公司",
        "示范联合体成员",
    ]
    assert told["parties"][-1]["roles"] == ["tenderer"]


def test_an_award_ends_the_proposals_for_the_others() -> None:
    stream = PublicStream().published().closed(3).candidates(2, 1, 3).awarded(1)

    told = now(stream)

    assert [(each["x_rank"], each["status"]) for each in told["awards"]] == [
        (1, "unsuccessful"),
        (2, "active"),
        (3, "unsuccessful"),
    ]
    assert told["tender"]["status"] == "complete"


def test_a_revoked_award_opens_its_lot_again() -> None:
    stream = PublicStream().published().closed(3).candidates(1, 2).awarded(1)
    stream.say("award.revoked", lot="1")

    assert [each["status"] for each in now(stream)["awards"]] == ["cancelled", "unsuccessful"]
    assert now(stream)["tender"]["status"] == "active"
    assert [each["status"] for each in now(stream.awarded(2))["awards"]] == ["cancelled", "active"]


def test_a_tender_that_fails_with_candidates_ends_their_proposals() -> None:
    stream = PublicStream().published().closed(3).candidates(1, 2)
    stream.say("tender.failed", ruling="示范")

    assert {each["status"] for each in now(stream)["awards"]} == {"unsuccessful"}


def test_a_termination_is_a_cancellation_with_its_cause() -> None:
    stream = PublicStream().published()
    stream.say("tender.terminated", cause="task_cancelled", text="采购任务取消", status="published")

    told = releases(stream)[-1]

    assert told["tag"] == ["tenderCancellation"]
    assert told["tender"]["status"] == "cancelled"
    assert told["tender"]["x_causeDetails"] == "采购任务取消"


def test_an_end_after_the_last_award_names_no_lot() -> None:
    stream = PublicStream().published().closed(3).candidates(1).awarded(1)
    stream.say("tender.failed", ruling="示范")

    assert "lots" not in releases(stream)[-1]["tender"]


def test_a_deadline_that_moved_in_a_pause_is_an_amendment() -> None:
    stream = PublicStream().published()
    stream.say("tender.suspended", reason="complaint", since=instant(stream.at))
    later = instant(DEADLINE + timedelta(days=9))
    stream.say("tender.resumed", reason="complaint", deadline=later)

    told = releases(stream)

    assert told[1]["tender"]["x_suspension"]["reason"] == "complaint"
    assert told[2]["tag"] == ["tenderAmendment"]
    assert now(stream)["tender"]["tenderPeriod"]["endDate"] == later
    assert "x_suspension" not in now(stream)["tender"]


def test_documents_of_the_committee_are_not_among_the_published() -> None:
    stream = PublicStream().published()
    stream.say("document.completed", kind="evaluation_report", lot="1", digest="00" * 32)
    stream.say("document.completed", kind="notice", lot="", digest="00" * 32)

    documents = releases(stream)[-1]["tender"]["documents"]

    assert len(releases(stream)) == 2
    assert documents[0]["url"].endswith("/issued/notice.pdf")


def test_a_contract_without_a_duration_has_no_period() -> None:
    stream = PublicStream().published().closed(3).candidates(1).awarded(1)
    terms = {"price_fen": 100, "duration_days": None}
    stream.say("contract.drafted", lot="1", bidder_id=bidder(1), terms=terms)

    assert "period" not in now(stream)["contracts"][0]


def test_a_winner_that_nobody_proposed_is_awarded_all_the_same() -> None:
    stream = PublicStream().published()
    stream.say("award.notified", lot="1", winner=candidate(9, 1), passed_over=[])

    assert now(stream)["awards"][0]["suppliers"] == [{"id": bidder(9), "name": bidder(9)}]


def test_the_notice_names_three_organizations() -> None:
    facts = public_facts(a_tender(agency_id=UUID(int=9)))

    assert len(named_in(facts)) == 3
    assert len(named_in(facts | {"agency_id": None})) == 2


def test_companies_stand_in_the_register_of_the_market_regulator() -> None:
    nobody = Organization(UUID(int=5), "", "示范", frozenset())

    assert scheme_of("91510100MB00000026") == "CN-SAIC"
    assert scheme_of("11510100MB0000001X") == "CN-USCC"
    assert party(nobody, ["tenderer"]) == {
        "id": str(UUID(int=5)),
        "name": "示范",
        "roles": ["tenderer"],
    }
