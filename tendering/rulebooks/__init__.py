"""The rulebooks, method templates and holiday table: data files, read once by who needs them.

What they mean is in `tendering.domain` (`rulebook`, `overlays`, `methods`, `calendar`).
"""

import tomllib
from datetime import date, datetime
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final

from tendering.domain.calendar import Calendar, civil_day, read_calendar
from tendering.domain.clauses import Clauses, load_clauses
from tendering.domain.expert_fees import FeeRule, parse_fee_rule
from tendering.domain.overlays import Overlay, covers, lay_over, read_overlay
from tendering.domain.rulebook import Rulebook, load
from tendering.domain.tender import Tender

# Regime of a tender → the file with its rules.
RULEBOOKS: Final = {
    "construction": "cn-construction.toml",
    "government_procurement": "cn-government-procurement.toml",
}

# Overlays of regions; of several that cover a place the narrowest is laid over last.
OVERLAYS: Final = (
    "cn-construction-shanghai.toml",
    "cn-government-procurement-shenzhen.toml",
    "example-construction-separated.toml",
)

# Templates of evaluation methods that a procuring entity starts from, by the regime they fit.
METHODS: Final = {
    "construction": ("comprehensive-mean", "comprehensive-trimmed", "comprehensive-ceiling"),
    "government_procurement": ("procurement-scoring", "lowest-price"),
}
LAWS_MAX: Final = 512


def rulebook_text(regime: str) -> str:
    """The TOML of a regime's rulebook. Raises KeyError for an unknown regime."""
    return files(__name__).joinpath(RULEBOOKS[regime]).read_text(encoding="utf-8")


def overlay_text(name: str) -> str:
    """The TOML of a region's overlay, by its name in OVERLAYS."""
    assert name in OVERLAYS
    return files(__name__).joinpath("regions", name).read_text(encoding="utf-8")


def holidays_text() -> str:
    """The JSON of the announced holidays and make-up days."""
    return files(__name__).joinpath("holidays.json").read_text(encoding="utf-8")


def method_text(name: str) -> str:
    """The JSON of a method template. Raises KeyError for an unknown name."""
    if not any(name in names for names in METHODS.values()):
        raise KeyError(name)
    return files(__name__).joinpath("methods", f"{name}.json").read_text(encoding="utf-8")


@cache
def clauses_of_documents() -> Clauses:
    """The clauses that tender documents are held against."""
    return load_clauses(files(__name__).joinpath("clauses.toml").read_text(encoding="utf-8"))


@cache
def expert_fee_rule() -> FeeRule:
    """What experts are paid."""
    text = files(__name__).joinpath("expert-fees.toml").read_text(encoding="utf-8")
    return parse_fee_rule(tomllib.loads(text))


@cache
def rulebook_of(regime: str) -> Rulebook:
    """The latest rulebook of a regime. Raises KeyError for an unknown regime."""
    return load(rulebook_text(regime))


@lru_cache(maxsize=LAWS_MAX)
def rulebook_at(
    regime: str, region: str, notice: date | None, event: date | None = None
) -> Rulebook:
    """The rules for a tender of this region whose notice is of this day; without it, the latest.

    `event` is the day of what happens now, for the few rules that count then. Raises KeyError.
    """
    book = load(rulebook_text(regime), on=notice, event_on=event)
    for overlay in _overlays():
        if overlay.extends == regime and covers(overlay, region):
            book = lay_over(book, overlay, on=notice, event_on=event)
    return book


def rulebook_for(tender: Tender, at: datetime) -> Rulebook:
    """The rules that hold for a tender at this instant: those of its notice, a draft's of today."""
    today = civil_day(at)
    notice = today if tender.published_at is None else civil_day(tender.published_at)
    return rulebook_at(tender.regime, tender.region, notice, today)


@cache
def holiday_calendar() -> Calendar:
    """The calendar with what has been announced."""
    return read_calendar(holidays_text())


@cache
def _overlays() -> tuple[Overlay, ...]:
    read = [read_overlay(overlay_text(name)) for name in OVERLAYS]
    return tuple(sorted(read, key=lambda overlay: len(overlay.region.rstrip("0"))))
