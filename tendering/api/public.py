"""What everybody may read: the clock, the platform, a tender's journal and documents."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from aiohttp import web
from msgspec import Meta, Struct

from tendering.actions.clarifications import record_download
from tendering.actions.clock import jump
from tendering.actions.participants import require_reader
from tendering.actions.tenders import current_documents
from tendering.api.context import Actor, Context
from tendering.api.fields import Instant, PageLimit, Seq
from tendering.api.log import LogParts
from tendering.api.tender_views import visible_tender
from tendering.api.tenders import DocumentName
from tendering.domain.archive_keys import notices_of
from tendering.domain.disclosure import shown_below
from tendering.domain.journal import Stream, instant
from tendering.domain.permissions import may
from tendering.domain.refusals import Forbidden, NotFound
from tendering.domain.refusals.demonstration import ClockNotJumpable
from tendering.domain.tender import TenderStatus
from tendering.storage import journal, tender_documents
from tendering.storage.connection import Connection, reading, transaction

# While bids are being unlocked, custody holds file keys of prices that nobody may know yet.
_OPENED = frozenset(TenderStatus) - {
    TenderStatus.DRAFT,
    TenderStatus.PUBLISHED,
    TenderStatus.OPENING,
    TenderStatus.TERMINATED,
}


class ClockAnswer(Struct, frozen=True):
    """The platform's clock; a demonstration's clock may have jumped ahead."""

    now: Instant
    mode: Literal["normal", "demonstration"]


class PartyView(Struct, frozen=True):
    """Somebody who watches, stamps or certifies; `independent` of the operator or not."""

    name: str
    independent: bool


class PlatformAnswer(Struct, frozen=True):
    """Who runs this, and who stands behind it, as the published keys (`/log/keys`) say.

    `certifiers` certify key holders, `authorities` stamp time; `quorum` of the `witnesses` confirm
    the log. `notices` say where that does not protect against the operator.
    """

    name: str
    mode: Literal["normal", "demonstration"]
    notices: list[str]
    certifiers: list[PartyView]
    witnesses: list[PartyView]
    quorum: int
    authorities: list[PartyView]


class EntryView(Struct, frozen=True):
    """An entry of a journal stream; `head` in hex binds all before it."""

    seq: int
    kind: str
    body: dict[str, Any]
    at: str
    head: str


class JournalPage(Struct, frozen=True):
    """Entries that follow `after`, oldest first."""

    entries: list[EntryView]


class JumpAnswer(Struct, frozen=True):
    """Where the clock stood and where it stands now."""

    before: Instant
    now: Instant
    reason: str


async def get_clock(context: Context) -> ClockAnswer:
    """The platform's clock."""
    return ClockAnswer(context.now(), _mode(context))


async def get_platform(context: Context, log_parts: LogParts) -> PlatformAnswer:
    """Who runs this platform, who stands behind it, and what a visitor should know."""
    keys = log_parts.keys
    return PlatformAnswer(
        name=context.platform_name,
        mode=_mode(context),
        notices=list(notices_of(keys)),
        certifiers=[PartyView(each.name, keys.is_independent(each)) for each in keys.certifiers],
        witnesses=[PartyView(each.name, each.independent) for each in keys.witnesses],
        quorum=keys.quorum,
        authorities=[PartyView(each.name, keys.is_independent(each)) for each in keys.authorities],
    )


async def get_journal(
    connection: Connection,
    actor: Actor | None,
    tender_id: UUID,
    stream: Literal["public", "custody", "committee"],
    after: Seq = 0,
    *,
    limit: PageLimit = 100,
) -> JournalPage:
    """A stream of a tender's journal: the public one for all, the others for its supervisor."""
    tender = await visible_tender(connection, tender_id, actor)
    wanted = Stream(stream)
    if wanted is not Stream.PUBLIC:
        may_read = (
            actor is not None
            and may(actor.role, "journal.read_secret")
            and actor.organization_id == tender.supervisor_id
            and (
                tender.status in _OPENED
                if wanted is Stream.CUSTODY
                else tender.status is TenderStatus.AWARDED
            )
        )
        if not may_read:
            raise Forbidden("this stream is not for you, or not yet")
    entries = await journal.after(connection, tender_id, wanted, after, limit=limit)
    below = shown_below(tender, actor)
    if wanted is Stream.PUBLIC and below is not None:
        entries = [entry for entry in entries if entry.seq < below]
    return JournalPage(
        [
            EntryView(each.seq, each.kind, each.body, instant(each.at), each.head.hex())
            for each in entries
        ]
    )


async def get_document(
    context: Context,
    actor: Actor,
    tender_id: UUID,
    name: DocumentName,
    version: Annotated[int, Meta(ge=0, le=1_000_000)] = 0,
) -> web.FileResponse:
    """A file of the tender documents, of now or as a version brought it. Who reads it is secret."""
    async with reading(context.pool) as connection:
        tender = await visible_tender(connection, tender_id, actor)
        await require_reader(connection, tender, actor)
        now = await current_documents(connection, tender)
        file = now.file(name)
        # What waits for an amendment is not published yet.
        if version > now.version or (not version and file is None):
            raise NotFound
        since = version or (1 if file is None else file.since)
        document, upload_id = await tender_documents.document_upload(
            connection, tender_id, name, version=since
        )
    async with transaction(context.pool) as connection:
        await record_download(connection, tender_id, by=actor, at=context.now())
    return web.FileResponse(
        context.blobs.path(upload_id),
        headers={"Content-Type": document.media_type, "Content-Disposition": "attachment"},
    )


async def post_jump(context: Context, received_at: datetime) -> JumpAnswer:
    """Move a demonstration's clock to the next instant of any timetable."""
    if context.set_ahead is None:
        raise ClockNotJumpable
    async with transaction(context.pool) as connection:
        jumped = await jump(connection, at=received_at)
    context.set_ahead(jumped.ahead)
    for tender_id in jumped.tender_ids:
        context.touched(tender_id)
    return JumpAnswer(jumped.before, jumped.now, jumped.reason)


def _mode(context: Context) -> Literal["normal", "demonstration"]:
    return "demonstration" if context.demonstration else "normal"
