"""From blocks of plain data to a PDF/A with places for signatures. Nothing in the data is markup.

The same data makes the same bytes: fonts come from a wheel, the date of the file is an argument.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

import pikepdf
import typst

from tendering.documents.fonts import drawable, fonts
from tendering.documents.signing import SignaturePlace

Block: TypeAlias = dict[str, Any]

_TEMPLATE: Final = Path(__file__).parent / "templates" / "document.typ"
_ZONE: Final = ZoneInfo("Asia/Shanghai")
_PAGE_HEIGHT: Final = 841.89  # A4, points
_LEFT: Final = 56.7
_TOP: Final = 100.0
_CELL: Final = (236.0, 116.0)
_GAP: Final = 8.0
_COLUMNS: Final = 2
_CELLS_A_PAGE: Final = 10
_INSET: Final = 6.0
_SEAL: Final = 88.0
_NAME: Final = (170.0, 64.0)


@dataclass(frozen=True, slots=True)
class Signer:
    """Who will sign, as printed beside the place of the signature: a seal, or a person's name."""

    title: str
    name: str
    person: bool = False


@dataclass(frozen=True, slots=True)
class Rendered:
    """A PDF, and where each signer's signature is to be seen, in their order."""

    pdf: bytes
    places: tuple[SignaturePlace, ...]


def typeset(
    *,
    title: str,
    number: str,
    footer: str,
    blocks: Sequence[Block],
    signers: Sequence[Signer],
    made_at: datetime,
) -> Rendered:
    """Make the PDF (PDF/A-2b). Blocks a tenth of a second and more: call it in a thread."""
    data = {
        "title": title,
        "number": number,
        "footer": footer,
        "blocks": list(blocks),
        "signatures_title": "签名盖章页",
        "sheets": [
            [_cell(index, signer) for index, signer in enumerate(sheet)]
            for sheet in _sheets(signers)
        ],
    }
    pdf = typst.compile(
        _TEMPLATE.read_bytes(),
        font_paths=fonts(),
        format="pdf",
        pdf_standards="a-2b",
        sys_inputs={"data": json.dumps(_shown(data), ensure_ascii=False)},
        timestamp=made_at.replace(microsecond=0),
    )
    assert isinstance(pdf, bytes)
    with pikepdf.open(BytesIO(pdf)) as document:
        first = len(document.pages) - len(_sheets(signers))
    places = (_place(number, first, signer) for number, signer in enumerate(signers))
    return Rendered(pdf, tuple(places))


def heading(text: str) -> Block:
    """A heading of the second level."""
    return {"kind": "heading", "text": text}


def paragraph(text: str) -> Block:
    """A paragraph."""
    return {"kind": "text", "text": text}


def fact_list(*rows: tuple[str, str]) -> Block:
    """Names and values, two columns."""
    return {"kind": "facts", "rows": [list(row) for row in rows]}


def table(header: Sequence[str], rows: Sequence[Sequence[str]], *, shares: Sequence[int]) -> Block:
    """A table; `shares` are the widths of the columns in parts of the whole."""
    assert all(len(row) == len(header) == len(shares) for row in rows)
    return {
        "kind": "table",
        "columns": list(shares),
        "header": list(header),
        "rows": [list(row) for row in rows],
    }


def moment(at: datetime) -> str:
    """An instant as a Chinese reader expects it, to the second, in Asia/Shanghai."""
    return f"{at.astimezone(_ZONE):%Y-%m-%d %H:%M:%S}"


def yuan(fen: int) -> str:
    """Money in yuan, with thousands separated."""
    return f"{fen // 100:,}.{fen % 100:02d}"


def _sheets(signers: Sequence[Signer]) -> list[Sequence[Signer]]:
    return [
        signers[start : start + _CELLS_A_PAGE] for start in range(0, len(signers), _CELLS_A_PAGE)
    ]


def _corner(index: int) -> tuple[float, float]:
    """Left and top, from the page's upper left, of a cell on its page."""
    row, column = divmod(index, _COLUMNS)
    return _LEFT + column * (_CELL[0] + _GAP), _TOP + row * (_CELL[1] + _GAP)


def _cell(index: int, signer: Signer) -> dict[str, Any]:
    left, top = _corner(index)
    return {
        "left": left,
        "top": top,
        "width": _CELL[0],
        "height": _CELL[1],
        "title": signer.title,
        "name": signer.name,
    }


def _place(number: int, first_page: int, signer: Signer) -> SignaturePlace:
    sheet, index = divmod(number, _CELLS_A_PAGE)
    left, top = _corner(index)
    right, bottom = left + _CELL[0] - _INSET, _PAGE_HEIGHT - top - _CELL[1] + _INSET
    width, height = _NAME if signer.person else (_SEAL, _SEAL)
    return SignaturePlace(
        first_page + sheet,
        (round(right - width, 2), round(bottom, 2), round(right, 2), round(bottom + height, 2)),
    )


def _shown(value: Any) -> Any:
    """The same with every text as it can be drawn."""
    if isinstance(value, str):
        return drawable(value)
    if isinstance(value, list):
        return [_shown(each) for each in value]
    if isinstance(value, dict):
        return {key: _shown(each) for key, each in value.items()}
    return value
