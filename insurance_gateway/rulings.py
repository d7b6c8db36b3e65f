"""What becomes of a guarantor's notice: applied, kept for later, too late, or rejected (pure).

Notices may come twice and in any order. What is possible now is applied; what will be possible
after other notices waits for them; what can never be possible again changes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import assert_never

from insurance_gateway.guarantee import (
    Order,
    Reception,
    Requirement,
    Step,
    decide_step,
    reception,
)
from insurance_gateway.wire import (
    ApplicationApproved,
    ApplicationReceived,
    ApplicationRefused,
    ClaimAccepted,
    ClaimPaid,
    ClaimRefused,
    GuaranteeAmended,
    GuaranteeDisclosed,
    GuaranteeIssued,
    Notice,
    Party,
    Policy,
    PremiumReceived,
    Project,
    QuoteDeclined,
    QuoteOffered,
    SurrenderAccepted,
    SurrenderRefused,
    policy_digest,
    read_policy,
)


class Outcome(StrEnum):
    """What became of a notice."""

    APPLIED = "applied"
    WAITING = "waiting"
    STALE = "stale"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Situation:
    """What a policy is checked against; the guarantor knows only the applicant of it."""

    requirement: Requirement
    deadline: datetime
    applicant: Party
    insurer: Party
    project: Project


@dataclass(frozen=True, slots=True)
class Ruling:
    """What became of a notice and how the order stands afterwards."""

    order: Order
    outcome: Outcome
    reason: str = ""


STEPS: Mapping[type[Notice], Step] = MappingProxyType(
    {
        QuoteOffered: Step.OFFER,
        QuoteDeclined: Step.DECLINE,
        ApplicationReceived: Step.RECEIVE,
        ApplicationApproved: Step.APPROVE,
        ApplicationRefused: Step.REFUSE,
        PremiumReceived: Step.PAY,
        GuaranteeIssued: Step.ISSUE,
        GuaranteeAmended: Step.AMEND,
        GuaranteeDisclosed: Step.DISCLOSE,
        SurrenderAccepted: Step.ACCEPT_SURRENDER,
        SurrenderRefused: Step.REFUSE_SURRENDER,
        ClaimAccepted: Step.ACCEPT_CLAIM,
        ClaimRefused: Step.REFUSE_CLAIM,
        ClaimPaid: Step.PAY_CLAIM,
    }
)


def rule_on(order: Order, notice: Notice, situation: Situation, *, at: datetime) -> Ruling:
    """Rule on a notice whose sender and whose policy's signature have been checked."""
    step = STEPS[type(notice)]
    match reception(order.state, step):
        case Reception.LATER:
            return Ruling(order, Outcome.WAITING)
        case Reception.NEVER:
            return Ruling(order, Outcome.STALE)
        case Reception.NOW:
            pass
    match notice:
        case QuoteOffered():
            offered = replace(order, premium_fen=notice.premium_fen, offer_ends_at=notice.ends_at)
            return _applied(offered, step, at)
        case GuaranteeIssued():
            return _issued(order, notice, situation, at)
        case GuaranteeAmended() | GuaranteeDisclosed():
            return _changed(order, notice, step, situation, at)
        case QuoteDeclined() | ApplicationRefused() | SurrenderRefused() | ClaimRefused():
            return _applied(replace(order, reason=notice.reason), step, at)
        case (
            ApplicationReceived()
            | ApplicationApproved()
            | PremiumReceived()
            | SurrenderAccepted()
            | ClaimAccepted()
            | ClaimPaid()
        ):
            return _applied(order, step, at)
        case _:
            assert_never(notice)


def policy_fault(policy: Policy, order: Order, situation: Situation) -> str:
    """Why a policy does not do, in one word; empty when it does.

    招标投标法实施条例 第二十六条: as much as is asked for, and as long as the bid is valid.
    """
    checks = (
        ("wrong-order", policy.order_id == order.id),
        ("wrong-applicant", policy.applicant.uscc == situation.applicant.uscc),
        ("wrong-insurer", policy.insurer.uscc == situation.insurer.uscc),
        ("amount-short", policy.amount_fen >= situation.requirement.amount_fen),
        ("starts-late", policy.effective_from <= situation.deadline),
        ("period-short", policy.valid_until >= situation.requirement.until),
    )
    return next((fault for fault, holds in checks if not holds), "")


def _applied(order: Order, step: Step, at: datetime) -> Ruling:
    return Ruling(decide_step(order, step, at=at), Outcome.APPLIED)


def _issued(order: Order, notice: GuaranteeIssued, situation: Situation, at: datetime) -> Ruling:
    policy = read_policy(notice.policy)
    fault = policy_fault(policy, order, situation)
    if policy.project is not None:
        # A guarantee that names a project was written by somebody who should not know it.
        fault = fault or "names-a-project"
    issued = decide_step(_with_policy(order, policy, notice.policy), Step.ISSUE, at=at)
    step = Step.FAIL_VERIFICATION if fault else Step.VERIFY
    return _applied(replace(issued, reason=fault), step, at)


def _changed(
    order: Order,
    notice: GuaranteeAmended | GuaranteeDisclosed,
    step: Step,
    situation: Situation,
    at: datetime,
) -> Ruling:
    policy = read_policy(notice.policy)
    fault = policy_fault(policy, order, situation)
    if policy.guarantee_number != order.guarantee_number:
        fault = fault or "wrong-guarantee"
    expected = situation.project if step is Step.DISCLOSE else policy.project
    if policy.project != expected:
        fault = fault or "wrong-project"
    if fault:
        # What stands stays as it is: the guarantor may send a better one.
        return Ruling(order, Outcome.REJECTED, fault)
    return _applied(_with_policy(order, policy, notice.policy), step, at)


def _with_policy(order: Order, policy: Policy, signed: Mapping[str, object]) -> Order:
    return replace(
        order,
        guarantee_number=policy.guarantee_number,
        insured_fen=policy.amount_fen,
        valid_until=policy.valid_until,
        policy_digest=policy_digest(signed),
        reason="",
    )
