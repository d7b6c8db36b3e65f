"""Overlays: what a region adds, replaces and tightens, and from when on."""

from datetime import date

import pytest

from tendering.domain.overlays import covers, lay_over, read_overlay
from tendering.domain.refusals.rules import RulebookInvalid
from tendering.domain.rulebook import from_json, load, to_json
from tendering.rulebooks import OVERLAYS, overlay_text, rulebook_at, rulebook_of

HEAD = 'extends = "construction"\nregion = "510100"\ntitle = "示例"\nversion = "1"\n'
RULE = """
[[rule]]
change = "tighten"
id = "E03"
key = "bid_period_min"
title = "期限"
law = "示例规定第一条"
value = 25
unit = "calendar_day"
severity = "block"
effective_from = 2026-07-01
"""
WORKS = rulebook_of("construction")
BEFORE, AFTER = date(2026, 6, 30), date(2026, 7, 1)


def test_a_region_tightens_a_period_from_its_date_on() -> None:
    assert rulebook_at("construction", "990000", BEFORE).number("bid_period_min") == 20
    assert rulebook_at("construction", "990000", AFTER).number("bid_period_min") == 25


def test_the_city_stands_under_its_province() -> None:
    shanghai = rulebook_at("construction", "310115", AFTER)

    assert shanghai.number("unlock_window_min") == 120
    assert shanghai.rule("P02").source == "310000"
    assert rulebook_at("construction", "320100", AFTER).number("unlock_window_min") == 30


def test_a_flag_of_a_region_is_nowhere_else() -> None:
    assert rulebook_at("government_procurement", "440305", AFTER).keyed("award_separated")
    assert not rulebook_at("government_procurement", "440106", AFTER).keyed("award_separated")
    assert not rulebook_at("construction", "440305", AFTER).keyed("award_separated")


def test_a_rulebook_of_a_region_survives_json() -> None:
    book = rulebook_at("construction", "310000", AFTER)

    assert from_json(to_json(book)) == book


@pytest.mark.parametrize("name", OVERLAYS)
def test_every_overlay_is_marked_an_example_and_unverified(name: str) -> None:
    overlay = read_overlay(overlay_text(name))

    assert overlay.example
    assert not any(rule.verified for _, rule in overlay.rules)


@pytest.mark.parametrize(
    ("area", "place", "is_in"),
    [
        ("310000", "310115", True),
        ("510100", "510104", True),
        ("510100", "510600", False),
        ("510104", "510100", False),
    ],
)
def test_an_overlay_covers_what_lies_in_its_region(area: str, place: str, is_in: bool) -> None:
    assert covers(read_overlay(HEAD.replace("510100", area)), place) is is_in


def test_the_law_of_the_notice_counts_unless_a_rule_counts_at_the_event() -> None:
    base = 'regime = "t"\ntitle = "试"\nversion = "1"\n'
    rule = RULE.replace('change = "tighten"\n', "")
    old = rule.replace("2026-07-01", "2000-01-01").replace("25", "20")
    both = base + old + rule
    event = both.replace('severity = "block"', 'severity = "block"\ncounts_at = "event"')

    assert load(both, on=BEFORE, event_on=AFTER).value("E03") == 20
    assert load(event, on=BEFORE, event_on=AFTER).value("E03") == 25
    assert load(event, on=BEFORE).value("E03") == 20


@pytest.mark.parametrize(
    ("text", "where"),
    [
        (HEAD + RULE.replace("25", "19"), "E03"),
        (HEAD + RULE.replace("calendar_day", "working_day"), "E03"),
        (HEAD + RULE.replace('value = 25\nunit = "calendar_day"\n', ""), "E03"),
        (HEAD + RULE.replace("bid_period_min", "period"), "E03"),
        (HEAD + RULE.replace("tighten", "add"), "E03"),
        (HEAD + RULE.replace('"E03"', '"E99"'), "E99"),
        (HEAD + RULE.replace('"E03"', '"E19"').replace("bid_period_min", "bidders_min"), "E19"),
        (HEAD.replace("construction", "government_procurement") + RULE, "extends"),
        (HEAD + RULE + RULE, "E03"),
        (HEAD + RULE.replace("tighten", "loosen"), "overlay.rule[0].change"),
        (HEAD.replace("510100", "5101"), "overlay.region"),
        (HEAD + RULE + "surprise = 1\n", "overlay.rule[0].surprise"),
        ("more = 1\n" + HEAD, "overlay.more"),
        (
            HEAD + RULE.replace('change = "tighten"', 'change = "add"').replace('"E03"', '"R1"'),
            "bid_period_min",
        ),
    ],
)
def test_an_overlay_that_does_not_fit_is_refused(text: str, where: str) -> None:
    with pytest.raises(RulebookInvalid) as refused:
        lay_over(WORKS, read_overlay(text))

    assert refused.value.parameters["where"] == where


def test_a_smaller_maximum_is_stricter() -> None:
    smaller = RULE.replace('"E03"', '"E32"').replace("bid_period_min", "contract_max")

    assert lay_over(WORKS, read_overlay(HEAD + smaller)).number("contract_max") == 25


@pytest.mark.parametrize(("change", "fitting"), [("tighten", False), ("replace", True)])
def test_a_rule_whose_key_has_no_direction_can_only_be_replaced(change: str, fitting: bool) -> None:
    rule = RULE.replace('"E03"', '"P01"').replace("bid_period_min", "sign_in_before_minutes")
    overlay = read_overlay(HEAD + rule.replace("tighten", change).replace("calendar_day", "minute"))

    if fitting:
        assert lay_over(WORKS, overlay).number("sign_in_before_minutes") == 25
    else:
        with pytest.raises(RulebookInvalid):
            lay_over(WORKS, overlay)
