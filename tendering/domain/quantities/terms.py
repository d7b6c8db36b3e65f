"""What the tender says about checking bills: decimals, and from when a figure is worth a look."""

from dataclasses import dataclass, fields
from typing import Final

from crypto.canonical import JsonValue
from tendering.domain.quantities.bill import DECIMALS_MAX
from tendering.domain.refusals.tenders import BillInvalid

BASES: Final = ("mean", "median", "ceiling")
_PERCENT_MAX: Final = 1000
_MAJORITY: Final = 51


@dataclass(frozen=True, slots=True)
class Terms:
    """Thresholds of the tender, percents as whole numbers. They raise questions, never a verdict.

    `basis`: what a unit price is compared with: mean or median of the bids, or the ceiling.
    `slip_percent`: how near to a power of ten a ratio must be to look like a slip of the pen.
    `regular_percent`: the share of lines from which one difference or ratio between two bids is
    told; more than half, so that there is only one. `regular_lines`: and of how many at least.
    """

    price_decimals: int = 2
    amount_decimals: int = 2
    basis: str = "mean"
    high_percent: int = 30
    low_percent: int = 30
    slip_percent: int = 20
    regular_percent: int = 60
    regular_lines: int = 10


_LIMITS: Final = {
    "price_decimals": (0, DECIMALS_MAX),
    "amount_decimals": (0, DECIMALS_MAX),
    "high_percent": (1, _PERCENT_MAX),
    "low_percent": (1, 100),
    "slip_percent": (1, 50),
    "regular_percent": (_MAJORITY, 100),
    "regular_lines": (3, 1_000_000),
}


def parse_terms(value: JsonValue) -> Terms:
    """Terms from JSON; what is absent is as by default. Raises BillInvalid with the member."""
    if not isinstance(value, dict):
        raise BillInvalid("terms: an object is expected", where="terms")
    unknown = sorted(set(value) - {field.name for field in fields(Terms)})
    if unknown:
        raise BillInvalid(f"terms.{unknown[0]}: unknown", where=f"terms.{unknown[0]}")
    for name, (least, most) in _LIMITS.items():
        given = value.get(name, least)
        if isinstance(given, bool) or not isinstance(given, int) or not least <= given <= most:
            where = f"terms.{name}"
            raise BillInvalid(f"{where}: a whole number from {least} to {most}", where=where)
    if value.get("basis", "mean") not in BASES:
        raise BillInvalid(f"terms.basis: one of {', '.join(BASES)}", where="terms.basis")
    return Terms(**value)
