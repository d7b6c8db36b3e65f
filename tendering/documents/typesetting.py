"""From blocks of plain data to a PDF/A with places for signatures. Nothing in the data is markup.

The same data makes the same bytes: fonts come from a wheel, the date of the file is an argument.
"""

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

import segno
import typst

from tendering.documents.fonts import drawable, fonts
from tendering.documents.signing import SignaturePlace

Block: TypeAlias = dict[str, Any]

_TEMPLATE: Final = Path(__file__).parent / "templates" / "document.typ"
_ZONE: Final = ZoneInfo("Asia/Shanghai")
_PAGE_HEIGHT: Final = 841.89  # A4, points
_CELL: Final = (236.0, 112.0)
_INSET: Final = 6.0
_SEAL: Final = 92.0
_NAME: Final = (170.0, 60.0)
_DIGITS: Final = "零壹贰叁肆伍陆柒捌玖"
_PLACES: Final = ("", "拾", "佰", "仟")
_GROUPS: Final = ("", "万", "亿")
_BANNER: Final = "演示环境 · 非真实交易 · Demonstration, not a real transaction"
_WATERMARK: Final = "演示 DEMONSTRATION"


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
    subtitle: str = "",
    demonstration: bool = False,
    proof: str = "",
) -> Rendered:
    """Make the PDF (PDF/A-2b). Blocks a tenth of a second and more: call it in a thread.

    A document of a demonstration says so at the head of every page and across it. `proof` is an
    address, shown as a QR code beside the title.
    """
    data = {
        "title": title,
        "subtitle": subtitle,
        "number": number,
        "footer": footer,
        "banner": _BANNER if demonstration else "",
        "watermark": _WATERMARK,
        "proof": _qr_code(proof) if proof else "",
        "proof_caption": "扫码查验",
        "blocks": list(blocks),
        "signatures_title": "签名盖章",
        "signers": [_cell(signer) for signer in signers],
    }
    compiler = typst.Compiler(
        _TEMPLATE,
        font_paths=fonts(),
        sys_inputs={"data": json.dumps(_shown(data), ensure_ascii=False)},
    )
    pdf = compiler.compile(
        format="pdf", pdf_standards="a-2b", timestamp=made_at.replace(microsecond=0)
    )
    assert isinstance(pdf, bytes)
    corners = json.loads(compiler.query("<signature>", field="value"))
    places = (_place(corner, signer) for corner, signer in zip(corners, signers, strict=True))
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


def capital_yuan(fen: int) -> str:
    """Money in the capital figures of notes and contracts: 壹亿零贰佰元整.

    《支付结算办法》附件一 正确填写票据和结算凭证的基本规定.
    """
    assert 0 <= fen < 10**14
    yuan_part, cents = divmod(fen, 100)
    words = f"{_capital_number(yuan_part)}元" if yuan_part else ""
    if cents == 0:
        return f"{words or '零元'}整"
    tenths, hundredths = divmod(cents, 10)
    if tenths:
        words += f"{_DIGITS[tenths]}角"
    elif words:
        words += _DIGITS[0]
    return words + (f"{_DIGITS[hundredths]}分" if hundredths else "整")


def _capital_number(number: int) -> str:
    """A positive whole number below 10¹², zeros between digits said once."""
    words, gap = "", False
    for group in (2, 1, 0):
        part = number // 10_000**group % 10_000
        said = ""
        for place in (3, 2, 1, 0):
            digit = part // 10**place % 10
            if digit == 0:
                gap = True
                continue
            said += (_DIGITS[0] if gap and (words or said) else "") + _DIGITS[digit]
            said += _PLACES[place]
            gap = False
        words += said + (_GROUPS[group] if part else "")
    return words


def _qr_code(address: str) -> str:
    """The address as a QR code (ISO/IEC 18004), an SVG picture."""
    picture = io.BytesIO()
    code = segno.make_qr(address, error="m")
    code.save(picture, kind="svg", xmldecl=False, svgns=True, border=0, dark="#000")
    return picture.getvalue().decode("ascii")


def _cell(signer: Signer) -> dict[str, Any]:
    width = _CELL[0] if signer.person else _CELL[0] - _SEAL
    return {
        "width": _CELL[0],
        "height": _CELL[1],
        "text": width - 2 * _INSET,
        "title": signer.title,
        "name": signer.name,
    }


def _place(corner: dict[str, float], signer: Signer) -> SignaturePlace:
    """The lower right of a cell whose upper left is at `corner`, from the page's upper left."""
    right = corner["left"] + _CELL[0] - _INSET
    bottom = _PAGE_HEIGHT - corner["top"] - _CELL[1] + _INSET
    width, height = _NAME if signer.person else (_SEAL, _SEAL)
    return SignaturePlace(
        int(corner["page"]) - 1,
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
