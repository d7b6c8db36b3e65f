"""The demonstration's tender: what is bought, on which terms, and how bids are judged.

The method is the rulebook's template `comprehensive-mean` (综合评估法: technical 40 points judged,
business 10 computed, price 50 by formula). Money in fen.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from clients.demo.cast import SITES, SPECIALITY
from tendering.domain.calendar import civil_day, day_begins
from tendering.domain.journal import instant
from tendering.domain.timetable import earliest_deadline
from tendering.rulebooks import holiday_calendar, method_text, rulebook_of

NAME: Final = "works-lot-v1"
REGIME: Final = "construction"
REGION: Final = "510100"
METHOD: Final = "comprehensive-mean"
LOT: Final = "1"
BID_VALIDITY_DAYS: Final = 90
UNLOCK_MINUTES: Final = 60
DRAIN_SECONDS: Final = 60
THRESHOLD: Final = 2
OPENING_HOUR: Final = timedelta(hours=10)
DAYS_TO_SPARE: Final = 3
ESTIMATE_FEN: Final = 4_860_000_000
# 招标投标法实施条例 第二十六条: a bid security of 2 % at most, and of 800 000 yuan for works.
SECURITY_PERCENT: Final = 2
SECURITY_FEN_MAX: Final = 80_000_000
CEILING_PERCENT: Final = 100


@dataclass(frozen=True, slots=True)
class TenderPlan:
    """What the demonstration buys. `lots` as the API takes them; `source` says where it is from."""

    title: str
    description: str
    procuring_entity: str
    lots: tuple[Mapping[str, Any], ...]
    source: Mapping[str, Any]

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
        title="示范市第一中学教学楼新建工程施工(示范项目)",
        description="本项目为平台示范,所有单位、人员和数据均为虚构,不产生任何法律效力。",
        procuring_entity="示范市教育局",
        lots=(a_lot(LOT, "教学楼新建工程施工", ESTIMATE_FEN, items),),
        source={"template": NAME},
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


def method() -> dict[str, Any]:
    """The evaluation method."""
    value: dict[str, Any] = json.loads(method_text(METHOD))
    return value


def needs() -> list[dict[str, Any]]:
    """Who is drawn into the committee: five experts at three sites, with reserves."""
    return [
        {
            "venue": site,
            "region": region,
            "speciality": SPECIALITY,
            "seats": seats,
            "reserves": in_pool - seats,
        }
        for site, region, in_pool, seats in SITES
    ]


def deadline_after(now: datetime) -> datetime:
    """A lawful deadline for a tender published within the next days: ten o'clock on a working day.

    招标投标法 第二十四条: at least twenty days from the notice.
    """
    calendar = holiday_calendar()
    publication = now + timedelta(days=DAYS_TO_SPARE)
    earliest = earliest_deadline(rulebook_of(REGIME), calendar, publication)
    day = calendar.next_working_day(civil_day(earliest))
    return day_begins(day) + OPENING_HOUR


def tender_body(
    plan: TenderPlan,
    *,
    now: datetime,
    agency_id: str,
    supervisor_id: str,
    key_holder_ids: list[str],
) -> dict[str, Any]:
    """The body of `POST /tenders`."""
    return {
        "title": plan.title,
        "description": plan.description,
        "regime": REGIME,
        "region": REGION,
        "agency_id": agency_id,
        "supervisor_id": supervisor_id,
        "key_holder_ids": key_holder_ids,
        "threshold": THRESHOLD,
        "lots": [dict(lot) for lot in plan.lots],
        "method": method(),
        "committee": {"needs": needs(), "representatives": 0},
        "bid_validity_days": BID_VALIDITY_DAYS,
        "unlock_minutes": UNLOCK_MINUTES,
        "drain_seconds": DRAIN_SECONDS,
        "deadline": instant(deadline_after(now)),
        "source": dict(plan.source),
    }
