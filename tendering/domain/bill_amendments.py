"""Another bill of quantities by an amendment: what is refused, what is told, and what counts then.

招标投标法 第二十三条, 条例 第二十一条: whoever prices by the bill needs the time that a change of
documents leaves. The bill at the deadline is the one that bids are cleared by.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Final

from crypto.canonical import JsonValue
from tendering.domain.journal import Event
from tendering.domain.quantities.lot_bill import LotBill, lot_bill_from_json, lot_bill_json
from tendering.domain.refusals import Invalid
from tendering.domain.refusals.tenders import BillInvalid
from tendering.domain.tender import Lot, Tender

BILL_REPLACED: Final = "bill.replaced"


def lots_priced_by(tender: Tender, name: str) -> tuple[Lot, ...]:
    """The lots whose bill is the file of that name."""
    return tuple(lot for lot in tender.lots if lot.bill is not None and lot.bill.document == name)


def decide_bills(
    tender: Tender,
    waiting: Mapping[str, LotBill],
    *,
    removes: Collection[str],
    affects_bids: bool,
) -> Tender:
    """The tender with the bills that an amendment brings; `waiting`: what its files say, by name.

    The terms of checking stay those of the notice. Raises Invalid where a bill would be gone, or
    another one is said not to affect bids.
    """
    lots = []
    for lot in tender.lots:
        bill = lot.bill
        if bill is not None and bill.document in removes:
            raise Invalid("another bill of the same name takes a bill's place", lot=lot.lot)
        if bill is None or bill.document not in waiting:
            lots.append(lot)
            continue
        if not affects_bids:
            raise Invalid("another bill of quantities affects bids", lot=lot.lot)
        lots.append(replace(lot, bill=replace(waiting[bill.document], terms=bill.terms)))
    return replace(tender, lots=tuple(lots))


def bill_events(before: Tender, after: Tender, *, number: int, version: int) -> list[Event]:
    """What is told of each lot with another bill: by which clarification, in which version."""
    return [
        Event(
            BILL_REPLACED,
            {
                "lot": new.lot,
                "number": number,
                "version": version,
                "before": old.bill.digest.hex(),
                "bill": lot_bill_json(new.bill),
            },
        )
        for old, new in zip(before.lots, after.lots, strict=True)
        if old.bill is not None and old.bill != new.bill
    ]


def with_replaced_bill(tender: Tender, body: Mapping[str, JsonValue]) -> Tender:
    """The tender after a `bill.replaced`, as a reader of the journal follows it. BillInvalid."""
    bill = lot_bill_from_json(body.get("bill"))
    priced = {lot.lot: lot.bill for lot in tender.lots}
    old = priced.get(str(body.get("lot")))
    if bill is None or old is None or bill.document != old.document:
        raise BillInvalid("a bill takes the place of none", where="lot")
    if body.get("before") != old.digest.hex():
        raise BillInvalid("a bill takes the place of another than the one before", where="before")
    return replace(
        tender,
        lots=tuple(
            replace(lot, bill=bill) if lot.lot == body.get("lot") else lot for lot in tender.lots
        ),
    )
