"""Evaluating a lot anew: why, by whom, and what becomes of the evaluation there was.

条例 第八十一条, 87号令 第六十七条: by the supervisor's ruling, by the committee there was or a
new one. 87号令 第六十四条: whoever runs a procurement finds one of four errors in the report
before it shows anybody candidates, and has the committee do it over. Marks and report stay, void.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from crypto.canonical import JsonValue
from tendering.domain.journal import Event, instant
from tendering.domain.refusals.tenders import WrongPhase
from tendering.domain.suspension import Pause
from tendering.domain.tender import Tender, TenderStatus, require_status, require_transition

VOIDED: Final = "evaluation.voided"
_LAW: Final = "《政府采购货物和服务招标投标管理办法》第六十四条"
_REVIEW: Final = "《招标投标法实施条例》第五十三条"


class Committee(StrEnum):
    """Who evaluates anew."""

    SAME = "same"
    NEW = "new"


class Error(StrEnum):
    """G20: for what alone the result of an evaluation may be changed."""

    SUM = "sum"
    OUT_OF_RANGE = "out_of_range"
    OBJECTIVE_DIFFERS = "objective_differs"
    ABNORMAL_SCORE = "abnormal_score"


LAWS: Final[Mapping[str, str]] = MappingProxyType(
    {"government_procurement": _LAW, "construction": _REVIEW}
)


def decide_correction(
    tender: Tender, lot: str, error: Error, text: str, *, evaluated: Collection[str]
) -> tuple[Tender, Event]:
    """The report has an error: the same committee evaluates the lot anew. Raises WrongPhase.

    Once candidates are shown only a ruling voids an evaluation.
    """
    require_status(tender, TenderStatus.EVALUATED)
    return voided(
        tender,
        lot,
        {"error": error, "text": text, "law": LAWS[tender.regime]},
        committee=Committee.SAME,
        evaluated=evaluated,
    )


def voided(
    tender: Tender,
    lot: str,
    because: Mapping[str, JsonValue],
    *,
    committee: Committee,
    evaluated: Collection[str],
) -> tuple[Tender, Event]:
    """The evaluation of a lot is void, and the tender evaluated again. Raises WrongPhase."""
    require_transition(tender, TenderStatus.EVALUATING)
    if lot not in evaluated:
        raise WrongPhase("this lot is not evaluated", lot=lot)
    body: dict[str, JsonValue] = {"lot": lot, "committee": committee, **because}
    again = replace(tender, status=TenderStatus.EVALUATING, version=tender.version + 1)
    return again, Event(VOIDED, body)


def voided_by_outage(lot: str, outage: Pause) -> Event:
    """The evaluation of a lot is void before its end: its committee was kept from it too long."""
    away: dict[str, JsonValue] = {"since": instant(outage.since), "until": instant(outage.until)}
    return Event(VOIDED, {"lot": lot, "committee": Committee.NEW, "outage": away})
