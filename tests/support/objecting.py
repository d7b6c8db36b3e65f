"""A published tender whose bidders object: the doors of objections, and what lies behind them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal, cast
from uuid import UUID, uuid4

from crypto.canonical import JsonValue
from crypto.signing import sign_statement
from tendering.actions.tenders import Law
from tendering.api import objections as doors
from tendering.api.context import Context
from tendering.domain import timetable as dates
from tendering.domain.journal import Entry, Stream
from tendering.domain.objections import (
    OBJECTION_LABEL,
    REPLY_LABEL,
    ObjectionKind,
    Outcome,
    Subject,
    objection_statement,
    reply_statement,
)
from tendering.domain.roles import Role
from tendering.domain.tender import Tender, TenderStatus
from tendering.keys import PlatformKeys, load_keys
from tendering.rulebooks import holiday_calendar, rulebook_for
from tendering.storage import journal, tenders
from tendering.storage.connection import Pool, reading, transaction
from tests.support.law import CALENDAR, CONSTRUCTION
from tests.support.opened import PUBLISHED, OpenedLot, Party, a_tender, party

About = Literal["tender_documents", "opening", "evaluation_result"]
Verdict = Literal["upheld", "not_upheld"]
# Noon in Shanghai on a Monday, four weeks after the notice.
CLOSES = PUBLISHED + timedelta(days=28)


@dataclass(frozen=True, slots=True)
class Objecting:
    """A tender, and who is party to it."""

    pool: Pool
    keys: PlatformKeys
    lot: OpenedLot

    @property
    def context(self) -> Context:
        """What the doors need: they neither serve pages nor take bids here."""
        nothing = cast("Any", None)
        return Context(
            pool=self.pool,
            now=lambda: PUBLISHED,
            touched=lambda _: None,
            public_address="https://bids.example",
            blobs=nothing,
            intake=nothing,
            keys=self.keys,
            law=lambda tender, at: Law(rulebook_for(tender, at), holiday_calendar()),
            passwords=nothing,
        )

    def signed(self, by: Party, label: str, said: JsonValue) -> dict[str, Any]:
        """A statement under a party's certificate."""
        statement = sign_statement(by.key, by.certificate, label=label, statement=said)
        return cast("dict[str, Any]", statement.to_value())

    async def objects(
        self,
        by: Party,
        at: datetime,
        *,
        subject: About = "tender_documents",
        text: str = "资质要求与项目规模不相称",
        lot: str = "",
        said: Mapping[str, JsonValue] | None = None,
    ) -> doors.ObjectionView:
        """Raise an objection, as a program does; `said` is signed instead of what is posted."""
        expected = objection_statement(
            self.lot.id, ObjectionKind.OBJECTION, Subject(subject), lot, text
        )
        statement = self.signed(by, OBJECTION_LABEL, dict(said or expected))
        body = doors.PostObjection(subject=subject, text=text, statement=statement, lot=lot)
        return await doors.post_objection(self.context, by.actor, at, self.lot.id, body)

    async def answers(
        self,
        objection_id: UUID,
        at: datetime,
        *,
        by: Party | None = None,
        text: str = "经核实，异议不成立。",
        outcome: Verdict = "not_upheld",
    ) -> None:
        """The host, or somebody else, answers."""
        host = by or self.lot.host
        said = reply_statement(self.lot.id, objection_id, Outcome(outcome), text)
        body = doors.PostReply(outcome, text, self.signed(host, REPLY_LABEL, said))
        await doors.post_reply(self.context, host.actor, at, self.lot.id, objection_id, body=body)

    async def seen(self, who: Party | None) -> list[doors.ObjectionView]:
        """What somebody sees of the objections; nobody who has not logged in is None."""
        async with reading(self.pool) as connection:
            actor = None if who is None else who.actor
            seen = await doors.get_objections(
                self.context, connection, actor, PUBLISHED, self.lot.id
            )
            return seen.items

    async def tender(self) -> Tender:
        """The tender as it stands."""
        async with reading(self.pool) as connection:
            return await tenders.get(connection, self.lot.id)

    async def entries(self, stream: Stream) -> list[Entry]:
        """A stream of its journal."""
        async with reading(self.pool) as connection:
            return await journal.after(connection, self.lot.id, stream, 0)

    async def change(self, **changes: Any) -> Tender:
        """Put the tender where a test needs it."""
        async with transaction(self.pool) as connection:
            tender = await tenders.lock_also_suspended(connection, self.lot.id)
            await tenders.save(connection, replace(tender, **changes))
        return await self.tender()


async def objecting(pool: Pool, folder: Path) -> Objecting:
    """A tender published on a day in October, whose deadline is CLOSES."""
    keys = load_keys(folder / "keys", name="bids.example", create=True, at=PUBLISHED)
    plan = dates.plan(CONSTRUCTION, CALENDAR, published_at=PUBLISHED, deadline=CLOSES)
    async with transaction(pool) as connection:
        lot = OpenedLot(
            uuid4(),
            await party(connection, keys, 1, Role.PROCURING_ENTITY),
            await party(connection, keys, 2, Role.SUPERVISOR),
            tuple([await party(connection, keys, 20 + one, Role.BIDDER) for one in range(3)]),
            tuple([await party(connection, keys, 10 + one, Role.KEY_HOLDER) for one in range(3)]),
        )
        tender = replace(
            a_tender(lot, status=TenderStatus.PUBLISHED),
            deadline=CLOSES,
            timetable=dates.to_json(plan),
        )
        await tenders.insert(connection, tender, at=PUBLISHED)
    return Objecting(pool, keys, lot)
