"""The journal's bodies about outages of the platform, and about evaluations that are void."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct


class WindowBody(Struct, frozen=True):
    """A window that became longer."""

    lot: str
    unlock_until: datetime


class OutageBody(Struct, frozen=True):
    """platform.outage."""

    since: datetime
    until: datetime
    rule: dict[str, int]
    deadline: datetime
    opening_from: datetime | None
    windows: tuple[WindowBody, ...]
    evaluation: str | None


class Away(Struct, frozen=True):
    """An outage of the platform."""

    since: datetime
    until: datetime


class EvaluationVoided(Struct, frozen=True):
    """evaluation.voided. By a `ruling`, an `outage`, or else for an `error` in the report."""

    lot: str
    committee: str
    ruling: UUID | None = None
    error: str = ""
    law: str = ""
    outage: Away | None = None
