"""Merging by the standard's rules."""

from typing import Any

import pytest

from tendering.domain.open_data.merging import in_order, merged
from tendering.domain.open_data.packages import record_package, release_package
from tests.support.public_stream import PUBLISHER


def release(number: int, **members: Any) -> dict[str, Any]:
    return {"ocid": "o", "id": str(number), "date": f"2026-01-0{number}", "tag": ["t"], **members}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"a": 1}, {"b": 2}, {"a": 1, "b": 2}),
        ({"a": {"b": 1}}, {"a": {"c": 2}}, {"a": {"b": 1, "c": 2}}),
        ({"a": 1}, {"a": None}, {}),
        ({}, {"a": None}, {}),
        ({"a": 1}, {"a": {"b": 1}}, {"a": {"b": 1}}),
        ({"a": ["x", "y"]}, {"a": ["z"]}, {"a": ["z"]}),
        ({"a": [{"id": 1, "b": 1}]}, {"a": []}, {"a": []}),
        (
            {"a": [{"id": 1, "b": 1}, {"id": 2}]},
            {"a": [{"id": 3}, {"id": 1, "c": 2}]},
            {"a": [{"id": 1, "b": 1, "c": 2}, {"id": 2}, {"id": 3}]},
        ),
        ({"a": [{"b": 1}]}, {"a": [{"id": 1}]}, {"a": [{"id": 1}]}),
        ({"a": "x"}, {"a": [{"id": 1}]}, {"a": [{"id": 1}]}),
        ({"a": [{"id": 1}]}, {"a": [{"b": 1}]}, {"a": [{"b": 1}]}),
        ({}, {"a": {"b": None}}, {"a": {}}),
    ],
)
def test_members_are_merged(
    before: dict[str, Any], after: dict[str, Any], expected: dict[str, Any]
) -> None:
    compiled = merged([release(1, **before), release(2, **after)])

    assert compiled == {
        "ocid": "o",
        "id": "o-2026-01-02",
        "date": "2026-01-02",
        "tag": ["compiled"],
        **expected,
    }


def test_releases_come_in_the_order_of_their_dates() -> None:
    releases = [release(3), {"id": "none"}, release(1), release(3, id="later")]

    assert [each["id"] for each in in_order(releases)] == ["none", "1", "3", "later"]


def test_packages_are_dated_by_what_they_hold() -> None:
    releases = [release(1), release(2)]

    package = release_package(releases, PUBLISHER, address="https://bids.example/a")
    record = record_package(releases, PUBLISHER, address="https://bids.example/a")

    assert package["publishedDate"] == record["publishedDate"] == "2026-01-02"
    assert package["releases"] == record["records"][0]["releases"] == releases
    assert record["records"][0]["compiledRelease"]["tag"] == ["compiled"]
