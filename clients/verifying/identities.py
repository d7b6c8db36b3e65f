"""Identity at the desk: every step was open, led where it says, and came before the arrival."""

from clients.verifying.bodies_identities import Checked, Decided
from clients.verifying.bodies_venues import Arrived, Requested
from clients.verifying.case import Case, parsed, place
from clients.verifying.report import Notes
from tendering.domain.identities import (
    Approval,
    DeskCheck,
    Standing,
    Step,
    Thresholds,
    require_step,
    standing_of,
)
from tendering.domain.journal import Entry, Stream
from tendering.domain.refusals import Refused


def check_identities(case: Case, notes: Notes) -> None:
    """Replay the checks; where a venue has a desk, whoever arrived had proved who they are."""
    if Stream.COMMITTEE not in case.streams:
        notes.skips("identity checks at the venues' desks")
        return
    steps: dict[str, list[Step]] = {}
    desks: set[str] = set()
    for entry in case.streams[Stream.COMMITTEE]:
        if entry.kind == "venue.requested":
            asked = parsed(entry, Requested)
            if asked.has_desk:
                desks.add(str(asked.booking_id))
        elif entry.kind in {"identity.checked", "identity.decided"}:
            _step(steps, entry, notes)
        elif entry.kind == "expert.arrived":
            came = parsed(entry, Arrived)
            known = standing_of(steps.get(str(came.expert_id), []), Thresholds())
            notes.require(
                str(came.booking_id) not in desks or known is Standing.PROVED,
                place(entry),
                f"arrived though identity was {known}",
            )
    notes.remark(f"{len(steps)} experts were checked at a desk")


def _step(steps: dict[str, list[Step]], entry: Entry, notes: Notes) -> None:
    body: Checked | Decided
    step: Step
    if entry.kind == "identity.checked":
        body = parsed(entry, Checked)
        step = DeskCheck(body.document_matches, body.score, entry.at)
    else:
        body = parsed(entry, Decided)
        step = Approval(body.approved, body.reason, entry.at)
    taken = steps.setdefault(str(body.expert_id), [])
    try:
        require_step(taken, step, Thresholds())
    except Refused as error:
        notes.fails(place(entry), f"could not happen there: {error.detail}")
    taken.append(step)
    came_to = standing_of(taken, Thresholds())
    notes.require(body.standing == came_to, place(entry), f"led to {came_to}")
