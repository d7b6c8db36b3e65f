"""The steps before a draw: seal, look at the records, close, open. Each says what happened.

What counts is settled when the contributions are closed, while all of them are sealed. After that
nothing is added, taken back or refused: a contribution is opened by its maker or by the key
holders, and the draw waits until all are. docs/specs/draw-v1.md §3.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from crypto.canonical import JsonValue
from crypto.sealed_file import check_share, read_sealed_header
from tendering.domain.contributions import (
    Contribution,
    DrawSubject,
    Outcome,
    is_admissible,
    key_fits,
    opened,
    outcome_of,
    require_sealed,
)
from tendering.domain.journal import Event
from tendering.domain.refusals import Forbidden
from tendering.domain.refusals.draws import (
    AlreadyContributed,
    ContributionMismatch,
    ContributionsMissing,
    DrawNotPrepared,
    DrawOver,
)
from tendering.domain.refusals.openings import WrongShare
from tendering.domain.tender import Tender

# For a party to seal its contribution, and then again to open it, before others go on without it.
CONTRIBUTION_WINDOW: Final = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Gathering:
    """The contributions to a draw as they stand; `closed_at` is None while they are taken."""

    subject: DrawSubject
    contributions: tuple[Contribution, ...]
    frozen_at: datetime
    closed_at: datetime | None = None

    def of(self, organization_id: UUID) -> Contribution:
        """A party's contribution. Raises DrawNotPrepared."""
        for one in self.contributions:
            if one.organization_id == organization_id:
                return one
        raise DrawNotPrepared("this organization has not sealed a contribution")


def contributors(subject: DrawSubject) -> set[UUID]:
    """Who may contribute: parties with different interests."""
    return _trading(subject.tender) | _independent(subject.tender) | subject.bidders


def decide_commitment(
    gathering: Gathering, contribution: Contribution, statement: Mapping[str, JsonValue]
) -> Event:
    """Take a sealed contribution. `statement` has been checked.

    Raises Forbidden, DrawOver once they are closed, AlreadyContributed, ContainerRefused.
    """
    if contribution.organization_id not in contributors(gathering.subject):
        raise Forbidden("not a party that contributes to this draw")
    if gathering.closed_at is not None:
        raise DrawOver("the contributions are closed")
    if any(one.organization_id == contribution.organization_id for one in gathering.contributions):
        raise AlreadyContributed
    require_sealed(gathering.subject, contribution)
    return Event(
        "draw.committed",
        {
            "organization_id": str(contribution.organization_id),
            "recipient": contribution.recipient,
            "container": base64.b64encode(contribution.container).decode("ascii"),
            "statement": dict(statement),
        },
    )


def decide_record(
    gathering: Gathering,
    organization_id: UUID,
    *,
    number: int,
    usable: bool,
    statement: Mapping[str, JsonValue],
) -> Event:
    """A key holder says whether it could open a contribution. `statement` has been checked.

    It can be said only while everything is sealed. Raises DrawNotPrepared, DrawOver,
    AlreadyContributed when this key holder has said it.
    """
    contribution = gathering.of(organization_id)
    if gathering.closed_at is not None:
        raise DrawOver("the contributions are closed")
    if number in contribution.records:
        raise AlreadyContributed
    return Event(
        "draw.record_checked",
        {
            "organization_id": str(organization_id),
            "number": number,
            "usable": usable,
            "statement": dict(statement),
        },
    )


