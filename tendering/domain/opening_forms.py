"""Reading an opening form, which is the bidder's: what is not of the right kind is not there."""

from collections.abc import Mapping, Sequence
from typing import Final

from crypto.canonical import JsonValue

TEXT_CHARACTERS_MAX: Final = 100
# What the first of two sessions reads out, wherever it stands. Nothing else: it is not the price.
NUMBERS_BEFORE_PRICE: Final = ("duration_days",)
TEXTS_BEFORE_PRICE: Final = ("quality", "project_manager")


def form_to_read(
    forms: Mapping[str, Mapping[str, JsonValue]], kinds: Sequence[str], *, later: Sequence[str]
) -> dict[str, JsonValue]:
    """What is read out of a bid in the session that unlocks `kinds`.

    The form of the price; where `later` names it, what the other forms say of what is no price;
    nothing where no price is asked at all.
    """
    if "price" in kinds:
        return dict(forms.get("price", {}))
    if "price" not in later:
        return {}
    found: dict[str, JsonValue] = {}
    for kind in kinds:
        form = forms.get(kind, {})
        numbers = {key: whole_number(form, key) for key in NUMBERS_BEFORE_PRICE}
        texts = {key: short_text(form, key) for key in TEXTS_BEFORE_PRICE}
        found |= {key: said for key, said in (numbers | texts).items() if said}
    return found


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
