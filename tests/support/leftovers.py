"""What a test run left out, why, and what to install so that it need not.

A test says which programs it runs: `@pytest.mark.needs("age", "pdfsig")`. Where one is missing the
test is skipped and named at the end; with `REQUIRE_ALL=1` nothing may be left out.
"""

import os
import shutil
from pathlib import Path
from typing import Final

import pytest

PACKAGES_FILE: Final = Path(__file__).resolve().parents[1] / "debian-packages.txt"
REQUIRE_ALL: Final = os.environ.get("REQUIRE_ALL") == "1"
NOT_INSTALLED: Final = "not installed"


def skip_without_programs(item: pytest.Item) -> None:
    """Leave out a test whose programs are not installed; its report names them.

    The report, because the test may run in another process than the one that sums up.
    """
    missing = missing_programs(item)
    if missing:
        item.user_properties += [(NOT_INSTALLED, name) for name in missing]
        pytest.skip(f"not installed: {', '.join(missing)}")


def missing_programs(item: pytest.Item) -> list[str]:
    """Programs that the test's `needs` marks name and that are not installed."""
    named = [str(name) for mark in item.iter_markers("needs") for name in mark.args]
    return [name for name in named if shutil.which(name) is None]


def packages_of(programs: set[str]) -> list[str]:
    """Debian packages that bring the programs, as far as `debian-packages.txt` knows them."""
    return sorted(
        words[0]
        for line in PACKAGES_FILE.read_text().splitlines()
        if (words := line.partition("#")[0].split()) and programs.intersection(words[1:])
    )


def write_report(reporter: pytest.TerminalReporter) -> None:
    """Print each reason for leaving tests out, with its number, and the one line to mend it."""
    skipped = reporter.stats.get("skipped", [])
    if not skipped:
        return
    reasons: dict[str, int] = {}
    for report in skipped:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        reasons[reason] = reasons.get(reason, 0) + 1
    reporter.section("left out", sep="-")
    for reason, number in sorted(reasons.items()):
        reporter.write_line(f"{number:4} x {reason.removeprefix('Skipped: ')}")
    programs = {
        str(value)
        for report in skipped
        for name, value in getattr(report, "user_properties", [])
        if name == NOT_INSTALLED
    }
    if packages := packages_of(programs):
        reporter.write_line(f"to run them too: sudo apt-get install -y {' '.join(packages)}")
