"""A real publication as the demonstration's tender: its title, items, lots, value and buyer.

Everything else comes from the template, and the tender says so: `source.from_template` lists what
the publication does not hold. https://standard.open-contracting.org/1.1/en/schema/
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from clients.demo.template import ESTIMATE_FEN, NAME, TenderPlan, a_lot, plan_of_template
from tendering.domain.ocds import (
    ImportedItem,
    ImportedTender,
    ImportedValue,
    read_json,
    read_package,
)
from tendering.domain.refusals.tenders import NotARelease

FILE_BYTES_MAX: Final = 256 << 20
LOTS_MAX: Final = 3
ITEMS_MAX: Final = 500
LINE_MAX: Final = 200
TEXT_MAX: Final = 10_000
LABEL: Final = "(示范)"


def read_plan(file: Path, *, as_cny: bool, ocid: str | None = None) -> TenderPlan:
    """The tender of a publication: the one with `ocid`, else the one that says most.

    `as_cny` takes figures in another currency as yuan. Raises OSError, NotARelease,
    ForeignCurrency.
    """
    if file.stat().st_size > FILE_BYTES_MAX:
        raise NotARelease("the file is too large")
    value = read_json(file.read_bytes())
    try:
        found = read_package(value, as_cny=as_cny)
    except NotARelease:
        found = read_package(value, as_cny=as_cny, bare_tender=True)
    if ocid is not None:
        found = [tender for tender in found if tender.ocid == ocid]
    if not found:
        raise NotARelease("no such contracting process", ocid=ocid or "")
    return plan_of(min(found, key=lambda tender: len(tender.from_template)), file_name=file.name)


def plan_of(tender: ImportedTender, *, file_name: str) -> TenderPlan:
    """What the demonstration plays of a publication."""
    template = plan_of_template()
    lots = _lots(tender)
    return TenderPlan(
        title=_line(tender.title or tender.description, template.title) + LABEL,
        description=_text(tender.description, template.description),
        procuring_entity=_line(tender.procuring_entity, template.procuring_entity) + LABEL,
        lots=tuple(lots),
        source={
            "ocid": tender.ocid,
            "file": file_name,
            "template": NAME,
            "from_template": list(tender.from_template),
            "lots_left_out": max(len(tender.lots) - LOTS_MAX, 0),
            "currency": "" if tender.value is None else tender.value.currency,
            "value_from": "" if tender.value is None else tender.value.source,
        },
    )


def _lots(tender: ImportedTender) -> list[dict[str, Any]]:
    whole = _fen(tender.value, ESTIMATE_FEN)
    if not tender.lots:
        title = _line(tender.title, plan_of_template().title)
        return [a_lot("1", title, whole, _items(tender.items))]
    lots = tender.lots[:LOTS_MAX]
    share = max(whole // len(lots), 1)
    return [
        a_lot(
            str(number),
            _line(lot.title or lot.description, f"标段{number}"),
            _fen(lot.value, share),
            _items([item for item in tender.items if item.lot in {lot.id, None}]),
        )
        for number, lot in enumerate(lots, start=1)
    ]


def _items(items: Sequence[ImportedItem]) -> list[dict[str, Any]]:
    return [
        {
            "code": item.id,
            "name": item.description,
            "quantity": "" if item.quantity is None else f"{item.quantity:f}",
            "unit": item.unit,
        }
        for item in items[:ITEMS_MAX]
    ]


def _fen(value: ImportedValue | None, otherwise: int) -> int:
    return otherwise if value is None else max(value.fen, 100)


def _line(text: str, otherwise: str) -> str:
    shown = " ".join(text.split()) or otherwise
    return shown[: LINE_MAX - len(LABEL)].strip()


def _text(text: str, otherwise: str) -> str:
    return f"{text[:TEXT_MAX]}\n\n{otherwise}" if text else otherwise
