"""What is read from a bidder's opening form."""

import pytest

from crypto.canonical import JsonValue
from tendering.domain.opening_forms import TEXT_CHARACTERS_MAX, short_text, whole_number


@pytest.mark.parametrize("value", [0, -1, True, "12", None, [1]])
def test_what_is_no_positive_whole_number_is_not_there(value: JsonValue) -> None:
    assert whole_number({"price_fen": value}, "price_fen") is None


def test_a_positive_whole_number_is_read() -> None:
    assert whole_number({"price_fen": 1}, "price_fen") == 1


def test_a_text_is_cut_where_it_would_fill_a_page() -> None:
    assert short_text({"quality": "优" * 200}, "quality") == "优" * TEXT_CHARACTERS_MAX + "…"
    assert short_text({"quality": "合格"}, "quality") == "合格"


def test_what_is_no_text_is_empty() -> None:
    assert short_text({"quality": {"a": 1}}, "quality") == ""
