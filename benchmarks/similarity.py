"""Are 30 bids of 200,000 characters compared in less than 2 s, 200 bids in less than 30 s?

Chinese-looking bids of random letters in paragraphs. Everybody has copied the tender document and
a law; planted are: a chapter with 8 % of its letters changed, a chapter word for word in another
order, and one short paragraph. The peers do the obvious, each pair by itself, in the same run:
difflib on sentences, rapidfuzz on paragraphs (both without the tender's own paragraphs), on a
sample of pairs that has the planted ones; their time is multiplied up to all pairs, and says so.
Processor time, the least of the runs.
"""

import random
import sys
import time
from collections.abc import Callable
from difflib import SequenceMatcher
from itertools import combinations
from typing import Final, TypeVar

import numpy as np
from rapidfuzz import fuzz, process

from benchmarks.report import Row, report
from tendering.domain.similarity.comparing import TextLikeness, compare_texts
from tendering.domain.similarity.text import Document, bid_text, letters

LETTERS: Final = 200_000
SEED: Final = 20261123
RUNS: Final = 3
SAMPLE: Final = 2
FEW: Final = 30
MANY: Final = 200
NEAR: Final = (3, 17)
MOVED: Final = (5, 21)
SHORT: Final = (8, 11)
PLANTED: Final = {NEAR: "8 % changed", MOVED: "another order", SHORT: "one paragraph"}
CHANGED: Final = 0.08
ALIKE: Final = 70

Bids = list[list[str]]
T = TypeVar("T")


def main() -> None:
    """Plant, measure, compare with the peers, say what was found and what was missed."""
    counts = [int(one) for one in sys.argv[1:]] or [FEW, MANY]
    for count in counts:
        _measure(count)


def _measure(count: int) -> None:
    chance = random.Random(SEED)  # noqa: S311 - the same bids in every run, no secrets
    tender, bids = planted(chance, count)
    seconds, likeness = _best(lambda: ours(tender, bids), RUNS if count <= FEW else 1)
    rows = []
    found = {(int(pair.first), int(pair.second)) for pair in likeness.pairs}
    print(f"{count} bids, {sum(len(page) for bid in bids for page in bid):,} characters")
    _say("ours", found)
    sample = sorted({*PLANTED, *list(combinations(range(count), 2))[:SAMPLE]})
    all_pairs = count * (count - 1) // 2
    for name, peer in (("difflib, sentences", by_difflib), ("rapidfuzz, paragraphs", by_fuzz)):
        spent, hits = _best(lambda peer=peer: peer(tender, bids, sample), 1)  # type: ignore[misc]
        rows.append(Row(f"{name} ({len(sample)} pairs x)", spent / len(sample) * all_pairs))
        _say(name, hits)
    rows.append(Row("ours", seconds))
    report(f"similarity of {count} bids, processor time", unit="s", rows=rows, ours="ours")


def _say(name: str, found: set[tuple[int, int]]) -> None:
    missed = [what for pair, what in PLANTED.items() if pair not in found]
    false = len(found - set(PLANTED))
    print(f"  {name}: {len(PLANTED) - len(missed)} found, missed {missed}, {false} false")


def ours(tender: list[str], bids: Bids) -> TextLikeness:
    """From the text of pages to pairs with passages."""
    texts = [
        bid_text(f"{number}", [Document("a.pdf", tuple(bid))]) for number, bid in enumerate(bids)
    ]
    return compare_texts(texts, [letters("".join(tender))[0]])


def by_difflib(tender: list[str], bids: Bids, pairs: list[tuple[int, int]]) -> set[tuple[int, int]]:
    """Sentences that are the same in the order of both, without the tender's."""
    theirs = set("".join(tender).split("。"))
    cut = {
        at: [one for one in "".join(bids[at]).split("。") if one not in theirs]
        for at in {one for pair in pairs for one in pair}
    }
    found = set()
    for one, other in pairs:
        blocks = SequenceMatcher(None, cut[one], cut[other], autojunk=False).get_matching_blocks()
        if sum(len(cut[one][b.a + step]) for b in blocks for step in range(b.size)) > FEW:
            found.add((one, other))
    return found


def by_fuzz(tender: list[str], bids: Bids, pairs: list[tuple[int, int]]) -> set[tuple[int, int]]:
    """Each paragraph of one with each of the other by their edit distance, with a cutoff."""
    theirs = set(tender)
    found = set()
    for one, other in pairs:
        left = [page for page in bids[one] if page not in theirs]
        right = [page for page in bids[other] if page not in theirs]
        alike = process.cdist(left, right, scorer=fuzz.ratio, score_cutoff=ALIKE, dtype=np.uint8)
        if alike.any():
            found.add((one, other))
    return found


def planted(chance: random.Random, count: int) -> tuple[list[str], Bids]:
    """The tender's paragraphs, and the bids' with what was planted in them."""
    signs = [chr(0x4E00 + code) for code in range(2500)]

    def paragraph() -> str:
        lines = ("".join(chance.choices(signs, k=chance.randint(15, 45))) for _ in range(5))
        return "。".join(lines) + "。"

    tender = [paragraph() for _ in range(100)]
    law = [paragraph() for _ in range(20)]
    bids = []
    for _ in range(count):
        own: list[str] = []
        while sum(map(len, own)) < LETTERS - 18_000:
            own += [paragraph() for _ in range(100)]
        bids.append([*own, *tender, *law])
    near = [
        "".join(chance.choice(signs) if chance.random() < CHANGED else sign for sign in page)
        for page in bids[NEAR[0]][50:110]
    ]
    bids[NEAR[1]][200:260] = near
    bids[MOVED[1]][300:320] = reversed(bids[MOVED[0]][:20])
    bids[SHORT[1]][7] = bids[SHORT[0]][90]
    return tender, bids


def _best(work: Callable[[], T], runs: int) -> tuple[float, T]:
    least = float("inf")
    for _ in range(runs):
        begun = time.process_time()
        result = work()
        least = min(least, time.process_time() - begun)
    return least, result


if __name__ == "__main__":
    main()
