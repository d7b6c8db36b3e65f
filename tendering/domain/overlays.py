"""Regions: a file that extends a regime's rulebook by what a province or a city says.

An entry adds a rule the regime lacks, replaces one, or tightens one. Tightening is checked: a
larger minimum (`*_min`), a smaller maximum (`*_max`), in the same unit. Each has its own dates.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from types import MappingProxyType
from typing import Final

from tendering.domain.fields import Fields
from tendering.domain.refusals.rules import RulebookInvalid
from tendering.domain.rulebook import (
    RULES_MAX,
    Rule,
    Rulebook,
    in_order,
    latest,
    read_rule,
    read_toml,
)

CHANGES: Final = ("add", "replace", "tighten")
_PAIR: Final = 2  # GB/T 2260: province, city, county, two digits each


@dataclass(frozen=True, slots=True)
class Overlay:
    """What a region says: rules with what each changes. `example`: made to be copied from."""

    extends: str
    region: str
    title: str
    version: str
    example: bool
    rules: tuple[tuple[str, Rule], ...]


def read_overlay(text: str) -> Overlay:
    """Read an overlay from TOML. Raises RulebookInvalid."""
    fields = Fields(read_toml(text), "overlay", RulebookInvalid)
    region = fields.text("region")
    if not (len(region) == 3 * _PAIR and region.isascii() and region.isdecimal()):
        raise fields.wrong("region", "six digits are expected, GB/T 2260")
    rules = []
    for entry in fields.each("rule", most=RULES_MAX):
        change = entry.choice("change", CHANGES)
        rules.append((change, read_rule(entry, source=region)))
    overlay = Overlay(
        extends=fields.text("extends"),
        region=region,
        title=fields.text("title"),
        version=fields.text("version"),
        example=fields.flag("example", default=False),
        rules=tuple(rules),
    )
    fields.done()
    return overlay


def covers(overlay: Overlay, region: str) -> bool:
    """Does the overlay hold in this region, being its own or one around it?"""
    area = overlay.region
    while area.endswith("00") and area:
        area = area[:-_PAIR]
    return region.startswith(area)


def lay_over(
    book: Rulebook, overlay: Overlay, *, on: date | None = None, event_on: date | None = None
) -> Rulebook:
    """The regime's rulebook as it holds in the region. Raises RulebookInvalid.

    `on` and `event_on` as for `rulebook.load`. Raised for an overlay of another regime, an added
    rule that is there, a changed one that is not or has another key, and a laxer "tighten".
    """
    if overlay.extends != book.regime:
        raise RulebookInvalid(f"the overlay extends {overlay.extends}", where="extends")
    changes: Mapping[Rule, str] = {rule: change for change, rule in overlay.rules}
    chosen = latest([rule for _, rule in overlay.rules], on=on, event_on=event_on)
    for rule in chosen.values():
        _require_fitting(changes[rule], rule, book.rules.get(rule.id))
    merged = {**book.rules, **chosen}
    return Rulebook(
        book.regime,
        f"{book.title}；{overlay.title}",
        f"{book.version}+{overlay.region}-{overlay.version}",
        rules=MappingProxyType(dict(in_order(merged, list(merged.values())))),
        region=overlay.region,
    )


def _require_fitting(change: str, rule: Rule, regime: Rule | None) -> None:
    if (change == "add") != (regime is None):
        raise RulebookInvalid(f"{change} does not fit {rule.id}", where=rule.id)
    if regime is None:
        return
    if rule.key != regime.key:
        raise RulebookInvalid(f"{rule.id} has another key in the regime", where=rule.id)
    if change == "tighten" and not _is_stricter(rule, regime):
        raise RulebookInvalid(f"{rule.id} is laxer than the regime's", where=rule.id)


def _is_stricter(rule: Rule, regime: Rule) -> bool:
    """As strict at least. A rule whose key names no direction can only be replaced."""
    if rule.value is None or regime.value is None or rule.unit != regime.unit:
        return False
    value, stands = Fraction(rule.value), Fraction(regime.value)
    key = rule.key or ""
    return (key.endswith("_min") and value >= stands) or (key.endswith("_max") and value <= stands)
