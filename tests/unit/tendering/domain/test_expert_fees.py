"""Fees of experts: hours, steps with their rounding, the cap of a day, travel."""

from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta

import pytest

from tendering.domain.expert_fees import (
    FeeRule,
    Rounding,
    fee_of,
    minutes_worked,
    parse_fee_rule,
    rule_json,
)
from tendering.domain.refusals import Invalid
from tendering.rulebooks import expert_fee_rule

RULE = FeeRule("示范", 4, 500_00, 60, 100_00, "half_up", 1_500_00, 200_00)
AT = datetime(2026, 11, 24, tzinfo=UTC)


def test_what_work_comes_to() -> None:
    table: dict[tuple[Rounding, int], int] = {
        ("half_up", 1): 500_00,
        ("half_up", 240): 500_00,
        ("half_up", 269): 500_00,
        ("half_up", 270): 600_00,
        ("up", 241): 600_00,
        ("down", 299): 500_00,
        ("down", 300): 600_00,
        ("up", 23 * 60): 1_500_00,
        ("up", 25 * 60): 2_600_00,
    }

    for (rounding, minutes), fen in table.items():
        rule = replace(RULE, step_rounding=rounding)
        assert fee_of(rule, minutes=minutes, travels=False).total_fen == fen, (rounding, minutes)
        assert fee_of(rule, minutes=minutes, travels=True).total_fen == fen + 200_00
    low = fee_of(replace(RULE, day_fen_max=300_00), minutes=600, travels=True)
    assert (low.base_fen, low.overtime_fen, low.travel_fen) == (300_00, 0, 200_00)


def test_begun_minutes_count_and_no_time_is_refused() -> None:
    assert minutes_worked(AT, AT + timedelta(seconds=61)) == 2
    assert minutes_worked(AT, AT + timedelta(minutes=2)) == 2
    for ends_at in (AT, AT - timedelta(minutes=1), AT + timedelta(days=14, seconds=1)):
        with pytest.raises(Invalid):
            minutes_worked(AT, ends_at)


def test_a_rule_is_data_and_read_strictly() -> None:
    assert parse_fee_rule(rule_json(RULE)) == RULE
    assert expert_fee_rule().step_minutes == 60
    for wrong in (
        {"first_fen": -1},
        {"first_fen": 1.5},
        {"step_minutes": 0},
        {"step_rounding": "even"},
        {"extra": 1},
    ):
        with pytest.raises(Invalid):
            parse_fee_rule(asdict(RULE) | wrong)
