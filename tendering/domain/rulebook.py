"""A rulebook: the numbers of one legal regime as data, each with its law and effective date.

The code of the platform knows keys (`bid_period_min`), never numbers; a regime, or a region within
it, is another file in `tendering/rulebooks`. A tender keeps the rulebook it was published under.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from types import MappingProxyType
from typing import Final

from crypto.canonical import JsonValue
from tendering.domain.fields import Fields
from tendering.domain.refusals import RulebookInvalid

UNITS: Final = (
    "calendar_day",
    "working_day",
    "hour",
    "minute",
    "year",
    "percent",
    "share",
    "fen",
    "count",
    "flag",
)
# block: the step is refused; warn: it is done and the finding shown; register: what came late is
# taken down all the same, marked; duty: a term the platform watches; note: stated, not computed.
SEVERITIES: Final = ("block", "warn", "register", "duty", "note")
RULES_MAX: Final = 400
VALUE_MAX: Final = 10**15


@dataclass(frozen=True, slots=True)
class Rule:
    """One number of the law. `value` is None where the rule is a principle, not a number.

    `key` is the name the code asks by, the same in every regime; `verified` says whether number
    and article were read in the full text of the rule.
    """

    id: str
    key: str | None
    title: str
    law: str
    value: int | Fraction | None
    unit: str | None
    severity: str
    verified: bool
    effective_from: date
    effective_until: date | None = None

    def in_force(self, on: date) -> bool:
        """Does the rule apply on this civil day? `effective_until` is the last day."""
        return self.effective_from <= on and (
            self.effective_until is None or on <= self.effective_until
        )


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The rules of one regime, by id."""

    regime: str
    title: str
    version: str
    rules: Mapping[str, Rule]

    def rule(self, rule_id: str) -> Rule:
        """The rule with this id. Raises KeyError: ids are written in code, not by users."""
        return self.rules[rule_id]

    def value(self, rule_id: str) -> int:
        """The whole number of a rule. Raises KeyError; asserts that it has one."""
        value = self.rules[rule_id].value
        assert isinstance(value, int), f"{rule_id} has no whole number"
        return value

    def share(self, rule_id: str) -> Fraction:
        """The share of a rule, exact. Raises KeyError; asserts that it has one."""
        value = self.rules[rule_id].value
        assert value is not None, f"{rule_id} has no number"
        return Fraction(value)

    def keyed(self, key: str) -> Rule | None:
        """The rule the code asks for by name, or None where this regime has none."""
        return next((rule for rule in self.rules.values() if rule.key == key), None)

    def required(self, key: str) -> Rule:
        """The rule with this key. Raises RulebookInvalid where a regime lacks it."""
        rule = self.keyed(key)
        if rule is None:
            raise RulebookInvalid(f"no rule has the key {key}", where=key)
        return rule

    def number(self, key: str) -> int:
        """The whole number under a key. Raises RulebookInvalid where there is none."""
        value = self.required(key).value
        if not isinstance(value, int):
            raise RulebookInvalid(f"{key} has no whole number", where=key)
        return value


def load(text: str, *, on: date | None = None) -> Rulebook:
    """Read a rulebook from TOML; with `on`, only what is in force that day.

    Of several versions of a rule the latest stands. Raises RulebookInvalid for unknown keys,
    units or severities, wrong types, and one id or key given twice for the same date.
    """
    try:
        value = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RulebookInvalid(str(error)) from None
    return _rulebook(value, on)


def from_json(value: JsonValue) -> Rulebook:
    """The inverse of `to_json`. Raises RulebookInvalid."""
    return _rulebook(value, None)


def to_json(rulebook: Rulebook) -> dict[str, JsonValue]:
    """A rulebook as plain JSON: what a tender keeps and the public may read."""
    return {
        "regime": rulebook.regime,
        "title": rulebook.title,
        "version": rulebook.version,
        "rule": [_rule_json(rule) for rule in rulebook.rules.values()],
    }


def _rulebook(value: object, on: date | None) -> Rulebook:
    fields = Fields(value, "rulebook", RulebookInvalid)
    rules = [_rule(entry) for entry in fields.each("rule", most=RULES_MAX)]
    book = (fields.text("regime"), fields.text("title"), fields.text("version"))
    fields.done()
    chosen: dict[str, Rule] = {}
    for rule in sorted(rules, key=lambda rule: rule.effective_from):
        earlier = chosen.get(rule.id)
        if earlier is not None and earlier.effective_from == rule.effective_from:
            raise RulebookInvalid(f"rule {rule.id} is there twice", where=rule.id)
        if on is None or rule.in_force(on):
            chosen[rule.id] = rule
    keys = [rule.key for rule in chosen.values() if rule.key is not None]
    for key in keys:
        if keys.count(key) > 1:
            raise RulebookInvalid(f"key {key} is there twice", where=key)
    ordered = {rule.id: chosen[rule.id] for rule in rules if rule.id in chosen}
    return Rulebook(*book, rules=MappingProxyType(ordered))


def _rule(fields: Fields) -> Rule:
    rule = Rule(
        id=fields.text("id"),
        key=fields.text("key") if "key" in fields else None,
        title=fields.text("title"),
        law=fields.text("law"),
        value=_value(fields) if "value" in fields else None,
        unit=fields.choice("unit", UNITS) if "unit" in fields else None,
        severity=fields.choice("severity", SEVERITIES),
        verified=fields.flag("verified", default=False),
        effective_from=_day(fields, "effective_from"),
        effective_until=(_day(fields, "effective_until") if "effective_until" in fields else None),
    )
    fields.done()
    if (rule.value is None) != (rule.unit is None):
        raise fields.wrong("unit", "a value has a unit, and a unit a value")
    return rule


def _value(fields: Fields) -> int | Fraction:
    value = fields.take("value")
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= VALUE_MAX:
        return value
    if isinstance(value, str):
        numerator, slash, denominator = value.partition("/")
        if slash and numerator.isdecimal() and denominator.isdecimal() and int(denominator):
            return Fraction(int(numerator), int(denominator))
    raise fields.wrong("value", 'a whole number or a share like "2/3" is expected')


def _day(fields: Fields, key: str) -> date:
    value = fields.take(key)
    if type(value) is date:
        return value
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise fields.wrong(key, "a day is expected")


def _rule_json(rule: Rule) -> dict[str, JsonValue]:
    value: JsonValue = rule.value if isinstance(rule.value, int) else None
    if isinstance(rule.value, Fraction):
        value = f"{rule.value.numerator}/{rule.value.denominator}"
    members: dict[str, JsonValue] = {
        "id": rule.id,
        "key": rule.key,
        "title": rule.title,
        "law": rule.law,
        "value": value,
        "unit": rule.unit,
        "severity": rule.severity,
        "verified": rule.verified,
        "effective_from": rule.effective_from.isoformat(),
        "effective_until": rule.effective_until.isoformat() if rule.effective_until else None,
    }
    return {name: member for name, member in members.items() if member is not None}
