"""Bid validity: who was asked to extend it and said what, and that the winner's bid still held."""

from dataclasses import replace
from uuid import UUID

from clients.verifying.bodies import Awarded
from clients.verifying.case import Case, place
from clients.verifying.journals import deadline_at
from clients.verifying.report import Notes
from crypto.canonical import JsonValue
from crypto.errors import CryptoError
from tendering.domain.journal import Entry, Stream
from tendering.domain.tender import Tender
from tendering.domain.validity import (
    ANSWER_LABEL,
    ANSWERED,
    EXTENSION_LABEL,
    REQUESTED,
    Extension,
    answer_statement,
    extension_statement,
    extensions_of,
    valid_until,
    validity_of,
)


def check_validity(case: Case, notes: Notes) -> None:
    """Each request and answer is signed and in time; no award went to a bid that had lapsed."""
    entries = case.streams[Stream.PUBLIC]
    # Validity runs from the deadline as it was in the end (E09).
    tender = replace(case.tender, deadline=deadline_at(case, before=entries[-1]))
    extensions = extensions_of(entries)
    by_key = {(one.lot, one.number): one for one in extensions}
    for entry in entries:
        if entry.kind not in {REQUESTED, ANSWERED}:
            continue
        extension = by_key[str(entry.body["lot"]), int(str(entry.body["number"]))]
        if entry.kind == REQUESTED:
            previous = by_key.get((extension.lot, extension.number - 1))
            days = tender.terms.bid_validity_days if previous is None else previous.days
            _check_request(case, entry, extension, (days, tender), notes)
        else:
            _check_answer(case, entry, extension, notes)
    for entry, award in case.all(Stream.PUBLIC, "award.notified", Awarded):
        winner = UUID(str(award.winner["bidder_id"]))
        until = validity_of(tender, extensions, award.lot, winner)
        notes.require(
            until is not None and entry.at < until, place(entry), "the winner's bid had lapsed"
        )
    notes.remark(f"{len(extensions)} extensions of bid validity")


def _check_request(
    case: Case, entry: Entry, extension: Extension, before: tuple[int, Tender], notes: Notes
) -> None:
    where, (days, tender) = place(entry), before
    ends = valid_until(tender, days)
    asked = {bid.bidder_id for lot, bid in case.bids() if lot == extension.lot}
    notes.require(
        extension.days > days
        and extension.until == valid_until(tender, extension.days)
        and entry.at < extension.respond_until <= ends
        and extension.bidders <= asked,
        where,
        "asked too late, for no longer, or of somebody else",
    )
    expected = extension_statement(
        case.tender.id,
        extension.lot,
        extension.number,
        days=extension.days,
        respond_until=extension.respond_until,
        reason=extension.reason,
    )
    hosts = {case.tender.procuring_entity_id, case.tender.agency_id}
    who = _signer(case, entry, EXTENSION_LABEL, expected, notes)
    known = {case.uscc_of(one) for one in hosts if one is not None}
    notes.require(who is None or who in known, where, "asked by nobody who runs the tender")


def _check_answer(case: Case, entry: Entry, extension: Extension, notes: Notes) -> None:
    where, bidder = place(entry), UUID(str(entry.body["bidder_id"]))
    notes.require(
        bidder in extension.bidders and entry.at < extension.respond_until,
        where,
        "answered by somebody who was not asked, or too late",
    )
    accepts = entry.body["accepts"] is True
    expected = answer_statement(case.tender.id, extension.lot, extension.number, accepts=accepts)
    who = _signer(case, entry, ANSWER_LABEL, expected, notes)
    notes.require(who in {None, case.uscc_of(bidder)}, where, "signed by another than the bidder")


def _signer(
    case: Case, entry: Entry, label: str, expected: dict[str, JsonValue], notes: Notes
) -> str | None:
    """The credit code of whoever signed exactly this; None where nobody did, which is noted."""
    where = place(entry)
    try:
        signed, who = case.signed(entry.body.get("signed"), label=label, at=entry.at, where=where)
    except CryptoError as error:
        notes.fails(where, str(error))
        return None
    notes.require(signed.statement == expected, where, "what was signed is something else")
    return who.uscc
