"""Rules over HTTP: what stands against a draft, overrides, and the whole course of a tender."""

from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta, Struct

from tendering.actions import overrides as deeds
from tendering.api.context import Actor, Context
from tendering.api.tender_views import visible_tender
from tendering.domain import schedule
from tendering.domain.overrides import REASON_MAX, REASON_MIN, override_json
from tendering.domain.spreading import candidates, crowding
from tendering.domain.tender import TenderStatus
from tendering.domain.timetable import from_json
from tendering.storage import due_tenders, overrides
from tendering.storage.connection import Connection

RuleId = Annotated[str, Meta(pattern=r"^[A-Za-z][A-Za-z0-9.-]{0,39}(?!\n)$", max_length=40)]


class PostOverride(Struct, frozen=True, forbid_unknown_fields=True):
    """A rule to be set aside for this version of the draft, and why."""

    rule: RuleId
    reason: Annotated[str, Meta(min_length=REASON_MIN, max_length=REASON_MAX)]


class OverrideView(Struct, frozen=True):
    """An override: who set the rule aside and who of the supervisor has seen it."""

    override: dict[str, Any]


class OverrideList(Struct, frozen=True):
    """The overrides of a tender, oldest first."""

    items: list[dict[str, Any]]


class FindingList(Struct, frozen=True):
    """What the rules say against a draft now; `overridden` are the rules that block no more."""

    findings: list[dict[str, Any]]
    overridden: list[str]


class CourseAnswer(Struct, frozen=True):
    """Every step of the tender with its bounds; assumed ones follow the fastest lawful course."""

    steps: list[dict[str, Any]]
    findings: list[dict[str, Any]]


async def post_override(
    context: Context,
    actor: Actor,
    connection: Connection,
    received_at: datetime,
    tender_id: UUID,
    *,
    body: PostOverride,
) -> OverrideView:
    """Set a rule aside for a draft; it counts when the supervisor has seen it."""
    tender = await visible_tender(connection, tender_id, actor)
    override = await deeds.override_rule(
        connection,
        tender_id,
        context.law(tender, received_at),
        rule_id=body.rule,
        reason=body.reason,
        by=actor,
        at=received_at,
    )
    return OverrideView(override_json(override))


async def post_sight(
    actor: Actor, connection: Connection, received_at: datetime, tender_id: UUID, rule: RuleId
) -> OverrideView:
    """Say that the supervisor has seen an override."""
    await visible_tender(connection, tender_id, actor)
    seen = await deeds.see_override(connection, tender_id, rule, by=actor, at=received_at)
    return OverrideView(override_json(seen))


async def get_overrides(
    connection: Connection, actor: Actor | None, tender_id: UUID
) -> OverrideList:
    """The overrides of a tender: of a draft for its parties, of a published one for everybody."""
    await visible_tender(connection, tender_id, actor)
    found = await overrides.list_of_tender(connection, tender_id)
    return OverrideList([dict(override_json(one)) for one in found])


async def get_findings(
    context: Context,
    actor: Actor,
    connection: Connection,
    received_at: datetime,
    tender_id: UUID,
) -> FindingList:
    """What the rules would say if the draft were published now. Of a published tender, nothing."""
    tender = await visible_tender(connection, tender_id, actor)
    if tender.status is not TenderStatus.DRAFT:
        return FindingList([], [])
    law = context.law(tender, received_at)
    findings, standing = await deeds.open_findings(connection, tender, law, at=received_at)
    wanted = candidates(tender.deadline, spread=timedelta(minutes=context.openings.spread_minutes))
    due = await due_tenders.count_at(connection, wanted)
    crowded = crowding(wanted, due, at_most=context.openings.at_one_instant_max)
    found = findings if crowded is None else (*findings, crowded)
    return FindingList(
        [dict(schedule.finding_json(one)) for one in found], [one.rule_id for one in standing]
    )


async def get_schedule(
    context: Context,
    connection: Connection,
    actor: Actor | None,
    received_at: datetime,
    tender_id: UUID,
) -> CourseAnswer:
    """The whole course of a tender; a draft's as if it were published now."""
    tender = await visible_tender(connection, tender_id, actor)
    law = context.law(tender, received_at)
    given = {"notice": tender.published_at or received_at, "deadline": tender.deadline}
    if tender.timetable:
        dates = from_json(dict(tender.timetable))
        given["unlock_until"] = dates.unlock_until
        if dates.publicity_from is not None and dates.publicity_until is not None:
            given |= {"candidates": dates.publicity_from, "publicity_until": dates.publicity_until}
    course = schedule.schedule(
        law.rulebook,
        law.calendar,
        given,
        schedule.Assumptions(
            validity_days=tender.terms.bid_validity_days,
            drain=timedelta(seconds=tender.terms.drain_seconds),
            circumstances=tender.circumstances,
            now=received_at if tender.published_at is None else None,
        ),
    )
    written = schedule.to_json(course)
    return CourseAnswer(written["steps"], written["findings"])  # type: ignore[arg-type]
