"""The contributions to a draw as the public journal tells them.

Who contributes, who holds a key and who verifies an archive all read the same entries the same way.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final, TypeVar
from uuid import UUID

import msgspec
from msgspec import Struct

from clients.verifying.bodies import PoolFrozen
from clients.verifying.contribution_bodies import (
    ContributionRevealed,
    ContributionsClosed,
    ContributionSealed,
    ContributionShare,
    RecordChecked,
)
from tendering.domain.contribution_steps import Gathering
from tendering.domain.contributions import EXPERTS, Contribution, DrawSubject
from tendering.domain.journal import Entry
from tendering.domain.tender import Tender

Body = TypeVar("Body", bound=Struct)
POOL_FROZEN: Final = "draw.pool_frozen"
STEPS: Final = frozenset(
    {
        "draw.committed",
        "draw.record_checked",
        "draw.contributions_closed",
        "draw.revealed",
        "draw.share_given",
    }
)


def gathering_of(tender: Tender, entries: Iterable[Entry]) -> Gathering | None:
    """How the contributions to the draw of experts stand; None before the pool is frozen.

    Raises ValueError for a journal that makes no sense.
    """
    gathering: Gathering | None = None
    try:
        for entry in entries:
            if entry.kind == POOL_FROZEN:
                gathering = begun(tender, entry, convert(entry, PoolFrozen))
            elif gathering is not None and entry.kind in STEPS:
                gathering = followed(gathering, entry)
    except msgspec.ValidationError as error:
        raise ValueError(f"the journal of the draw: {error}") from error
    return gathering


def begun(tender: Tender, entry: Entry, pool: PoolFrozen) -> Gathering:
    """The gathering that begins with a frozen pool. Raises ValueError."""
    subject = DrawSubject(tender, EXPERTS, bytes.fromhex(pool.pool_root), frozenset(pool.bidders))
    return Gathering(subject, (), entry.at)


def followed(gathering: Gathering, entry: Entry) -> Gathering:
    """The gathering after one of `STEPS`, as the entry says. Raises msgspec.ValidationError."""
    if entry.kind == "draw.committed":
        sealed = convert(entry, ContributionSealed)
        contribution = Contribution(sealed.organization_id, sealed.recipient, sealed.container)
        return replace(gathering, contributions=(*gathering.contributions, contribution))
    if entry.kind == "draw.contributions_closed":
        closed = convert(entry, ContributionsClosed)
        settled = tuple(
            replace(one, admitted=one.organization_id in closed.admitted)
            for one in gathering.contributions
        )
        return replace(gathering, contributions=settled, closed_at=entry.at)
    if entry.kind == "draw.record_checked":
        said = convert(entry, RecordChecked)
        return _with(
            gathering,
            said.organization_id,
            lambda one: replace(one, records={**one.records, said.number: said.usable}),
        )
    if entry.kind == "draw.revealed":
        shown = convert(entry, ContributionRevealed)
        file_key = bytes.fromhex(shown.file_key)
        return _with(gathering, shown.organization_id, lambda one: replace(one, file_key=file_key))
    assert entry.kind == "draw.share_given"
    given = convert(entry, ContributionShare)
    share = bytes.fromhex(given.share)
    return _with(
        gathering,
        given.organization_id,
        lambda one: replace(one, shares={**one.shares, given.number: share}),
    )


def convert(entry: Entry, body: type[Body]) -> Body:
    """The body of an entry. Raises msgspec.ValidationError."""
    return msgspec.convert(entry.body, body)


def _with(
    gathering: Gathering, organization_id: UUID, change: Callable[[Contribution], Contribution]
) -> Gathering:
    changed = tuple(
        change(one) if one.organization_id == organization_id else one
        for one in gathering.contributions
    )
    return replace(gathering, contributions=changed)
