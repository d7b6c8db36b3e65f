"""How long archives are kept, and the four tests: never shorter than the law, nothing unsaid."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from crypto.canonical import JsonValue
from tendering.domain.journal import Entry, Stream, instant
from tendering.domain.keeping import (
    Contents,
    Retention,
    decide_archiving,
    four_tests,
    keeping_json,
    kept_json,
)
from tests.support.law import CALENDAR, CONSTRUCTION, PROCUREMENT

TENDER = UUID(int=7)


def ended(at: datetime, kind: str = "tender.failed", **body: JsonValue) -> Entry:
    return Entry(TENDER, Stream.PUBLIC, 9, kind, body, at, b"h" * 32)


def noon(year: int, month: int, day: int) -> datetime:
    """Noon in China."""
    return datetime(year, month, day, 4, tzinfo=UTC)


def midnight(year: int, month: int, day: int) -> datetime:
    """When that day begins in China."""
    return datetime(year, month, day - 1, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("retention", "until"),
    [
        # 2041-11-23 is a Saturday: the term ends on the working day after.
        (Retention.TEN_YEARS, midnight(2041, 11, 26)),
        (Retention.THIRTY_YEARS, midnight(2056, 11, 24)),
        (Retention.PERMANENT, None),
    ],
)
@pytest.mark.parametrize("rulebook", [CONSTRUCTION, PROCUREMENT], ids=["P04", "G29"])
def test_g29_an_archive_is_kept_for_its_class_and_never_less_than_fifteen_years(
    rulebook: object, retention: Retention, until: datetime | None
) -> None:
    kept, event = decide_archiving(
        rulebook,  # type: ignore[arg-type]  # parametrized
        CALENDAR,
        [ended(noon(2026, 11, 23))],
        retention=retention,
    )

    assert kept.keep_until == until
    assert event.kind == "tender.archived"
    assert event.body["keep_until"] == (None if until is None else instant(until))
    assert event.body == kept_json(kept)


def test_a_term_from_a_leap_day_ends_on_the_day_after() -> None:
    endings = [ended(noon(2028, 2, 29))]

    kept, _ = decide_archiving(CONSTRUCTION, CALENDAR, endings, retention=Retention.THIRTY_YEARS)

    assert kept.keep_until == midnight(2058, 3, 2)


def test_the_last_day_for_the_last_contract_counts() -> None:
    award = ended(noon(2026, 1, 5), "award.notified", contract_until=instant(midnight(2026, 3, 5)))
    other = ended(noon(2026, 2, 1), "award.notified", contract_until=instant(midnight(2026, 4, 5)))

    kept, _ = decide_archiving(
        CONSTRUCTION, CALENDAR, [other, award], retention=Retention.PERMANENT
    )

    assert kept.ended_at == midnight(2026, 4, 5)


HONEST = Contents(
    paths=("data/documents/001.pdf", "data/issued/notice.pdf", "data/journal/public.jsonl"),
    documents=("data/documents/001.pdf",),
    papers=(("data/issued/notice.pdf", "aa", "aa"),),
    streams=("public",),
)


def faults(contents: Contents) -> dict[str, tuple[str, ...]]:
    return {one.name: one.faults for one in four_tests(contents) if one.faults}


def test_an_honest_archive_passes_all_four() -> None:
    tests = four_tests(HONEST)

    assert [(one.zh, one.looked_at, one.faults) for one in tests] == [
        ("真实性", 1, ()),
        ("完整性", 3, ()),
        ("可用性", 3, ()),
        ("安全性", 3, ()),
    ]


def test_each_test_names_what_it_finds() -> None:
    base = HONEST.paths
    for changed, expected in (
        (Contents(base, (), (("data/issued/notice.pdf", "ab", "aa"),), ()), "authentic"),
        (Contents(base, ("data/documents/002.pdf",), (), ()), "complete"),
        (Contents(base, (), (), ("custody",)), "complete"),
        (Contents((*base, "data/documents/002.dwg"), (), (), ()), "usable"),
        (Contents((*base, "data/documents/002"), (), (), ()), "usable"),
        (Contents((*base, "data/documents/002.exe"), (), (), ()), "safe"),
    ):
        assert list(faults(changed)) == [expected]


def test_the_file_says_what_nobody_has_verified() -> None:
    told = keeping_json({"题名": "示范"}, four_tests(HONEST), None)

    assert told["standard"] == {"name": "DA/T 103-2024", "verified": False}
    assert told["retention"] is None
    assert told["metadata"] == {"题名": "示范"}
