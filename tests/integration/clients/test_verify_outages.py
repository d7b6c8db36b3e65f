"""The offline verification of an outage: what it moved follows from the rule of the notice."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from clients.verify import verify_archive
from tendering.domain.archive import Edition
from tendering.domain.journal import Stream, instant
from tendering.domain.outages import Window, outage_event, rule_of, settle_outage
from tendering.domain.suspension import Pause
from tests.support.archive import Archive
from tests.support.archive_parties import DEADLINE
from tests.support.archive_play import WORKS, TenderPlay

MINUTE = timedelta(minutes=1)
RULE = rule_of(WORKS, trigger=2 * MINUTE)
OVER_THE_DEADLINE = Pause(DEADLINE - 5 * MINUTE, DEADLINE + 20 * MINUTE)


@dataclass
class PlayWithOutages(TenderPlay):
    """A play in which the platform is away over the deadline, and again while bids are unlocked."""

    def _close(self) -> datetime:
        settled = settle_outage(RULE, OVER_THE_DEADLINE, self.tender)
        assert settled is not None
        self.tender = settled.tender
        self.public(outage_event(RULE, OVER_THE_DEADLINE, settled), OVER_THE_DEADLINE.until)
        return super()._close()

    def _open(self, at: datetime) -> datetime:
        away = Pause(at + MINUTE, at + 31 * MINUTE)
        window = Window("1", at, at + 30 * MINUTE)
        opening = replace(self.tender, status=self.tender.status.OPENING)
        settled = settle_outage(RULE, away, opening, windows=[window])
        assert settled is not None
        self.public(outage_event(RULE, away, settled), away.until)
        return super()._open(away.until)


@pytest.fixture(scope="module")
def play() -> TenderPlay:
    """Two outages."""
    return PlayWithOutages().played()


def told(archive: Archive, folder: Path) -> str:
    """The first thing that does not hold, or nothing."""
    report = verify_archive(archive.write(folder / "archive.zip"), trust=archive.trust)
    return "" if report.first_failure is None else report.first_failure.detail.splitlines()[0]


def test_a_moved_deadline_and_a_longer_window_hold(play: TenderPlay, tmp_path: Path) -> None:
    assert told(play.archive(), tmp_path) == ""
    assert told(play.archive(Edition.PUBLIC), tmp_path) == ""


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"opening_from": instant(DEADLINE + 25 * MINUTE)}, "moved the deadline"),
        ({"windows": [{"lot": "1", "unlock_until": instant(DEADLINE)}]}, "made other windows"),
        ({"rule": {"outage_trigger_seconds": 120}}, "other figures"),
        ({"until": instant(DEADLINE - 4 * MINUTE)}, "shorter than"),
        ({"until": instant(DEADLINE + 21 * MINUTE)}, "is not over"),
        ({"evaluation": "wait"}, "decided wait"),
        ({"since": instant(DEADLINE - timedelta(hours=2))}, "while the platform was away"),
    ],
)
def test_what_does_not_follow_from_the_rule_is_named(
    play: TenderPlay, tmp_path: Path, changes: dict[str, Any], said: str
) -> None:
    forged = play.archive().forged(
        Stream.PUBLIC, "platform.outage", lambda body: body.update(changes)
    )

    assert said in told(forged, tmp_path)
