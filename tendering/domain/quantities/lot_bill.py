"""The bill of quantities of a lot as its notice names it: which file, what it says, its terms."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Final

from crypto.canonical import JsonValue
from tendering.domain.fields import Fields
from tendering.domain.quantities.bill import FIXED_KINDS, Bill, bill_digest, fixed_fen
from tendering.domain.quantities.terms import Terms, parse_terms
from tendering.domain.refusals.tenders import BillInvalid

_FEN_MAX: Final = 10**15
_LINES_MAX: Final = 200_000
# Whoever asks for the parts of prices finds these two in a lot with a bill of quantities.
PART_NAMES: Final = tuple(f"{kind}s" for kind in FIXED_KINDS)


@dataclass(frozen=True, slots=True)
class LotBill:
    """`document`: the file of the tender documents, `kaibiao/bill/v1`; `document_digest` its own.

    `digest`: of what it says (`bill_digest`), 32 bytes. `parts_fen`: provisional sums and
    specialty estimates, the same in the ceiling and in every price.
    """

    document: str
    document_digest: bytes
    digest: bytes
    lines: int
    parts_fen: Mapping[str, int]
    terms: Terms


def lot_bill(bill: Bill, document: str, document_digest: bytes, terms: Terms) -> LotBill:
    """What the notice says of a bill. Raises BillInvalid for one that nobody could price."""
    priced = sum(line.unit_price is not None for line in bill.lines)
    if priced:
        raise BillInvalid("the tender's bill has unit prices: a bidder sets them", where="lines")
    return LotBill(
        document, document_digest, bill_digest(bill), len(bill.lines), fixed_fen(bill), terms
    )


def require_price_left(bill: LotBill, ceiling_price_fen: int) -> None:
    """What is fixed leaves something of the ceiling to be priced. Raises BillInvalid."""
    if sum(bill.parts_fen.values()) >= ceiling_price_fen:
        raise BillInvalid("what is fixed leaves nothing of the ceiling price", where="other")


def lot_bill_json(bill: LotBill | None) -> dict[str, JsonValue] | None:
    """As it stands in the notice."""
    if bill is None:
        return None
    return {
        "document": bill.document,
        "document_digest": bill.document_digest.hex(),
        "digest": bill.digest.hex(),
        "lines": bill.lines,
        "parts_fen": dict(bill.parts_fen),
        "terms": asdict(bill.terms),
    }


def lot_bill_from_json(value: JsonValue) -> LotBill | None:
    """The inverse of `lot_bill_json`. Raises BillInvalid."""
    if value is None:
        return None
    fields = Fields(value, "bill", BillInvalid)
    parts = fields.fields("parts_fen")
    bill = LotBill(
        document=fields.text("document"),
        document_digest=_digest(fields, "document_digest"),
        digest=_digest(fields, "digest"),
        lines=fields.integer("lines", least=1, most=_LINES_MAX),
        parts_fen={name: parts.integer(name, least=0, most=_FEN_MAX) for name in PART_NAMES},
        terms=parse_terms(fields.take("terms")),  # type: ignore[arg-type]  # it checks the type
    )
    parts.done()
    fields.done()
    return bill


def _digest(fields: Fields, key: str) -> bytes:
    text = fields.text(key)
    try:
        found = bytes.fromhex(text)
    except ValueError:
        found = b""
    if len(found) != 32 or found.hex() != text:  # noqa: PLR2004
        raise fields.wrong(key, "32 bytes in lower hex are expected")
    return found
