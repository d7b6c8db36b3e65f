"""The table of the security standard: whole, in order, and with tests that exist."""

import re
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "docs/security/asvs.md"
ROW = re.compile(r"\| ([\d. to]+) \| (met|operator|n/a|open) \| ([^|]+) \| ([^|]*)\|")
NUMBER = re.compile(r"\d+\.\d+\.\d+")
CHAPTERS = range(1, 18)


def test_every_requirement_is_answered_once_by_tests_that_exist() -> None:
    rows = [row for line in TABLE.read_text("utf-8").splitlines() if (row := ROW.fullmatch(line))]
    spans = [[tuple(map(int, n.split("."))) for n in NUMBER.findall(row[1])] for row in rows]
    tests = set(re.findall(r"`(test_\w+)`", "".join(row[4] for row in rows)))
    written = "".join(path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py"))

    assert {span[0][0] for span in spans} == set(CHAPTERS)
    assert all(before[-1] < after[0] for before, after in pairwise(spans))
    assert not [name for name in sorted(tests) if f"def {name}(" not in written]


def test_the_open_ones_stand_in_one_place() -> None:
    text = TABLE.read_text("utf-8")
    table, _, summary = text.partition("## Open")
    rows = [row for line in table.splitlines() if (row := ROW.fullmatch(line))]

    assert NUMBER.findall(summary) == [row[1] for row in rows if row[2] == "open"]
