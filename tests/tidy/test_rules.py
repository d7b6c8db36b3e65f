"""Every rule of the law is enforced with a test named after it, or the page says why not."""

import re
from pathlib import Path

from tendering.rulebooks import RULEBOOKS, rulebook_of

ROOT = Path(__file__).resolve().parents[2]
NAMED = re.compile(r"def (test_\w+)")
RULE_WORD = re.compile(r"(?<![a-z0-9])([cdegnipx][0-9]{2}|alp)(?![0-9])")
RANGE = re.compile(r"([A-Z])([0-9]{2})–(?:[A-Z])?([0-9]{2})")


def rule_numbers() -> set[str]:
    """E01 to E39, G01 to G32, ALP: the part of each id before its dot."""
    ids = {rule for regime in RULEBOOKS for rule in rulebook_of(regime).rules}
    return {rule.partition(".")[0] for rule in ids}


def named_in_tests() -> dict[str, list[str]]:
    """Rule → the tests whose names hold its id as a word."""
    found: dict[str, list[str]] = {}
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        for name in NAMED.findall(file.read_text(encoding="utf-8")):
            for word in RULE_WORD.findall(name.replace("_", " ")):
                found.setdefault(word.upper(), []).append(name)
    return found


def told_of() -> str:
    return (ROOT / "docs" / "law" / "divergences.md").read_text(encoding="utf-8")


def told_rules() -> set[str]:
    """The rules the page names, its ranges counted out."""
    text = told_of()
    found = set(re.findall(r"\b([A-Z][0-9]{2}|ALP|POL)\b", text))
    for letter, first, last in RANGE.findall(text):
        found |= {f"{letter}{number:02}" for number in range(int(first), int(last) + 1)}
    return found


def test_every_rule_is_in_a_test_name_or_on_the_page_of_divergences() -> None:
    assert rule_numbers() - set(named_in_tests()) - told_rules() == set()


def test_the_table_of_requirements_names_tests_that_exist_and_every_rule() -> None:
    table = (ROOT / "docs" / "law" / "requirements.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([A-Z][0-9]{2}|ALP|POL) \|", table, re.MULTILINE)
    tests = set(re.findall(r"`(test_\w+)`", table))
    known = {name for names in named_in_tests().values() for name in names}

    assert set(rows) == rule_numbers()
    assert tests <= known


def test_every_rule_that_a_test_names_is_in_a_rulebook() -> None:
    assert set(named_in_tests()) <= rule_numbers()
