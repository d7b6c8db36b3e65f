"""What was noticed in a bill: where, and in words with the figures. Never a verdict."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from tendering.domain.methods.words import Words
from tendering.domain.quantities.bill import Line

# A bill for another tender differs in every line: all are counted, these are told.
LISTED_MAX: Final = 500


@dataclass(frozen=True, slots=True)
class BillFinding:
    """One thing to look at. `figure` is what the file says; the same figure twice is evidence."""

    kind: str
    sheet: str
    row: int
    item: str
    figure: str
    words: Words


@dataclass(frozen=True, slots=True)
class Findings:
    """How many there are of each kind, and the first of each."""

    counts: dict[str, int]
    listed: tuple[BillFinding, ...]


def gathered(found: Iterable[BillFinding]) -> Findings:
    """All counted; of each kind the first `LISTED_MAX` kept, in their order."""
    counts: Counter[str] = Counter()
    listed = []
    for one in found:
        counts[one.kind] += 1
        if counts[one.kind] <= LISTED_MAX:
            listed.append(one)
    return Findings(dict(counts), tuple(listed))


def at(line: Line, kind: str, figure: Decimal | str | None, zh: str, en: str) -> BillFinding:
    """A finding at a line."""
    item = line.code or line.name
    return BillFinding(kind, line.sheet, line.row, item, shown(figure), Words(zh, en))


def shown(value: Decimal | str | None) -> str:
    """A figure for a sentence; a dash where the cell is empty."""
    if value is None or value == "":
        return "—"
    return value if isinstance(value, str) else f"{value:f}"
