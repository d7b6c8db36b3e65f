"""Deeds of the contributions to a draw: seal, check, close, open; under the tender's lock."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from crypto.canonical import JsonValue
from tendering.actions.statements import require_statement, statement_by
from tendering.domain import contribution_steps as steps
from tendering.domain.contribution_steps import Gathering
from tendering.domain.contributions import (
    CONTRIBUTION_LABEL,
    EXPERTS,
    RECORD_LABEL,
    Contribution,
    DrawSubject,
    contribution_statement,
    record_statement,
)
from tendering.domain.journal import Event, Stream
from tendering.domain.parties import Actor
from tendering.domain.refusals.draws import DrawNotPrepared, DrawOver
from tendering.domain.tender import Tender, require_party
from tendering.keys import PlatformKeys
from tendering.storage import contributions, draws, journal, tenders
from tendering.storage.connection import Connection
from tendering.storage.draws import DrawRecord


async def gathered(connection: Connection, tender: Tender, record: DrawRecord) -> Gathering:
    """The contributions to a draw of experts as they stand."""
    return Gathering(
        DrawSubject(tender, EXPERTS, record.pool.root(), record.bidders),
        await contributions.list_of(connection, tender.id),
        record.frozen_at,
        record.closed_at,
    )


async def seal_contribution(
    connection: Connection,
    keys: PlatformKeys,
    tender_id: UUID,
    *,
    container: bytes,
    recipient: str,
    statement: Mapping[str, JsonValue],
    by: Actor,
    at: datetime,
) -> None:
    """Take a party's sealed contribution.

    Raises Forbidden, DrawNotPrepared, DrawOver, AlreadyContributed, ContainerRefused,
    SignatureRefused.
    """
    said = await statement_by(
        connection, keys, statement, label=CONTRIBUTION_LABEL, uscc=by.uscc, at=at
    )
    gathering = await _locked(connection, tender_id)
    contribution = Contribution(by.organization_id, recipient, container)
    event = steps.decide_commitment(gathering, contribution, statement)
    require_statement(said, contribution_statement(gathering.subject, contribution))
    await contributions.insert(connection, tender_id, contribution, at=at)
    await _enter(connection, tender_id, event, at)


async def check_record(
    connection: Connection,
    keys: PlatformKeys,
    tender_id: UUID,
    organization_id: UUID,
    *,
    usable: bool,
    statement: Mapping[str, JsonValue],
    by: Actor,
    at: datetime,
) -> None:
    """A key holder says whether its record in a contribution is usable.

    Raises NotKeyHolder, DrawNotPrepared, DrawOver, AlreadyContributed, SignatureRefused.
    """
    said = await statement_by(connection, keys, statement, label=RECORD_LABEL, uscc=by.uscc, at=at)
    gathering = await _locked(connection, tender_id)
    number = gathering.subject.tender.key_holder_of(by.organization_id).number
    event = steps.decide_record(
        gathering, organization_id, number=number, usable=usable, statement=statement
    )
    expected = record_statement(
        gathering.subject, gathering.of(organization_id), number=number, usable=usable
    )
    require_statement(said, expected)
    await contributions.insert_record(
        connection, tender_id, organization_id, number=number, usable=usable
    )
    await _enter(connection, tender_id, event, at)


async def close_contributions(
    connection: Connection, tender_id: UUID, *, organization_id: UUID, at: datetime
) -> None:
    """Settle which contributions count.

    Raises Forbidden, DrawNotPrepared, DrawOver, ContributionsMissing.
    """
    gathering = await _locked(connection, tender_id)
    require_party(gathering.subject.tender, organization_id)
    event = steps.decide_closing(gathering, at=at)
    admitted = event.body["admitted"]
    assert isinstance(admitted, list)
    await contributions.save_admitted(connection, tender_id, [UUID(str(one)) for one in admitted])
    await draws.save_closing(connection, tender_id, at=at)
    await _enter(connection, tender_id, event, at)


async def reveal_contribution(
    connection: Connection, tender_id: UUID, *, organization_id: UUID, file_key: bytes, at: datetime
) -> None:
    """Take the file key of a party's contribution.

    Raises DrawNotPrepared, DrawOver, AlreadyContributed, ContributionMismatch.
    """
    gathering = await _locked(connection, tender_id)
    event = steps.decide_reveal(gathering, organization_id, file_key)
    await contributions.save_file_key(connection, tender_id, organization_id, file_key, at=at)
    await _enter(connection, tender_id, event, at)


async def give_share(
    connection: Connection,
    tender_id: UUID,
    organization_id: UUID,
    *,
    share: bytes,
    by: Actor,
    at: datetime,
) -> None:
    """Take a key holder's share of a contribution that its maker has not opened.

    Raises NotKeyHolder, DrawNotPrepared, DrawOver, AlreadyContributed, ContributionsMissing,
    WrongShare.
    """
    gathering = await _locked(connection, tender_id)
    number = gathering.subject.tender.key_holder_of(by.organization_id).number
    event = steps.decide_share(gathering, organization_id, number=number, share=share, at=at)
    await contributions.save_share(
        connection, tender_id, organization_id, number=number, share=share
    )
    await _enter(connection, tender_id, event, at)


async def _locked(connection: Connection, tender_id: UUID) -> Gathering:
    tender = await tenders.lock(connection, tender_id)
    record = await draws.get(connection, tender_id)
    if record is None:
        raise DrawNotPrepared
    if record.drawn_at is not None:
        raise DrawOver("the committee has been drawn")
    return await gathered(connection, tender, record)


async def _enter(connection: Connection, tender_id: UUID, event: Event, at: datetime) -> None:
    await journal.append(connection, tender_id, Stream.PUBLIC, event, at=at)
