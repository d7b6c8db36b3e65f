"""Candidates and award: who may be published, who may be chosen, and when.

Engineering: 《招标投标法实施条例》第五十三至五十五条; the rulebook says what another regime does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from crypto.canonical import JsonValue
from tendering.domain import terms, timetable
from tendering.domain.calendar import Calendar, civil_day
from tendering.domain.candidates import Candidate, candidate_json
from tendering.domain.circumstances import Circumstances
from tendering.domain.journal import Event, instant
from tendering.domain.refusals.awards import AwardNotAllowed, CandidatesNotAllowed
from tendering.domain.refusals.tenders import TenderIncomplete
from tendering.domain.rulebook import Rulebook

# The rule of a region that separates the award from the evaluation.
SEPARATED_KEY: Final = "award_separated"
# 条例 第五十五条: why the next in rank may be chosen instead of the one before.
PASSED_OVER_CAUSES: Final = (
    "abandoned",
    "force_majeure",
    "no_performance_security",
    "unlawful_conduct",
)


@dataclass(frozen=True, slots=True)
class PublishedCandidates:
    """The candidates of a lot on public display; the award waits for `publicity_until`."""

    lot: str
    candidates: tuple[Candidate, ...]
    publicity_from: datetime
    publicity_until: datetime


@dataclass(frozen=True, slots=True)
class Separated:
    """How the procuring entity decided by itself: the method of the notice, and its reasons."""

    method: str
    reasons: str


@dataclass(frozen=True, slots=True)
class PassedOver:
    """Why a better candidate was not chosen: one of PASSED_OVER_CAUSES, and what shows it."""

    cause: str
    evidence: str


def decide_candidates(
    lot: str,
    candidates: Sequence[Candidate],
    rulebook: Rulebook,
    calendar: Calendar,
    *,
    reported_at: datetime,
    at: datetime,
) -> tuple[PublishedCandidates, Event]:
    """Publish the candidates of a signed report, in its order. Raises CandidatesNotAllowed.

    Publishing later than E30 allows is recorded with the event, not refused: it must still happen.
    """
    if not candidates:
        raise CandidatesNotAllowed("there is no candidate: the tender has failed", lot=lot)
    if len(candidates) > rulebook.number("candidates_max"):
        raise CandidatesNotAllowed(lot=lot, most=rulebook.number("candidates_max"))
    ranks = [candidate.rank for candidate in candidates]
    if ranks != sorted(ranks) or ranks[0] != 1:
        raise CandidatesNotAllowed("the candidates are not in the report's order", lot=lot)
    begins, ends = timetable.publicity(rulebook, calendar, at)
    published = PublishedCandidates(lot, tuple(candidates), begins, ends)
    start = rulebook.keyed("publicity_start_max")
    late = (
        start is not None
        and isinstance(start.value, int)
        and (civil_day(at) - civil_day(reported_at)) > timedelta(days=start.value)
    )
    return published, Event(
        "candidates.published",
        {
            "lot": lot,
            "candidates": [candidate_json(candidate) for candidate in candidates],
            "publicity_from": instant(begins),
            "publicity_until": instant(ends),
            "provisional": calendar.is_provisional(civil_day(ends)),
            "late": late,
        },
    )


def decide_award(
    published: PublishedCandidates,
    rulebook: Rulebook,
    calendar: Calendar,
    *,
    circumstances: Circumstances,
    chosen: str,
    passed_over: Mapping[str, PassedOver],
    objections_open: int,
    at: datetime,
    separated: Separated | None = None,
    gone: Mapping[str, PassedOver] = MappingProxyType({}),
) -> Event:
    """Choose the winner among the published candidates. Raises AwardNotAllowed, with `why`.

    `chosen` is a candidate's bid; `passed_over` says why each better one is not chosen, `gone` why
    each whose award was revoked never is. Where the region separates the award from the evaluation
    (评定分离), `separated` says how it was decided, and the order of the report binds nobody.
    """
    # 条例 第五十四条: not less than three days of publicity; an open objection pauses everything.
    if at < published.publicity_until:
        raise AwardNotAllowed(
            why="publicity-running", publicity_until=instant(published.publicity_until)
        )
    if objections_open:
        raise AwardNotAllowed(why="objections-open", objections=objections_open)
    winner = next((one for one in published.candidates if one.bid == chosen), None)
    if winner is None:
        raise AwardNotAllowed(why="not-a-candidate", bid=chosen)
    if chosen in gone:
        raise AwardNotAllowed(why="award-revoked", bid=chosen)
    causes = {**passed_over, **gone}
    better = [one for one in published.candidates if one.rank < winner.rank]
    decision = _decision(rulebook, separated)
    # 条例 第五十五条: for funds the state controls rank one, unless a listed cause stands against
    # everyone before. Else the procuring entity chooses among the candidates (招标投标法 第四十条).
    rank_one = rulebook.keyed("award_rank_one")
    is_free = rank_one is not None and not circumstances.meets(rank_one)
    if decision is not None or is_free:
        better = [one for one in better if one.bid in gone]
    elif rank_one is not None:
        for candidate in better:
            _require_cause(candidate, causes.get(candidate.bid))
    elif any(one.bid not in gone for one in better):
        # 政府采购法实施条例 第四十九条: the next only where the one before has fallen away.
        raise AwardNotAllowed(why="not-first", bid=chosen)
    body: dict[str, JsonValue] = {
        "lot": published.lot,
        "winner": candidate_json(winner),
        "passed_over": [
            {
                "bid": candidate.bid,
                "cause": causes[candidate.bid].cause,
                "evidence": causes[candidate.bid].evidence,
            }
            for candidate in better
        ],
    }
    body |= _due_after_award(rulebook, calendar, circumstances, at)
    return Event("award.notified", body if decision is None else body | {"decision": decision})


def separated_method(rulebook: Rulebook, committee: Mapping[str, JsonValue]) -> str | None:
    """By what method the entity chooses among the candidates: None where the report's order binds.

    It is fixed in the notice, as `award_method`. Raises TenderIncomplete where it is missing.
    """
    if rulebook.keyed(SEPARATED_KEY) is None:
        return None
    method = committee.get("award_method")
    if not isinstance(method, str) or not method.strip():
        raise TenderIncomplete(
            "how the award is decided is fixed beforehand", missing="award_method"
        )
    return method


def _decision(rulebook: Rulebook, separated: Separated | None) -> dict[str, JsonValue] | None:
    if rulebook.keyed(SEPARATED_KEY) is None:
        return None
    if separated is None or not separated.reasons.strip():
        raise AwardNotAllowed(why="no-reasons")
    return {"method": separated.method, "reasons": separated.reasons}


def _due_after_award(
    rulebook: Rulebook, calendar: Calendar, circumstances: Circumstances, at: datetime
) -> dict[str, JsonValue]:
    """What falls due after the award, each the first instant that is too late; by the rulebook.

    E32, G23 contract; E35 report to the supervisor; G21 announcement of the result; G29 archive,
    counted from the last day for the contract.
    """
    contract = terms.too_late_after(rulebook, rulebook.required("contract_max"), calendar, at)
    due: dict[str, JsonValue] = {"contract_until": instant(contract)}
    report = rulebook.keyed("supervisor_report_max")
    if report is not None and circumstances.meets(report):
        until = terms.too_late_after(rulebook, report, calendar, at)
        due["supervisor_report_until"] = instant(until)
    if rulebook.regime == "government_procurement":
        shown = terms.whole_after(rulebook, rulebook.required("publicity_min"), calendar, at)
        due["result_until"] = instant(shown)
    kept = terms.whole_after(
        rulebook, rulebook.required("archive_min"), calendar, contract - timedelta(microseconds=1)
    )
    return due | {"archive_until": instant(kept)}


def _require_cause(candidate: Candidate, passed: PassedOver | None) -> None:
    if passed is None or passed.cause not in PASSED_OVER_CAUSES or not passed.evidence.strip():
        raise AwardNotAllowed(
            why="no-cause-against-better", bid=candidate.bid, causes=list(PASSED_OVER_CAUSES)
        )
