"""`kaibiao rules`: offline, in both languages, as tables and as JSON."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from clients.cli import main

DRAFT: dict[str, Any] = {
    "title": "示范工程",
    "regime": "construction",
    "region": "510100",
    "lots": [
        {
            "lot": "1",
            "title": "一标段",
            "estimate_fen": 10_000_000,
            "ceiling_price_fen": 10_000_000,
            "bid_security_fen": 200_000,
        }
    ],
    "deadline": "2026-11-30T09:00:00+08:00",
}
PUBLISHED = ["--published", "2026-11-09T09:00"]


def rules(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["rules", *arguments])


def checked(tmp_path: Path, body: object, *arguments: str) -> Result:
    file = tmp_path / "tender.json"
    file.write_text(json.dumps(body), encoding="utf-8")
    return rules("check", str(file), *PUBLISHED, *arguments)


def test_a_rule_is_explained_by_its_id_and_by_a_word() -> None:
    by_id = rules("explain", "E03", "--json")
    by_word = rules("explain", "投标保证金", "--regime", "construction", "--json")

    assert [one["id"] for one in json.loads(by_id.output)] == ["E03"]
    assert "E10" in [one["id"] for one in json.loads(by_word.output)]
    assert "第二十四条" in rules("explain", "e03").output
    assert rules("explain", "no such thing").exit_code == 1


def test_a_region_and_a_date_change_what_is_explained() -> None:
    before = rules("explain", "E03", "--region", "990000", "--on", "2026-06-30", "--json")
    after = rules("explain", "E03", "--region", "990000", "--on", "2026-07-01", "--json")

    assert [json.loads(one.output)[0]["value"] for one in (before, after)] == [20, 25]


def test_a_timetable_is_printed_with_articles_and_refused_with_figures() -> None:
    lawful = rules(
        "timetable", "--regime", "construction", *PUBLISHED, "--deadline", "2026-11-30T09:00"
    )
    short = rules(
        "timetable",
        "--regime",
        "government_procurement",
        *PUBLISHED,
        "--deadline",
        "2026-11-28T09:00",
        "--lang",
        "en",
    )

    assert lawful.exit_code == 0
    assert "2026-11-30 09:00" in lawful.output
    assert short.exit_code == 1
    assert "[block] G01" in short.output
    assert "20 days" in short.output


def test_a_timetable_as_json_takes_further_steps() -> None:
    told = rules(
        "timetable",
        "--regime",
        "construction",
        *PUBLISHED,
        "--at",
        "award_notice=2027-01-04T09:00",
        "--json",
    )

    steps = {step["name"]: step for step in json.loads(told.output)["steps"]}
    assert steps["contract"]["latest"] == "2027-02-03T16:00:00.000000Z"


@pytest.mark.parametrize(
    "arguments",
    [
        ["--deadline", "soon"],
        ["--at", "party=2026-12-01"],
        ["--at", "contract=9999-12-31T23:59:59-08:00"],
        ["--at", "contract=9998-01-01"],
    ],
)
def test_what_cannot_be_read_is_refused(arguments: list[str]) -> None:
    told = rules("timetable", "--regime", "construction", *PUBLISHED, *arguments)

    assert told.exit_code in {1, 2}
    assert told.exception is None or isinstance(told.exception, SystemExit)


def test_a_lawful_draft_passes_and_an_unlawful_one_is_told_why(tmp_path: Path) -> None:
    dear = DRAFT | {"lots": [DRAFT["lots"][0] | {"bid_security_fen": 200_001}]}

    lawful = checked(tmp_path, DRAFT)
    unlawful = checked(tmp_path, dear, "--lang", "en")

    assert (lawful.exit_code, lawful.output) == (0, "未发现问题。\n")
    assert unlawful.exit_code == 1
    assert "[block] E10" in unlawful.output
    assert json.loads(checked(tmp_path, dear, "--json").output)[0]["rule"] == "E10"


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        DRAFT | {"deadline": "soon"},
        DRAFT | {"deadline": "9999-12-31T00:00:00Z"},
        DRAFT | {"method": []},
        DRAFT | {"circumstances": {"category": "art"}},
    ],
)
def test_a_draft_that_is_none_is_refused(tmp_path: Path, body: object) -> None:
    told = checked(tmp_path, body)

    assert told.exit_code == 1
    assert told.output.startswith("Error: ")


def test_a_file_that_is_no_json_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "tender.json"
    file.write_bytes(b"\xff{")

    assert rules("check", str(file), *PUBLISHED).exit_code == 1
