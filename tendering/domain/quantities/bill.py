"""The bill of quantities (工程量清单): five parts, lines with their place in the file, stated sums.

GB 50500: 分部分项, 措施项目, 其他项目, 规费 and 税金 make the price. Provisional sums (暂列金额)
and specialty estimates (专业工程暂估价) are the procuring entity's figures, equal for every bidder.
"""

import hashlib
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from json.encoder import encode_basestring
from typing import Final

from crypto.canonical import JsonValue, canonical

FORMAT: Final = "kaibiao/bill/v1"
PARTS: Final = ("items", "measures", "other", "fees", "taxes")
# What of the other items the procuring entity fixes; a bidder repeats it.
FIXED_KINDS: Final = ("provisional_sum", "specialty_estimate")
# 材料（工程设备）暂估价 stands in the unit prices already: it is shown and not added.
SHOWN_KINDS: Final = ("material_estimate",)
KINDS: Final = ("", *FIXED_KINDS, *SHOWN_KINDS, "daywork", "contractor_service")
# Twelve digits before the point and six after it, twice: a product is exact.
EXACT: Final = Context(prec=60, rounding=ROUND_HALF_UP)
NUMBER_MAX: Final = Decimal(10) ** 12
DECIMALS_MAX: Final = 6
_QUANTA: Final = tuple(Decimal(1).scaleb(-decimals) for decimals in range(DECIMALS_MAX + 1))
_UNITS: Final = {"立方米": "m3", "平方米": "m2", "米": "m", "吨": "t", "千克": "kg", "公斤": "kg"}


@dataclass(frozen=True, slots=True)
class Line:
    """One line. Quantity in `unit`; prices and amounts in yuan. None: the cell is empty.

    `section`: the heading it stands under. `ceiling`: the highest unit price that is allowed.
    A line without quantity and unit price has only an amount (总价措施, 暂列金额).
    """

    sheet: str
    row: int
    part: str
    code: str
    name: str
    features: str = ""
    unit: str = ""
    quantity: Decimal | None = None
    unit_price: Decimal | None = None
    amount: Decimal | None = None
    ceiling: Decimal | None = None
    kind: str = ""
    section: str = ""


@dataclass(frozen=True, slots=True)
class StatedSum:
    """A sum as the file states it, in yuan, and the positions in `Bill.lines` it is said to add."""

    sheet: str
    row: int
    title: str
    amount: Decimal
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Bill:
    """A whole bill: lines in the order of the file, stated sums, the stated total in yuan."""

    lines: tuple[Line, ...]
    sums: tuple[StatedSum, ...] = ()
    total: Decimal | None = None


def keys(lines: Iterable[Line]) -> list[tuple[str, int]]:
    """What a line is known by: its code, or its part and name; and the how-manieth of that it is.

    GB 50500 allows no code twice in one tender; where it happens, the order tells them apart.
    """
    seen: Counter[str] = Counter()
    found = []
    for line in lines:
        name = line.code or f"{line.part}:{line.kind or plain(line.name)}"
        seen[name] += 1
        found.append((name, seen[name]))
    return found


def plain(text: str) -> str:
    """The text without white space and widths, to compare what two files say."""
    if text.isascii() and text.isalnum():
        return text
    return "".join(unicodedata.normalize("NFKC", text).split())


def plain_unit(unit: str) -> str:
    """m³, ㎥, M3 and 立方米 are one unit."""
    short = plain(unit).lower()
    return _UNITS.get(short, short)


def quantum(decimals: int) -> Decimal:
    """The smallest step of a figure with so many decimals."""
    return _QUANTA[decimals]


def rounded(value: Decimal, decimals: int) -> Decimal:
    """Rounded half up, as a price is (GB 50500: 四舍五入)."""
    return value.quantize(_QUANTA[decimals], context=EXACT)


def fen(yuan: Decimal) -> int:
    """Yuan as whole fen, rounded half up."""
    return int(rounded(yuan, 2).scaleb(2, EXACT))


