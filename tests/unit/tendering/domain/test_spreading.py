"""Openings at one instant: the warning, and the instants that are free."""

from datetime import timedelta

from tendering.domain.findings import require_lawful
from tendering.domain.spreading import candidates, crowding
from tests.support.make import DEADLINE

FIVE = timedelta(minutes=5)


def test_an_instant_with_room_is_no_finding() -> None:
    assert crowding(candidates(DEADLINE, spread=FIVE), {DEADLINE: 49}, at_most=50) is None


def test_a_full_instant_is_a_warning_that_names_the_next_free_ones_and_refuses_nothing() -> None:
    due = {DEADLINE: 50, DEADLINE + FIVE: 50, DEADLINE + 2 * FIVE: 49}

    found = crowding(candidates(DEADLINE, spread=FIVE), due, at_most=50)

    assert found is not None
    assert found.earliest == DEADLINE + 2 * FIVE
    assert "2026-12-18 09:40、2026-12-18 09:45、2026-12-18 09:50" in found.message_zh
    require_lawful([found])


def test_a_day_without_a_free_instant_says_so() -> None:
    wanted = candidates(DEADLINE, spread=FIVE)

    found = crowding(wanted, dict.fromkeys(wanted, 1), at_most=1)

    assert found is not None
    assert found.earliest is None
    assert "改日" in found.message_zh
