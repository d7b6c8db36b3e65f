"""The public board: what a search looks for, and by which marks a tender is found.

A search is for the words between white space; each must stand somewhere in what a tender says of
itself, exactly as typed but for case, width and other variants of characters (NFKC). There are no
wildcards and no operators. Words are found by pairs of characters, which suits Chinese, where two
characters are a word; whether a tender with all pairs holds the word itself is looked at then.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from typing import Final
from uuid import UUID
from zlib import crc32

SEARCH_CHARACTERS_MAX: Final = 200
WORDS_MAX: Final = 10
# A description beyond this is read on the tender's page and not searched.
TEXT_CHARACTERS_MAX: Final = 4_000
# How many tenders are counted; of more is said that there are more.
COUNT_MAX: Final = 1_000


class Sort(StrEnum):
    """In which order tenders are listed."""

    NEWEST = "newest"
    DEADLINE = "deadline"
    AMOUNT = "amount"


@dataclass(frozen=True, slots=True)
class Filters:
    """Which tenders are wanted. Empty texts and None want all; `until` and `to` are excluded.

    `region` is the beginning of a code (GB/T 2260). Amounts in fen, of all lots together.
    """

    words: tuple[str, ...] = ()
    status: str = ""
    regime: str = ""
    region: str = ""
    procedure: str = ""
    procuring_entity_id: UUID | None = None
    published_from: datetime | None = None
    published_until: datetime | None = None
    deadline_from: datetime | None = None
    deadline_until: datetime | None = None
    fen_min: int | None = None
    fen_max: int | None = None

    @property
    def marks(self) -> list[int]:
        """The marks that a tender with all words has."""
        return sorted({mark for word in self.words for mark in marks_of_word(word)})


def searched_text(texts: Iterable[str]) -> str:
    """What is searched of a tender: its texts in the form that words are compared in."""
    return _normal("\n".join(texts))[:TEXT_CHARACTERS_MAX]


def words_of(search: str) -> tuple[str, ...]:
    """The words of a search in the same form; the first few of many."""
    return tuple(_normal(search)[:SEARCH_CHARACTERS_MAX].split()[:WORDS_MAX])


def marks_of_text(text: str) -> list[int]:
    """The marks of a text of `searched_text`: single characters, pairs, threes of ASCII."""
    found: set[str] = set()
    for word in text.split():
        found |= set(word)
        found |= {first + second for first, second in pairwise(word)}
        found |= {three for three in _threes(word) if three.isascii()}
    return sorted({_mark(gram) for gram in found})


def marks_of_word(word: str) -> set[int]:
    """The marks that every text with this word has: as few and as rare as will do."""
    if len(word) == 1:
        return {_mark(word)}
    threes = [three for three in _threes(word) if three.isascii()]
    covered = {pair for three in threes for pair in (three[:2], three[1:])}
    pairs = {first + second for first, second in pairwise(word)} - covered
    return {_mark(gram) for gram in (*threes, *pairs)}


def _threes(word: str) -> list[str]:
    return [word[start : start + 3] for start in range(len(word) - 2)]


def _mark(gram: str) -> int:
    """A gram as 32 bits with sign. Two that share a mark cost a look at a text, no more."""
    number = crc32(gram.encode("utf-8", "surrogatepass"))
    return number - 2**32 if number >= 2**31 else number


def _normal(text: str) -> str:
    """One form of characters that look alike; what is no character becomes white space."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(
        " " if unicodedata.category(one) in {"Cc", "Cs", "Zs", "Zl", "Zp"} else one
        for one in folded
    )
