"""Many openings at one instant: a warning when planning, with the next instants that are free.

How many are too many is the platform's setting, not the law's: nothing is refused for it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from tendering.domain.findings import Finding
from tendering.domain.schedule import wall_time

RULE: Final = "openings_at_one_instant"
FREE_NAMED: Final = 3
# So many instants after the wanted one are looked at.
LOOKED_AT: Final = 96


def candidates(deadline: datetime, *, spread: timedelta) -> list[datetime]:
    """The wanted instant, and those after it that might be free."""
    return [deadline + spread * step for step in range(LOOKED_AT + 1)]


def crowding(
    wanted: Sequence[datetime], due: Mapping[datetime, int], *, at_most: int
) -> Finding | None:
    """The warning where one opening more would be too many at `wanted[0]`; None where it fits.

    `due` tells how many published tenders fall due at an instant.
    """
    there = due.get(wanted[0], 0)
    if there < at_most:
        return None
    free = [at for at in wanted[1:] if due.get(at, 0) < at_most][:FREE_NAMED]
    named = [wall_time(at) for at in free]
    return Finding(
        RULE,
        "平台参数",
        "warn",
        f"{wall_time(wanted[0])} 已有 {there} 个项目开标，建议错开：{'、'.join(named) or '改日'}",
        f"{there} openings at {wall_time(wanted[0])}; free: {', '.join(named) or 'another day'}",
        earliest=free[0] if free else None,
    )
