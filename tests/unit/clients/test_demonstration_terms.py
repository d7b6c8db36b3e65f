"""The demonstration's cast, parts and tender are sound, also when they come from a publication."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from stdnum.cn import uscc

from clients.demo import cast
from clients.demo.casting import enrollments
from clients.demo.from_ocds import read_plan
from clients.demo.scripts import SCRIPTS, WHOLE
from clients.demo.template import (
    deadline_after,
    method_of,
    needs,
    plan_of,
    plan_of_template,
    tender_body,
)
from tendering.domain.calendar import civil_day
from tendering.domain.findings import require_lawful
from tendering.domain.journal import parse_instant
from tendering.domain.methods.method import parse_method
from tendering.domain.procedure import OPEN_TENDERING
from tendering.domain.refusals.tenders import ForeignCurrency, NotARelease
from tendering.domain.timetable import check, plan
from tendering.procedures import PROCEDURES
from tendering.rulebooks import holiday_calendar, rulebook_of

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def test_every_code_has_its_check_digit_and_is_used_once() -> None:
    players = [
        cast.procuring_entity(),
        cast.agency(),
        cast.supervisor(),
        cast.expert_library(),
        *cast.key_holders(),
        *cast.insurers(),
        *cast.bidders(),
    ]

    codes = [player.uscc for player in players]

    assert all(uscc.is_valid(code) for code in codes)
    assert len(set(codes)) == len(codes)
    assert all("示范" in player.name for player in players)


def test_nine_bidders_open_their_own_bids() -> None:
    parts = [WHOLE.parts.get(number, "plain") for number in range(1, cast.BIDDERS + 1)]

    own = [part for part in parts if part in {"plain", "replaces"}]

    assert len(own) == 9
    assert sorted(set(parts) - {"plain"}) == ["late", "loses_key", "replaces", "withdraws"]


def test_five_are_drawn_from_a_larger_pool_at_three_sites() -> None:
    wanted = needs()

    assert sum(need["seats"] for need in wanted) == 5
    assert len({need["venue"] for need in wanted}) == 3
    assert len(list(cast.experts())) > 5


def test_the_outside_authority_never_learns_a_secret() -> None:
    one = enrollments()["holder1"]

    assert one.secret not in json.dumps(one.holder)


def test_the_deadline_is_lawful_on_a_working_day() -> None:
    deadline = deadline_after(NOW, rulebook_of("construction"), OPEN_TENDERING)

    timetable = plan(
        rulebook_of("construction"),
        holiday_calendar(),
        published_at=NOW + timedelta(days=1),
        deadline=deadline,
        unlock_minutes=60,
    )

    require_lawful(check(rulebook_of("construction"), holiday_calendar(), timetable))
    assert holiday_calendar().is_working_day(civil_day(deadline))


def test_the_body_of_the_tender_has_the_templates_terms() -> None:
    body = tender_body(
        plan_of_template(), now=NOW, agency_id="a", supervisor_id="b", key_holder_ids=["c"]
    )

    assert parse_instant(body["deadline"]) > NOW + timedelta(days=20)
    assert parse_method(method_of("construction", OPEN_TENDERING)).price.max_points == 50
    assert 0 < body["lots"][0]["bid_security_fen"] * 50 <= body["lots"][0]["estimate_fen"]


def test_every_procedure_has_a_short_play_and_a_tender_of_its_own() -> None:
    known = [name for names in PROCEDURES.values() for name in names]

    bodies = [
        tender_body(plan_of(one), now=NOW, agency_id="a", supervisor_id="b", key_holder_ids=["c"])
        for one in SCRIPTS.values()
    ]

    assert sorted(SCRIPTS) == sorted(known)
    assert [body.get("procedure", "open-tendering") for body in bodies] == list(SCRIPTS)
    assert all(parse_instant(body["deadline"]) > NOW + timedelta(days=3) for body in bodies)


def test_a_publication_gives_title_items_and_value(tmp_path: Path) -> None:
    file = tmp_path / "release.json"
    file.write_text(json.dumps({"releases": [a_release()]}))

    read = read_plan(file, as_cny=True)

    assert read.title == "道路工程(示范)"
    assert read.procuring_entity == "某市交通局(示范)"
    assert [lot["estimate_fen"] for lot in read.lots] == [100_000_000]
    assert read.lots[0]["items"][0]["name"] == "沥青路面"
    assert "method" in read.source["from_template"]
    assert read.source["ocid"] == "ocds-1"


def test_another_currency_is_refused_unless_taken_as_yuan(tmp_path: Path) -> None:
    file = tmp_path / "release.json"
    file.write_text(json.dumps({"releases": [a_release()]}))

    with pytest.raises(ForeignCurrency):
        read_plan(file, as_cny=False)


def test_a_process_that_is_not_there_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "release.json"
    file.write_text(json.dumps({"releases": [a_release()]}))

    with pytest.raises(NotARelease):
        read_plan(file, as_cny=True, ocid="ocds-2")


def test_real_publications_become_tenders(shared_data: Path) -> None:
    files = sorted((shared_data / "ocds").glob("*.json"))

    plans = [read_plan(file, as_cny=True) for file in files]

    assert plans
    assert all(plan.lots and plan.lots[0]["ceiling_price_fen"] > 0 for plan in plans)
    assert all(len(plan.title) <= 200 for plan in plans)


def a_release() -> dict[str, object]:
    return {
        "ocid": "ocds-1",
        "date": "2026-01-01T00:00:00Z",
        "buyer": {"name": "某市交通局"},
        "tender": {
            "title": "道路工程",
            "value": {"amount": 1_000_000, "currency": "COP"},
            "items": [{"id": "1", "description": "沥青路面", "quantity": 3}],
        },
    }
