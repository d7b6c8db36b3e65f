"""The sums that a centre reports about its procedures."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tendering.domain.procedure_statistics import Evaluated, by, by_site, figures, table

# The last day of March in UTC, the first of April in China.
REPORTED = datetime(2026, 3, 31, 16, tzinfo=UTC)


def a_lot(**changes: Any) -> Evaluated:
    known: dict[str, Any] = {
        "number": "KB-1",
        "title": "示范工程",
        "lot": "1",
        "procedure": "open-tender",
        "sites": ("示范市", "示范二市"),
        "published_at": REPORTED - timedelta(days=31),
        "deadline": REPORTED - timedelta(days=1),
        "reported_at": REPORTED,
        "awarded_at": REPORTED + timedelta(days=4, hours=3),
    }
    return Evaluated(**known | changes)


def test_days_are_medians_with_one_place_and_an_award_that_has_not_come_counts_for_nothing() -> (
    None
):
    told = figures([a_lot(), a_lot(sites=("示范市",), awarded_at=None), a_lot(sites=())])

    assert (told.evaluations, told.remote, told.sites, told.awards) == (3, 1, 2, 2)
    assert (told.preparing_days, told.evaluating_days) == ("30.0", "1.0")
    assert (told.deciding_days, told.whole_days) == ("4.1", "35.1")


def test_nothing_has_no_days() -> None:
    told = figures([])

    assert (told.evaluations, told.whole_days, told.preparing_days) == (0, None, None)


def test_the_month_is_that_of_china() -> None:
    groups = by([a_lot(), a_lot(reported_at=REPORTED - timedelta(hours=1))], lambda one: one.month)

    assert [(name, told.evaluations) for name, told in groups] == [("2026-03", 1), ("2026-04", 1)]


def test_a_site_counts_what_it_took_part_in() -> None:
    assert by_site([a_lot(), a_lot(sites=("示范市",))]) == [("示范二市", 1, 1), ("示范市", 2, 1)]


def test_the_table_has_a_line_for_each_lot_and_computes_nothing_that_others_wrote() -> None:
    lines = table([a_lot(title="=1+1"), a_lot(awarded_at=None)]).decode("utf-8-sig").splitlines()

    assert lines[1] == "2026-04,KB-1,'=1+1,1,open-tender,2,30.0,1.0,4.1,35.1"
    assert lines[2].endswith(",2,30.0,1.0,,")
