"""Fees of experts: so much for the first hours, so much a step beyond them, and travel.

The rule is data, its rounding included; what it comes to is stated for each seat with the rule
itself, so that everybody who may see a statement can compute it again.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from crypto.canonical import JsonValue
from tendering.domain.journal import Event, instant
from tendering.domain.refusals import Invalid

Rounding = Literal["up", "half_up", "down"]
WORKED_MAX: Final = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class FeeRule:
    """Money in fen. `step_rounding` says what a part of a step counts; the cap is for each day."""

    name: str
    first_hours: int
    first_fen: int
    step_minutes: int
    step_fen: int
    step_rounding: Rounding
    day_fen_max: int
    travel_fen: int


@dataclass(frozen=True, slots=True)
class Fee:
    """What an expert is paid, in fen: for the first hours, for steps beyond them, for travel."""

    base_fen: int
    steps: int
    overtime_fen: int
    travel_fen: int

    @property
    def total_fen(self) -> int:
        """All of it."""
        return self.base_fen + self.overtime_fen + self.travel_fen


def fee_of(rule: FeeRule, *, minutes: int, travels: bool) -> Fee:
    """What so many minutes of work come to; the cap holds for work, not for travel."""
    beyond = max(0, minutes - rule.first_hours * 60)
    steps, rest = divmod(beyond, rule.step_minutes)
    if rest and (
        rule.step_rounding == "up"
        or (rule.step_rounding == "half_up" and 2 * rest >= rule.step_minutes)
    ):
        steps += 1
    days = max(1, -(-minutes // (24 * 60)))
    work_fen = min(rule.first_fen + steps * rule.step_fen, days * rule.day_fen_max)
    base_fen = min(rule.first_fen, work_fen)
    return Fee(base_fen, steps, work_fen - base_fen, rule.travel_fen if travels else 0)


def minutes_worked(begins_at: datetime, ends_at: datetime) -> int:
    """Whole minutes from one instant to the other, begun ones included. Raises Invalid."""
    if not timedelta(0) < ends_at - begins_at <= WORKED_MAX:
        raise Invalid("work ends after it begins, within two weeks")
    return -((begins_at - ends_at) // timedelta(minutes=1))


def stated(
    rule: FeeRule,
    fee: Fee,
    *,
    seat: int,
    expert_id: UUID,
    travels: bool,
    begins_at: datetime,
    ends_at: datetime,
) -> Event:
    """The host states what an expert is paid."""
    said: dict[str, JsonValue] = {
        "seat": seat,
        "expert_id": str(expert_id),
        "begins_at": instant(begins_at),
        "ends_at": instant(ends_at),
        "travels": travels,
        "rule": rule_json(rule),
        "base_fen": fee.base_fen,
        "overtime_fen": fee.overtime_fen,
        "travel_fen": fee.travel_fen,
    }
    return Event("expert.fee_stated", said)


def rule_json(rule: FeeRule) -> dict[str, JsonValue]:
    """The rule as it stands with a statement."""
    return {**asdict(rule)}


def parse_fee_rule(value: Mapping[str, object]) -> FeeRule:
    """The rule from a file. Raises Invalid when a number makes no sense."""
    try:
        rule = FeeRule(**value)  # type: ignore[arg-type]  # checked below
    except TypeError as error:
        raise Invalid("a rule of fees has other members") from error
    numbers = [getattr(rule, name) for name in FeeRule.__slots__ if name not in _TEXTS]
    if not all(type(one) is int and one >= 0 for one in numbers) or rule.step_minutes < 1:
        raise Invalid("a rule of fees has whole numbers from 0")
    if rule.step_rounding not in {"up", "half_up", "down"}:
        raise Invalid("a part of a step counts up, half_up or down")
    return rule


_TEXTS: Final = frozenset({"name", "step_rounding"})
