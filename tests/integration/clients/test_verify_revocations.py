"""Awards that were taken back, verified offline: the next candidate follows, for a cause."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from clients.verify import Report, verify_archive
from crypto.canonical import JsonValue
from tendering.domain.journal import Event, Stream
from tests.support.archive_play import TenderPlay

HOUR = timedelta(hours=1)


def revocation(winner: dict[str, Any], **changes: JsonValue) -> Event:
    body: dict[str, JsonValue] = {
        "lot": "1",
        "bid": winner["bid"],
        "bidder_id": winner["bidder_id"],
        "cause": "abandoned",
        "law": "《招标投标法实施条例》第五十五条",
        "evidence": "书面放弃声明",
        "following": "next_candidate",
        "reasons": "排名第二的报价合理",
    }
    return Event("award.revoked", body | changes)


def award(winner: dict[str, Any], gone: dict[str, Any]) -> Event:
    cause: JsonValue = [{"bid": gone["bid"], "cause": "abandoned", "evidence": "书面放弃声明"}]
    return Event("award.notified", {"lot": "1", "winner": winner, "passed_over": cause})


@pytest.fixture
def play() -> TenderPlay:
    """A tender that went well, until its winner gives up."""
    return TenderPlay().played()


def shown(play: TenderPlay) -> tuple[list[Any], datetime]:
    """The candidates, and when the first was awarded."""
    entries = play.journals.entries[Stream.PUBLIC]
    [published] = [one for one in entries if one.kind == "candidates.published"]
    [awarded] = [one for one in entries if one.kind == "award.notified"]
    candidates = published.body["candidates"]
    assert isinstance(candidates, list)
    return candidates, awarded.at


def verified(play: TenderPlay, folder: Path) -> Report:
    archive = play.archive()
    return verify_archive(archive.write(folder / "archive.zip"), trust=archive.trust)


def said_of(report: Report) -> str:
    assert report.first_failure is not None
    return report.first_failure.detail


def test_e31_the_next_candidate_after_a_revoked_award_holds(
    play: TenderPlay, tmp_path: Path
) -> None:
    (first, second, *_), at = shown(play)
    play.public(revocation(first), at + HOUR)
    play.public(award(second, first), at + 2 * HOUR)

    report = verified(play, tmp_path)

    assert report.holds, report.verdict


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"cause": "too-expensive"}, "without a cause of the law"),
        ({"evidence": " "}, "without a cause of the law"),
        ({"reasons": ""}, "or reasons for what follows"),
        ({"following": "re_tender"}, "said to be followed by re_tender"),
        ({"bid": "09"}, "revoked for 09"),
    ],
)
def test_a_revocation_that_the_law_does_not_know_is_named(
    play: TenderPlay, tmp_path: Path, changes: dict[str, JsonValue], words: str
) -> None:
    (first, *_), at = shown(play)
    play.public(revocation(first, **changes), at + HOUR)

    assert words in said_of(verified(play, tmp_path))


def test_two_awards_at_once_and_a_second_for_who_fell_away_are_named(
    play: TenderPlay, tmp_path: Path
) -> None:
    (first, second, *_), at = shown(play)
    play.public(award(second, first), at + HOUR)
    assert "awarded while another award stands" in said_of(verified(play, tmp_path))
    again = TenderPlay().played()
    again.public(revocation(first), at + HOUR)
    again.public(award(first, second), at + 2 * HOUR)
    assert "awarded to a bid whose award was revoked" in said_of(verified(again, tmp_path))


def test_an_award_is_not_revoked_twice_nor_under_a_contract(
    play: TenderPlay, tmp_path: Path
) -> None:
    (first, *_), at = shown(play)
    play.public(Event("contract.signed", {"lot": "1"}), at + HOUR)
    play.public(revocation(first), at + 2 * HOUR)
    play.public(revocation(first), at + 3 * HOUR)

    detail = said_of(verified(play, tmp_path))

    assert "revoked after the contract was signed" in detail
    assert "revoked, but never awarded" in detail
