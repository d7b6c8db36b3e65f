"""A bill of quantities as it is kept and sent: `kaibiao/bill/v1`, canonical JSON, one form only.

What comes in is somebody's file: the tender's from whoever runs it, a bid's from its bidder.
Format: docs/specs/bill-v1.md §2.
"""

import re
from decimal import Decimal
from hashlib import sha256
from typing import Final

from crypto.canonical import canonical, parse
from tendering.domain.fields import Fields
from tendering.domain.quantities.bill import (
    FORMAT,
    KINDS,
    PARTS,
    Bill,
    Line,
    StatedSum,
    bill_digest,
    bill_json,
)
from tendering.domain.refusals.tenders import BillInvalid

CONTENT_BYTES_MAX: Final = 64 << 20
LINES_MAX: Final = 200_000
_NUMBER: Final = re.compile(r"-?[0-9]{1,17}(\.[0-9]{1,6})?")
_MEMBERS: Final = {"part", "kind", "section", "code", "name", "features", "unit"} | {
    "quantity",
    "unit_price",
    "amount",
    "ceiling",
}


def bill_content(bill: Bill) -> bytes:
    """The bill as it is kept: canonical JSON."""
    return canonical(bill_json(bill))


def parse_bill(content: bytes) -> Bill:
    """The inverse of `bill_content`; a line's row is its place in the list, from 1.

    Raises BillInvalid for whatever `bill_content` would not have written.
    """
    if len(content) > CONTENT_BYTES_MAX:
        raise BillInvalid(f"more than {CONTENT_BYTES_MAX >> 20} MiB", where="bill")
    try:
        value = parse(content)
    except (ValueError, RecursionError) as error:
        raise BillInvalid(f"not canonical JSON: {error}", where="bill") from None
    fields = Fields(value, "bill", BillInvalid)
    if fields.take("format") != FORMAT:
        raise fields.wrong("format", f"{FORMAT} is expected")
    listed, sums = fields.take("lines"), fields.take("sums")
    if not isinstance(listed, list) or not 1 <= len(listed) <= LINES_MAX:
        raise fields.wrong("lines", f"a list of 1 to {LINES_MAX} is expected")
    if not isinstance(sums, list) or len(sums) > LINES_MAX:
        raise fields.wrong("sums", f"a list of at most {LINES_MAX} is expected")
    total = _number(fields.take("total"), "bill.total")
    fields.done()
    bill = Bill(
        tuple(_line(row, one) for row, one in enumerate(listed, start=1)),
        tuple(_sum(row, one, len(listed)) for row, one in enumerate(sums)),
        total,
    )
    try:
        is_own = sha256(FORMAT.encode() + b"\0" + content).digest() == bill_digest(bill)
    except UnicodeEncodeError:
        is_own = False
    if not is_own:
        raise BillInvalid("not written in its one canonical form", where="bill")
    return bill


def _line(row: int, value: object) -> Line:
    where = f"bill.lines.{row}"
    if not isinstance(value, dict) or value.keys() != _MEMBERS:
        raise BillInvalid(f"{where}: the members of a line are expected", where=where)
    part, kind = _text(value["part"], where), _text(value["kind"], where)
    if part not in PARTS or kind not in KINDS:
        raise BillInvalid(f"{where}: a part or kind that there is not", where=where)
    return Line(
        "",
        row,
        part,
        _text(value["code"], f"{where}.code"),
        _text(value["name"], f"{where}.name"),
        _text(value["features"], f"{where}.features"),
        _text(value["unit"], f"{where}.unit"),
        _number(value["quantity"], f"{where}.quantity"),
        _number(value["unit_price"], f"{where}.unit_price"),
        _number(value["amount"], f"{where}.amount"),
        _number(value["ceiling"], f"{where}.ceiling"),
        kind,
        _text(value["section"], f"{where}.section"),
    )


def _sum(row: int, value: object, lines: int) -> StatedSum:
    where = f"bill.sums.{row}"
    if not isinstance(value, dict) or value.keys() != {"title", "amount", "lines"}:
        raise BillInvalid(f"{where}: title, amount and lines are expected", where=where)
    amount, places = _number(value["amount"], f"{where}.amount"), value["lines"]
    if amount is None or not isinstance(places, list) or len(places) > lines:
        raise BillInvalid(f"{where}: an amount and the lines it adds are expected", where=where)
    if any(isinstance(one, bool) or not isinstance(one, int) for one in places) or any(
        not 0 <= one < lines for one in places
    ):
        raise BillInvalid(f"{where}: lines that there are not", where=where)
    return StatedSum("", 0, _text(value["title"], where), amount, tuple(places))


def _text(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise BillInvalid(f"{where}: a text is expected", where=where)
    return value


def _number(value: object, where: str) -> Decimal | None:
    if value is None:
        return None
    if not isinstance(value, str) or not _NUMBER.fullmatch(value):
        raise BillInvalid(f"{where}: a decimal number as text is expected", where=where)
    return Decimal(value)
