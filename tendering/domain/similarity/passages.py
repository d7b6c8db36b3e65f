"""The passages that two texts share, letter by letter, also where a word in them was changed.

Equal fingerprints give pieces that are equal in one shift of the texts; pieces that follow one
another in both within GAP letters are one passage. What counts is compared letter by letter: a hash
only says where to look.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from tendering.domain.similarity.fingerprints import GRAM, WINDOW, Indexes
from tendering.domain.similarity.text import BidText, Codes, Place

GAP: Final = 24
PASSAGE_LETTERS_MIN: Final = 30
# Of a passage at least half is the same, else it is a list of small coincidences.
SAME_PERCENT_MIN: Final = 50
EXCERPT_MAX: Final = 400


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage of two bids. `letters` are the same in both; `first_span` and `second_span` count
    those from its begin to its end; the texts are as written, cut after EXCERPT_MAX."""

    letters: int
    first_span: int
    second_span: int
    first_place: Place
    second_place: Place
    first_text: str
    second_text: str


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """Equal pieces, by their begin in the first text: `first[i]` to `first[i] + length[i]`."""

    first: Indexes
    second: Indexes
    length: Indexes


@dataclass(frozen=True, slots=True, eq=False)
class Spans:
    """Passages: begin and end in both texts, and how many letters are the same."""

    first: Indexes
    first_end: Indexes
    second: Indexes
    second_end: Indexes
    letters: Indexes


def shared_spans(one: Codes, other: Codes, first: Indexes, second: Indexes) -> Spans:
    """The passages around equal fingerprints that stand at `first` in one text, `second` in other.

    Ordered by their begin in the first text; shorter than PASSAGE_LETTERS_MIN is none.
    """
    return _passages(one, other, _pieces(one, other, first, second))


def told(one: BidText, other: BidText, spans: Spans, most: int) -> tuple[Passage, ...]:
    """The longest passages, with their places and texts."""
    order = np.lexsort((spans.first, -spans.letters))[:most]
    found = []
    for at in order.tolist():
        begin, end = int(spans.first[at]), int(spans.first_end[at])
        start, stop = int(spans.second[at]), int(spans.second_end[at])
        found.append(
            Passage(
                int(spans.letters[at]),
                end - begin,
                stop - start,
                one.place_of(begin),
                other.place_of(start),
                excerpt(one, begin, end),
                excerpt(other, start, stop),
            )
        )
    return tuple(found)


def excerpt(text: BidText, begin: int, end: int) -> str:
    """What is written there, cut after EXCERPT_MAX letters."""
    cut = min(end, begin + EXCERPT_MAX)
    return text.written(begin, cut) + ("…" if cut < end else "")


def union_letters(begins: Indexes, ends: Indexes) -> int:
    """How many letters the spans cover together; they may overlap."""
    order = np.argsort(begins, kind="stable")
    reach = np.maximum.accumulate(ends[order]) if len(order) else ends
    before = np.concatenate([np.zeros(1, np.int64), reach[:-1]])
    return int(np.maximum(reach - np.maximum(begins[order], before), 0).sum())


def _pieces(one: Codes, other: Codes, first: Indexes, second: Indexes) -> Pieces:
    true = np.ones(len(first), np.bool_)
    for step in range(GRAM):
        true &= one[first + step] == other[second + step]
    first, second = first[true], second[true]
    shift = first - second
    order = np.lexsort((first, shift))
    first, shift = first[order], shift[order]
    # Two k-grams of one shift that touch are one piece.
    opens = np.ones(len(first), np.bool_)
    opens[1:] = (np.diff(shift) != 0) | (np.diff(first) > GRAM)
    begins = np.flatnonzero(opens)
    ends = np.append(begins[1:], len(first)) - 1
    start, stop = first[begins].copy(), first[ends[: len(begins)]] + GRAM
    shift = shift[begins]
    # Winnowing keeps a k-gram in every WINDOW, so an edge is not farther away than that.
    for _ in range(WINDOW):
        back = (start > 0) & (start - shift > 0)
        back[back] = one[start[back] - 1] == other[(start - shift)[back] - 1]
        start -= back
        on = (stop < len(one)) & (stop - shift < len(other))
        on[on] = one[stop[on]] == other[(stop - shift)[on]]
        stop += on
    order = np.lexsort((-stop, start))
    return Pieces(start[order], (start - shift)[order], (stop - start)[order])


def _passages(one: Codes, other: Codes, pieces: Pieces) -> Spans:
    pieces = _without_inner(pieces)
    first, second, length = pieces.first, pieces.second, pieces.length
    if not len(first):
        none = np.empty(0, np.int64)
        return Spans(none, none, none, none, none)
    gap_first = first[1:] - (first + length)[:-1]
    gap_second = second[1:] - (second + length)[:-1]
    joined = (gap_first >= -GRAM) & (gap_first <= GAP) & (gap_second >= -GRAM) & (gap_second <= GAP)
    # Where pieces overlap in one text the letters count once.
    overlap = np.minimum(np.minimum(gap_first, gap_second), 0)
    inside = np.where(joined, overlap + _equal_in_gaps(one, other, pieces, joined), 0)
    begins = np.flatnonzero(np.concatenate([[True], ~joined]))
    ends = np.append(begins[1:], len(first)) - 1
    letters = np.add.reduceat(length, begins)
    letters = letters + np.add.reduceat(np.append(inside, 0), begins)
    first_end, second_end = (first + length)[ends], (second + length)[ends]
    span = np.maximum(first_end - first[begins], second_end - second[begins])
    kept = (letters >= PASSAGE_LETTERS_MIN) & (letters * 100 >= span * SAME_PERCENT_MIN)
    return Spans(
        first[begins][kept],
        first_end[kept],
        second[begins][kept],
        second_end[kept],
        letters[kept],
    )


def _without_inner(pieces: Pieces) -> Pieces:
    """Without pieces that stand wholly inside an earlier one: repetitions in the second text."""
    ends = pieces.first + pieces.length
    kept = np.ones(len(ends), np.bool_)
    if len(ends):
        kept[1:] = ends[1:] > np.maximum.accumulate(ends)[:-1]
    return Pieces(pieces.first[kept], pieces.second[kept], pieces.length[kept])


def _equal_in_gaps(
    one: Codes, other: Codes, pieces: Pieces, joined: np.ndarray[tuple[int], np.dtype[np.bool_]]
) -> Indexes:
    """Letters that are the same between two pieces of one shift: a changed word keeps its place."""
    end_first = (pieces.first + pieces.length)[:-1]
    end_second = (pieces.second + pieces.length)[:-1]
    width = pieces.first[1:] - end_first
    same_shift = joined & (width > 0) & (pieces.second[1:] - end_second == width)
    equal = np.zeros(len(width), np.int64)
    for step in range(GAP):
        inside = np.flatnonzero(same_shift & (width > step))
        equal[inside] += one[end_first[inside] + step] == other[end_second[inside] + step]
    return equal
