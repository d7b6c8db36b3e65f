"""Doors that compute and keep nothing: a tender, a method, a bill while they are being written.

They apply the rules of the publication, of the evaluation room and of `kaibiao boq make`; whoever
writes sees at once what these would say.
"""

import asyncio
from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from tendering.actions.sketches import judge_sketch
from tendering.api.circumstances import CircumstancesBody, circumstances_of
from tendering.api.context import Context
from tendering.api.fields import Fen, Instant, LotNumber, in_utc
from tendering.api.tenders import ProcedureName, Regime, Region
from tendering.domain.methods.case import parse_case
from tendering.domain.methods.method import parse_method
from tendering.domain.methods.score import score
from tendering.domain.methods.scored_json import score_json
from tendering.domain.procedure import OPEN_TENDERING
from tendering.domain.quantities.columns import Sheet
from tendering.domain.quantities.comparing import check_codes
from tendering.domain.quantities.findings import gathered
from tendering.domain.quantities.lot_bill import lot_bill
from tendering.domain.quantities.reading import read_bill
from tendering.domain.quantities.stored_bill import bill_content, parse_bill
from tendering.domain.quantities.terms import Terms as BillTerms
from tendering.domain.refusals.rules import BidsInvalid
from tendering.domain.rulebook import Rulebook, rule_json
from tendering.domain.schedule import finding_json
from tendering.domain.schedule import to_json as course_json
from tendering.domain.tender import DRAIN_SECONDS_MIN, Lot, Tender, TenderStatus, Terms
from tendering.methods import example_names, example_text
from tendering.rulebooks import rulebook_at

# An example has few bids; a room has its own process and its own bounds.
EXAMPLE_BIDS_MAX: Final = 200
BILL_ROWS_MAX: Final = 5_000
BILL_COLUMNS_MAX: Final = 100
BILL_BYTES_MAX: Final = 2 << 20
_NOBODY: Final = UUID(int=0)

OpenText = Annotated[str, Meta(max_length=20_000)]
OpenLine = Annotated[str, Meta(max_length=200)]
StepName = Annotated[str, Meta(pattern=r"^[a-z_]{1,60}(?!\n)$")]
Cell = Annotated[str, Meta(max_length=4_000)]


class SketchLot(Struct, frozen=True, forbid_unknown_fields=True):
    """A lot as far as it is known. Money in fen; 0: not known yet."""

    lot: LotNumber
    title: OpenLine = ""
    estimate_fen: Fen = 0
    ceiling_price_fen: Fen = 0
    bid_security_fen: Fen = 0


class PostSketch(Struct, frozen=True, forbid_unknown_fields=True):
    """A tender as far as it is known. `planned`: instants by the names of the steps."""

    regime: Regime
    region: Region
    procedure: ProcedureName = "open-tendering"
    circumstances: CircumstancesBody = CircumstancesBody()
    title: OpenLine = ""
    description: OpenText = ""
    lots: Annotated[list[SketchLot], Meta(max_length=100)] = []
    method: dict[str, Any] = {}
    committee: dict[str, Any] = {}
    bid_validity_days: Annotated[int, Meta(ge=1, le=3650)] = 90
    unlock_minutes: Annotated[int, Meta(ge=1, le=1440)] = 60
    drain_seconds: Annotated[int, Meta(ge=DRAIN_SECONDS_MIN, le=3600)] = 60
    planned: Annotated[dict[StepName, Instant], Meta(max_length=40)] = {}


class SketchAnswer(Struct, frozen=True):
    """What the rules say of a sketch; `refused` holds refusals as they would be at publication."""

    rulebook: str
    earliest_deadline: Instant
    missing: list[str]
    findings: list[dict[str, Any]]
    refused: list[dict[str, Any]]
    steps: list[dict[str, Any]]
    rules: list[dict[str, Any]]


class PostScore(Struct, frozen=True, forbid_unknown_fields=True):
    """A method (`kaibiao/method/v1`) and bids (`kaibiao/bids/v1`)."""

    method: dict[str, Any]
    bids: dict[str, Any]


class ScoreAnswer(Struct, frozen=True):
    """The result with every intermediate value (`kaibiao/scores/v1`)."""

    scores: dict[str, Any]


class MethodExample(Struct, frozen=True):
    """One family of methods: a definition to start from, and bids to try it on."""

    name: str
    method: dict[str, Any]
    bids: dict[str, Any]


class MethodExamples(Struct, frozen=True):
    """All families."""

    items: list[MethodExample]


