"""Text in the cells of spreadsheets: what others wrote is shown and never computed."""

import re
from typing import Final

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
# Not allowed in XML 1.0, which workbooks are made of.
_NO_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def guarded(text: str) -> str:
    """The text as a cell that no spreadsheet computes: what begins like a formula is quoted."""
    clean = without_controls(text)
    return f"'{clean}" if clean.lstrip(" \u3000").startswith(_FORMULA) else clean


def without_controls(text: str) -> str:
    """The text with a mark in the place of each character that XML does not take."""
    return _NO_XML.sub("\ufffd", text)
