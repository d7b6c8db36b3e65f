"""Reading an opening form, which is the bidder's: what is not of the right kind is not there."""

from collections.abc import Mapping
from typing import Final

from crypto.canonical import JsonValue

TEXT_CHARACTERS_MAX: Final = 100


def whole_number(form: Mapping[str, JsonValue], key: str) -> int | None:
    """A positive whole number of the form, or None."""
    value = form.get(key)
    if isinstance(value, bool) or not isinstance(value, int) or value <= 0:
        return None
    return value


def short_text(form: Mapping[str, JsonValue], key: str) -> str:
    """A text of the form, cut where it would fill a page; empty when there is none."""
    value = form.get(key)
    if not isinstance(value, str):
        return ""
    cut = len(value) > TEXT_CHARACTERS_MAX
    return value[:TEXT_CHARACTERS_MAX] + "…" if cut else value
