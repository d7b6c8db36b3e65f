"""The doors of rules: findings, overrides, courses, and what is judged while it is written."""

from typing import Final

from tendering.api import rules, sketches
from tendering.api.routing import Route
from tendering.domain.refusals import Forbidden, Invalid, NotFound
from tendering.domain.refusals.awards import EvaluationIncomplete
from tendering.domain.refusals.rules import (
    BidsInvalid,
    MethodInvalid,
    OverrideStands,
    PriceAboveCeiling,
    ProcedureInvalid,
    RuleNotOverridable,
    TimetableUnlawful,
)
from tendering.domain.refusals.tenders import BillInvalid, WrongPhase

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
    Route("GET", "/methods/examples", sketches.get_method_examples, tags=("rules",)),
    Route(
        "POST",
        "/sketches",
        sketches.post_sketch,
        action="tender.create",
        idempotency="natural",
        errors=(ProcedureInvalid, TimetableUnlawful),
        body_bytes_max=1 << 20,
        tags=("rules",),
    ),
    Route(
        "POST",
        "/methods/score",
        sketches.post_score,
        action="method.try",
        idempotency="natural",
        errors=(BidsInvalid, EvaluationIncomplete, MethodInvalid, PriceAboveCeiling),
        tags=("rules",),
    ),
    Route(
        "POST",
        "/bills/reading",
        sketches.post_bill_reading,
        action="tender.create",
        idempotency="natural",
        errors=(BillInvalid,),
        body_bytes_max=sketches.BILL_BYTES_MAX,
        tags=("rules",),
    ),
)
