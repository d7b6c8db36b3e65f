"""Calendars of public dates, read back as RFC 5545 says."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from tendering.domain.open_data.publication import Publisher
from tendering.publication.calendars import CalendarEvent, events_of, icalendar
from tendering.storage.calendar_rows import CalendarRow

PUBLISHER = Publisher("ocds-kbdemo", "示范公共资源交易平台", "https://bids.example")
DEADLINE = datetime(2026, 12, 14, 1, 30, tzinfo=UTC)
ROW = CalendarRow(
    id=UUID(int=7),
    number="KB-2026-0001",
    title="示范教学楼, 二期; 甲\\乙\n" + "楼" * 60,
    status="published",
    is_suspended=False,
    timetable={
        "deadline": "2026-12-14T01:30:00.000000Z",
        "documents_until": "2026-11-30T09:00:00.000000Z",
        "publicity_until": None,
        "provisional": False,
    },
    deadline=DEADLINE,
    procuring_entity="示范市教育局",
    changes=1,
    changed_at=datetime(2026, 11, 20, 0, 0, 1, 500, tzinfo=UTC),
    publicity_until={},
)


def unfolded(content: bytes) -> list[str]:
    assert content.endswith(b"\r\n")
    return content.replace(b"\r\n ", b"").decode().split("\r\n")[:-1]


def of(content: bytes, name: str) -> list[str]:
    return [line.partition(":")[2] for line in unfolded(content) if line.startswith(f"{name}:")]


def shown(*events: CalendarEvent) -> bytes:
    return icalendar(events, PUBLISHER, title="示范")


def test_each_date_is_an_event_in_utc_whose_name_stays() -> None:
    content = shown(*events_of([ROW]))

    assert of(content, "DTSTART") == ["20261130T090000Z", "20261214T013000Z"]
    assert of(content, "UID") == [
        f"{UUID(int=7)}-documents_until@ocds-kbdemo",
        f"{UUID(int=7)}-deadline@ocds-kbdemo",
    ]
    assert of(content, "DTSTAMP") == ["20261120T000001Z"] * 2
    assert unfolded(content)[:2] == ["BEGIN:VCALENDAR", "VERSION:2.0"]
    assert unfolded(content)[-1] == "END:VCALENDAR"


def test_a_date_that_moved_keeps_its_name_and_has_a_higher_sequence() -> None:
    [*_, before] = events_of([ROW])
    later = replace(ROW, deadline=DEADLINE + timedelta(days=5), changes=2)
    [*_, after] = events_of([later])

    assert (before.name, before.sequence) == (after.name, 0)
    assert (after.sequence, after.at) == (1, DEADLINE + timedelta(days=5))


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, ["CONFIRMED", "CONFIRMED"]),
        ({"is_suspended": True}, ["TENTATIVE", "TENTATIVE"]),
        # The documents were given out; the opening does not come any more.
        (
            {"status": "terminated", "changed_at": datetime(2026, 12, 1, tzinfo=UTC)},
            ["CONFIRMED", "CANCELLED"],
        ),
    ],
)
def test_what_stands_still_or_has_ended_says_so(changes: dict[str, Any], status: list[str]) -> None:
    assert of(shown(*events_of([replace(ROW, **changes)])), "STATUS") == status


def test_lines_are_folded_between_characters_and_hostile_text_stays_text() -> None:
    content = shown(*events_of([ROW]))

    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    assert re.fullmatch(rb"(?:[^\r\n]*\r\n)*", content)
    summary = of(content, "SUMMARY")[1]
    assert summary.startswith("投标截止、开标：示范教学楼\\, 二期\\; 甲\\\\乙\\n楼")
    assert summary.endswith("楼" * 60)


def test_publicity_is_an_event_of_each_lot_and_a_span_is_half_open() -> None:
    until = {"1": DEADLINE + timedelta(days=3), "2": DEADLINE + timedelta(days=4)}
    row = replace(ROW, publicity_until=until)

    within = events_of([row], DEADLINE, DEADLINE + timedelta(days=4))

    assert [(one.kind, one.lot) for one in within] == [("deadline", ""), ("publicity_until", "1")]
