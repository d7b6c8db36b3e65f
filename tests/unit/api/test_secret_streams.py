"""When the supervisor may read custody: never while it holds the keys of prices still hidden."""

import pytest

from tendering.api.public import _OPENED
from tendering.domain.tender import TenderStatus


@pytest.mark.parametrize(
    "status",
    [
        TenderStatus.DRAFT,
        TenderStatus.PUBLISHED,
        TenderStatus.OPENING,
        TenderStatus.TERMINATED,
    ],
)
def test_custody_stays_closed_until_the_opening_is_recorded(status: TenderStatus) -> None:
    assert status not in _OPENED


def test_custody_is_open_to_the_supervisor_after_the_opening() -> None:
    assert TenderStatus.OPENED in _OPENED
