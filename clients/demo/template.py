"""The demonstration's tender: what is bought, on which terms, and how bids are judged.

Works are judged by the rulebook's template `comprehensive-mean` (综合评估法: technical 40 points
judged, business 10 computed, price 50 by formula), goods by `procurement-scoring`, and where the
lowest price wins by `lowest-price`. Money in fen.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from clients.demo.cast import SITES, SPECIALITY
from clients.demo.scripts import WHOLE, WORKS_FEN, Script
from clients.projects import ProjectPlan
from crypto.seal_suites import CLASSIC
from tendering.domain.calendar import civil_day, day_begins
from tendering.domain.experts import committee_size
from tendering.domain.journal import instant
from tendering.domain.procedure import Judging, Round
from tendering.domain.rulebook import Rulebook
from tendering.domain.tender import Tender
from tendering.domain.timetable import earliest_deadline
from tendering.procedures import round_of
from tendering.rulebooks import holiday_calendar, method_text, rulebook_at, rulebook_of

NAME: Final = "works-lot-v1"
METHODS: Final = {
    "construction": "comprehensive-mean",
    "government_procurement": "procurement-scoring",
}
LOWEST: Final = "lowest-price"
FICTION: Final = "本项目为平台示范,所有单位、人员和数据均为虚构,不产生任何法律效力。"
COMMITTEE: Final = 5
LOT: Final = "1"
BID_VALIDITY_DAYS: Final = 90
UNLOCK_MINUTES: Final = 60
DRAIN_SECONDS: Final = 60
THRESHOLD: Final = 2
OPENING_HOUR: Final = timedelta(hours=10)
DAYS_TO_SPARE: Final = 3
DAYS_SINCE_APPROVAL: Final = 365
ESTIMATE_FEN: Final = WORKS_FEN
# 招标投标法实施条例 第二十六条: a bid security of 2 % at most, and of 800 000 yuan for works.
SECURITY_PERCENT: Final = 2
SECURITY_FEN_MAX: Final = 80_000_000
CEILING_PERCENT: Final = 100


@dataclass(frozen=True, slots=True)
class TenderPlan:
    """What the demonstration buys. `lots` as the API takes them; `source` says where it is from.

    `award_method` is said where the region lets the procuring entity choose among the candidates.
    """

    title: str
    description: str
    procuring_entity: str
    lots: tuple[Mapping[str, Any], ...]
    source: Mapping[str, Any]
    procedure: str = WHOLE.procedure
    regime: str = WHOLE.regime
    region: str = WHOLE.region
    category: str = WHOLE.category
    award_method: str = ""
    suite: str = CLASSIC.name

    @property
    def lot_names(self) -> list[str]:
        """The names of the lots."""
        return [str(lot["lot"]) for lot in self.lots]


def plan_of_template() -> TenderPlan:
    """The works tender that is played when no publication is given."""
    items = [
        {"code": "1", "name": "教学楼土建工程", "quantity": "18600", "unit": "平方米"},
        {"code": "2", "name": "给排水与消防工程", "quantity": "1", "unit": "项"},
        {"code": "3", "name": "电气与智能化工程", "quantity": "1", "unit": "项"},
        {"code": "4", "name": "室外总平工程", "quantity": "9200", "unit": "平方米"},
    ]
    return TenderPlan(
        title=f"{WHOLE.title}(示范项目)",
        description=FICTION,
        procuring_entity="示范市教育局",
        lots=(a_lot(LOT, "教学楼新建工程施工", ESTIMATE_FEN, items),),
        source={"template": NAME},
    )


def plan_of(script: Script) -> TenderPlan:
    """The tender of a short play."""
    name = f"{script.title}(示范项目)"
    items = [{"code": "1", "name": script.title, "quantity": "1", "unit": "项"}]
    return TenderPlan(
        title=name,
        description=FICTION,
        procuring_entity="示范市教育局",
        lots=(a_lot(LOT, script.title, script.estimate_fen, items),),
        source={"template": script.procedure},
        procedure=script.procedure,
        regime=script.regime,
        region=script.region,
        category=script.category,
        award_method=script.award_method,
    )


def a_lot(lot: str, title: str, estimate_fen: int, items: list[dict[str, Any]]) -> dict[str, Any]:
    """A lot on the template's terms: ceiling and bid security follow from the estimate."""
    security = min(estimate_fen * SECURITY_PERCENT // 100, SECURITY_FEN_MAX)
    return {
        "lot": lot,
        "title": title,
        "estimate_fen": estimate_fen,
        "ceiling_price_fen": estimate_fen * CEILING_PERCENT // 100,
        "bid_security_fen": security,
        "items": items,
    }


def method_of(regime: str, round_: Round) -> dict[str, Any]:
    """The evaluation method: no criteria where nobody scores."""
    scored = round_.judging in {Judging.METHOD, Judging.NONE}
    value: dict[str, Any] = json.loads(method_text(METHODS[regime] if scored else LOWEST))
    return value


def needs(members: int = COMMITTEE) -> list[dict[str, Any]]:
    """Who is drawn into the committee: experts at three sites, with reserves; most at the first."""
    others = len(SITES) - 1
    return [
        {
            "venue": site,
            "region": region,
            "speciality": SPECIALITY,
            "seats": (seats := members - others if number == 0 else 1),
            "reserves": in_pool - seats,
        }
        for number, (site, region, in_pool, _) in enumerate(SITES)
    ]


def needs_of(tender: Tender) -> list[dict[str, Any]]:
    """Who is drawn for a round of a tender: as few as the law allows."""
    size = committee_size(
        rulebook_of(tender.regime), shape=tender.round.committee, budget_fen=tender.budget_fen
    )
    assert isinstance(size.value, int)
    return needs(size.value)


def deadline_after(now: datetime, rulebook: Rulebook, round_: Round) -> datetime:
    """A lawful deadline for a tender published within the next days: ten o'clock on a working day.

    招标投标法 第二十四条: at least twenty days from the notice; other rounds have other periods.
    """
    calendar = holiday_calendar()
    publication = now + timedelta(days=DAYS_TO_SPARE)
    earliest = earliest_deadline(rulebook, calendar, publication, periods=round_.periods)
    day = calendar.next_working_day(civil_day(earliest))
    return day_begins(day) + OPENING_HOUR


def committee_body(award_method: str) -> dict[str, Any]:
    """What the notice says of the committee, and of who decides after it."""
    body: dict[str, Any] = {"needs": needs(), "representatives": 0}
    return body | ({"award_method": award_method} if award_method else {})


def next_round_body(tender: Tender, *, now: datetime) -> dict[str, Any]:
    """The body of `POST /tenders/{tender_id}/next-round`."""
    rulebook = rulebook_at(tender.regime, tender.region, None)
    round_ = round_of(tender.procedure, tender.round.number + 1, rulebook)
    return {
        "title": f"{tender.title} {round_.title}"[:200],
        "description": tender.description,
        "method": method_of(tender.regime, round_),
        "committee": dict(tender.committee),
        "deadline": instant(deadline_after(now, rulebook, round_)),
    }


def project_of(body: Mapping[str, Any], now: datetime) -> ProjectPlan:
    """The project that a tender belongs to, by the tender's body: approved a year ago."""
    approved = civil_day(now) - timedelta(days=DAYS_SINCE_APPROVAL)
    return ProjectPlan(
        name=str(body["title"])[:200],
        region=str(body["region"]),
        approval="approved",
        approval_number=f"示范发改〔{approved.year}〕{now:%m%d%H%M%S%f}号",
        approved_by="示范市发展和改革委员会",
        approved_on=approved,
        investment_fen=2 * sum(lot["estimate_fen"] for lot in body["lots"]),
        code=f"{approved.year}-{body['region']}-83-01-000001",
    )


def tender_body(
    plan: TenderPlan,
    *,
    now: datetime,
    agency_id: str,
    supervisor_id: str,
    key_holder_ids: list[str],
) -> dict[str, Any]:
    """The body of `POST /tenders`."""
    rulebook = rulebook_at(plan.regime, plan.region, None)
    round_ = round_of(plan.procedure, 1, rulebook)
    body = {
        "title": plan.title,
        "description": plan.description,
        "regime": plan.regime,
        "region": plan.region,
        "agency_id": agency_id,
        "supervisor_id": supervisor_id,
        "key_holder_ids": key_holder_ids,
        "threshold": THRESHOLD,
        "lots": [dict(lot) for lot in plan.lots],
        "method": method_of(plan.regime, round_),
        "committee": committee_body(plan.award_method),
        "bid_validity_days": BID_VALIDITY_DAYS,
        "unlock_minutes": UNLOCK_MINUTES,
        "drain_seconds": DRAIN_SECONDS,
        "deadline": instant(deadline_after(now, rulebook, round_)),
        "source": dict(plan.source),
    }
    # What a draft is that says nothing else: open tendering of works, sealed with X25519.
    if plan.suite != CLASSIC.name:
        body["suite"] = plan.suite
    if plan.procedure != WHOLE.procedure:
        body["procedure"] = plan.procedure
    if plan.category != WHOLE.category:
        body["circumstances"] = {"category": plan.category}
    return body
