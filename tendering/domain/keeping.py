"""How long an archive is kept, what describes it, and the four tests the platform makes of it.

The law asks for fifteen years and the standard of archivists for a class; the longer one counts.
What the standard DA/T 103-2024 asks for is known here from secondary sources: its name stands in
the file, and that nobody has compared field by field (`verified: false`).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from crypto.canonical import JsonValue
from tendering.domain.calendar import ONE_DAY, Calendar, civil_day, day_begins
from tendering.domain.journal import Entry, Event, instant, parse_instant
from tendering.domain.rulebook import Rulebook
from tendering.domain.terms import whole_after

FORMAT: Final = "kaibiao/keeping/v1"
STANDARD: Final = "DA/T 103-2024"
ARCHIVED: Final = "tender.archived"
ENDINGS: Final = ("award.notified", "tender.failed", "tender.terminated", "round.continued")


class Retention(StrEnum):
    """The class an archive is kept in (保管期限)."""

    PERMANENT = "permanent"
    THIRTY_YEARS = "thirty_years"
    TEN_YEARS = "ten_years"


YEARS: Final[Mapping[Retention, int | None]] = MappingProxyType(
    {Retention.PERMANENT: None, Retention.THIRTY_YEARS: 30, Retention.TEN_YEARS: 10}
)
RETENTION_ZH: Final[Mapping[Retention, str]] = MappingProxyType(
    {
        Retention.PERMANENT: "永久",
        Retention.THIRTY_YEARS: "30年",
        Retention.TEN_YEARS: "10年",
    }
)
# What will be read without the program that wrote it; containers are age files, lists DER.
_OPEN: Final = frozenset(
    {"age", "crl", "csv", "header", "json", "jsonl", "ofd", "pdf", "txt", "xlsx", "xml", "zip"}
)
_PROGRAMS: Final = frozenset(
    {"bat", "cmd", "com", "dll", "exe", "jar", "js", "lnk", "msi", "ps1", "scr", "sh", "vbs"}
)
_SUFFIX: Final = re.compile(r"\.([a-z0-9]{1,8})$")


@dataclass(frozen=True, slots=True)
class Kept:
    """How long an archive is kept. `keep_until`: the first instant it may go, None: never."""

    retention: Retention
    ended_at: datetime
    keep_until: datetime | None
    rule: str
    law: str


@dataclass(frozen=True, slots=True)
class Contents:
    """What an archive holds, for the four tests. `paths`: all files but the one that tells.

    `documents` are the paths that the notice asks for. `papers`: of each issued document its path,
    the digest in the table and the last one in the journal, hex. `streams`: those with entries.
    """

    paths: tuple[str, ...]
    documents: tuple[str, ...]
    papers: tuple[tuple[str, str, str], ...]
    streams: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KeepingTest:
    """One of the four tests (四性检测): what was looked at, and what does not hold."""

    name: str
    zh: str
    looked_at: int
    faults: tuple[str, ...]


def decide_archiving(
    rulebook: Rulebook,
    calendar: Calendar,
    endings: Sequence[Entry],
    *,
    retention: Retention,
) -> tuple[Kept, Event]:
    """How long an ended tender is kept: the class, but never less than the law (G29, P04).

    `endings` are the entries that ended it, of the kinds ENDINGS; the last day counts.
    """
    assert endings, "a tender that is over has an entry that ended it"
    rule = rulebook.required("archive_min")
    ended_at = max(_ended_at(entry) for entry in endings)
    lawful = whole_after(rulebook, rule, calendar, ended_at)
    years = YEARS[retention]
    keep_until = None if years is None else max(lawful, _years_after(ended_at, years))
    kept = Kept(retention, ended_at, keep_until, rule.id, rule.law)
    return kept, Event(ARCHIVED, kept_json(kept))


def kept_json(kept: Kept) -> dict[str, JsonValue]:
    """As the journal and the archive have it."""
    return {
        "retention": kept.retention,
        "ended_at": instant(kept.ended_at),
        "keep_until": None if kept.keep_until is None else instant(kept.keep_until),
        "rule": kept.rule,
        "law": kept.law,
        "standard": STANDARD,
        "standard_verified": False,
    }


def four_tests(contents: Contents) -> tuple[KeepingTest, ...]:
    """Authentic, complete, usable, safe: what the platform itself finds as it makes an archive."""
    differing = [path for path, stored, told in contents.papers if stored != told]
    held = frozenset(contents.paths)
    asked = [*contents.documents, *(path for path, _, _ in contents.papers)]
    asked += [f"data/journal/{stream}.jsonl" for stream in contents.streams]
    formats = {path: _format_of(path) for path in contents.paths}
    return (
        KeepingTest("authentic", "真实性", len(contents.papers), tuple(differing)),
        KeepingTest(
            "complete", "完整性", len(asked), tuple(path for path in asked if path not in held)
        ),
        KeepingTest(
            "usable",
            "可用性",
            len(formats),
            tuple(path for path, name in formats.items() if name not in _OPEN | _PROGRAMS),
        ),
        KeepingTest(
            "safe",
            "安全性",
            len(formats),
            tuple(path for path, name in formats.items() if name in _PROGRAMS),
        ),
    )


def keeping_json(
    described: Mapping[str, str], tests: Sequence[KeepingTest], kept: Mapping[str, JsonValue] | None
) -> dict[str, JsonValue]:
    """The file that tells archivists what they hold. `kept` is None until it was archived."""
    return {
        "format": FORMAT,
        "standard": {"name": STANDARD, "verified": False},
        "metadata": dict(described),
        "retention": None if kept is None else dict(kept),
        "tests": [
            {
                "test": one.name,
                "zh": one.zh,
                "looked_at": one.looked_at,
                "holds": not one.faults,
                "faults": list(one.faults),
            }
            for one in tests
        ],
    }


def _ended_at(entry: Entry) -> datetime:
    """A procurement ends with its contract: the last day for it where there is an award."""
    until = entry.body.get("contract_until")
    return parse_instant(until) if isinstance(until, str) else entry.at


def _years_after(at: datetime, years: int) -> datetime:
    """The end of the day so many years later; after a leap day that of the first of March."""
    day = civil_day(at)
    try:
        later = day.replace(year=day.year + years)
    except ValueError:
        later = date(day.year + years, 3, 1)
    return day_begins(later + ONE_DAY)


def _format_of(path: str) -> str:
    found = _SUFFIX.search(path)
    return found.group(1) if found else ""
