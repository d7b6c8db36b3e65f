"""`kaibiao score`: what it prints, how it ends, and what it says of files that are wrong."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from clients.cli import main
from tendering.methods import example_names, example_text


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["score", *arguments])


def files(folder: Path, name: str, **changes: Any) -> list[str]:
    """The two files of an example, with members of the method and of the bids replaced."""
    paths = []
    for kind in ("method", "bids"):
        value = json.loads(example_text(name, kind)) | changes.get(kind, {})
        path = folder / f"{kind}.json"
        path.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
        paths.append(str(path))
    return paths


@pytest.mark.parametrize("name", example_names())
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_example_is_scored_in_words(name: str, language: str) -> None:
    result = run("--example", name, "--lang", language)

    assert result.exit_code == 0, result.output
    assert result.stdout.isprintable() is False
    assert ("第1名" if language == "zh" else "rank 1") in result.stdout


@pytest.mark.parametrize("name", example_names())
def test_every_example_is_scored_as_json(name: str) -> None:
    result = run("--example", name, "--json")
    value = json.loads(result.stdout)

    assert value["format"] == "kaibiao/scores/v1"
    assert value["places"][0]["rank"] == 1


def test_two_files_are_scored(tmp_path: Path) -> None:
    result = run(*files(tmp_path, "reference-price"))

    assert result.exit_code == 0
    assert "甲  技术 39.48 + 价格分 99.7600 × 0.6 = 99.34" in result.stdout
    assert "偏差率-0.24%，低于基准价每1%扣1分，扣0.24分，得99.7600分" in result.stdout


def test_an_example_is_saved_once(tmp_path: Path) -> None:
    first = run("--example", "mean", "--save", str(tmp_path / "new"))
    again = run("--example", "mean", "--save", str(tmp_path / "new"))

    assert first.exit_code == 0
    assert (tmp_path / "new/mean.bids.json").read_text("utf-8") == example_text("mean", "bids")
    assert again.exit_code == 1
    assert "is there already" in again.output


def test_examples_are_listed_and_schemas_printed() -> None:
    listed = run("--list").stdout

    assert [line.split()[0] for line in listed.splitlines()] == list(example_names())
    assert json.loads(run("--schema", "bids-v1").stdout)["$id"] == "urn:kaibiao:schema:bids-v1"


@pytest.mark.parametrize("arguments", [[], ["--example", "x"]])
def test_what_cannot_be_meant_is_a_usage_error(arguments: list[str]) -> None:
    assert run(*arguments).exit_code == 2


def test_a_method_the_law_forbids_ends_with_one(tmp_path: Path) -> None:
    criteria = json.loads(example_text("policy-deduction", "method"))["criteria"]
    criteria[0]["max_points"] = "90"

    result = run(*files(tmp_path, "policy-deduction", method={"criteria": criteria}))

    assert result.exit_code == 1
    assert "价格分值占总分值的比重为25%，不得低于30%。" in result.stdout


@pytest.mark.parametrize(
    ("method", "bids", "place"),
    [
        ({"surprise": 1}, {}, "method.surprise"),
        ({"rounding": "up"}, {}, "method.rounding"),
        ({}, {"bids": []}, "bids_file.bids"),
        ({}, {"bids": [{"id": "A", "price_fen": 0}]}, "bids_file.bids[0].price_fen"),
        ({}, {"bids": [{"id": "A", "price_fen": -5}]}, "bids_file.bids[0].price_fen"),
        ({}, {"bids": [{"id": "A", "price_fen": 1}] * 2}, "bids_file.bids[1].id"),
        ({}, {"noticed_on": "2026-02-30"}, "bids_file.noticed_on"),
        ({}, {"drawn": {"K": {"percent": "1"}}}, "bids_file.drawn.K"),
        ({}, {"decided": ["nobody"]}, "bids_file.decided"),
    ],
)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_is_wrong_is_named_with_its_place(
    tmp_path: Path, method: dict[str, Any], bids: dict[str, Any], place: str, language: str
) -> None:
    result = run(*files(tmp_path, "reference-price", method=method, bids=bids), "--lang", language)

    assert result.exit_code == 2
    assert place in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(
    "content", [b"", b"[]", b'{"a": 1.5}', b'{"a": 1, "a": 2}', b"\xff\xfe", b"[" * 100_000]
)
def test_what_is_not_json_as_asked_for_is_refused(tmp_path: Path, content: bytes) -> None:
    paths = files(tmp_path, "reference-price")
    Path(paths[1]).write_bytes(content)

    result = run(*paths)

    assert result.exit_code == 2
    assert "bids-invalid" in result.stderr


def test_points_that_are_missing_are_named(tmp_path: Path) -> None:
    bids = json.loads(example_text("reference-price", "bids"))["bids"]
    del bids[1]["points"]

    result = run(*files(tmp_path, "reference-price", bids={"bids": bids}))

    assert result.exit_code == 2
    assert "乙" in result.stderr


def test_without_any_points_only_prices_are_scored(tmp_path: Path) -> None:
    bids = [{"id": "A", "price_fen": 2_125_000_000}]

    result = run(*files(tmp_path, "reference-price", bids={"bids": bids}))

    assert result.exit_code == 0
    assert "只计算价格分" in result.stdout


def test_a_name_that_would_disguise_the_line_is_shown_as_it_is(tmp_path: Path) -> None:
    bids = [{"id": "A\u202e\u001b[31m", "price_fen": 2_125_000_000}]

    result = run(*files(tmp_path, "reference-price", bids={"bids": bids}))

    assert "\u202e" not in result.stdout
    assert "\u001b" not in result.stdout


def test_no_valid_bid_has_no_rank(tmp_path: Path) -> None:
    bids = [{"id": "A", "price_fen": 1, "standing": "rejected_in_detail", "reason": "低于成本"}]

    result = run(*files(tmp_path, "reference-price", bids={"bids": bids}))

    assert result.exit_code == 0
    assert "没有有效投标" in result.stdout
    assert "否决：低于成本" in result.stdout
