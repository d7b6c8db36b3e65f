"""Rounds: whoever bid where not everybody may was invited, or admitted by the round before."""

from collections.abc import Sequence
from uuid import UUID

from clients.verifying.bodies import Reported, Revealed, Unlocked
from clients.verifying.bodies_rounds import AdmittedHere, Answered, Compared, Continued, Invited
from clients.verifying.case import Case, place
from clients.verifying.report import Notes
from tendering.domain.consortia import Entrant, ties_event
from tendering.domain.journal import Stream
from tendering.domain.participants import Admitted, admitted_digest
from tendering.domain.procedure import Judging, Outcome, Participants


def check_ties(case: Case, notes: Notes) -> None:
    """What was said of consortia and of ties between bidders follows from the opened bids."""
    first = case.tender.round.envelopes[0]
    said = case.all(Stream.PUBLIC, "bidders.compared", Compared)
    revealed = {body.lot for _, body in case.all(Stream.PUBLIC, "prices.revealed", Revealed)}
    notes.require(
        sorted(body.lot for _, body in said) == sorted(revealed),
        place(case.published),
        "the bidders of a lot were not compared",
    )
    for entry, body in said:
        if not case.is_full:
            notes.skips("what the bids declare of their members")
            return
        entrants = [
            Entrant(bid.bidder_id, bid.uscc, case.forms[lot, bid.bidder_id, first])
            for lot, bid in case.bids()
            if lot == body.lot and (lot, bid.bidder_id, first) in case.forms
        ]
        notes.require(
            ties_event(body.lot, entrants).body == entry.body,
            place(entry),
            "other consortia or ties than the opened bids declare",
        )
        for one in body.findings:
            notes.remark(f"{place(entry)}: {case.uscc_of(one.bidder_id)}: {one.code} ({one.law})")


def check_round(case: Case, notes: Notes) -> None:
    """The list in custody holds every bidder and is the one that notice and journals speak of."""
    _check_continued(case, notes)
    round_ = case.tender.round
    if round_.rounds > 1:
        notes.remark(f"round {round_.number} of {round_.rounds} of {round_.procedure}")
    if round_.participants is Participants.PUBLIC:
        return
    if Stream.CUSTODY not in case.streams:
        notes.skips("who was invited or admitted")
        return
    listed = (
        _invited(case) if round_.participants is Participants.INVITED else _admitted(case, notes)
    )
    for lot, bid in case.bids():
        notes.require(
            bid.bidder_id in listed.get(lot, set()),
            place(case.published),
            f"{bid.bidder_name} bid for lot {lot} without being {round_.participants}",
        )


def _invited(case: Case) -> dict[str, set[UUID]]:
    listed: dict[str, set[UUID]] = {}
    for _, body in case.all(Stream.CUSTODY, "participants.invited", Invited):
        listed.setdefault(body.lot, set()).update(body.bidders)
    last = {
        (one.lot, one.bidder_id): one.answer
        for _, one in case.all(Stream.CUSTODY, "invitation.answered", Answered)
    }
    for (lot, bidder), answer in last.items():
        if answer == "declined":
            listed.get(lot, set()).discard(bidder)
    return listed


def _admitted(case: Case, notes: Notes) -> dict[str, set[UUID]]:
    previous = case.tender.previous
    found = list(case.all(Stream.CUSTODY, "participants.admitted", AdmittedHere))
    if len(found) != 1 or previous is None:
        notes.fails(place(case.published), "does not follow from one list of those admitted")
        return {}
    entry, body = found[0]
    lots = [Admitted(one.lot, one.bidders) for one in body.lots]
    notes.require(
        body.previous_id == previous.tender_id
        and admitted_digest(lots, bytes.fromhex(body.salt)) == previous.admitted_digest,
        place(entry),
        "not the list that the notice names",
    )
    notes.require(entry.at <= case.published.at, place(entry), "listed after the publication")
    return {one.lot: set(one.bidders) for one in lots}


def _check_continued(case: Case, notes: Notes) -> None:
    """What this round says of those it admitted follows from its reports or its opening."""
    for entry, body in case.all(Stream.PUBLIC, "round.continued", Continued):
        computed = _admitted_by(case)
        notes.require(
            case.tender.round.outcome is Outcome.ADMISSIONS
            and admitted_digest(computed, bytes.fromhex(body.salt)).hex() == body.admitted_digest,
            place(entry),
            "others go on than were admitted",
        )


def _admitted_by(case: Case) -> Sequence[Admitted]:
    if case.tender.round.judging is Judging.NONE:
        opened: dict[str, list[UUID]] = {}
        for _, verdict in case.all(Stream.PUBLIC, "bid.unlocked", Unlocked):
            opened.setdefault(verdict.lot, []).append(verdict.bidder_id)
        return [Admitted(lot.lot, tuple(opened.get(lot.lot, ()))) for lot in case.tender.lots]
    reported = {
        body.lot: body.admitted or ()
        for _, body in case.all(Stream.PUBLIC, "evaluation.reported", Reported)
    }
    return [Admitted(lot.lot, reported.get(lot.lot, ())) for lot in case.tender.lots]
