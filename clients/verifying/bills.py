"""Bills of quantities: what notice and amendments say of each is what its file says."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from clients.verifying.bodies import Clarified
from clients.verifying.case import Case, parsed, place
from clients.verifying.report import Notes
from tendering.domain.archive import document_path
from tendering.domain.bill_amendments import BILL_REPLACED
from tendering.domain.clarifications import version_from_json
from tendering.domain.journal import Entry, Stream
from tendering.domain.quantities.bill import bill_digest, fixed_fen
from tendering.domain.quantities.lot_bill import LotBill, lot_bill_from_json
from tendering.domain.quantities.stored_bill import CONTENT_BYTES_MAX, parse_bill
from tendering.domain.refusals.tenders import BillInvalid
from tendering.domain.tender import Document


class BillReplaced(Struct, frozen=True):
    """`bill.replaced`."""

    lot: str
    number: int
    version: int
    before: str
    bill: dict[str, Any]


def check_bills(case: Case, notes: Notes) -> None:
    """The bill of a lot is a file of the documents; each amendment of one says so of every lot."""
    for lot in case.notice.lots:
        if lot.bill is not None:
            _check_file(case, lot.bill, f"lot {lot.lot} {lot.bill.document}", notes)
    told = [
        (entry, parsed(entry, BillReplaced))
        for entry in case.streams[Stream.PUBLIC]
        if entry.kind == BILL_REPLACED
    ]
    for entry, body in told:
        bill = lot_bill_from_json(body.bill)
        assert bill is not None
        where = place(entry)
        _check_file(case, bill, where, notes)
        terms = {lot.lot: lot.bill.terms for lot in case.notice.lots if lot.bill is not None}
        notes.require(terms.get(body.lot) == bill.terms, where, "other terms than the notice has")
    said = {(body.lot, body.number, body.version): entry for entry, body in told}
    notes.require(len(said) == len(told), place(case.published), "a bill is replaced twice at once")
    expected = dict(_brought(case, notes))
    for key, entry in said.items():
        clarified = expected.get(key)
        notes.require(
            clarified is not None and clarified.seq < entry.seq and clarified.at == entry.at,
            place(entry),
            "no amendment brings this bill",
        )
    for key, entry in expected.items():
        notes.require(
            key in said, place(entry), f"lot {key[0]} has another bill, and nobody says so"
        )


def file_of(case: Case, bill: LotBill) -> bytes | None:
    """The bytes of a bill, in the version that brought it; None where they are not there."""
    for version, documents in _versions(case):
        for number, document in enumerate(documents, start=1):
            if (document.name, document.digest) != (bill.document, bill.document_digest):
                continue
            path, size = document_path(number, document.name, version), document.size_bytes
            if path not in case.archive or case.archive.size_bytes(path) != size:
                return None
            return None if size > CONTENT_BYTES_MAX else b"".join(case.archive.chunks(path))
    return None


def _versions(case: Case) -> list[tuple[int, Sequence[Document]]]:
    """What each version of the documents brought, in the order in which the archive counts."""
    told = case.all(Stream.PUBLIC, "clarification.published", Clarified)
    amended = [version_from_json(body.documents) for _, body in told if body.documents is not None]
    brought = [(version.version, version.brought) for version in amended]
    return [(1, case.tender.documents), *brought]


def _brought(case: Case, notes: Notes) -> list[tuple[tuple[str, int, int], Entry]]:
    """Each lot whose bill an amendment brings: the lot, the clarification, the version."""
    found = []
    priced = {lot.lot: lot.bill.document for lot in case.notice.lots if lot.bill is not None}
    for entry, body in case.all(Stream.PUBLIC, "clarification.published", Clarified):
        if body.documents is None:
            continue
        version = version_from_json(body.documents)
        names = {one.name for one in version.brought}
        for lot, document in priced.items():
            if document in names:
                found.append(((lot, body.number, version.version), entry))
                notes.require(
                    body.affects_bids, place(entry), "another bill is said not to affect bids"
                )
            notes.require(
                version.file(document) is not None, place(entry), f"lot {lot} has no bill any more"
            )
    return found


def _check_file(case: Case, bill: LotBill, where: str, notes: Notes) -> None:
    content = file_of(case, bill)
    if not notes.require(content is not None, where, "the bill is not among the documents"):
        return
    assert content is not None
    try:
        read = parse_bill(content)
    except BillInvalid as refused:
        notes.fails(where, f"cannot be read: {refused.detail}")
        return
    same = (
        bill_digest(read) == bill.digest
        and len(read.lines) == bill.lines
        and fixed_fen(read) == bill.parts_fen
    )
    notes.require(same, where, "not the bill that is named")
