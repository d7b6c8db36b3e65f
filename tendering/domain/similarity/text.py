"""The text of a bid as it is compared: letters and digits only, and where each of them stands.

White space, punctuation, the width of characters and their case say nothing about who wrote a text,
and the number of a page is not part of it. What is left is an array of code points; beside it
stands the place of each in the readable text, so that a passage can be shown as it was written.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.uint32]
Places = NDArray[np.int64]

CHARACTERS_MAX: Final = 5_000_000
# Fewer letters than this on the average page: a scan, with a stamp or a page number at most.
LETTERS_OF_A_SCAN: Final = 12
_PLANE: Final = 0x10000
_PAGE_NUMBER: Final = re.compile(
    r"^[ \t]*(?:[-—–·•]*[ \t]*\d{1,4}[ \t]*[-—–·•]*(?:[ \t]*/[ \t]*\d{1,4})?"
    r"|第?[ \t]*\d{1,4}[ \t]*页(?:[ \t,，/]*共[ \t]*\d{1,4}[ \t]*页)?"
    r"|page[ \t]+\d{1,4}(?:[ \t]+of[ \t]+\d{1,4})?)[ \t]*\r?$",
    re.MULTILINE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Document:
    """One file of a bid: its name and the text of each page. `pages` is None: it was not read."""

    name: str
    pages: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a passage begins: the file, and its page, from 1."""

    document: str
    page: int


@dataclass(frozen=True, slots=True, eq=False)
class BidText:
    """The text of a bid. `codes[i]` is the letter that stands at `places[i]` of `shown`."""

    bid: str
    shown: str
    codes: Codes
    places: Places
    pages: tuple[tuple[int, Place], ...]
    without_text: tuple[str, ...]
    is_cut: bool

    def place_of(self, letter: int) -> Place:
        """The file and page of a letter."""
        at = bisect_right(self.pages, int(self.places[letter]), key=_start) - 1
        return self.pages[at][1]

    def written(self, begin: int, end: int) -> str:
        """The letters from `begin` to `end` as they were written, white space made single."""
        if end <= begin:
            return ""
        first, last = int(self.places[begin]), int(self.places[end - 1])
        return " ".join(self.shown[first : last + 1].split())


def _start(page: tuple[int, Place]) -> int:
    return page[0]


def bid_text(bid: str, documents: Sequence[Document]) -> BidText:
    """The text of all files of a bid, in their order; beyond CHARACTERS_MAX it is cut, and says so.

    Files that hold nothing but pictures, or that nobody could read, are `without_text`.
    """
    parts: list[str] = []
    pages: list[tuple[int, Place]] = []
    without: list[str] = []
    length = 0
    is_cut = False
    for document in documents:
        flat = [_readable(page) for page in document.pages or ()]
        if _is_scan(flat):
            without.append(document.name)
        for number, page in enumerate(flat, start=1):
            pages.append((length, Place(document.name, number)))
            kept = page[: CHARACTERS_MAX - length]
            is_cut = is_cut or len(kept) < len(page)
            parts.append(kept)
            length += len(kept)
    shown = "".join(parts)
    codes, places = letters(shown)
    return BidText(bid, shown, codes, places, tuple(pages), tuple(without), is_cut)


def letters(shown: str) -> tuple[Codes, Places]:
    """The letters and digits of a text, small, as code points, and the place of each."""
    raw = np.frombuffer(shown.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    folded = raw.copy()
    basic = raw < _PLANE
    folded[basic] = _folding()[raw[basic]]
    places = np.flatnonzero(folded)
    return folded[places], places


@cache
def _folding() -> Codes:
    """For each code point of the basic plane its small letter; 0 for what is none and no digit."""
    table = np.zeros(_PLANE, dtype=np.uint32)
    for code in range(_PLANE):
        character = chr(code)
        if character.isalnum():
            small = character.lower()
            table[code] = ord(small) if len(small) == 1 else code
    return table


def _readable(page: str) -> str:
    """A page without its number, in one width of characters; it ends with a line."""
    flat = page if unicodedata.is_normalized("NFKC", page) else unicodedata.normalize("NFKC", page)
    return _PAGE_NUMBER.sub("", flat) + "\n"


def _is_scan(pages: Sequence[str]) -> bool:
    enough = LETTERS_OF_A_SCAN * len(pages)
    seen = 0
    for page in pages:
        seen += sum(map(str.isalnum, page[:enough]))
        if seen >= enough:
            return not pages
    return True
