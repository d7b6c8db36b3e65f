"""Overrides: a named person goes on against a rule, with a reason, in the supervisor's sight.

The rulebook says of which rules that is possible at all. An override holds for one version of a
draft and counts from when the tender's supervisor has seen it; both stand in the notice.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from crypto.canonical import JsonValue
from tendering.domain.journal import Event, instant
from tendering.domain.parties import Actor
from tendering.domain.refusals import Forbidden, Invalid
from tendering.domain.refusals.rules import OverrideStands, RuleNotOverridable
from tendering.domain.rulebook import Rulebook
from tendering.domain.tender import Tender, TenderStatus, require_party, require_status

REASON_MIN: Final = 10
REASON_MAX: Final = 2000


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody by name: who answers for an override, or has seen it."""

    id: UUID
    name: str
    organization_id: UUID


@dataclass(frozen=True, slots=True)
class Override:
    """A rule set aside for one version of a draft. `seen_by` is the supervisor's person."""

    rule_id: str
    version: int
    reason: str
    by: Person
    at: datetime
    seen_by: Person | None = None
    seen_at: datetime | None = None


def decide_override(
    tender: Tender,
    rulebook: Rulebook,
    standing: Iterable[Override],
    *,
    rule_id: str,
    reason: str,
    by: Actor,
    name: str,
    at: datetime,
) -> tuple[Override, Event]:
    """Set a rule aside for this version of a draft.

    Raises Forbidden, WrongPhase, Invalid (no such rule, a reason too short), RuleNotOverridable,
    OverrideStands.
    """
    require_party(tender, by.organization_id)
    require_status(tender, TenderStatus.DRAFT)
    rule = rulebook.rules.get(rule_id)
    if rule is None:
        raise Invalid("no such rule in this tender's rulebook", rule=rule_id)
    if not rule.overridable:
        raise RuleNotOverridable(rule=rule_id, law=rule.law)
    if not REASON_MIN <= len(reason.strip()) <= REASON_MAX:
        raise Invalid("a reason is a sentence", least=REASON_MIN, most=REASON_MAX)
    if any(one.rule_id == rule_id and one.version == tender.version for one in standing):
        raise OverrideStands(rule=rule_id)
    person = Person(by.person_id, name, by.organization_id)
    override = Override(rule_id, tender.version, reason.strip(), person, at)
    return override, Event("rule.overridden", override_json(override) | {"law": rule.law})


def decide_sight(
    tender: Tender, override: Override, *, by: Actor, name: str, at: datetime
) -> tuple[Override, Event]:
    """The supervisor has seen an override. Raises Forbidden, WrongPhase, OverrideStands."""
    if by.organization_id != tender.supervisor_id:
        raise Forbidden("only this tender's supervisor sees its overrides for the law")
    require_status(tender, TenderStatus.DRAFT)
    if override.seen_at is not None:
        raise OverrideStands(rule=override.rule_id)
    person = Person(by.person_id, name, by.organization_id)
    seen = replace(override, seen_by=person, seen_at=at)
    return seen, Event("override.seen", override_json(seen))


def standing_of(tender: Tender, overrides: Iterable[Override]) -> tuple[Override, ...]:
    """The overrides that count: of this version of the draft, and seen by the supervisor."""
    return tuple(
        one for one in overrides if one.version == tender.version and one.seen_at is not None
    )


def override_json(override: Override) -> dict[str, JsonValue]:
    """An override as the journal and the notice say it."""
    return {
        "rule": override.rule_id,
        "version": override.version,
        "reason": override.reason,
        "by": _person_json(override.by),
        "at": instant(override.at),
        "seen_by": None if override.seen_by is None else _person_json(override.seen_by),
        "seen_at": None if override.seen_at is None else instant(override.seen_at),
    }


def _person_json(person: Person) -> dict[str, JsonValue]:
    return {
        "person_id": str(person.id),
        "name": person.name,
        "organization_id": str(person.organization_id),
    }
