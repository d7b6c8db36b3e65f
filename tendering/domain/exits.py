"""How a tender ends without a winner: terminated by who runs it, or failed; and begun once more.

条例 第三十一条, 87号令 第二十九条: a termination is published at once with its reason, and the
securities are returned. 招标投标法 第二十八条、第四十二条: what failed is repeated. In government
procurement only the causes of 政府采购法 第三十六条 end a procurement.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from crypto.canonical import JsonValue
from tendering.domain.journal import Event
from tendering.domain.refusals.remedies import AlreadyRetendered, TerminationCauseUnlawful
from tendering.domain.refusals.tenders import WrongPhase
from tendering.domain.rulebook import Rulebook
from tendering.domain.tender import (
    KeyHolder,
    Tender,
    TenderStatus,
    require_status,
    require_transition,
)

TERMINATION_LABEL: Final = "kaibiao/termination/v1"
# After so many failures in a row the law allows other ways than a further tender.
FAILURES_BEFORE_OTHER_WAYS: Final = 2
OTHER_WAYS: Final[Mapping[str, str]] = {
    "construction": "重新招标后投标人仍少于三个的，属于必须审批、核准的项目，报经原项目审批、"
    "核准部门批准后可以不再进行招标（《工程建设项目施工招标投标办法》第三十八条）",
    "government_procurement": "依法报财政部门批准后可以采用其他方式采购"
    "（《政府采购货物和服务招标投标管理办法》第四十三条）",
}


class Cause(StrEnum):
    """Why a tender is terminated."""

    TASK_CANCELLED = "task_cancelled"
    UNLAWFUL_CONDUCT = "unlawful_conduct"
    OVER_BUDGET = "over_budget"
    FORCE_MAJEURE = "force_majeure"
    OTHER = "other"


# G32, 政府采购法 第三十六条; fewer than three is not a matter of anybody's decision.
PROCUREMENT_CAUSES: Final = frozenset(
    {Cause.TASK_CANCELLED, Cause.UNLAWFUL_CONDUCT, Cause.OVER_BUDGET}
)


def termination_statement(tender_id: UUID, cause: Cause, text: str) -> dict[str, JsonValue]:
    """What the procuring entity or its agency signs."""
    return {"tender_id": str(tender_id), "cause": cause, "text": text}


def decide_termination(
    tender: Tender,
    rulebook: Rulebook,
    *,
    cause: Cause,
    text: str,
    signed: Mapping[str, JsonValue],
) -> tuple[Tender, Event]:
    """End a tender that was published, running or standing still, for a cause that is published.

    Raises WrongPhase, TerminationCauseUnlawful.
    """
    if tender.status is TenderStatus.DRAFT:
        raise WrongPhase(status=tender.status)
    require_transition(tender, TenderStatus.TERMINATED)
    if rulebook.keyed("failure_causes") is not None and cause not in PROCUREMENT_CAUSES:
        raise TerminationCauseUnlawful(cause=cause, causes=sorted(PROCUREMENT_CAUSES))
    body: dict[str, JsonValue] = {
        "cause": cause,
        "text": text,
        "signed": dict(signed),
        "status": tender.status,
    }
    ended = replace(
        tender, status=TenderStatus.TERMINATED, suspension=None, version=tender.version + 1
    )
    return ended, Event("tender.terminated", body)


def destruction_order(tender: Tender) -> Event:
    """Nothing will be unlocked any more: every key holder destroys its key for this tender."""
    numbers: list[JsonValue] = [holder.number for holder in tender.key_holders]
    return Event("key_holder.destruction_ordered", {"numbers": numbers, "status": tender.status})


def attempt_of(tender: Tender) -> int:
    """The how manieth tender for the same purpose it is: 1, or one more with each repetition."""
    found = tender.source.get("attempt", 1)
    return found if isinstance(found, int) else 1


def decide_retender(
    tender: Tender,
    opened_lots: Collection[str],
    *,
    next_id: UUID,
    deadline: datetime,
    repeated: Sequence[Collection[str]] = (),
) -> tuple[Tender, Event]:
    """The draft of the next attempt: the lots that failed, linked to it, counted.

    `opened_lots`: those whose opening began, and that have not failed since. Of a tender that goes
    on, the others are repeated. `repeated`: the lots of each attempt that was begun already; a
    lot that fails later gets one of its own. Raises WrongPhase, AlreadyRetendered.
    """
    over = tender.status in {TenderStatus.FAILED, TenderStatus.TERMINATED}
    ended = [lot for lot in tender.lots if over or lot.lot not in opened_lots]
    lots = tuple(lot for lot in ended if not any(lot.lot in before for before in repeated))
    if not over:
        require_status(
            tender,
            *(set(TenderStatus) - {TenderStatus.DRAFT, TenderStatus.PUBLISHED}),
        )
    if not ended:
        raise WrongPhase("no lot has failed", status=tender.status)
    if not lots:
        raise AlreadyRetendered
    attempt = attempt_of(tender) + 1
    source: dict[str, JsonValue] = {
        **tender.source,
        "attempt": attempt,
        "retender_of": str(tender.id),
        "retender_of_number": tender.number,
    }
    if attempt > FAILURES_BEFORE_OTHER_WAYS and tender.regime in OTHER_WAYS:
        source["other_ways"] = OTHER_WAYS[tender.regime]
    draft = replace(
        tender,
        id=next_id,
        number=f"{tender.number[:36]}-R{attempt}" + (f"-{len(repeated) + 1}" if repeated else ""),
        status=TenderStatus.DRAFT,
        lots=lots,
        key_holders=tuple(
            KeyHolder(each.number, each.organization_id, each.name) for each in tender.key_holders
        ),
        documents=(),
        deadline=deadline,
        published_at=None,
        timetable={},
        source=source,
        version=1,
        previous=None,
        suspension=None,
    )
    names: list[JsonValue] = [lot.lot for lot in lots]
    told: dict[str, JsonValue] = {"next_id": str(next_id), "lots": names, "attempt": attempt}
    return draft, Event("tender.retendered", told)
