"""Clarifications: versions of the documents, and the deadline that a late one moves."""

from datetime import timedelta

import pytest

from crypto.canonical import JsonValue
from tendering.domain.clarifications import (
    amended,
    changes_between,
    clarification_statement,
    decide_deadline,
    documents_digest,
    first_version,
    latest_version,
    version_from_json,
    version_json,
)
from tendering.domain.refusals import Invalid
from tendering.domain.refusals.bids import DeadlinePassed
from tendering.domain.refusals.documents import DeadlineMustMove, DocumentsUnchanged
from tendering.domain.tender import Document
from tests.support.make import DEADLINE, MOMENT, TENDER, a_tender

DAY = timedelta(days=1)


def a_file(name: str, mark: int = 1) -> Document:
    return Document(name, bytes([mark]) * 32, 1000, "application/pdf")


FIRST = first_version([a_file("b.pdf"), a_file("a.pdf")])


def test_an_amendment_makes_the_next_version_whole() -> None:
    second = amended(FIRST, [a_file("a.pdf", 2), a_file("c.pdf")], ["b.pdf"])
    third = amended(second, [a_file("b.pdf")], [])

    assert [(one.document.name, one.since) for one in second.files] == [("a.pdf", 2), ("c.pdf", 2)]
    assert second.brought == (a_file("a.pdf", 2), a_file("c.pdf"))
    changes = changes_between(FIRST, second)
    assert (changes.added, changes.replaced, changes.removed) == (
        ("c.pdf",),
        ("a.pdf",),
        ("b.pdf",),
    )
    assert [one.since for one in third.files] == [2, 3, 2]
    assert third.file("b.pdf") is not None
    assert third.file("d.pdf") is None


@pytest.mark.parametrize(
    ("brought", "removed", "refusal"),
    [
        ([], [], DocumentsUnchanged),
        ([a_file("a.pdf")], [], DocumentsUnchanged),
        ([], ["a.pdf", "b.pdf"], DocumentsUnchanged),
        ([a_file("a.pdf", 2)], ["a.pdf"], DocumentsUnchanged),
        ([], ["c.pdf"], Invalid),
    ],
)
def test_an_amendment_that_changes_nothing_is_refused(
    brought: list[Document], removed: list[str], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        amended(FIRST, brought, removed)


def test_a_version_comes_back_from_its_entry_and_its_digest_binds_every_file() -> None:
    second = amended(FIRST, [a_file("a.pdf", 2)], [])

    assert version_from_json(version_json(second)) == second
    assert documents_digest(second) != documents_digest(amended(FIRST, [a_file("a.pdf", 3)], []))
    entries: list[dict[str, JsonValue]] = [{"documents": version_json(second)}, {"number": 2}]
    assert latest_version([a_file("a.pdf"), a_file("b.pdf")], entries) == second
    assert latest_version([a_file("b.pdf"), a_file("a.pdf")], []) == FIRST


def test_a_version_that_holds_no_digest_is_refused() -> None:
    value = version_json(FIRST)
    value["files"][0]["digest"] = "zz"  # type: ignore[index]

    with pytest.raises(Invalid):
        version_from_json(value)


def test_the_statement_says_only_what_there_is() -> None:
    plain = clarification_statement(TENDER, 1, "以图纸为准", affects_bids=False)
    full = clarification_statement(
        TENDER, 1, "以图纸为准", affects_bids=False, deadline=DEADLINE, documents=FIRST
    )

    assert set(full) - set(plain) == {"deadline", "documents"}


def test_e04_and_g04_a_late_clarification_waits_for_a_confirmed_deadline() -> None:
    tender, proposed = a_tender(), DEADLINE + 5 * DAY
    at = DEADLINE - 3 * DAY

    for confirmed in (None, DEADLINE + DAY, proposed - MOMENT):
        with pytest.raises(DeadlineMustMove) as refused:
            decide_deadline(tender, proposed=proposed, confirmed=confirmed, at=at)
        assert refused.value.parameters["proposed"] == "2026-12-23T01:30:00.000000Z"
    assert decide_deadline(tender, proposed=proposed, confirmed=proposed, at=at) == proposed
    later = proposed + DAY
    assert decide_deadline(tender, proposed=proposed, confirmed=later, at=at) == later


def test_a_clarification_in_good_time_moves_nothing_unless_it_says_so() -> None:
    tender, at = a_tender(), DEADLINE - 20 * DAY

    assert decide_deadline(tender, proposed=None, confirmed=None, at=at) == DEADLINE
    later = DEADLINE + DAY
    assert decide_deadline(tender, proposed=None, confirmed=later, at=at) == later
    with pytest.raises(Invalid):
        decide_deadline(tender, proposed=None, confirmed=DEADLINE - MOMENT, at=at)


def test_after_the_deadline_nothing_moves_it() -> None:
    with pytest.raises(DeadlinePassed):
        decide_deadline(a_tender(), proposed=None, confirmed=DEADLINE + DAY, at=DEADLINE)
