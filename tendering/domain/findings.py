"""Findings: what the rules say against a plan, in words that name the article and the figures."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Final

from tendering.domain.journal import instant
from tendering.domain.refusals import Refused
from tendering.domain.refusals.rules import TimetableUnlawful
from tendering.domain.rulebook import Rule

_UNITS_ZH: Final = {
    "calendar_day": "日",
    "working_day": "个工作日",
    "hour": "小时",
    "minute": "分钟",
    "year": "年",
    "percent": "%",
    "share": "",
    "count": "",
    "flag": "",
}
_UNITS_EN: Final = {
    "calendar_day": " days",
    "working_day": " working days",
    "hour": " hours",
    "minute": " minutes",
    "year": " years",
    "percent": "%",
    "share": "",
    "count": "",
    "flag": "",
}
_FEN_IN_YUAN: Final = 100
_YUAN_IN_WAN: Final = 10_000


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with a plan: the rule, its law, and from when it would be lawful.

    `severity` is the rule's: `block` stops the publication, `warn` does not. Where `earliest` is
    the latest allowed instant instead (a step that comes too late), the message says so.
    """

    rule_id: str
    law: str
    severity: str
    message_zh: str
    message_en: str
    earliest: datetime | None = None
    overridable: bool = False


def found(rule: Rule, zh: str, en: str, *, earliest: datetime | None = None) -> Finding:
    """A finding under a rule."""
    return Finding(rule.id, rule.law, rule.severity, zh, en, earliest, rule.overridable)


def figure_zh(rule: Rule) -> str:
    """The number of a rule with its unit in Chinese; nothing where it has none."""
    return _figure(rule, _UNITS_ZH, money="万元")


def figure_en(rule: Rule) -> str:
    """The number of a rule with its unit in English; nothing where it has none."""
    return _figure(rule, _UNITS_EN, money=" × 10,000 yuan")


def blocking(findings: Iterable[Finding], *, overridden: Collection[str] = ()) -> list[Finding]:
    """The findings that stop a step: what blocks, unless its rule was lawfully overridden."""
    return [
        finding
        for finding in findings
        if finding.severity == "block"
        and not (finding.overridable and finding.rule_id in overridden)
    ]


def require_lawful(
    findings: Iterable[Finding],
    *,
    overridden: Collection[str] = (),
    refusal: type[Refused] = TimetableUnlawful,
) -> None:
    """Raise `refusal` for the first finding that blocks, with its rule, law and figures."""
    for finding in blocking(findings, overridden=overridden):
        earliest = None if finding.earliest is None else instant(finding.earliest)
        raise refusal(
            finding.message_en,
            rule=finding.rule_id,
            law=finding.law,
            earliest=earliest,
            explained=finding.message_zh,
            overridable=finding.overridable,
        )


def _figure(rule: Rule, units: dict[str, str], *, money: str) -> str:
    if rule.value is None or rule.unit is None or rule.unit == "flag":
        return ""
    if rule.unit == "fen":
        return f"{Fraction(rule.value) / (_FEN_IN_YUAN * _YUAN_IN_WAN)}{money}"
    return f"{rule.value}{units[rule.unit]}"
