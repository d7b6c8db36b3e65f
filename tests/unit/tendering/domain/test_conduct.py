"""What is on record about an expert, and on which days it bars."""

from datetime import date

import pytest

from tendering.domain.conduct import Conduct, ConductKind, barring, require_sensible
from tendering.domain.refusals import Invalid

K = ConductKind
SUSPENDED = Conduct(K.SUSPENDED, date(2026, 3, 1), date(2026, 8, 31), "示范决定1号")
REMOVED = Conduct(K.REMOVED, date(2026, 6, 1), None, "示范决定2号")
LIFTED = Conduct(K.LIFTED, date(2026, 7, 1), None, "示范决定3号")


@pytest.mark.parametrize(
    ("records", "on", "bars"),
    [
        ((), date(2026, 5, 1), None),
        ((SUSPENDED,), date(2026, 2, 28), None),
        ((SUSPENDED,), date(2026, 3, 1), SUSPENDED),
        ((SUSPENDED,), date(2026, 8, 31), SUSPENDED),
        ((SUSPENDED,), date(2026, 9, 1), None),
        ((SUSPENDED, REMOVED), date(2030, 1, 1), REMOVED),
        ((REMOVED, LIFTED), date(2026, 6, 30), REMOVED),
        ((REMOVED, LIFTED), date(2026, 7, 1), None),
        ((LIFTED, REMOVED), date(2026, 8, 1), REMOVED),
        (
            (
                Conduct(K.COMMENDED, date(2026, 1, 1), None, "示范"),
                Conduct(K.WARNED, date(2026, 1, 1), None, "示范"),
            ),
            date(2026, 8, 1),
            None,
        ),
    ],
)
def test_a_record_bars_on_its_days(
    records: tuple[Conduct, ...], on: date, bars: Conduct | None
) -> None:
    assert barring(records, on=on) == bars


def test_a_suspension_and_nothing_else_has_a_last_day() -> None:
    for record in (SUSPENDED, REMOVED, LIFTED):
        require_sensible(record)

    for wrong in (
        Conduct(K.SUSPENDED, date(2026, 3, 1), None, "示范"),
        Conduct(K.WARNED, date(2026, 3, 1), date(2026, 3, 2), "示范"),
        Conduct(K.SUSPENDED, date(2026, 3, 2), date(2026, 3, 1), "示范"),
    ):
        with pytest.raises(Invalid):
            require_sensible(wrong)
