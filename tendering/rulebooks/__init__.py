"""The rulebooks, method templates and holiday table: data files, read once by who needs them.

What they mean is in `tendering.domain` (`rulebook`, `methods`, `calendar`).
"""

from functools import cache
from importlib.resources import files
from typing import Final

from tendering.domain.calendar import Calendar, read_calendar
from tendering.domain.rulebook import Rulebook, load

# Regime of a tender → the file with its rules.
RULEBOOKS: Final = {
    "construction": "cn-construction.toml",
    "government_procurement": "cn-government-procurement.toml",
}

# Templates of evaluation methods that a procuring entity starts from, by the regime they fit.
METHODS: Final = {
    "construction": ("comprehensive-mean", "comprehensive-trimmed", "comprehensive-ceiling"),
    "government_procurement": ("procurement-scoring",),
}


def rulebook_text(regime: str) -> str:
    """The TOML of a regime's rulebook. Raises KeyError for an unknown regime."""
    return files(__name__).joinpath(RULEBOOKS[regime]).read_text(encoding="utf-8")


def holidays_text() -> str:
    """The JSON of the announced holidays and make-up days."""
    return files(__name__).joinpath("holidays.json").read_text(encoding="utf-8")


def method_text(name: str) -> str:
    """The JSON of a method template. Raises KeyError for an unknown name."""
    if not any(name in names for names in METHODS.values()):
        raise KeyError(name)
    return files(__name__).joinpath("methods", f"{name}.json").read_text(encoding="utf-8")


@cache
def rulebook_of(regime: str) -> Rulebook:
    """The latest rulebook of a regime. Raises KeyError for an unknown regime."""
    return load(rulebook_text(regime))


@cache
def holiday_calendar() -> Calendar:
    """The calendar with what has been announced."""
    return read_calendar(holidays_text())
