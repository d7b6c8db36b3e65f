"""All bids with one another: which pairs share passages that neither the tender nor the rest has.

The k-grams of the tender's own text are taken from every bid first. A fingerprint that more than
half of the bids have, and at least COMMON_BIDS_MIN, is common ground, such as a law or a standard:
it counts for no pair and is told once, with how many bids have it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

import numpy as np

from tendering.domain.similarity.fingerprints import (
    GRAM,
    Hashes,
    Indexes,
    Known,
    chosen,
    covered,
    grams,
    known,
)
from tendering.domain.similarity.passages import (
    PASSAGE_LETTERS_MIN,
    Passage,
    excerpt,
    shared_spans,
    told,
    union_letters,
)
from tendering.domain.similarity.text import BidText, Codes, Place

COMMON_BIDS_MIN: Final = 4
PAIRS_MAX: Final = 1000
PASSAGES_MAX: Final = 50
COMMON_MAX: Final = 20
_TWO_PLACES: Final = Decimal("0.01")

Progress = Callable[[str, int, int], None]
"""Told what is done: the stage, how much of it, of how many. What it raises stops the work."""


@dataclass(frozen=True, slots=True)
class Measured:
    """How much of a bid is its own: `letters` of it, `of_tender` that the tender wrote."""

    bid: str
    letters: int
    of_tender: int
    without_text: tuple[str, ...]
    is_cut: bool


@dataclass(frozen=True, slots=True)
class Pair:
    """Two bids that share passages: `letters` together, `percent` of the smaller bid's own."""

    first: str
    second: str
    letters: int
    percent: Decimal
    passages: tuple[Passage, ...]
    passages_found: int


@dataclass(frozen=True, slots=True)
class CommonPassage:
    """What more than half of the bids have, as one of them writes it."""

    bids: int
    letters: int
    bid: str
    place: Place
    text: str


@dataclass(frozen=True, slots=True)
class TextLikeness:
    """The result; `pairs_left_out` had fewer fingerprints in common than the PAIRS_MAX told."""

    bids: tuple[Measured, ...]
    pairs: tuple[Pair, ...]
    common: tuple[CommonPassage, ...]
    pairs_left_out: int


@dataclass(frozen=True, slots=True, eq=False)
class _Prints:
    """A bid's fingerprints, ascending by hash, each at the place where it stands first."""

    hashes: Hashes
    places: Indexes
    own: int


def _quiet(_stage: str, _done: int, _of: int) -> None:
    return


def compare_texts(
    bids: Sequence[BidText], tender: Sequence[Codes] = (), progress: Progress = _quiet
) -> TextLikeness:
    """Compare all bids with one another, without what `tender` says. Time: nearly linear."""
    subtracted = known(list(tender)) if tender else None
    prints: list[_Prints] = []
    for number, bid in enumerate(bids):
        progress("fingerprints", number, len(bids))
        prints.append(_prints(bid, subtracted))
    counts, common = _counted(prints, progress)
    wanted = [(int(at), int(counts[at])) for at in np.flatnonzero(counts)]
    wanted.sort(key=lambda pair: (-pair[1], pair[0]))
    pairs = []
    for number, (at, _) in enumerate(wanted[:PAIRS_MAX]):
        progress("pairs", number, min(len(wanted), PAIRS_MAX))
        first, second = divmod(at, len(bids))
        pair = _pair(bids[first], bids[second], prints[first], prints[second], common)
        if pair is not None:
            pairs.append(pair)
    pairs.sort(key=lambda pair: (-pair.percent, -pair.letters, pair.first, pair.second))
    return TextLikeness(
        tuple(
            Measured(
                bid.bid, len(bid.codes), len(bid.codes) - one.own, bid.without_text, bid.is_cut
            )
            for bid, one in zip(bids, prints, strict=True)
        ),
        tuple(pairs),
        _common_passages(bids, prints, common),
        max(0, len(wanted) - PAIRS_MAX),
    )


def percent(part: int, whole: int) -> Decimal:
    """A share in percent, two decimals, half up; 0 of nothing."""
    if not whole:
        return Decimal("0.00")
    return (Decimal(part * 100) / whole).quantize(_TWO_PLACES, ROUND_HALF_UP)


