"""What is told about a folder of bids besides its files: their total prices."""

import json
from pathlib import Path
from typing import Final

from tendering.bid_reading.folder import BadFolder

PRICES_BYTES_MAX: Final = 1 << 20


def read_prices(file: Path) -> dict[str, int]:
    """Total prices: a JSON object, sub-folder to whole fen. Raises BadFolder."""
    if file.stat().st_size > PRICES_BYTES_MAX:
        raise BadFolder(f"{file}: too large")
    try:
        value = json.loads(file.read_bytes())
    except (ValueError, RecursionError):
        raise BadFolder(f"{file}: no JSON") from None
    if not isinstance(value, dict) or not all(type(fen) is int for fen in value.values()):
        raise BadFolder(f"{file}: an object of whole fen is expected")
    return value
