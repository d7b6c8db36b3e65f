"""Our own schema of open data, over what the platform publishes of a whole play."""

import json
from copy import deepcopy
from typing import Any

import jsonschema_rs
import pytest

from tendering.publication import open_data_schema
from tests.support.open_data import packages
from tests.support.public_stream import whole

SCHEMA = json.loads(open_data_schema())
VALIDATOR = jsonschema_rs.Draft202012Validator(SCHEMA, validate_formats=True)
PAGE: dict[str, Any] = {
    "entries": [
        {
            "position": 1,
            "tender_id": "00000000-0000-0000-0000-000000000001",
            "seq": 1,
            "kind": "tender.published",
            "at": "2026-11-23T01:30:00.000000Z",
            "ocid": "ocds-kbdemo-00000000-0000-0000-0000-000000000001",
            "release": "ocds-kbdemo-00000000-0000-0000-0000-000000000001-1",
        }
    ],
    "next": 1,
    "more": False,
}


def published() -> dict[str, Any]:
    return {kind: json.loads(package) for kind, package in packages(whole()).items()}


def test_the_whole_play_and_every_line_of_it_is_valid() -> None:
    found = published()
    documents = [
        *found.values(),
        *found["release"]["releases"],
        found["record"]["records"][0]["compiledRelease"],
        PAGE,
        {**PAGE, "entries": []},
    ]

    for document in documents:
        assert [str(one.message) for one in VALIDATOR.iter_errors(document)] == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("version",), "1.0"),
        (("publishedDate",), "2026-11-23"),
        (("releases", 0, "ocid"), "kbdemo-1"),
        (("releases", 0, "tag"), ["rumor"]),
        (("releases", 0, "bidders"), 3),
        (("releases", 0, "buyer", "secret"), "x"),
        (("releases", 0, "tender", "status"), "lively"),
        (("releases",), []),
    ],
)
def test_what_is_not_published_so_is_refused(path: tuple[Any, ...], value: object) -> None:
    broken = deepcopy(published()["release"])
    at = broken
    for part in path[:-1]:
        at = at[part]
    at[path[-1]] = value

    assert not VALIDATOR.is_valid(broken)


@pytest.mark.parametrize("name", ["position", "ocid", "release"])
def test_a_line_of_the_feed_says_all_it_must(name: str) -> None:
    page = deepcopy(PAGE)
    del page["entries"][0][name]

    assert not VALIDATOR.is_valid(page)
