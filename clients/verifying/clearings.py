"""The clearing report, made again from the tender's bill and the bills in the opened envelopes."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Final
from uuid import UUID

from msgspec import Struct

from clients.verifying.bills import check_bills, file_of
from clients.verifying.bodies import Revealed
from clients.verifying.case import Case, parsed, place
from clients.verifying.report import Notes
from crypto.canonical import canonical
from crypto.errors import BadHeader, BadMac, BadPayload
from tendering.domain.archive import clearing_path
from tendering.domain.journal import Entry, Stream
from tendering.domain.opening_forms import whole_number
from tendering.domain.quantities.lot_clearing import OpenedPrice, clear_lot
from tendering.domain.refusals.tenders import BillInvalid

ROOM: Final = "room.opened"


class ClearingMade(Struct, frozen=True):
    """`clearing.made`."""

    lot: str
    digest: str
    size_bytes: int
    bill_fen: dict[UUID, dict[str, int]]


def check_clearings(case: Case, notes: Notes) -> None:
    """Every lot with a bill has one report, which follows from the bills, before its room opens."""
    check_bills(case, notes)
    if not case.is_full:
        notes.skips("the clearing reports of lots with a bill of quantities")
        return
    entries = case.streams[Stream.COMMITTEE]
    made: dict[str, Entry] = {}
    for entry in entries:
        if entry.kind == "clearing.made":
            lot = str(entry.body.get("lot"))
            notes.require(lot not in made, place(entry), "a second report of the lot")
            made[lot] = entry
            _check_made(case, entry, notes)
    for entry in entries:
        lot = str(entry.body.get("lot"))
        if entry.kind != ROOM or lot in {one.lot for one in case.tender.lots if one.bill is None}:
            continue
        before = lot in made and made[lot].seq < entry.seq
        notes.require(
            before or not case.tender.round.has_price or bool(case.tender.round.later),
            place(entry),
            "the room of a lot with a bill of quantities opened before its clearing report",
        )


def _check_made(case: Case, entry: Entry, notes: Notes) -> None:
    said, where = parsed(entry, ClearingMade), place(entry)
    bill = next((one.bill for one in case.tender.lots if one.lot == said.lot), None)
    revealed = [
        (shown, body)
        for shown, body in case.all(Stream.PUBLIC, "prices.revealed", Revealed)
        if body.lot == said.lot
    ]
    asked = None if bill is None else file_of(case, bill)
    if bill is None or asked is None or not revealed:
        notes.fails(where, "a report of a lot without a bill, or whose prices were never shown")
        return
    # Of several sessions the last one shows the prices.
    shown, body = revealed[-1]
    notes.require(shown.at <= entry.at, where, "made before the prices were shown")
    try:
        cleared = clear_lot(said.lot, asked, bill, _opened(case, body))
    except (BillInvalid, BadHeader, BadMac, BadPayload) as error:
        notes.fails(where, f"the report cannot be made again: {error}")
        return
    report = canonical(cleared.report)
    path = clearing_path(said.lot)
    digest = sha256(report).hexdigest()
    notes.require(
        digest == said.digest and len(report) == said.size_bytes,
        where,
        "another report follows from the bills",
    )
    notes.require(said.bill_fen == cleared.bill_fen, where, "other totals than the bills have")
    if notes.require(path in case.archive, path, "the clearing report is missing"):
        again = sha256()
        for piece in case.archive.chunks(path):
            again.update(piece)
        notes.require(again.hexdigest() == said.digest, path, f"not the report of {where}")
    case.bill_fen[said.lot] = cleared.bill_fen
    unread = cleared.report["unread"]
    if unread:
        notes.remark(f"{where}: bids without a bill that can be read: {unread}")


def _opened(case: Case, body: Revealed) -> Iterator[OpenedPrice]:
    for row in sorted(body.rows, key=lambda one: one.bidder_id.bytes):
        read = case.priced_bills.get((body.lot, row.bidder_id))
        content = None if read is None else read()
        yield OpenedPrice(row.bidder_id, content, whole_number(row.form, "price_fen"))