def line_amount(line: Line, decimals: int) -> Decimal:
    """Quantity × unit price, rounded; the stated amount where there is nothing to multiply."""
    if line.quantity is not None and line.unit_price is not None:
        return rounded(EXACT.multiply(line.quantity, line.unit_price), decimals)
    return rounded(line.amount or Decimal(0), decimals)


def line_amounts(bill: Bill, decimals: int) -> list[Decimal]:
    """The amount of each line, as `line_amount`."""
    step, multiply = _QUANTA[decimals], EXACT.multiply
    return [
        multiply(line.quantity, line.unit_price).quantize(step, context=EXACT)
        if line.quantity is not None and line.unit_price is not None
        else line_amount(line, decimals)
        for line in bill.lines
    ]


def added(amounts: Iterable[Decimal]) -> Decimal:
    """The sum, exact."""
    with localcontext(EXACT):
        return sum(amounts, Decimal(0))


def total(bill: Bill, decimals: int, amounts: Sequence[Decimal] | None = None) -> Decimal:
    """What the lines come to, in yuan, each rounded to `decimals`; `amounts` where known."""
    known = line_amounts(bill, decimals) if amounts is None else amounts
    return added(
        amount
        for line, amount in zip(bill.lines, known, strict=True)
        if line.kind not in SHOWN_KINDS
    )


def fixed_fen(bill: Bill) -> dict[str, int]:
    """Provisional sums and specialty estimates in fen, as `parts_fen` of a bid to be scored.

    A method that lowers a benchmark by K leaves them alone: (B - fixed) × (1 - K) + fixed.
    """
    return {
        f"{kind}s": fen(
            added(line.amount or Decimal(0) for line in bill.lines if line.kind == kind)
        )
        for kind in FIXED_KINDS
    }


def bill_json(bill: Bill) -> dict[str, JsonValue]:
    """The bill as canonical JSON: decimals as text, nothing where a cell is empty."""
    return {
        "format": FORMAT,
        "lines": [_line_json(line) for line in bill.lines],
        "sums": [
            {"title": one.title, "amount": f"{one.amount:f}", "lines": list(one.lines)}
            for one in bill.sums
        ],
        "total": _text(bill.total),
    }


def bill_digest(bill: Bill) -> bytes:
    """32 bytes that name what the bill says, whatever file it came in.

    That is `digest(FORMAT, bill_json(bill))`, written line by line: a bill has a hundred thousand.
    """
    rest = canonical({**bill_json(Bill((), bill.sums, bill.total)), "lines": []}).decode()
    before, after = rest.split('"lines":[]', 1)
    written = ",".join(map(_canonical_line, bill.lines))
    text = f'{before}"lines":[{written}]{after}'
    return hashlib.sha256(FORMAT.encode() + b"\0" + text.encode()).digest()


def _canonical_line(line: Line) -> str:
    """The canonical JSON of a line: its members in the order of their names."""
    quoted = encode_basestring
    return (
        f'{{"amount":{_quoted(line.amount)},"ceiling":{_quoted(line.ceiling)},'
        f'"code":{quoted(line.code)},"features":{quoted(line.features)},'
        f'"kind":{quoted(line.kind)},"name":{quoted(line.name)},"part":{quoted(line.part)},'
        f'"quantity":{_quoted(line.quantity)},"section":{quoted(line.section)},'
        f'"unit":{quoted(line.unit)},"unit_price":{_quoted(line.unit_price)}}}'
    )


def _quoted(value: Decimal | None) -> str:
    return "null" if value is None else f'"{value:f}"'


def _line_json(line: Line) -> dict[str, JsonValue]:
    texts = {
        name: str(getattr(line, name))
        for name in ("part", "kind", "section", "code", "name", "features", "unit")
    }
    numbers = {
        name: _text(getattr(line, name)) for name in ("quantity", "unit_price", "amount", "ceiling")
    }
    return {**texts, **numbers}


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"
