"""Example definitions of evaluation methods, one a family, each with bids; and the two schemas.

They are data: `NAME.method.json` and `NAME.bids.json`, to be read, scored and copied. What the
formats mean is docs/specs/method-v1.md.
"""

from importlib.resources import files
from typing import Final

SCHEMAS: Final = ("method-v1", "bids-v1")


def example_names() -> tuple[str, ...]:
    """The names of the examples, in order."""
    names = [one.name for one in files(__name__).iterdir()]
    return tuple(
        sorted(name.removesuffix(".method.json") for name in names if name.endswith(".method.json"))
    )


def example_text(name: str, kind: str) -> str:
    """The JSON of an example; `kind` is `method` or `bids`. Raises KeyError for an unknown name."""
    if name not in example_names():
        raise KeyError(name)
    return files(__name__).joinpath(f"{name}.{kind}.json").read_text(encoding="utf-8")


def schema_text(name: str) -> str:
    """The JSON Schema of a format. Raises KeyError for an unknown name."""
    if name not in SCHEMAS:
        raise KeyError(name)
    return files(__name__).joinpath(f"{name}.schema.json").read_text(encoding="utf-8")
