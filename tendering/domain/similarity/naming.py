"""The report with other names of the bids, as a room calls them."""

from collections.abc import Mapping
from typing import Any

from crypto.canonical import JsonValue, canonical, parse

_ABOUT_SEVERAL = ("pairs", "marks", "prices")
_ABOUT_ONE = ("bids", "common", "unread")


def with_names(report: Mapping[str, Any], named: Mapping[str, str]) -> dict[str, JsonValue]:
    """The report with bids called by `named` instead of their bidders' ids.

    What is about a bid without a name, one that did not come into the room, is left out.
    """
    kept = {
        **report,
        **{key: [one for one in report[key] if one["bid"] in named] for key in _ABOUT_ONE},
        **{
            key: [one for one in report[key] if set(one["bids"]) <= set(named)]
            for key in _ABOUT_SEVERAL
        },
    }
    text = canonical(kept).decode()
    # An id is 36 characters of chance and stands in nobody's text by accident.
    for bidder_id, name in named.items():
        text = text.replace(bidder_id, canonical(name).decode()[1:-1])
    found = parse(text.encode())
    assert isinstance(found, dict)
    return found
