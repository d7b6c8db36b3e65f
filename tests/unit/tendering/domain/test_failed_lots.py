"""Lots that fail by themselves: what says so, and what brings one back into play."""

from datetime import UTC, datetime, timedelta

from crypto.canonical import JsonValue
from tendering.domain.failed_lots import LotCause, failed_lots, lot_failed
from tendering.domain.journal import Entry, Stream
from tendering.domain.re_evaluation import VOIDED
from tests.support.make import a_tender

NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)


def told(*said: tuple[str, dict[str, JsonValue]]) -> list[Entry]:
    return [
        Entry(a_tender().id, Stream.PUBLIC, seq, kind, body, NOON + timedelta(hours=seq), b"")
        for seq, (kind, body) in enumerate(said, start=1)
    ]


def failing(
    lot: str, cause: LotCause = LotCause.WITHOUT_CANDIDATES
) -> tuple[str, dict[str, JsonValue]]:
    event = lot_failed(lot, cause)
    return event.kind, dict(event.body)


def test_a_lot_fails_at_the_deadline_or_by_an_entry_of_its_own() -> None:
    entries = told(("submission.closed", {"failed_lots": ["3"]}), failing("2"))

    assert {lot: entry.seq for lot, entry in failed_lots(entries).items()} == {"3": 1, "2": 2}
    assert failed_lots(reversed(entries)) == failed_lots(entries)
    assert failed_lots(told(("submission.closed", {}))) == {}


def test_an_evaluation_that_is_void_brings_its_lot_back_and_no_other() -> None:
    void: tuple[str, dict[str, JsonValue]] = (VOIDED, {"lot": "2"})

    assert set(failed_lots(told(failing("1"), failing("2"), void))) == {"1"}
    assert set(failed_lots(told(failing("2"), void, failing("2")))) == {"2"}


def test_a_number_of_the_law_that_was_not_reached_is_named() -> None:
    rule: dict[str, JsonValue] = {"id": "G13", "value": 3}

    assert lot_failed("1", LotCause.TOO_FEW_QUALIFIED, rule).body["rule"] == rule
    assert "rule" not in lot_failed("1", LotCause.WITHOUT_CANDIDATES).body