def decide_closing(gathering: Gathering, *, at: datetime) -> Event:
    """Settle which contributions count, while nobody has seen any.

    Before the window is over everybody must have contributed, and enough key holders must have
    looked at each; afterwards what is there suffices, if it is from both sides. Raises DrawOver,
    ContributionsMissing, with `why`.
    """
    if gathering.closed_at is not None:
        raise DrawOver("the contributions are closed")
    tender = gathering.subject.tender
    found = {one.organization_id: is_admissible(tender, one) for one in gathering.contributions}
    if at < gathering.frozen_at + CONTRIBUTION_WINDOW:
        missing = contributors(gathering.subject) - found.keys()
        if missing:
            raise ContributionsMissing(why="not-all-sealed", waiting=_texts(missing))
        unchecked = {party for party, admissible in found.items() if admissible is None}
        if unchecked:
            raise ContributionsMissing(why="records-unchecked", waiting=_texts(unchecked))
    admitted = {party for party, admissible in found.items() if admissible}
    if not admitted & _trading(tender) or not admitted & _independent(tender):
        raise ContributionsMissing(why="both-sides-needed", admitted=_texts(admitted))
    return Event(
        "draw.contributions_closed",
        {"admitted": _json(admitted), "left_out": _json(found.keys() - admitted)},
    )


def decide_reveal(gathering: Gathering, organization_id: UUID, file_key: bytes) -> Event:
    """Take the file key of a contribution from its maker, at any time after the closing.

    A key that fits is taken whatever it opens. Raises DrawNotPrepared, DrawOver for one that was
    left out, AlreadyContributed, ContributionMismatch.
    """
    contribution = _sealed(gathering, organization_id)
    if not key_fits(contribution.container, file_key):
        raise ContributionMismatch
    return Event(
        "draw.revealed", {"organization_id": str(organization_id), "file_key": file_key.hex()}
    )


def decide_share(
    gathering: Gathering, organization_id: UUID, *, number: int, share: bytes, at: datetime
) -> Event:
    """Take a key holder's share of a contribution that its maker has not opened in time.

    Raises DrawNotPrepared, DrawOver, AlreadyContributed, WrongShare, ContributionsMissing while its
    maker still has time.
    """
    contribution = _sealed(gathering, organization_id)
    if number in contribution.shares:
        raise AlreadyContributed
    assert gathering.closed_at is not None
    if at < gathering.closed_at + CONTRIBUTION_WINDOW:
        raise ContributionsMissing(why="still-to-be-revealed", waiting=[str(organization_id)])
    context = read_sealed_header(contribution.container).context
    if not check_share(contribution.container, number, share, context):
        raise WrongShare
    return Event(
        "draw.share_given",
        {"organization_id": str(organization_id), "number": number, "share": share.hex()},
    )


def require_opened(gathering: Gathering) -> Outcome:
    """What all contributions hold. Raises ContributionsMissing, with `why`.

    A draw that cannot go on says for whom it waits; it never goes on without them and is never
    begun anew.
    """
    if gathering.closed_at is None:
        raise ContributionsMissing(why="not-closed")
    outcome = outcome_of(gathering.subject, gathering.contributions)
    if outcome.waiting:
        raise ContributionsMissing(
            why="still-sealed",
            waiting=_texts(outcome.waiting),
            shares={str(party): sorted(gathering.of(party).shares) for party in outcome.waiting},
        )
    if not outcome.values:
        raise ContributionsMissing(why="none-valid", excluded=_texts(outcome.excluded))
    return outcome


def _sealed(gathering: Gathering, organization_id: UUID) -> Contribution:
    contribution = gathering.of(organization_id)
    if gathering.closed_at is None:
        raise DrawNotPrepared("contributions are still being taken")
    if not contribution.admitted:
        raise DrawOver("this contribution was left out when they were closed")
    if opened(gathering.subject, contribution) is not None:
        raise AlreadyContributed
    return contribution


def _trading(tender: Tender) -> set[UUID]:
    return {one for one in (tender.procuring_entity_id, tender.agency_id) if one is not None}


def _independent(tender: Tender) -> set[UUID]:
    holders = {holder.organization_id for holder in tender.key_holders}
    return ({tender.supervisor_id} | holders) - _trading(tender)


def _texts(parties: Sequence[UUID] | set[UUID] | Mapping[UUID, object]) -> list[str]:
    return sorted(str(party) for party in parties)


def _json(parties: set[UUID]) -> list[JsonValue]:
    return [*_texts(parties)]
