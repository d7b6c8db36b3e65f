"""How long does the whole timetable of a tender take? Target: under 1 ms.

The peer is what the platform's calendar comes from: the working-day terms alone of the same tender,
counted day by day by `chinesecalendar`.
"""

import statistics
import time
from collections.abc import Callable
from datetime import date, timedelta
from datetime import time as clock_time
from typing import Final

import chinese_calendar  # type: ignore[import-untyped]  # ships no types

from benchmarks.report import Row, report
from tendering.domain.calendar import civil_instant
from tendering.domain.schedule import schedule
from tendering.rulebooks import holiday_calendar, rulebook_of

ROUNDS: Final = 30
REPEATS: Final = 20
NOTICE: Final = date(2026, 3, 2)
# The working-day terms of a government procurement tender, one after another (G02 to G27).
TERMS: Final = (5, 5, 7, 7, 2, 5, 2, 1, 7, 7, 15, 5, 5, 2, 7)


def main() -> None:
    """Time both, interleaved, and report the medians."""
    book, calendar = rulebook_of("government_procurement"), holiday_calendar()
    given = {
        "notice": civil_instant(NOTICE, clock_time(9)),
        "deadline": civil_instant(NOTICE + timedelta(days=22), clock_time(9)),
    }
    ours, peer = [], []
    for _ in range(ROUNDS):
        ours.append(_microseconds(lambda: schedule(book, calendar, given)))
        peer.append(_microseconds(_with_chinesecalendar))
    steps = len(schedule(book, calendar, given).steps)
    name = f"whole timetable, {steps} steps and findings"
    report(
        "timetable",
        unit="µs",
        rows=[
            Row(f"chinesecalendar, {len(TERMS)} working-day terms only", statistics.median(peer)),
            Row(name, statistics.median(ours)),
        ],
        ours=name,
    )


def _with_chinesecalendar() -> date:
    day = NOTICE
    for term in TERMS:
        for _ in range(term):
            day += timedelta(days=1)
            while not chinese_calendar.is_workday(day):
                day += timedelta(days=1)
    return day


def _microseconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    for _ in range(REPEATS):
        work()
    return (time.perf_counter() - started) / REPEATS * 1e6


if __name__ == "__main__":
    main()
