"""Overrides: which rules, by whom, with what reason, and when they count."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from tendering.domain.overrides import (
    Override,
    decide_override,
    decide_sight,
    override_json,
    standing_of,
)
from tendering.domain.parties import Actor
from tendering.domain.refusals import Forbidden, Invalid
from tendering.domain.refusals.rules import OverrideStands, RuleNotOverridable
from tendering.domain.refusals.tenders import WrongPhase
from tendering.domain.roles import Role
from tendering.domain.tender import TenderStatus
from tendering.rulebooks import rulebook_of
from tests.support.make import ENTITY, SUPERVISOR, a_tender

WORKS = rulebook_of("construction")
AT = datetime(2026, 11, 2, 1, tzinfo=UTC)
REASON = "本项目投标人少，已与各潜在投标人确认时限足够。"
DRAFT = a_tender(status=TenderStatus.DRAFT, published_at=None)


def actor(organization_id: UUID, role: Role = Role.PROCURING_ENTITY) -> Actor:
    return Actor(UUID(int=7), organization_id, role, "示范单位", "91510100MA00000000")


def overridden(standing: tuple[Override, ...] = (), **changes: object) -> Override:
    facts = {"rule_id": "P02", "reason": REASON, "by": actor(ENTITY), "name": "示范经办人"}
    tender = changes.pop("tender", DRAFT)
    override, event = decide_override(tender, WORKS, standing, at=AT, **facts | changes)  # type: ignore[arg-type]
    assert event.kind == "rule.overridden"
    return override


def seen(override: Override) -> Override:
    by = actor(SUPERVISOR, Role.SUPERVISOR)
    return decide_sight(DRAFT, override, by=by, name="示范监督员", at=AT)[0]


def test_a_named_person_sets_a_rule_aside_with_a_reason() -> None:
    override = overridden()

    assert (override.rule_id, override.by.name, override.reason) == ("P02", "示范经办人", REASON)
    assert override.version == DRAFT.version


def test_it_counts_when_the_supervisor_has_seen_it_and_for_that_version_only() -> None:
    override = overridden()

    assert standing_of(DRAFT, [override]) == ()
    assert standing_of(DRAFT, [seen(override)]) == (seen(override),)
    assert standing_of(replace(DRAFT, version=2), [seen(override)]) == ()


def test_the_notice_names_both_persons() -> None:
    written = override_json(seen(overridden()))

    assert written["by"]["name"] == "示范经办人"  # type: ignore[index,call-overload]
    assert written["seen_by"]["name"] == "示范监督员"  # type: ignore[index,call-overload]
    assert override_json(overridden())["seen_by"] is None


@pytest.mark.parametrize("rule", ["E03", "E10", "E22", "E31"])
def test_a_period_of_the_law_cannot_be_overridden(rule: str) -> None:
    with pytest.raises(RuleNotOverridable):
        overridden(rule_id=rule)


@pytest.mark.parametrize(
    "changes",
    [{"rule_id": "E99"}, {"reason": "没空"}, {"reason": " " * 40}, {"reason": "长" * 2001}],
)
def test_an_unknown_rule_or_no_reason_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        overridden((), **changes)


def test_only_who_runs_the_tender_overrides_and_only_in_a_draft() -> None:
    with pytest.raises(Forbidden):
        overridden(by=actor(SUPERVISOR, Role.SUPERVISOR))
    with pytest.raises(WrongPhase):
        overridden(tender=a_tender())


def test_the_same_rule_is_not_overridden_twice() -> None:
    with pytest.raises(OverrideStands):
        overridden((overridden(),))
    assert overridden((replace(overridden(), version=9),)).rule_id == "P02"


def test_only_the_tenders_supervisor_sees_it_once_and_before_the_notice() -> None:
    override = overridden()

    with pytest.raises(Forbidden):
        decide_sight(DRAFT, override, by=actor(ENTITY), name="示范经办人", at=AT)
    by = actor(SUPERVISOR, Role.SUPERVISOR)
    with pytest.raises(OverrideStands):
        decide_sight(DRAFT, seen(override), by=by, name="示范监督员", at=AT)
    with pytest.raises(WrongPhase):
        decide_sight(a_tender(), override, by=by, name="示范监督员", at=AT)
