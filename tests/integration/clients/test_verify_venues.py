"""What an archive shows of venues and arrivals, and what of it cannot be made up."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from clients.verify import Report, Status, verify_archive
from tendering.domain.journal import Stream
from tests.support.archive import Archive
from tests.support.archive_play import TenderPlay

VENUES = "venues and workstations"
Verify = Callable[[Archive], Report]


@pytest.fixture(scope="module")
def full() -> Archive:
    """A tender whose committee sits at a venue in part; its time was made longer."""
    return TenderPlay().played().archive()


@pytest.fixture
def verify(tmp_path: Path) -> Verify:
    """Write an archive and check it against keys obtained beforehand."""

    def check(archive: Archive) -> Report:
        return verify_archive(archive.write(tmp_path / "archive.zip"), trust=archive.trust)

    return check


def found(report: Report, status: Status) -> str:
    step = next(step for step in report.steps if step.name_en == VENUES)
    assert step.status is status, step.detail
    return step.detail


def test_members_and_their_workstations_are_counted(full: Archive, verify: Verify) -> None:
    assert "3 members had workstations" in found(verify(full), Status.HOLDS)


def other_chance(body: dict[str, Any]) -> None:
    drawn = body["free"].index(body["workstation_id"])
    body["workstation_id"] = body["free"][drawn - 1]


def one_hidden(body: dict[str, Any]) -> None:
    body["free"].pop()


def another_expert(body: dict[str, Any]) -> None:
    body["expert_id"] = "00000000-0000-0000-0000-000000000050"


def nobodys_booking(body: dict[str, Any]) -> None:
    body["booking_id"] = "00000000-0000-0000-0000-000000000050"


def too_late(body: dict[str, Any]) -> None:
    body["begins_at"] = "2040-01-01T00:00:00Z"
    body["ends_at"] = "2040-01-02T00:00:00Z"


def too_many(body: dict[str, Any]) -> None:
    body["seats_wanted"] = 9


def apart(body: dict[str, Any]) -> None:
    body["scattered"] = True


@pytest.mark.parametrize(
    ("kind", "change", "says"),
    [
        ("expert.arrived", other_chance, "not the workstation that was drawn"),
        ("expert.arrived", one_hidden, "other workstations were free"),
        ("expert.arrived", another_expert, "not who was drawn"),
        ("expert.arrived", nobodys_booking, "a booking that nobody asked for"),
        ("venue.confirmed", nobodys_booking, "a booking that nobody asked for"),
        ("venue.declined", nobodys_booking, "a booking that nobody asked for"),
    ],
)
def test_what_was_changed_is_named(
    full: Archive, verify: Verify, kind: str, change: Callable[[dict[str, Any]], None], says: str
) -> None:
    assert says in found(verify(full.forged(Stream.COMMITTEE, kind, change)), Status.FAILS)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (too_late, "not in the booked time"),
        (too_many, "not the seats that were asked for"),
        (apart, "not the seats that were asked for"),
    ],
)
def test_another_request_than_was_kept_is_named(
    full: Archive, verify: Verify, change: Callable[[dict[str, Any]], None], says: str
) -> None:
    kept = full.without(Stream.COMMITTEE, "venue.requested", 1).without(
        Stream.COMMITTEE, "venue.declined", 1
    )

    assert says in found(
        verify(kept.forged(Stream.COMMITTEE, "venue.requested", change)), Status.FAILS
    )


@pytest.mark.parametrize(
    ("kind", "number", "says"),
    [
        ("venue.confirmed", 1, "arrived where nothing is confirmed"),
        ("expert.arrived", 3, "checked in without having arrived"),
        ("venue.requested", 2, "a booking that nobody asked for"),
    ],
)
def test_what_was_left_out_is_missed(
    full: Archive, verify: Verify, kind: str, number: int, says: str
) -> None:
    assert says in found(verify(full.without(Stream.COMMITTEE, kind, number)), Status.FAILS)
