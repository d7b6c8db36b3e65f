"""The contract: what may stand in it after an award, and what secures its performance.

《招标投标法》第四十六条: it follows the tender documents and the bid; what departs from them is
shown on the cover and in the journal, for everybody to see.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from typing import Final
from uuid import UUID

from crypto.canonical import JsonValue
from tendering.domain.journal import Event
from tendering.domain.refusals.awards import PerformanceSecurityRefused
from tendering.domain.rulebook import Rulebook

PERCENT: Final = 100
# What a bid fixes besides the price (forms of the price envelope), with its Chinese name.
TERMS_OF_A_BID: Final[Mapping[str, str]] = {
    "duration_days": "工期",
    "quality": "质量",
    "project_manager": "项目负责人",
}


class PerformanceForm(StrEnum):
    """The forms a performance security (履约保证金) may take."""

    CASH = "cash"
    BANK_GUARANTEE = "bank_guarantee"
    GUARANTEE_INSURANCE = "guarantee_insurance"


@dataclass(frozen=True, slots=True)
class PerformanceSecurity:
    """What secures the performance of a contract."""

    form: PerformanceForm
    amount_fen: int


@dataclass(frozen=True, slots=True)
class ContractTerms:
    """What is agreed. `text_digest` is the SHA-256 of the full text, hex; the parties keep it."""

    price_fen: int
    duration_days: int | None
    quality: str
    project_manager: str
    text_digest: str
    performance: PerformanceSecurity | None


@dataclass(frozen=True, slots=True)
class Awarded:
    """What was awarded: to whom, at which price, until when the contract is due, and the bid."""

    lot: str
    bidder_id: UUID
    price_fen: int
    contract_until: datetime
    form: Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Deviation:
    """A term of the contract that is not that of the bid."""

    item: str
    title: str
    awarded: JsonValue
    contracted: JsonValue


def decide_contract(
    awarded: Awarded, terms: ContractTerms, rulebook: Rulebook, *, at: datetime
) -> tuple[tuple[Deviation, ...], Event]:
    """Draw the contract up. What departs from the bid is flagged, not refused: courts decide that.

    Raises PerformanceSecurityRefused.
    """
    if terms.performance is not None:
        require_performance(terms.performance, terms.price_fen, rulebook)
    found = deviations(awarded, terms)
    return found, Event(
        "contract.drafted",
        {
            "lot": awarded.lot,
            "bidder_id": str(awarded.bidder_id),
            "terms": terms_json(terms),
            "deviations": [
                {"item": one.item, "awarded": one.awarded, "contracted": one.contracted}
                for one in found
            ],
            # E32, G23: drawn up too late is still drawn up.
            "late": at >= awarded.contract_until,
        },
    )


def deviations(awarded: Awarded, terms: ContractTerms) -> tuple[Deviation, ...]:
    """Where the contract is not what was bid, the price first. 法 第四十六条; 条例 第五十七条."""
    found = []
    if terms.price_fen != awarded.price_fen:
        found.append(Deviation("price_fen", "合同价", awarded.price_fen, terms.price_fen))
    agreed = terms_json(terms)
    for item, title in TERMS_OF_A_BID.items():
        promised = awarded.form.get(item)
        if promised not in {None, ""} and promised != agreed[item]:
            found.append(Deviation(item, title, promised, agreed[item]))
    return tuple(found)


def require_performance(security: PerformanceSecurity, price_fen: int, rulebook: Rulebook) -> None:
    """E34, G24: not more than the law's share of the contract; in procurement not cash.

    Raises PerformanceSecurityRefused, with `why`.
    """
    rule = rulebook.required("performance_security_max")
    assert rule.value is not None
    most = price_fen * Fraction(rule.value) / PERCENT
    if security.amount_fen > most:
        raise PerformanceSecurityRefused(why="too-much", rule=rule.id, most_fen=int(most))
    # 政府采购法实施条例 第四十八条: cheque, draft, promissory note or guarantee, 非现金形式.
    if rulebook.regime == "government_procurement" and security.form is PerformanceForm.CASH:
        raise PerformanceSecurityRefused(why="non-cash-only", rule=rule.id)


def terms_json(terms: ContractTerms) -> dict[str, JsonValue]:
    """The terms as they are kept and told."""
    performance = terms.performance
    return {
        "price_fen": terms.price_fen,
        "duration_days": terms.duration_days,
        "quality": terms.quality,
        "project_manager": terms.project_manager,
        "text_digest": terms.text_digest,
        "performance": None
        if performance is None
        else {"form": performance.form, "amount_fen": performance.amount_fen},
    }
