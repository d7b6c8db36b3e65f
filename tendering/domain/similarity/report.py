"""The report on the likeness of bids: texts, marks, prices, as one value and as JSON.

It says what is the same and where, and nothing about what follows from it: no number in it rejects
a bid. Format: docs/similarity.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Final

from crypto.canonical import JsonValue, canonical
from tendering.domain.quantities.across import Evidence
from tendering.domain.similarity.comparing import (
    CommonPassage,
    Measured,
    Pair,
    Progress,
    TextLikeness,
    compare_texts,
)
from tendering.domain.similarity.marks import Mark, SharedMark, shared_marks
from tendering.domain.similarity.passages import Passage
from tendering.domain.similarity.prices import price_regularities
from tendering.domain.similarity.text import Document, bid_text, letters

FORMAT: Final = "kaibiao/similarity/v1"
NOTICE_ZH: Final = (
    "以下为线索与证据位置，供评标委员会和监督部门核实，不构成认定，也不自动否决任何投标。"
)
NOTICE_EN: Final = (
    "These are leads with their places, for the committee and the supervisor to look into. They "
    "decide nothing and reject no bid."
)


@dataclass(frozen=True, slots=True)
class Unread:
    """A file that could not be read, and why."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class BidMaterial:
    """What is compared of a bid: the text and the marks of its files, and what was not read."""

    bid: str
    documents: tuple[Document, ...]
    marks: tuple[Mark, ...] = ()
    unread: tuple[Unread, ...] = ()


@dataclass(frozen=True, slots=True)
class Likeness:
    """Everything that bids have in common."""

    text: TextLikeness
    marks: tuple[SharedMark, ...]
    prices: tuple[Evidence, ...]
    unread: tuple[tuple[str, Unread], ...]

    @property
    def has_findings(self) -> bool:
        """Is there anything to look at?"""
        return bool(self.text.pairs or self.marks or self.prices)


def compare(
    bids: Sequence[BidMaterial],
    tender: BidMaterial | None,
    prices: Mapping[str, int],
    ceiling_fen: int | None,
    progress: Progress,
) -> Likeness:
    """Compare bids in everything there is of them. `prices`: total in fen, by the bid's name."""
    texts = []
    for number, bid in enumerate(bids):
        progress("texts", number, len(bids))
        texts.append(bid_text(bid.bid, bid.documents))
    asked = [letters("\n".join(pages))[0] for pages in _pages(tender)]
    return Likeness(
        compare_texts(texts, asked, progress),
        shared_marks([(bid.bid, bid.marks) for bid in bids], tender.marks if tender else ()),
        price_regularities(prices, ceiling_fen),
        tuple((bid.bid, one) for bid in bids for one in bid.unread),
    )


def report_json(found: Likeness) -> dict[str, JsonValue]:
    """The report as it is stored and recomputed: only strings, whole numbers, lists, objects."""
    return {
        "format": FORMAT,
        "notice": {"zh": NOTICE_ZH, "en": NOTICE_EN},
        "bids": [_measured(one) for one in found.text.bids],
        "pairs": [_pair(one) for one in found.text.pairs],
        "pairs_left_out": found.text.pairs_left_out,
        "common": [_common(one) for one in found.text.common],
        "marks": [_mark(one) for one in found.marks],
        "prices": [_evidence(one) for one in found.prices],
        "unread": [{"bid": bid, "file": one.name, "why": one.why} for bid, one in found.unread],
    }


def report_digest(report: JsonValue) -> bytes:
    """SHA-256 of the report in canonical JSON."""
    return sha256(canonical(report)).digest()


def _pages(tender: BidMaterial | None) -> list[tuple[str, ...]]:
    """Of a tender's files those with text; numbers of pages are cut as in bids."""
    if tender is None:
        return []
    return [(bid_text(tender.bid, [one]).shown,) for one in tender.documents if one.pages]


def _measured(one: Measured) -> JsonValue:
    return {
        "bid": one.bid,
        "letters": one.letters,
        "of_tender": one.of_tender,
        "without_text": list(one.without_text),
        "is_cut": one.is_cut,
    }


def _pair(one: Pair) -> JsonValue:
    return {
        "bids": [one.first, one.second],
        "letters": one.letters,
        "percent": f"{one.percent:f}",
        "passages_found": one.passages_found,
        "passages": [_passage(passage) for passage in one.passages],
    }


def _passage(one: Passage) -> JsonValue:
    places = (one.first_place, one.second_place)
    return {
        "letters": one.letters,
        "spans": [one.first_span, one.second_span],
        "places": [asdict(place) for place in places],
        "texts": [one.first_text, one.second_text],
    }


def _common(one: CommonPassage) -> JsonValue:
    return {
        "bids": one.bids,
        "letters": one.letters,
        "bid": one.bid,
        "place": asdict(one.place),
        "text": one.text,
    }


def _mark(one: SharedMark) -> JsonValue:
    return {
        "kind": one.kind,
        "weight": one.weight,
        "value": one.value,
        "bids": list(one.bids),
        "places": [{"bid": bid, "where": where} for bid, where in one.places],
        "words": asdict(one.words),
    }


def _evidence(one: Evidence) -> JsonValue:
    return {
        "kind": one.kind,
        "bids": list(one.bids),
        "count": one.count,
        "words": asdict(one.words),
        "examples": list(one.examples),
    }
