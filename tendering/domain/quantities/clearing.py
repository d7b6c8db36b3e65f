"""The clearing report (清标报告): each bid's findings, and what bids have in common.

It prepares the committee's work after the price opening and decides nothing.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Final

from crypto.canonical import JsonValue
from tendering.domain.methods.corrections import Correction
from tendering.domain.methods.words import Words
from tendering.domain.quantities.across import (
    Evidence,
    ItemStatistics,
    regular_prices,
    regular_totals,
    shared_errors,
    statistics,
    unusual_prices,
)
from tendering.domain.quantities.arithmetic import (
    check_arithmetic,
    check_opening_total,
    counted,
    suggested_correction,
)
from tendering.domain.quantities.bill import Bill, bill_digest, fixed_fen, rounded
from tendering.domain.quantities.comparing import by_key, check_against, check_codes
from tendering.domain.quantities.findings import BillFinding, Findings, gathered
from tendering.domain.quantities.terms import Terms
from tendering.domain.refusals.tenders import BillInvalid

FORMAT: Final = "kaibiao/clearing/v1"
BIDS_MAX: Final = 200
_MEAN_DECIMALS: Final = 4


@dataclass(frozen=True, slots=True)
class PricedBid:
    """A bid's bill, and the total of its opening form in fen where there is one."""

    bid: str
    bill: Bill
    opening_fen: int | None = None


@dataclass(frozen=True, slots=True)
class BidClearing:
    """One bid. `total`: what its lines come to, in yuan; `fixed_fen`: what K leaves alone."""

    bid: str
    digest: bytes
    total: Decimal
    stated: Decimal | None
    fixed_fen: dict[str, int]
    correction: Correction
    findings: Findings


@dataclass(frozen=True, slots=True)
class Clearing:
    """The whole report."""

    terms: Terms
    tender_digest: bytes
    tender: Findings
    bids: tuple[BidClearing, ...]
    items: tuple[ItemStatistics, ...]
    evidence: tuple[Evidence, ...]


def clear(tender: Bill, bids: Iterable[PricedBid], terms: Terms) -> Clearing:
    """Check every bid by itself and against the tender's bill, then all with one another.

    The bids are taken one by one and not kept. Raises BillInvalid for too many, or a name twice.
    """
    asked = by_key(tender)
    # Codes only: prices in a tender's bill are its own business.
    own = gathered(check_codes(tender))
    known: dict[str, BidClearing] = {}
    found: list[list[BillFinding]] = []
    prices: list[list[Decimal | None]] = []
    for one in bids:
        if one.bid in known or len(known) == BIDS_MAX:
            raise BillInvalid(
                f"{one.bid}: given twice, or one of more than {BIDS_MAX}", where=one.bid
            )
        lines = by_key(one.bill)
        priced = counted(one.bill, terms)
        first = [*check_arithmetic(priced, terms), *check_against(asked, lines)]
        if one.opening_fen is not None:
            first += check_opening_total(priced, one.opening_fen)
        found.append(first)
        prices.append([lines[key].unit_price if key in lines else None for key in asked])
        known[one.bid] = BidClearing(
            one.bid,
            bill_digest(one.bill),
            priced.total,
            one.bill.total,
            fixed_fen(one.bill),
            suggested_correction(priced, one.opening_fen),
            Findings({}, ()),
        )
    names = tuple(known)
    items = statistics(tuple(asked.values()), prices) if prices else []
    errors = [gathered(each) for each in found]
    if len(names) > 1 or terms.basis == "ceiling":
        for item in items:
            for place, unusual in unusual_prices(item, terms):
                found[place].append(unusual)
    evidence = (
        *shared_errors(names, errors, own),
        *regular_prices(names, prices, terms),
        *regular_totals({one.bid: one.total for one in known.values()}),
    )
    cleared = tuple(
        _with(one, gathered(each)) for one, each in zip(known.values(), found, strict=True)
    )
    return Clearing(terms, bill_digest(tender), own, cleared, tuple(items), evidence)


def _with(one: BidClearing, findings: Findings) -> BidClearing:
    return BidClearing(
        one.bid, one.digest, one.total, one.stated, one.fixed_fen, one.correction, findings
    )


def clearing_json(report: Clearing) -> dict[str, JsonValue]:
    """The report as JSON: decimals as text, sentences in both languages."""
    return {
        "format": FORMAT,
        "terms": asdict(report.terms),
        "tender": {"digest": report.tender_digest.hex(), **_findings(report.tender)},
        "bids": [
            {
                "bid": one.bid,
                "digest": one.digest.hex(),
                "total": f"{one.total:f}",
                "stated_total": None if one.stated is None else f"{one.stated:f}",
                "fixed_fen": one.fixed_fen,
                "suggested_price_fen": one.correction.price_fen,
                "suggested_because": [_words(step) for step in one.correction.steps],
                **_findings(one.findings),
            }
            for one in report.bids
        ],
        "evidence": [
            {
                "kind": one.kind,
                "bids": list(one.bids),
                "count": one.count,
                "words": _words(one.words),
                "examples": list(one.examples),
            }
            for one in report.evidence
        ],
        "items": [_item(item) for item in report.items],
    }


def _findings(findings: Findings) -> dict[str, JsonValue]:
    return {
        "counts": findings.counts,
        "findings": [
            {
                "kind": one.kind,
                "sheet": one.sheet,
                "row": one.row,
                "item": one.item,
                "figure": one.figure,
                "words": _words(one.words),
            }
            for one in findings.listed
        ],
    }


def _item(item: ItemStatistics) -> dict[str, JsonValue]:
    return {
        "code": item.line.code,
        "name": item.line.name,
        "unit": item.line.unit,
        "prices": [None if price is None else f"{price:f}" for price in item.prices],
        "lowest": f"{item.lowest:f}",
        "highest": f"{item.highest:f}",
        "mean": f"{rounded(item.mean, _MEAN_DECIMALS):f}",
        "median": f"{rounded(item.median, _MEAN_DECIMALS):f}",
    }


def _words(words: Words) -> dict[str, JsonValue]:
    return {"zh": words.zh, "en": words.en}
