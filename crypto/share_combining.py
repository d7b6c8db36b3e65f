"""From the shares that key holders handed in to the file key, or to whose fault it is.

What counts as the committed share, and when a file key fits, is the container's to say.
docs/specs/sealed-bid-v1.md §6.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import combinations, islice

from crypto.shares import interpolate, recover

COMBINATIONS_MAX = 2048  # tried only when committed shares contradict one another


@dataclass(frozen=True, slots=True)
class ShareVerdict:
    """What a set of shares proves.

    `bad_shares_from` are the holders whose share is not the committed one: either they lie or their
    record never held it, which `verify_file_key` decides once the file key is known.
    `bidder_inconsistent`: shares the bidder committed to do not lie on one polynomial.
    `bidder_fault_proven`: at least threshold committed shares, and no file key fits the MAC.
    """

    bad_shares_from: tuple[int, ...]
    bidder_inconsistent: bool
    bidder_fault_proven: bool


def combine(
    shares: Mapping[int, bytes],
    threshold: int,
    *,
    is_committed: Callable[[int, bytes], bool],
    fits: Callable[[bytes], bool],
) -> tuple[bytes | None, ShareVerdict]:
    """The file key that `fits`, or None, with what the shares {holder number: share} prove."""
    good = {
        number: share for number, share in sorted(shares.items()) if is_committed(number, share)
    }
    bad = tuple(sorted(number for number in shares if number not in good))
    if len(good) < threshold:
        return None, ShareVerdict(bad, bidder_inconsistent=False, bidder_fault_proven=False)
    inconsistent = not _on_one_polynomial(good, threshold)
    # Consistent shares give one candidate whatever the choice; there are others only when the
    # bidder dealt bad shares, and then the container is invalid anyway: hence the limit.
    tries = COMBINATIONS_MAX if inconsistent else 1
    candidates = (
        recover(dict(chosen)) for chosen in islice(combinations(good.items(), threshold), tries)
    )
    file_key = next((candidate for candidate in candidates if fits(candidate)), None)
    return file_key, ShareVerdict(bad, inconsistent, bidder_fault_proven=file_key is None)


def _on_one_polynomial(shares: Mapping[int, bytes], threshold: int) -> bool:
    base = dict(islice(shares.items(), threshold))
    return all(interpolate(base, at=number) == share for number, share in shares.items())
