"""The offline verification of bills of quantities: amended, priced, cleared, and tampered with."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from clients.verify import verify_archive
from tendering.domain.archive import Edition, clearing_path, document_path
from tendering.domain.journal import Stream
from tests.support.archive import Archive
from tests.support.archive_bills import NAME
from tests.support.archive_play import TenderPlay

CLEARING = clearing_path("1")


@pytest.fixture(scope="module")
def play() -> TenderPlay:
    """A tender with a bill that an amendment replaced."""
    return TenderPlay(has_bill=True).played()


@pytest.fixture(scope="module")
def full(play: TenderPlay) -> Archive:
    """Its full edition."""
    return play.archive()


def told(archive: Archive, folder: Path) -> str:
    """The first thing that does not hold, or nothing."""
    report = verify_archive(archive.write(folder / "archive.zip"), trust=archive.trust)
    return "" if report.first_failure is None else report.first_failure.detail.splitlines()[0]


def test_an_amended_and_cleared_bill_holds_in_both_editions(
    play: TenderPlay, full: Archive, tmp_path: Path
) -> None:
    public = play.archive(Edition.PUBLIC)

    assert told(full, tmp_path) == ""
    assert told(public, tmp_path) == ""
    assert CLEARING in full.files
    assert CLEARING not in public.files


def test_a_clearing_report_that_was_altered_or_left_out_is_named(
    full: Archive, tmp_path: Path
) -> None:
    altered = full.files[CLEARING].replace("示范项目1".encode(), "示范项目2".encode(), 1)

    assert told(full.changed(CLEARING, altered), tmp_path).startswith(f"{CLEARING}: not the report")
    assert told(full.changed(CLEARING, full.files[CLEARING][:-1]), tmp_path).startswith(CLEARING)
    assert "the clearing report is missing" in told(full.changed(CLEARING, None), tmp_path)


def another_digest(body: dict[str, Any]) -> None:
    body["digest"] = "00" * 32


def other_totals(body: dict[str, Any]) -> None:
    bidder = next(iter(body["bill_fen"]))
    body["bill_fen"][bidder]["total"] += 1


def another_lot(body: dict[str, Any]) -> None:
    body["lot"] = "2"


def a_bid_left_out(body: dict[str, Any]) -> None:
    body["bill_fen"].popitem()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (another_digest, "another report follows from the bills"),
        (other_totals, "other totals than the bills have"),
        (a_bid_left_out, "other totals than the bills have"),
        (another_lot, "a lot without a bill"),
    ],
)
def test_what_the_journal_says_of_a_report_follows_from_the_bills(
    full: Archive, tmp_path: Path, change: Callable[[dict[str, Any]], None], says: str
) -> None:
    assert says in told(full.forged(Stream.COMMITTEE, "clearing.made", change), tmp_path)


def test_a_room_before_the_report_or_with_other_totals_is_named(
    full: Archive, tmp_path: Path
) -> None:
    def other_bids(body: dict[str, Any]) -> None:
        body["bids"][0]["bill_fen"]["total"] += 1

    without = full.without(Stream.COMMITTEE, "clearing.made", 1)
    forged = full.forged(Stream.COMMITTEE, "room.opened", other_bids)

    assert "opened before its clearing report" in told(without, tmp_path)
    assert "other totals of the bills of quantities" in told(forged, tmp_path)


def other_lines(body: dict[str, Any]) -> None:
    body["bill"]["lines"] += 1


def other_sums(body: dict[str, Any]) -> None:
    body["bill"]["parts_fen"]["provisional_sums"] = 1


def milder_terms(body: dict[str, Any]) -> None:
    body["bill"]["terms"]["high_percent"] = 99


def another_version(body: dict[str, Any]) -> None:
    body["version"] = 3


def the_first_file(body: dict[str, Any]) -> None:
    body["bill"]["document_digest"] = "00" * 32


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (other_lines, "not the bill that is named"),
        (other_sums, "not the bill that is named"),
        (milder_terms, "other terms than the notice has"),
        (another_version, "no amendment brings this bill"),
        (the_first_file, "the bill is not among the documents"),
    ],
)
def test_another_bill_than_the_amendment_brought_is_named(
    full: Archive, tmp_path: Path, change: Callable[[dict[str, Any]], None], says: str
) -> None:
    assert says in told(full.forged(Stream.PUBLIC, "bill.replaced", change), tmp_path)


def test_an_amended_bill_nobody_told_of_or_that_is_not_there_is_named(
    full: Archive, tmp_path: Path
) -> None:
    silent = full.without(Stream.PUBLIC, "bill.replaced", 1)
    path = document_path(2, NAME, 2)

    assert "nobody says so" in told(silent, tmp_path)
    assert path in full.files
    assert f"not the {NAME} of version 2" in told(full.changed(path, b"{}"), tmp_path)
