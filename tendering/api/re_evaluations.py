"""Having a lot evaluated anew over HTTP, for an error in the report."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from tendering.actions.re_evaluations import correct_evaluation
from tendering.api.context import Actor
from tendering.api.fields import Line, LotNumber
from tendering.api.tender_views import TenderView, tender_view
from tendering.domain.re_evaluation import Error
from tendering.storage.connection import Connection


class PostCorrection(Struct, frozen=True, forbid_unknown_fields=True):
    """Which of the four errors the report of a lot has (87号令 第六十四条), and where."""

    lot: LotNumber
    error: Literal["sum", "out_of_range", "objective_differs", "abnormal_score"]
    text: Line


async def post_correction(
    actor: Actor,
    connection: Connection,
    received_at: datetime,
    tender_id: UUID,
    body: PostCorrection,
) -> TenderView:
    """Have the committee evaluate a lot anew: before any candidate is shown (host)."""
    tender = await correct_evaluation(
        connection, tender_id, body.lot, Error(body.error), body.text, by=actor, at=received_at
    )
    return await tender_view(connection, tender)
