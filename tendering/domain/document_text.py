"""The text of a tender document as rules read it: without white space, with the page of each place.

Lines break where the paper ends, in the middle of Chinese words; so white space is taken away, full
width digits become ordinary ones, and pages follow one another without a gap.
"""

import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

PAGES_MAX: Final = 3000
CHARACTERS_MAX: Final = 5_000_000
_AROUND: Final = 24
_ENDS: Final = "。；！？;!?"
_SENTENCE_MAX: Final = 240


@dataclass(frozen=True, slots=True)
class DocumentText:
    """The text of one document; `starts` are where its pages begin in `text`."""

    text: str
    starts: tuple[int, ...]

    def page_of(self, place: int) -> int:
        """The page, from 1, on which a place of the text stands."""
        return max(1, bisect_right(self.starts, place))

    def passage(self, begin: int, end: int) -> str:
        """A place with a little of what stands around it."""
        return self.text[max(0, begin - _AROUND) : end + _AROUND]

    def sentence(self, begin: int, end: int) -> str:
        """The sentence around a place."""
        first = max(self.text.rfind(mark, max(0, begin - _SENTENCE_MAX), begin) for mark in _ENDS)
        after = [self.text.find(mark, end, end + _SENTENCE_MAX) for mark in _ENDS]
        last = min((at for at in after if at >= 0), default=end + _SENTENCE_MAX)
        return self.text[max(first + 1, begin - _SENTENCE_MAX, 0) : last]


def squeezed(pages: Sequence[str]) -> DocumentText:
    """Pages as they were read, without white space; what is beyond the limits is left out."""
    parts: list[str] = []
    starts: list[int] = []
    length = 0
    for page in pages[:PAGES_MAX]:
        starts.append(length)
        flat = "".join(unicodedata.normalize("NFKC", page[:CHARACTERS_MAX]).split())
        # NFKC makes ASCII of Chinese marks that end sentences and numbers.
        parts.append(flat.replace(";", "；")[: CHARACTERS_MAX - length])
        length += len(parts[-1])
    return DocumentText("".join(parts), tuple(starts))
