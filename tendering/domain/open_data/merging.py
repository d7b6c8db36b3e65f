"""Merging the releases of one contracting process into what is known of it now.

The rules of the standard: an object is merged member by member, an array of objects by their
`id`, any other array and value is replaced, and null takes away.
https://standard.open-contracting.org/1.1/en/schema/merging/
"""

from collections.abc import Iterable, Mapping
from typing import Any

from tendering.domain.open_data.publication import Json

# They describe a release, not the process.
_OF_A_RELEASE = frozenset({"id", "date", "tag"})


def in_order(releases: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Releases by their dates; of equal dates in the order given. Without a date first."""
    return sorted(releases, key=lambda one: str(one.get("date") or ""))


def merged(releases: Iterable[Mapping[str, Any]]) -> Json:
    """The compiled release of a process: `releases` in their order, at least one."""
    compiled: Json = {}
    last: Mapping[str, Any] = {}
    for last in releases:
        compiled = _object(compiled, last, left_out=_OF_A_RELEASE)
    assert last, "a process has at least one release"
    date = last.get("date")
    return compiled | {"tag": ["compiled"], "date": date, "id": f"{last.get('ocid')}-{date}"}


def _object(
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    *,
    left_out: frozenset[str] = frozenset(),
) -> Json:
    found = dict(before)
    for name, value in after.items():
        if name in left_out:
            continue
        if value is None:
            found.pop(name, None)
        else:
            found[name] = _value(found.get(name), value)
    return found


def _value(before: object, after: object) -> object:
    if isinstance(after, Mapping):
        return _object(before if isinstance(before, Mapping) else {}, after)
    if isinstance(after, list) and after and all(map(_is_identified, after)):
        known = before if isinstance(before, list) and all(map(_is_identified, before)) else []
        return _by_id(known, after)
    return after


def _is_identified(value: object) -> bool:
    return isinstance(value, Mapping) and isinstance(value.get("id"), str | int)


def _by_id(before: list[Mapping[str, Any]], after: list[Mapping[str, Any]]) -> list[Json]:
    found = {str(one["id"]): dict(one) for one in before}
    for one in after:
        name = str(one["id"])
        found[name] = _object(found.get(name, {}), one)
    return list(found.values())
