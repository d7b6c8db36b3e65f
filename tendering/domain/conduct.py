"""Conduct of experts: what is on record about them, and whether it bars them now.

招标投标法实施条例 第七十一、七十二条: who does wrong on a committee may be kept from evaluating
for a time, or for good. Records are only ever added; one that lifts the earlier ones is a record
too.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from tendering.domain.refusals import Invalid

SUSPENSION_LAW: Final = "《招标投标法实施条例》第七十一条"
REMOVAL_LAW: Final = "《招标投标法实施条例》第七十一条、第七十二条"


class ConductKind(StrEnum):
    """What a record says; `lifted` takes suspensions and removals before it back."""

    COMMENDED = "commended"
    WARNED = "warned"
    SUSPENDED = "suspended"
    REMOVED = "removed"
    LIFTED = "lifted"


@dataclass(frozen=True, slots=True)
class Conduct:
    """A record: from which day it holds, a suspension until and with which, by what decision."""

    kind: ConductKind
    begins_on: date
    ends_on: date | None
    basis: str


def require_sensible(record: Conduct) -> None:
    """A suspension has a last day, nothing else has one. Raises Invalid."""
    if (record.kind is ConductKind.SUSPENDED) != (record.ends_on is not None):
        raise Invalid("a suspension, and nothing else, has a last day", kind=record.kind)
    if record.ends_on is not None and record.ends_on < record.begins_on:
        raise Invalid("a suspension ends after it begins")


def barring(records: Iterable[Conduct], *, on: date) -> Conduct | None:
    """What keeps an expert from evaluating on a day; `records` in the order they were entered."""
    standing: list[Conduct] = []
    for record in records:
        if record.kind is ConductKind.LIFTED and record.begins_on <= on:
            standing.clear()
        elif record.kind in {ConductKind.SUSPENDED, ConductKind.REMOVED}:
            standing.append(record)
    return next(
        (
            record
            for record in standing
            if record.begins_on <= on and (record.ends_on is None or on <= record.ends_on)
        ),
        None,
    )
