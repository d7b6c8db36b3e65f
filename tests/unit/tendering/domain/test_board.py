"""What a search looks for, and that nothing which holds it is missed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tendering.domain.board import (
    SEARCH_CHARACTERS_MAX,
    WORDS_MAX,
    Filters,
    marks_of_text,
    marks_of_word,
    searched_text,
    words_of,
)
from tendering.domain.cells import guarded

CHARACTERS = st.sampled_from("教学楼工程施水ab0129-%_ ，\u3000Ａ①😀\x00")


@pytest.mark.parametrize(
    ("search", "words"),
    [
        ("", ()),
        ("  \u3000\t\n ", ()),
        ("教学楼", ("教学楼",)),
        ("教学楼 施工", ("教学楼", "施工")),
        ("ＫＢ－２０２６", ("kb-2026",)),
        ("Straße", ("strasse",)),
        ("100%_\\", ("100%_\\",)),
        ("！？，", ("!?,",)),
        ("😀", ("😀",)),
        ("a\x00b\ud800c", ("a", "b", "c")),
        ("㎡", ("m2",)),
    ],
)
def test_words_are_compared_in_one_form(search: str, words: tuple[str, ...]) -> None:
    assert words_of(search) == words


def test_what_is_long_is_cut() -> None:
    assert len(words_of("字" * 10_000)[0]) == SEARCH_CHARACTERS_MAX
    assert len(words_of("ab " * 50)) == WORDS_MAX
    assert sum(map(len, words_of("\ufdfa" * 100))) <= SEARCH_CHARACTERS_MAX


@given(st.lists(st.text(CHARACTERS, max_size=12), max_size=4), st.data())
def test_whatever_stands_in_a_text_has_its_marks_there(
    texts: list[str], data: st.DataObject
) -> None:
    text = searched_text(texts)
    start = data.draw(st.integers(0, len(text)))
    part = text[start : start + data.draw(st.integers(1, 6))]

    for word in part.split():
        assert marks_of_word(word) <= set(marks_of_text(text))


def test_two_characters_are_found_by_one_mark() -> None:
    assert len(marks_of_word("施工")) == 1
    assert len(marks_of_word("工")) == 1
    assert marks_of_word("工程") != marks_of_word("程工")


def test_marks_fit_the_column() -> None:
    marks = marks_of_text(searched_text(["示范小学教学楼工程KB-2026-0001"]))

    assert all(-(2**31) <= mark < 2**31 for mark in marks)
    assert Filters(words=("教学", "教学")).marks == Filters(words=("教学",)).marks


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("示范", "示范"),
        ("=1+1", "'=1+1"),
        ("\u3000@SUM", "'\u3000@SUM"),
        ("-5", "'-5"),
        ("a\x01b\ud800", "a\ufffdb\ufffd"),
    ],
)
def test_no_cell_is_a_formula(text: str, cell: str) -> None:
    assert guarded(text) == cell
