"""What an archive shows of the contributions to a draw, and what of it cannot be made up."""

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from clients.verify import Report, Status, verify_archive
from tendering.domain.journal import Stream
from tests.support.archive import Archive
from tests.support.archive_play import TenderPlay
from tests.support.evaluation import DRAWN_METHOD

DRAW = "the draw, computed again"


@pytest.fixture(scope="module")
def full() -> Archive:
    """A tender that went well; the procuring entity opened nothing, two key holders did."""
    return TenderPlay().played().archive()


@pytest.fixture
def verify(tmp_path: Path) -> Callable[[Archive], Report]:
    """Write an archive and check it against keys obtained beforehand."""

    def check(archive: Archive) -> Report:
        return verify_archive(archive.write(tmp_path / "archive.zip"), trust=archive.trust)

    return check


Verify = Callable[[Archive], Report]


def found(report: Report, status: Status) -> str:
    step = next(step for step in report.steps if step.name_en == DRAW)
    assert step.status is status
    return step.detail


def test_who_was_opened_by_key_holders_is_said(full: Archive, verify: Verify) -> None:
    assert "was opened by key holders" in found(verify(full), Status.HOLDS)


def another_container(body: dict[str, Any]) -> None:
    container = bytearray(base64.b64decode(body["container"]))
    container[-1] ^= 1
    body["container"] = base64.b64encode(container).decode()


def another_party(body: dict[str, Any]) -> None:
    body["organization_id"] = "00000000-0000-0000-0000-000000000050"


def the_contrary(body: dict[str, Any]) -> None:
    body["usable"] = not body["usable"]


def one_left_out(body: dict[str, Any]) -> None:
    body["left_out"] = [body["admitted"].pop()]


def another_key(body: dict[str, Any]) -> None:
    body["file_key"] = "00" * 16


def another_share(body: dict[str, Any]) -> None:
    body["share"] = "00" * 16


def nobody_named(body: dict[str, Any]) -> None:
    body["opened_by_key_holders"] = []


def another_value(body: dict[str, Any]) -> None:
    body["contributions"][0]["value"] = "00" * 32


@pytest.mark.parametrize(
    ("kind", "change", "says"),
    [
        ("draw.committed", another_container, "something else was signed"),
        ("draw.committed", another_party, "could not happen there"),
        ("draw.record_checked", the_contrary, "something else was signed"),
        ("draw.contributions_closed", one_left_out, "says something else than it must"),
        ("draw.revealed", another_key, "not the key of the sealed contribution"),
        ("draw.share_given", another_share, "does not fit the commitment"),
        ("committee.drawn", nobody_named, "not what their containers hold"),
        ("committee.drawn", another_value, "not what their containers hold"),
    ],
)
def test_what_was_changed_is_named(
    full: Archive, verify: Verify, kind: str, change: Callable[[dict[str, Any]], None], says: str
) -> None:
    assert says in found(verify(full.forged(Stream.PUBLIC, kind, change)), Status.FAILS)


def another_ball(body: dict[str, Any]) -> None:
    body["coefficients"][1]["balls"][0]["drawn"] ^= 1


def another_percent(body: dict[str, Any]) -> None:
    body["coefficients"][1]["percent"] = "3.33"


def another_method(body: dict[str, Any]) -> None:
    body["coefficients"][0]["method"] = body["coefficients"][0]["method"] % 3 + 1


def no_coefficient(body: dict[str, Any]) -> None:
    body["coefficients"] = []


def no_bidder(body: dict[str, Any]) -> None:
    body["bidders"] = body["bidders"][1:]


def somebody_else(body: dict[str, Any]) -> None:
    body["bidders"].append("00000000-0000-0000-0000-000000000050")


@pytest.fixture(scope="module")
def drawn() -> Archive:
    """A tender whose method left a benchmark and a K to the draw; all three bidders contributed."""
    return TenderPlay(method=DRAWN_METHOD).played().archive()


def test_a_drawn_coefficient_is_computed_again_and_what_was_evaluated_with_it(
    drawn: Archive, verify: Verify
) -> None:
    report = verify(drawn)

    assert report.holds, report.verdict
    assert "lot 1: K = " in found(report, Status.HOLDS)
    assert "lot 1: 方法 = " in found(report, Status.HOLDS)


@pytest.mark.parametrize(
    ("kind", "change", "says"),
    [
        ("committee.drawn", another_ball, "another coefficient"),
        ("committee.drawn", another_percent, "another coefficient"),
        ("committee.drawn", another_method, "another coefficient"),
        ("committee.drawn", no_coefficient, "another coefficient"),
        ("draw.pool_frozen", no_bidder, "other bidders may contribute"),
        ("draw.pool_frozen", somebody_else, "other bidders may contribute"),
    ],
)
def test_another_coefficient_or_other_contributors_are_named(
    drawn: Archive, verify: Verify, kind: str, change: Callable[[dict[str, Any]], None], says: str
) -> None:
    assert says in found(verify(drawn.forged(Stream.PUBLIC, kind, change)), Status.FAILS)


def test_where_nothing_is_left_to_the_draw_bidders_have_no_part_in_it(
    full: Archive, verify: Verify
) -> None:
    report = verify(full.forged(Stream.PUBLIC, "draw.pool_frozen", somebody_else))

    assert "other bidders may contribute" in found(report, Status.FAILS)


@pytest.mark.parametrize(
    ("kind", "number", "says"),
    [
        ("draw.share_given", 2, "drawn while contributions were sealed"),
        ("draw.revealed", 1, "drawn while contributions were sealed"),
        ("draw.contributions_closed", 1, "drawn before the contributions closed"),
        ("draw.committed", 1, "could not happen there"),
    ],
)
def test_what_was_left_out_is_missed(
    full: Archive, verify: Verify, kind: str, number: int, says: str
) -> None:
    assert says in found(verify(full.without(Stream.PUBLIC, kind, number)), Status.FAILS)
