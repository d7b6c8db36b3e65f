"""The contributions to the draw, step by step: who sealed what, who could open it, who did.

Every entry is decided again by the platform's own rules, in its place in the journal, and every
signature is checked.
"""

from dataclasses import replace
from uuid import UUID

from clients.draw_journal import STEPS, begun, followed
from clients.verifying.bodies import PoolFrozen
from clients.verifying.case import Case, parsed, place
from clients.verifying.contribution_bodies import (
    ContributionRevealed,
    ContributionSealed,
    ContributionShare,
    RecordChecked,
)
from clients.verifying.report import Notes
from crypto.canonical import JsonValue
from crypto.errors import CryptoError
from tendering.domain import contribution_steps as steps
from tendering.domain.contribution_steps import Gathering
from tendering.domain.contributions import (
    CONTRIBUTION_LABEL,
    RECORD_LABEL,
    Contribution,
    contribution_statement,
    record_statement,
)
from tendering.domain.journal import Entry, Event, Stream
from tendering.domain.refusals import Refused
from tendering.domain.refusals.signatures import SignatureRefused


def check_contributions(
    case: Case, pool_entry: Entry, pool: PoolFrozen, drawn: Entry, notes: Notes
) -> Gathering:
    """The contributions as they stood when the draw was made. What cannot count does not.

    Raises BadBag for an entry that cannot be read.
    """
    gathering = begun(case.tender, pool_entry, pool)
    for entry in case.streams[Stream.PUBLIC]:
        if entry.kind not in STEPS:
            continue
        if not pool_entry.seq < entry.seq < drawn.seq:
            notes.fails(place(entry), "before the pool was frozen, or after the draw")
            continue
        try:
            event = _decided(case, gathering, entry)
        except (Refused, CryptoError) as error:
            notes.fails(place(entry), f"could not happen there: {error}")
            continue
        notes.require(event.body == entry.body, place(entry), "says something else than it must")
        gathering = followed(gathering, replace(entry, body=event.body))
    return gathering


def _decided(case: Case, gathering: Gathering, entry: Entry) -> Event:
    """What the platform had to enter there. Raises Refused, CryptoError, BadBag."""
    if entry.kind == "draw.committed":
        sealed = parsed(entry, ContributionSealed)
        contribution = Contribution(sealed.organization_id, sealed.recipient, sealed.container)
        said = contribution_statement(gathering.subject, contribution)
        statement = sealed.statement
        signed = _signed(case, entry, statement, label=CONTRIBUTION_LABEL)
        _require(signed, (case.uscc_of(sealed.organization_id), said))
        return steps.decide_commitment(gathering, contribution, statement)
    if entry.kind == "draw.record_checked":
        checked = parsed(entry, RecordChecked)
        contribution = gathering.of(checked.organization_id)
        said = record_statement(
            gathering.subject, contribution, number=checked.number, usable=checked.usable
        )
        holders = {one.number: one.organization_id for one in case.tender.key_holders}
        holder = holders.get(checked.number, UUID(int=0))
        statement = checked.statement
        signed = _signed(case, entry, statement, label=RECORD_LABEL)
        _require(signed, (case.uscc_of(holder), said))
        return steps.decide_record(
            gathering,
            checked.organization_id,
            number=checked.number,
            usable=checked.usable,
            statement=statement,
        )
    if entry.kind == "draw.contributions_closed":
        return steps.decide_closing(gathering, at=entry.at)
    if entry.kind == "draw.revealed":
        shown = parsed(entry, ContributionRevealed)
        return steps.decide_reveal(gathering, shown.organization_id, bytes.fromhex(shown.file_key))
    given = parsed(entry, ContributionShare)
    return steps.decide_share(
        gathering,
        given.organization_id,
        number=given.number,
        share=bytes.fromhex(given.share),
        at=entry.at,
    )


def _signed(case: Case, entry: Entry, value: object, *, label: str) -> tuple[str, JsonValue]:
    """Who signed, by credit code, and what. Raises CryptoError."""
    signed, who = case.signed(value, label=label, at=entry.at, where=place(entry))
    return who.uscc, signed.statement


def _require(found: tuple[str, JsonValue], expected: tuple[str | None, JsonValue]) -> None:
    if found != expected:
        raise SignatureRefused("signed by somebody else, or something else was signed")
