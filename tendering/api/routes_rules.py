"""The doors of rules: findings, overrides, the whole course of a tender."""

from typing import Final

from tendering.api import rules
from tendering.api.routing import Route
from tendering.domain.refusals import Forbidden, Invalid, NotFound
from tendering.domain.refusals.rules import (
    MethodInvalid,
    OverrideStands,
    RuleNotOverridable,
    TimetableUnlawful,
)
from tendering.domain.refusals.tenders import WrongPhase

RULE_ROUTES: Final = (
    Route(
        "GET",
        "/tenders/{tender_id}/findings",
        rules.get_findings,
        action="tender.read_findings",
        errors=(MethodInvalid, NotFound, TimetableUnlawful),
        tags=("rules",),
    ),
    Route(
        "GET",
        "/tenders/{tender_id}/schedule",
        rules.get_schedule,
        errors=(NotFound, TimetableUnlawful),
        tags=("rules",),
    ),
    Route(
        "GET",
        "/tenders/{tender_id}/overrides",
        rules.get_overrides,
        errors=(NotFound,),
        tags=("rules",),
    ),
    Route(
        "POST",
        "/tenders/{tender_id}/overrides",
        rules.post_override,
        action="rule.override",
        status=201,
        idempotency="natural",
        errors=(Forbidden, Invalid, NotFound, OverrideStands, RuleNotOverridable, WrongPhase),
        tags=("rules",),
    ),
    Route(
        "POST",
        "/tenders/{tender_id}/overrides/{rule}/sight",
        rules.post_sight,
        action="rule.see_override",
        status=201,
        idempotency="natural",
        errors=(Forbidden, NotFound, OverrideStands, WrongPhase),
        tags=("rules",),
    ),
)
