"""The two fonts of all documents, Noto Sans SC and Noto Serif SC, from a wheel (license: OFL 1.1).

No font of the machine is used, so the same data makes the same document everywhere. Headings are
set in the sans (黑体), text in the serif (宋体), as Chinese official documents are. What the fonts
cannot draw, and what must not be drawn (controls, marks that turn the direction of writing), is
shown by its code point.
"""

from functools import cache
from pathlib import Path

import pylopdf_fonts_zh_cn
import typst
from fontTools.ttLib import TTFont

SANS = "Noto Sans SC"
SERIF = "Noto Serif SC"

_GETA = "〓"
_INVISIBLE = frozenset(
    chr(code)
    for first, last in (
        (0x00, 0x08),
        (0x0B, 0x1F),
        (0x7F, 0x9F),
        (0xAD, 0xAD),
        (0x61C, 0x61C),
        (0x200B, 0x200F),
        (0x2028, 0x202E),
        (0x2060, 0x206F),
        (0xFEFF, 0xFEFF),
        (0xFFF9, 0xFFFB),
    )
    for code in range(first, last + 1)
)
_LAID_OUT = frozenset("\n\t ")


def font_folder() -> Path:
    """Return the folder that holds both fonts."""
    return pylopdf_fonts_zh_cn.sans_path().parent


def sans_path() -> Path:
    """Return the file of Noto Sans SC, regular."""
    return pylopdf_fonts_zh_cn.sans_path()


def serif_path() -> Path:
    """Return the file of Noto Serif SC, regular."""
    return pylopdf_fonts_zh_cn.serif_path()


@cache
def fonts() -> typst.Fonts:
    """Return the fonts for Typst, read once a process."""
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(font_folder())]
    )


def drawable(text: str) -> str:
    """Return `text` with every character that cannot be shown replaced by 〓(U+XXXX).

    PDF/A forbids missing glyphs, and a hidden or turning character could make a document read
    otherwise than its data; a reader sees that there was one, and which.
    """
    return "".join(
        each if each in _LAID_OUT or each in _covered() else f"{_GETA}(U+{ord(each):04X})"
        for each in text.replace("\r\n", "\n").replace("\r", "\n")
    )


@cache
def _covered() -> frozenset[str]:
    """The characters that both fonts have."""
    tables = []
    for path in (sans_path(), serif_path()):
        with TTFont(path, lazy=True) as font:
            tables.append(frozenset(map(chr, font.getBestCmap())))
    return frozenset.intersection(*tables) - _INVISIBLE
