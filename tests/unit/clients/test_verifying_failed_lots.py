"""Lots that failed by themselves, as `kaibiao verify` holds them against what went before."""

from typing import Any, cast

from clients.verifying.case import Case
from clients.verifying.failed_lots import check_failed_lots
from clients.verifying.report import Notes
from tendering.domain.archive import Edition
from tendering.domain.failed_lots import LotCause, lot_failed
from tendering.domain.journal import Entry, Event, Stream
from tendering.procedures import round_of
from tendering.rulebooks import rulebook_of
from tests.support.make import PUBLISHED_AT, a_tender

GOODS = rulebook_of("government_procurement")
NOTICE = Event("tender.published", {})
REPORTED = Event("evaluation.reported", {"lot": "1", "ranking": []})
RANKED = Event("evaluation.reported", {"lot": "1", "ranking": [{"rank": 1}]})
VOID = Event("evaluation.voided", {"lot": "1"})
SHOWN = Event("candidates.published", {"lot": "1"})
WITHOUT = lot_failed("1", LotCause.WITHOUT_CANDIDATES)
UNQUALIFIED = lot_failed("1", LotCause.TOO_FEW_QUALIFIED)
LOCKED = lot_failed("1", LotCause.TOO_FEW_UNLOCKED)


def found(*events: Event) -> list[str]:
    """What does not hold of a public journal that says this."""
    tender = a_tender(round=round_of("procurement-open-tendering", 1, GOODS))
    entries = [
        Entry(tender.id, Stream.PUBLIC, seq, one.kind, dict(one.body), PUBLISHED_AT, bytes(32))
        for seq, one in enumerate((NOTICE, *events), start=1)
    ]
    case = Case(
        archive=cast("Any", None),
        edition=Edition.PUBLIC,
        made_at=PUBLISHED_AT,
        demonstration=True,
        tender=tender,
        published=entries[0],
        streams={Stream.PUBLIC: entries},
        heads={},
        parties={},
        keys=cast("Any", None),
        own_keys=cast("Any", None),
        trusted_beforehand=True,
        digests={},
    )
    notes = Notes()
    check_failed_lots(case, notes)
    return notes.failures


def test_a_lot_fails_for_what_the_journal_shows_of_it() -> None:
    checked = Event("qualification.checked", {"lot": "1", "passed": ["a", "b"], "failed": ["c"]})
    enough = Event("qualification.checked", {"lot": "1", "passed": ["a", "b", "c"], "failed": []})
    decided = Event("shortfall.decided", {"lot": "1", "decision": "fail"})
    went_on = Event("shortfall.decided", {"lot": "1", "decision": "go_on"})

    for before, failed in ((REPORTED, WITHOUT), (checked, UNQUALIFIED), (decided, LOCKED)):
        assert found(before, failed) == []
        assert "for what is not there" in found(failed)[0]
    for before, failed in ((RANKED, WITHOUT), (enough, UNQUALIFIED), (went_on, LOCKED)):
        assert "for what is not there" in found(before, failed)[0]
    assert "for what is not there" in found(REPORTED, VOID, WITHOUT)[0]


def test_nothing_comes_of_a_lot_that_failed_unless_it_is_evaluated_anew() -> None:
    assert "had failed" in found(REPORTED, WITHOUT, SHOWN)[0]
    assert found(REPORTED, WITHOUT, VOID, RANKED, SHOWN) == []
    assert "failed twice" in found(REPORTED, WITHOUT, WITHOUT)[0]