def _prints(bid: BidText, subtracted: Known | None) -> _Prints:
    hashes = grams(bid.codes)
    places = chosen(hashes)
    own = len(bid.codes)
    if subtracted is not None:
        theirs = subtracted.holds(hashes)
        own -= covered(theirs, len(bid.codes))
        places = places[~theirs[places]]
    once, first = np.unique(hashes[places], return_index=True)
    return _Prints(once, places[first], own)


def _counted(prints: Sequence[_Prints], progress: Progress) -> tuple[Indexes, Hashes]:
    """How many fingerprints each pair (first x bids + second) shares, and which are common."""
    count = len(prints)
    hashes = np.concatenate([np.empty(0, np.uint64), *(one.hashes for one in prints)])
    bids = np.repeat(np.arange(count), [len(one.hashes) for one in prints])
    order = np.argsort(hashes, kind="stable")
    hashes, bids = hashes[order], bids[order]
    opens = np.flatnonzero(np.concatenate([[True], hashes[1:] != hashes[:-1]])[: len(hashes)])
    sizes = np.diff(np.append(opens, len(hashes)))
    limit = common_from(count)
    common = hashes[opens[sizes >= limit]]
    shared = (sizes > 1) & (sizes < limit)
    begins, sizes = opens[shared], sizes[shared]
    counts = np.zeros(count * count, np.int64)
    # Bids of one group stand in their order, so each pair is met once, with the smaller first.
    for apart in range(1, int(sizes.max(initial=1))):
        progress("groups", apart, int(sizes.max()))
        for offset in range(int(sizes.max()) - apart):
            has = begins[sizes > offset + apart]
            pairs = bids[has + offset] * count + bids[has + offset + apart]
            counts += np.bincount(pairs, minlength=count * count)
    return counts, common


def common_from(bids: int) -> int:
    """From how many bids on a text is common ground: more than half, at least COMMON_BIDS_MIN."""
    return max(COMMON_BIDS_MIN, bids // 2 + 1)


def _pair(
    one: BidText, other: BidText, first: _Prints, second: _Prints, common: Hashes
) -> Pair | None:
    hashes, ours, theirs = np.intersect1d(
        first.hashes, second.hashes, assume_unique=True, return_indices=True
    )
    kept = ~np.isin(hashes, common, assume_unique=True)
    spans = shared_spans(
        one.codes, other.codes, first.places[ours[kept]], second.places[theirs[kept]]
    )
    if not len(spans.letters):
        return None
    # A passage may stand twice in the second text; it is counted once, and no more than was equal.
    letters = min(
        int(spans.letters.sum()),
        union_letters(spans.first, spans.first_end),
        union_letters(spans.second, spans.second_end),
    )
    return Pair(
        one.bid,
        other.bid,
        letters,
        min(percent(letters, min(first.own, second.own)), Decimal("100.00")),
        told(one, other, spans, PASSAGES_MAX),
        len(spans.letters),
    )


def _common_passages(
    bids: Sequence[BidText], prints: Sequence[_Prints], common: Hashes
) -> tuple[CommonPassage, ...]:
    """The longest runs of common fingerprints, told of the first bid that has each."""
    found: list[CommonPassage] = []
    left = common
    for bid, own in zip(bids, prints, strict=True):
        if not len(left):
            break
        mine = np.isin(own.hashes, left, assume_unique=True)
        places = np.sort(own.places[mine])
        left = np.setdiff1d(left, own.hashes[mine], assume_unique=True)
        if not len(places):
            continue
        begins = places[np.concatenate([[True], np.diff(places) > GRAM])]
        ends = places[np.concatenate([np.diff(places) > GRAM, [True]])] + GRAM
        for begin, end in zip(begins.tolist(), ends.tolist(), strict=True):
            if end - begin >= PASSAGE_LETTERS_MIN:
                has = _holders(prints, grams(bid.codes[begin:end]))
                text = excerpt(bid, begin, end)
                found.append(CommonPassage(has, end - begin, bid.bid, bid.place_of(begin), text))
    found.sort(key=lambda one: (-one.letters, one.bid, one.text))
    return tuple(found[:COMMON_MAX])


def _holders(prints: Sequence[_Prints], hashes: Hashes) -> int:
    """How many bids have most of these fingerprints."""
    kept = np.unique(hashes[chosen(hashes)])
    return sum(
        2 * int(np.isin(kept, one.hashes, assume_unique=True).sum()) > len(kept) for one in prints
    )
