"""The offline verification of who could take part, and of what was said of consortia."""

from pathlib import Path
from typing import Any

import pytest

from clients.verify import verify_archive
from tendering.domain.archive import Edition
from tendering.domain.journal import Stream
from tests.support.archive import Archive
from tests.support.archive_play import TenderPlay


@pytest.fixture(scope="module")
def invited() -> TenderPlay:
    """A tender to which all four bidders were invited."""
    return TenderPlay(invited=4).played()


def told(archive: Archive, folder: Path) -> str:
    """The first thing that does not hold, or nothing."""
    report = verify_archive(archive.write(folder / "archive.zip"), trust=archive.trust)
    return "" if report.first_failure is None else report.first_failure.detail.splitlines()[0]


def test_an_invitation_holds_and_the_public_edition_shows_no_list(
    invited: TenderPlay, tmp_path: Path
) -> None:
    public = invited.archive(Edition.PUBLIC)

    assert told(invited.archive(), tmp_path) == ""
    assert told(public, tmp_path) == ""
    assert not any(b"participants.invited" in content for content in public.files.values())


def test_a_bid_of_somebody_who_was_not_invited_is_named(tmp_path: Path) -> None:
    detail = told(TenderPlay(invited=2).played().archive(), tmp_path)

    assert "without being invited" in detail


def test_a_consortium_that_no_bid_declares_is_named(invited: TenderPlay, tmp_path: Path) -> None:
    def another(body: dict[str, Any]) -> None:
        body["consortia"] = [{"bidder_id": str(invited.bidders[0].id), "lead": "", "members": []}]

    forged = invited.archive().forged(Stream.PUBLIC, "bidders.compared", another)

    assert "other consortia or ties" in told(forged, tmp_path)
