"""Rulebooks: what the files say, and what is refused."""

from datetime import date
from fractions import Fraction

import pytest

from tendering.domain.refusals.rules import RulebookInvalid
from tendering.domain.rulebook import from_json, load, to_json
from tendering.rulebooks import RULEBOOKS, rulebook_of, rulebook_text

HEAD = 'regime = "test"\ntitle = "试"\nversion = "1"\n'
RULE = """
[[rule]]
id = "T1"
key = "bid_period_min"
title = "期限"
law = "某法第一条"
value = 20
unit = "calendar_day"
severity = "block"
verified = true
effective_from = 2000-01-01
"""


def test_e03_the_construction_rulebook_says_twenty_days() -> None:
    rule = rulebook_of("construction").rule("E03")

    assert (rule.value, rule.unit, rule.law) == (20, "calendar_day", "《招标投标法》第二十四条")


def test_a_share_is_exact() -> None:
    assert rulebook_of("construction").share("E22.experts") == Fraction(2, 3)


def test_what_was_not_read_in_the_rule_itself_is_not_called_verified() -> None:
    book = rulebook_of("construction")

    assert book.rule("E10").verified
    assert not book.rule("E11.works").verified


@pytest.mark.parametrize("regime", RULEBOOKS)
def test_every_key_the_code_asks_for_is_in_every_rulebook(regime: str) -> None:
    book = rulebook_of(regime)
    keys = (
        "bid_period_min",
        "documents_available_min",
        "clarification_before_deadline_min",
        "bidders_min",
        "candidates_max",
        "committee_min",
        "committee_experts_share",
        "contract_max",
        "lookback",
        "publicity_min",
        "sign_in_before_minutes",
        "unlock_window_min",
    )

    assert [book.keyed(key) is not None for key in keys] == [True] * len(keys)


@pytest.mark.parametrize(
    ("regime", "prefix", "count"), [("construction", "E", 39), ("government_procurement", "G", 32)]
)
def test_every_rule_of_the_regime_is_there(regime: str, prefix: str, count: int) -> None:
    numbers = {rule_id.split(".")[0] for rule_id in rulebook_of(regime).rules}

    assert {f"{prefix}{number:02}" for number in range(1, count + 1)} <= numbers


@pytest.mark.parametrize("regime", RULEBOOKS)
def test_a_rulebook_survives_json(regime: str) -> None:
    book = rulebook_of(regime)

    assert from_json(to_json(book)) == book


def test_a_rule_holds_from_its_date_of_effect_on() -> None:
    text = rulebook_text("government_procurement")

    assert load(text, on=date(2026, 1, 31)).keyed("low_price_mean") is None
    assert load(text, on=date(2026, 2, 1)).number("low_price_mean") == 50


def test_of_two_versions_of_a_rule_the_latest_in_force_stands() -> None:
    later = RULE.replace("value = 20", "value = 30").replace("2000-01-01", "2030-01-01")

    assert load(HEAD + RULE + later).value("T1") == 30
    assert load(HEAD + later + RULE, on=date(2029, 12, 31)).value("T1") == 20


def test_a_rule_ends_after_its_last_day() -> None:
    text = HEAD + RULE + "effective_until = 2020-12-31\n"

    assert load(text, on=date(2020, 12, 31)).rules
    assert not load(text, on=date(2021, 1, 1)).rules


@pytest.mark.parametrize(
    ("text", "where"),
    [
        (HEAD + RULE + "surprise = 1\n", "rulebook.rule[0].surprise"),
        ("more = 1\n" + HEAD + RULE, "rulebook.more"),
        (HEAD + RULE.replace("calendar_day", "fortnight"), "rulebook.rule[0].unit"),
        (HEAD + RULE.replace('"block"', '"maybe"'), "rulebook.rule[0].severity"),
        (HEAD + RULE.replace("value = 20", "value = 2.5"), "rulebook.rule[0].value"),
        (HEAD + RULE.replace("value = 20", 'value = "2/0"'), "rulebook.rule[0].value"),
        (HEAD + RULE.replace("value = 20\n", ""), "rulebook.rule[0].unit"),
        (HEAD + RULE.replace("2000-01-01", '"someday"'), "rulebook.rule[0].effective_from"),
        (HEAD + RULE.replace("2000-01-01", "2000"), "rulebook.rule[0].effective_from"),
        (HEAD + RULE + RULE, "T1"),
        (HEAD + RULE + RULE.replace("T1", "T2"), "bid_period_min"),
    ],
)
def test_a_rulebook_that_does_not_hold_is_refused(text: str, where: str) -> None:
    with pytest.raises(RulebookInvalid) as refused:
        load(text)

    assert refused.value.parameters["where"] == where


def test_what_is_no_toml_is_refused() -> None:
    with pytest.raises(RulebookInvalid):
        load("= 1")


@pytest.mark.parametrize("key", ["no_such_key", "committee_experts_share"])
def test_a_number_that_is_not_there_is_refused(key: str) -> None:
    with pytest.raises(RulebookInvalid):
        rulebook_of("construction").number(key)
