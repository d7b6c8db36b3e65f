"""Fingerprints of a text: which of its k-grams stand for it, so that equal runs are always found.

Winnowing: of every WINDOW neighboring k-grams the one with the least hash is kept, all of them when
they tie. Whatever two texts share in one piece of GRAM + WINDOW - 1 letters, they share a
fingerprint of it. Schleimer, Wilkerson, Aiken, Winnowing: Local Algorithms for Document
Fingerprinting, SIGMOD 2003, §3.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tendering.domain.similarity.text import Codes

Hashes = NDArray[np.uint64]
Indexes = NDArray[np.int64]
Mask = NDArray[np.bool_]

GRAM: Final = 8
WINDOW: Final = 8
FOUND_ALWAYS: Final = GRAM + WINDOW - 1
_FACTOR: Final = np.uint64(0x9E3779B97F4A7C15)
_MIX: Final = np.uint64(0xBF58476D1CE4E5B9)
_HALF: Final = np.uint64(29)
_SIEVE_BITS: Final = 22


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """The k-grams of a text that is to be subtracted. `sieve` says quickly what is not in it."""

    hashes: Hashes
    sieve: Mask

    def holds(self, hashes: Hashes) -> Mask:
        """Which of the hashes are of that text."""
        found: Mask = self.sieve[(hashes >> np.uint64(64 - _SIEVE_BITS)).astype(np.int64)]
        likely = np.flatnonzero(found)
        at = np.searchsorted(self.hashes, hashes[likely])
        at[at == len(self.hashes)] = 0
        found[likely] = self.hashes[at] == hashes[likely] if len(self.hashes) else False
        return found


def grams(codes: Codes) -> Hashes:
    """The hash of each run of GRAM letters, in their order."""
    count = len(codes) - GRAM + 1
    if count <= 0:
        return np.empty(0, np.uint64)
    wide = codes.astype(np.uint64)
    hashes = wide[:count].copy()
    for step in range(1, GRAM):
        hashes *= _FACTOR
        hashes += wide[step : step + count]
    hashes ^= hashes >> _HALF
    hashes *= _MIX
    hashes ^= hashes >> _HALF
    hashes *= _FACTOR
    return hashes


def chosen(hashes: Hashes) -> Indexes:
    """The indexes of the k-grams that winnowing keeps, ascending."""
    if len(hashes) < WINDOW:
        return np.flatnonzero(hashes == hashes.min()) if len(hashes) else np.empty(0, np.int64)
    least = hashes
    width = 1
    while width < WINDOW:
        step = min(width, WINDOW - width)
        least = np.minimum(least[:-step], least[step:])
        width += step
    # A k-gram is the least of some window just when the greatest of its windows' leasts is itself.
    filled = np.concatenate(
        [np.zeros(WINDOW - 1, np.uint64), least, np.zeros(WINDOW - 1, np.uint64)]
    )
    width = 1
    while width < WINDOW:
        step = min(width, WINDOW - width)
        filled = np.maximum(filled[:-step], filled[step:])
        width += step
    return np.flatnonzero(filled == hashes)


def known(texts: list[Codes]) -> Known:
    """All k-grams of texts that are to be subtracted from every bid."""
    every = np.unique(np.concatenate([np.empty(0, np.uint64), *map(grams, texts)]))
    sieve = np.zeros(1 << _SIEVE_BITS, np.bool_)
    sieve[(every >> np.uint64(64 - _SIEVE_BITS)).astype(np.int64)] = True
    return Known(every, sieve)


def covered(marked: Mask, length: int) -> int:
    """How many of `length` letters stand in a marked k-gram."""
    edges = np.zeros(length + 1, np.int64)
    starts = np.flatnonzero(marked)
    edges[starts] += 1
    edges[starts + GRAM] -= 1
    return int(np.count_nonzero(np.cumsum(edges[:length])))
