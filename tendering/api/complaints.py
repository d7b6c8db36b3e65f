"""Complaints over HTTP. Before the opening their names are for the supervisor's eyes alone."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

from msgspec import Meta, Struct

from tendering.actions import complaints as deeds
from tendering.actions.complaints import Complained, Decided, Ruled
from tendering.actions.tenders import Law
from tendering.api.context import Actor, Context
from tendering.api.fields import Instant
from tendering.api.tender_views import visible_tender
from tendering.domain.complaints import Complaint, Remedy, word_due
from tendering.domain.objections import names_are_public
from tendering.domain.tender import Tender
from tendering.storage import complaints, objections
from tendering.storage.connection import Connection

Text20k = Annotated[str, Meta(min_length=1, max_length=20000)]
Statement = dict[str, Any]


class PostComplaint(Struct, frozen=True, forbid_unknown_fields=True):
    """A complaint about the answer, or the silence, to one's own objection, signed."""

    objection_id: UUID
    text: Text20k
    statement: Statement


class PostAcceptance(Struct, frozen=True, forbid_unknown_fields=True):
    """Whether a complaint is taken up; `suspends`: the tender stands still until the ruling."""

    accepted: bool
    suspends: bool
    text: Text20k
    statement: Statement


class PostRuling(Struct, frozen=True, forbid_unknown_fields=True):
    """The ruling on a complaint, signed."""

    remedy: Literal[
        "rejected", "correct", "re_tender", "award_void", "re_evaluate", "re_evaluate_anew"
    ]
    text: Text20k
    statement: Statement


class DecisionView(Struct, frozen=True):
    """Whether a complaint was taken up, as everybody reads it."""

    accepted: bool
    suspends: bool
    text: str
    decided_at: Instant


class RulingView(Struct, frozen=True):
    """A ruling as everybody reads it."""

    remedy: str
    text: str
    ruled_at: Instant


class ComplaintView(Struct, frozen=True):
    """A complaint as the asker may see it: `complainant` and `text` are null where secret.

    `due`: the first instant too late for the supervisor's next word; null when nothing is owed.
    """

    id: UUID
    objection_id: UUID
    complainant: str | None
    text: str | None
    received_at: Instant
    late: bool
    decision: DecisionView | None
    ruling: RulingView | None
    due: Instant | None = None


class ComplaintList(Struct, frozen=True):
    """The complaints about a tender that the asker may know of, oldest first."""

    items: list[ComplaintView]


async def post_complaint(
    context: Context,
    actor: Actor,
    connection: Connection,
    received_at: datetime,
    tender_id: UUID,
    *,
    body: PostComplaint,
) -> ComplaintView:
    """Complain to the supervisor."""
    said = Complained(uuid4(), body.objection_id, body.text, body.statement)
    law = await _law(context, actor, connection, received_at, tender_id)
    complaint = await deeds.raise_complaint(
        connection, context.keys, tender_id, law, said, by=actor, at=received_at
    )
    return _shown(complaint, law, named=True)


async def post_acceptance(
    context: Context,
    actor: Actor,
    connection: Connection,
    received_at: datetime,
    tender_id: UUID,
    *,
    complaint_id: UUID,
    body: PostAcceptance,
) -> None:
    """Take a complaint up, or not (supervisor)."""
    said = Decided(complaint_id, body.accepted, body.suspends, body.text, body.statement)
    law = await _law(context, actor, connection, received_at, tender_id)
    await deeds.take_up(connection, context.keys, tender_id, law, said, by=actor, at=received_at)


async def post_ruling(
    context: Context,
    actor: Actor,
    connection: Connection,
    received_at: datetime,
    tender_id: UUID,
    *,
    complaint_id: UUID,
    body: PostRuling,
) -> None:
    """Rule on a complaint (supervisor)."""
    said = Ruled(complaint_id, Remedy(body.remedy), body.text, body.statement)
    law = await _law(context, actor, connection, received_at, tender_id)
    await deeds.rule(connection, context.keys, tender_id, law, said, by=actor, at=received_at)


async def get_complaints(
    context: Context,
    connection: Connection,
    actor: Actor | None,
    received_at: datetime,
    tender_id: UUID,
) -> ComplaintList:
    """The complaints about a tender, as far as the asker may know of them."""
    tender = await visible_tender(connection, tender_id, actor)
    law = context.law(tender, received_at)
    opened = await objections.is_opened(connection, tender_id)
    public = names_are_public(tender, opened=opened)
    return ComplaintList(
        [
            _shown(each, law, named=public or _may_read(each, tender, actor))
            for each in await complaints.list_of_tender(connection, tender_id)
            if public or each.acceptance is not None or _may_read(each, tender, actor)
        ]
    )


async def _law(
    context: Context, actor: Actor, connection: Connection, at: datetime, tender_id: UUID
) -> Law:
    return context.law(await visible_tender(connection, tender_id, actor), at)


def _may_read(complaint: Complaint, tender: Tender, actor: Actor | None) -> bool:
    return actor is not None and actor.organization_id in {
        complaint.organization_id,
        tender.supervisor_id,
    }


def _shown(complaint: Complaint, law: Law, *, named: bool) -> ComplaintView:
    acceptance, ruling = complaint.acceptance, complaint.ruling
    return ComplaintView(
        id=complaint.id,
        objection_id=complaint.objection_id,
        complainant=complaint.organization_name if named else None,
        text=complaint.text if named else None,
        received_at=complaint.received_at,
        late=complaint.late,
        decision=None
        if acceptance is None
        else DecisionView(acceptance.accepted, acceptance.suspends, acceptance.text, acceptance.at),
        ruling=None if ruling is None else RulingView(ruling.remedy, ruling.text, ruling.at),
        due=word_due(complaint, law.rulebook, law.calendar),
    )
