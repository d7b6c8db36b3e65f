"""Lots that failed by themselves after the deadline: each for what the journal shows of it."""

from collections.abc import Sequence

from msgspec import Struct

from clients.verifying.case import Case, place
from clients.verifying.report import Notes
from tendering.domain.failed_lots import LOT_FAILED, LotCause
from tendering.domain.journal import Entry, Stream
from tendering.domain.opening_window import Decision
from tendering.domain.qualification import are_too_few
from tendering.domain.re_evaluation import VOIDED
from tendering.domain.tender import Tender

_AFTERWARDS = frozenset({"candidates.published", "award.notified"})


class LotFailed(Struct, frozen=True):
    """lot.failed."""

    lot: str
    cause: LotCause


def check_failed_lots(case: Case, notes: Notes) -> None:
    """A lot fails for a cause that stands there, and nothing comes of it unless it is in play."""
    failed: set[str] = set()
    bodies = {entry.seq: body for entry, body in case.all(Stream.PUBLIC, LOT_FAILED, LotFailed)}
    told = case.streams[Stream.PUBLIC]
    for entry in told:
        lot, where = str(entry.body.get("lot", "")), place(entry)
        if entry.seq in bodies:
            of_lot = [one for one in told if one.seq < entry.seq and one.body.get("lot") == lot]
            shown = _is_shown(case.tender, bodies[entry.seq], of_lot)
            notes.require(shown, where, f"lot {lot} failed for what is not there")
            notes.require(lot not in failed, where, f"lot {lot} failed twice")
            failed.add(lot)
        elif entry.kind == VOIDED:
            failed.discard(lot)
        elif entry.kind in _AFTERWARDS:
            notes.require(lot not in failed, where, f"lot {lot} had failed")


def _is_shown(tender: Tender, body: LotFailed, before: Sequence[Entry]) -> bool:
    """Do the lot's own entries bear the cause out?"""
    if body.cause is LotCause.TOO_FEW_UNLOCKED:
        last = _last(before, "shortfall.decided")
        return last is not None and last.body.get("decision") == Decision.FAIL
    if body.cause is LotCause.TOO_FEW_QUALIFIED:
        last = _last(before, "qualification.checked")
        passed = None if last is None else last.body.get("passed")
        return isinstance(passed, list) and are_too_few(tender, len(passed))
    last = _last(before, "evaluation.reported", VOIDED)
    return last is not None and last.kind != VOIDED and last.body.get("ranking") == []


def _last(entries: Sequence[Entry], *kinds: str) -> Entry | None:
    return next((one for one in reversed(entries) if one.kind in kinds), None)
