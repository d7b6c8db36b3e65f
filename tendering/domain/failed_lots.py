"""Lots that fail by themselves while the other lots of their tender go on.

Too few bids at the deadline are said by `submission.closed`; what fails later has an entry of its
own. 招标投标法 第二十八条、第四十二条, 87号令 第四十四条: such a lot is tendered again, and its
securities go back. An evaluation that is void brings its lot back into play.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final

from crypto.canonical import JsonValue
from tendering.domain.journal import Entry, Event
from tendering.domain.re_evaluation import VOIDED

LOT_FAILED: Final = "lot.failed"
# The kinds of public entries that say which lots have failed.
FAILURE_KINDS: Final = frozenset({"submission.closed", LOT_FAILED, VOIDED})


class LotCause(StrEnum):
    """Why a lot fails after the deadline."""

    TOO_FEW_UNLOCKED = "too_few_unlocked"
    TOO_FEW_QUALIFIED = "too_few_qualified"
    WITHOUT_CANDIDATES = "without_candidates"


def lot_failed(lot: str, cause: LotCause, rule: Mapping[str, JsonValue] | None = None) -> Event:
    """The event; `rule` where a number of the law was not reached."""
    body: dict[str, JsonValue] = {"lot": lot, "cause": cause}
    return Event(LOT_FAILED, body if rule is None else body | {"rule": dict(rule)})


def failed_lots(entries: Iterable[Entry]) -> Mapping[str, Entry]:
    """The lots that have failed by themselves, each with the entry that says so.

    `entries` are those of FAILURE_KINDS, in any order.
    """
    found: dict[str, Entry] = {}
    for entry in sorted(entries, key=lambda one: (one.at, one.seq)):
        lot = str(entry.body.get("lot"))
        if entry.kind == LOT_FAILED:
            found[lot] = entry
        elif entry.kind == VOIDED:
            found.pop(lot, None)
        elif entry.kind == "submission.closed":
            lots = entry.body.get("failed_lots")
            found |= dict.fromkeys(map(str, lots), entry) if isinstance(lots, list) else {}
    return found
