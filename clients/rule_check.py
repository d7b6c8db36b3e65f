"""A draft tender against its rulebook, without a platform: the body of `POST /tenders`."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from tendering.domain import timetable
from tendering.domain.calendar import civil_day
from tendering.domain.circumstances import from_json
from tendering.domain.fields import Fields
from tendering.domain.findings import Finding
from tendering.domain.publication_rules import publication_findings
from tendering.domain.refusals import Invalid
from tendering.domain.tender import Lot, Tender, TenderStatus, Terms
from tendering.rulebooks import RULEBOOKS, holiday_calendar, rulebook_at

_NOBODY = UUID(int=0)
_FEN_MAX = 2**53 - 1


def checked_draft(body: object, *, at: datetime) -> tuple[Finding, ...]:
    """What the rules say against the draft if it were published at this instant.

    Raises Invalid, MethodInvalid, TimetableUnlawful for what cannot be judged.
    """
    draft = read_draft(body)
    rulebook = rulebook_at(draft.regime, draft.region, civil_day(at))
    calendar = holiday_calendar()
    dates = timetable.plan(
        rulebook,
        calendar,
        published_at=at,
        deadline=draft.deadline,
        unlock_minutes=draft.terms.unlock_minutes,
        validity_days=draft.terms.bid_validity_days,
        drain=timedelta(seconds=draft.terms.drain_seconds),
    )
    circumstances = draft.circumstances
    against_dates = timetable.check(rulebook, calendar, dates, circumstances=circumstances)
    return (*against_dates, *publication_findings(draft, rulebook))


def read_draft(body: object) -> Tender:
    """Only what rules look at; parties, keys and documents are the platform's to check.

    Raises Invalid, TimetableUnlawful.
    """
    fields = Fields(body, "tender", Invalid)
    return Tender(
        id=_NOBODY,
        number="",
        title=fields.text("title", default="-"),
        description="",
        regime=fields.choice("regime", tuple(RULEBOOKS)),
        region=fields.text("region", default="000000"),
        status=TenderStatus.DRAFT,
        procuring_entity_id=_NOBODY,
        agency_id=None,
        supervisor_id=_NOBODY,
        lots=tuple(_lot(lot) for lot in fields.each("lots", most=100)),
        threshold=2,
        key_holders=(),
        documents=(),
        method=_object(fields, "method"),
        committee=_object(fields, "committee"),
        terms=Terms(
            fields.integer("bid_validity_days", least=1, most=3650, default=90),
            fields.integer("unlock_minutes", least=1, most=1440, default=30),
            fields.integer("drain_seconds", least=1, most=3600, default=60),
        ),
        deadline=fields.moment("deadline"),
        published_at=None,
        timetable={},
        source=_object(fields, "source"),
        circumstances=from_json(_object(fields, "circumstances")),
    )


def _lot(fields: Fields) -> Lot:
    return Lot(
        fields.text("lot"),
        fields.text("title", default="-"),
        fields.integer("estimate_fen", least=1, most=_FEN_MAX),
        fields.integer("ceiling_price_fen", least=1, most=_FEN_MAX),
        fields.integer("bid_security_fen", least=0, most=_FEN_MAX),
        tuple(fields.take("items") if "items" in fields else ()),  # type: ignore[arg-type]
    )


def _object(fields: Fields, key: str) -> dict[str, Any]:
    if key not in fields:
        return {}
    value = fields.take(key)
    if not isinstance(value, dict):
        raise fields.wrong(key, "an object is expected")
    return value