class PostBillReading(Struct, frozen=True, forbid_unknown_fields=True):
    """A sheet as it was copied: rows of cells, the header among them."""

    rows: Annotated[
        list[Annotated[list[Cell], Meta(max_length=BILL_COLUMNS_MAX)]],
        Meta(min_length=1, max_length=BILL_ROWS_MAX),
    ]


class BillReading(Struct, frozen=True):
    """The bill as its file (`kaibiao/bill/v1`, canonical), which column was taken for what."""

    content: str
    lines: int
    columns: dict[str, str]
    fixed_fen: dict[str, int]
    findings: list[dict[str, Any]]


async def post_sketch(context: Context, received_at: datetime, body: PostSketch) -> SketchAnswer:
    """Judge a tender that is still being written."""
    sketch = _tender(body, received_at)
    planned = {name: in_utc(at) for name, at in body.planned.items()}
    law = context.law(sketch, planned.get("notice", received_at))
    judged = judge_sketch(sketch, law, planned, at=received_at)
    return SketchAnswer(
        rulebook=f"{law.rulebook.title} {law.rulebook.version}",
        earliest_deadline=judged.earliest_deadline,
        missing=list(judged.missing),
        findings=[dict(finding_json(one)) for one in judged.findings],
        refused=[
            {"code": one.code, "detail": one.detail, "parameters": one.parameters}
            for one in judged.refused
        ],
        steps=course_json(judged.course)["steps"],  # type: ignore[arg-type]
        rules=[rule_json(rule) for rule in judged.rules],
    )


async def post_score(body: PostScore) -> ScoreAnswer:
    """Score example bids by a method, with every figure on the way."""
    bids = body.bids.get("bids")
    if isinstance(bids, list) and len(bids) > EXAMPLE_BIDS_MAX:
        where = "bids_file.bids"
        raise BidsInvalid(f"{where}: at most {EXAMPLE_BIDS_MAX} bids are tried", where=where)
    return ScoreAnswer(await asyncio.to_thread(_scored, body))


async def get_method_examples() -> MethodExamples:
    """The families of methods, each with a definition and bids."""
    return MethodExamples([_example(name) for name in example_names()])


async def post_bill_reading(body: PostBillReading) -> BillReading:
    """Read a bill of quantities out of copied cells."""
    return await asyncio.to_thread(_bill, body.rows)


def _scored(body: PostScore) -> dict[str, Any]:
    method = parse_method(body.method)
    case = parse_case(body.bids, method)
    return dict(score_json(score(method, case, _law(method.regime, case.noticed_on))))


def _law(regime: str | None, noticed_on: date | None) -> Rulebook | None:
    return None if regime is None else rulebook_at(regime, "", noticed_on)


def _example(name: str) -> MethodExample:
    method, bids = (msgspec.json.decode(example_text(name, kind)) for kind in ("method", "bids"))
    return MethodExample(name, method, bids)


def _bill(rows: list[list[str]]) -> BillReading:
    read = read_bill([Sheet("", rows)])
    content = bill_content(read.bill)
    parse_bill(content)
    # What a lot could not have is refused here already.
    named = lot_bill(read.bill, "", b"", BillTerms())
    found = gathered(check_codes(read.bill))
    return BillReading(
        content.decode(),
        named.lines,
        dict(read.tables[0].titles),
        dict(named.parts_fen),
        [
            {
                "kind": one.kind,
                "row": one.row,
                "item": one.item,
                "zh": one.words.zh,
                "en": one.words.en,
            }
            for one in found.listed
        ],
    )


def _tender(body: PostSketch, at: datetime) -> Tender:
    """What the rules look at; parties, keys and documents come later."""
    return Tender(
        id=_NOBODY,
        number="",
        title=body.title.strip(),
        description=body.description.strip(),
        regime=body.regime,
        region=body.region,
        status=TenderStatus.DRAFT,
        procuring_entity_id=_NOBODY,
        agency_id=None,
        supervisor_id=_NOBODY,
        lots=tuple(
            Lot(
                one.lot,
                one.title.strip(),
                one.estimate_fen,
                one.ceiling_price_fen,
                one.bid_security_fen,
            )
            for one in body.lots
        ),
        threshold=0,
        key_holders=(),
        documents=(),
        method=body.method,
        committee=body.committee,
        terms=Terms(body.bid_validity_days, body.unlock_minutes, body.drain_seconds),
        deadline=at,
        published_at=None,
        timetable={},
        circumstances=circumstances_of(body.circumstances),
        round=replace(OPEN_TENDERING, procedure=body.procedure),
    )
