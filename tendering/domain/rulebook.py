"""A rulebook: the numbers of one legal regime as data, each with its law and effective date.

The code of the platform knows keys (`bid_period_min`), never numbers; a regime, or a region within
it (`tendering.domain.overlays`), is another file in `tendering/rulebooks`. A tender keeps the
rulebook it was published under: the law at the notice counts, unless a rule says otherwise.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from types import MappingProxyType
from typing import Final

from crypto.canonical import JsonValue
from tendering.domain.fields import Fields
from tendering.domain.refusals.rules import RulebookInvalid

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
# To which tenders a rule applies: those the law obliges to be held (依法必须招标), those of funds
# that the state controls (国有资金占控股或者主导地位).
APPLIES: Final = ("always", "compulsory", "state_controlled")
# The law of which day decides: that of the notice, or that of the event itself.
COUNTS_AT: Final = ("notice", "event")
RULES_MAX: Final = 400
VALUE_MAX: Final = 10**15


@dataclass(frozen=True, slots=True)
class Rule:
    """One number of the law. `value` is None where the rule is a principle, not a number.

    `key` is the name the code asks by, the same in every regime; `verified` says whether number
    and article were read in the full text of the rule, `note` what to know before relying on it.
    `overridable`: a named person may go on with a reason, in the supervisor's sight. `source` names
    the region of the overlay the rule comes from, or nothing.
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
    applies: str = "always"
    counts_at: str = "notice"
    overridable: bool = False
    note: str = ""
    source: str = ""

    def in_force(self, on: date) -> bool:
        """Does the rule apply on this civil day? `effective_until` is the last day."""
        return self.effective_from <= on and (
            self.effective_until is None or on <= self.effective_until
        )


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The rules of one regime, by id; with `region` (GB/T 2260), those of a region within it."""

    regime: str
    title: str
    version: str
    rules: Mapping[str, Rule]
    region: str = ""

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


def load(text: str, *, on: date | None = None, event_on: date | None = None) -> Rulebook:
    """Read a rulebook from TOML; with `on`, only what is in force on the day of the notice.

    `event_on`, without which it is `on`, is the day for rules that count at the event. Of several
    versions of a rule the latest stands. Raises RulebookInvalid for unknown keys, units or
    severities, wrong types, and one id or key given twice for the same date.
    """
    fields = Fields(read_toml(text), "rulebook", RulebookInvalid)
    rules = [read_rule(entry) for entry in fields.each("rule", most=RULES_MAX)]
    book = (fields.text("regime"), fields.text("title"), fields.text("version"))
    fields.done()
    return Rulebook(*book, rules=in_order(latest(rules, on=on, event_on=event_on), rules))


def from_json(value: JsonValue) -> Rulebook:
    """The inverse of `to_json`. Raises RulebookInvalid."""
    fields = Fields(value, "rulebook", RulebookInvalid)
    rules = [read_rule(entry) for entry in fields.each("rule", most=RULES_MAX)]
    book = (fields.text("regime"), fields.text("title"), fields.text("version"))
    region = fields.text("region", default="")
    fields.done()
    chosen = in_order(latest(rules, on=None, event_on=None), rules)
    return Rulebook(*book, rules=chosen, region=region)


def to_json(rulebook: Rulebook) -> dict[str, JsonValue]:
    """A rulebook as plain JSON: what a tender keeps and the public may read."""
    members: dict[str, JsonValue] = {
        "regime": rulebook.regime,
        "title": rulebook.title,
        "version": rulebook.version,
        "rule": [rule_json(rule) for rule in rulebook.rules.values()],
    }
    return members | ({"region": rulebook.region} if rulebook.region else {})


def read_toml(text: str) -> dict[str, object]:
    """The tables of a TOML text. Raises RulebookInvalid."""
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise RulebookInvalid(str(error)) from None


def latest(rules: Sequence[Rule], *, on: date | None, event_on: date | None) -> Mapping[str, Rule]:
    """By id, the latest version of each rule that is in force. Raises RulebookInvalid."""
    chosen: dict[str, Rule] = {}
    seen: set[tuple[str, date]] = set()
    for rule in sorted(rules, key=lambda rule: rule.effective_from):
        if (rule.id, rule.effective_from) in seen:
            raise RulebookInvalid(f"rule {rule.id} is there twice", where=rule.id)
        seen.add((rule.id, rule.effective_from))
        day = event_on if rule.counts_at == "event" and event_on is not None else on
        if day is None or rule.in_force(day):
            chosen[rule.id] = rule
    return chosen


def in_order(chosen: Mapping[str, Rule], rules: Sequence[Rule]) -> Mapping[str, Rule]:
    """The chosen rules in the order of the file. Raises RulebookInvalid for a key given twice."""
    keys = [rule.key for rule in chosen.values() if rule.key is not None]
    if len(set(keys)) < len(keys):
        key = next(key for key in keys if keys.count(key) > 1)
        raise RulebookInvalid(f"key {key} is there twice", where=key)
    return MappingProxyType({rule.id: chosen[rule.id] for rule in rules if rule.id in chosen})


def read_rule(fields: Fields, *, source: str = "") -> Rule:
    """One entry of a rulebook. Raises RulebookInvalid."""
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
        applies=fields.choice("applies", APPLIES, default="always"),
        counts_at=fields.choice("counts_at", COUNTS_AT, default="notice"),
        overridable=fields.flag("overridable", default=False),
        note=fields.text("note", default=""),
        source=fields.text("source", default=source) or source,
    )
    fields.done()
    if (rule.value is None) != (rule.unit is None):
        raise fields.wrong("unit", "a value has a unit, and a unit a value")
    return rule


def rule_json(rule: Rule) -> dict[str, JsonValue]:
    """A rule as plain JSON; what is absent or the default is left out."""
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
        "applies": rule.applies if rule.applies != "always" else None,
        "counts_at": rule.counts_at if rule.counts_at != "notice" else None,
        "overridable": rule.overridable or None,
        "note": rule.note or None,
        "source": rule.source or None,
    }
    return {name: member for name, member in members.items() if member is not None}


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
