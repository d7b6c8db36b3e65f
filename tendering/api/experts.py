"""What is on record about experts over HTTP, and why one could not be drawn."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID, uuid4

from msgspec import Meta, Struct

from tendering.actions import experts as deeds
from tendering.api.context import Actor
from tendering.api.fields import Line
from tendering.domain.calendar import civil_day
from tendering.domain.conduct import Conduct, ConductKind, barring
from tendering.domain.expert_rows import ROWS_MAX, RowFault
from tendering.domain.experts import Expert, Need, Obstacle, obstacles
from tendering.rulebooks import rulebook_of
from tendering.storage.connection import Connection

AnyRegion = Annotated[str, Meta(pattern=r"^([0-9]{6})?(?!\n)$", description="GB/T 2260, or empty")]
# What a cell of a list holds: its checks say by row and column what is wrong.
Cell = Annotated[str, Meta(max_length=10_000)]
Column = Annotated[str, Meta(max_length=100)]
Regime = Literal["construction", "government_procurement"]


class PostConduct(Struct, frozen=True, forbid_unknown_fields=True):
    """A record, by what decision; a suspension, and nothing else, has a last day."""

    kind: ConductKind
    begins_on: date
    basis: Line
    ends_on: date | None = None


class PostExpertImport(Struct, frozen=True, forbid_unknown_fields=True):
    """Rows of a list, by the names of its columns; `check_only` takes nobody."""

    rows: Annotated[list[dict[Column, Cell]], Meta(min_length=1, max_length=ROWS_MAX)]
    check_only: bool = False


class RowRefusalView(Struct, frozen=True):
    """Row `row`, from 1, was not taken: which column, and what is wrong with it."""

    row: int
    column: str
    fault: RowFault


class ImportAnswer(Struct, frozen=True):
    """How many were taken into the pool, and every fault of the other rows."""

    taken: int
    refused: list[RowRefusalView]


class ConductView(Struct, frozen=True):
    """A record about an expert."""

    kind: ConductKind
    begins_on: date
    ends_on: date | None
    basis: str


class ConductAnswer(Struct, frozen=True):
    """All that is on record, in the order it was entered; does it bar the expert today?"""

    barred: bool
    items: list[ConductView]


class ObstacleView(Struct, frozen=True):
    """Why an expert cannot be drawn; `law` is empty where no law says so."""

    obstacle: Obstacle
    law: str


class EligibilityAnswer(Struct, frozen=True):
    """Everything that stands against drawing an expert for a need today; empty: nothing."""

    items: list[ObstacleView]


async def post_expert_import(
    connection: Connection, received_at: datetime, body: PostExpertImport
) -> ImportAnswer:
    """Take those of a list into the pool whose rows hold; people have accounts already."""
    taken, refused = await deeds.import_experts(
        connection, body.rows, check_only=body.check_only, new_id=uuid4, at=received_at
    )
    return ImportAnswer(taken, [RowRefusalView(one.row, one.column, one.fault) for one in refused])


async def post_conduct(
    *,
    connection: Connection,
    actor: Actor,
    received_at: datetime,
    expert_id: UUID,
    body: PostConduct,
) -> ConductAnswer:
    """Put something on record about an expert."""
    record = Conduct(body.kind, body.begins_on, body.ends_on, body.basis)
    expert = await deeds.record_conduct(connection, expert_id, record, by=actor, at=received_at)
    return _conduct(expert, received_at)


async def get_conduct(
    connection: Connection, received_at: datetime, expert_id: UUID
) -> ConductAnswer:
    """What is on record about an expert."""
    return _conduct(await deeds.expert_of(connection, expert_id), received_at)


async def get_eligibility(
    connection: Connection,
    received_at: datetime,
    expert_id: UUID,
    *,
    regime: Regime,
    speciality: Line,
    region: AnyRegion = "",
) -> EligibilityAnswer:
    """Why an expert could not be drawn today; ties to the parties are looked at in the draw."""
    expert = await deeds.expert_of(connection, expert_id)
    need = Need("", region, speciality, 1, 0)
    found = obstacles(expert, need, rulebook_of(regime), on=civil_day(received_at))
    return EligibilityAnswer([ObstacleView(one.obstacle, one.law) for one in found])


def _conduct(expert: Expert, at: datetime) -> ConductAnswer:
    return ConductAnswer(
        barring(expert.conduct, on=civil_day(at)) is not None,
        [ConductView(one.kind, one.begins_on, one.ends_on, one.basis) for one in expert.conduct],
    )
