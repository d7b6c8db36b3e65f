"""What the world may read: releases of the Open Contracting Data Standard, feeds, calendars."""

from importlib.resources import files
from typing import Final

OPEN_DATA: Final = "open-data-v1"


def open_data_schema() -> str:
    """The JSON Schema, draft 2020-12, of packages, feed pages and bulk lines."""
    return files(__name__).joinpath(f"{OPEN_DATA}.schema.json").read_text(encoding="utf-8")
