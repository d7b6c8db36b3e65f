"""Packages of the standard: the releases of a tender, and its record with what is known now.

https://standard.open-contracting.org/1.1/en/schema/packages/
"""

from collections.abc import Sequence
from typing import Any, Final

from tendering.domain.open_data.merging import merged
from tendering.domain.open_data.publication import Json, Publisher

VERSION: Final = "1.1"
_EXTENSIONS: Final = "https://raw.githubusercontent.com/open-contracting-extensions"
EXTENSIONS: Final = (
    f"{_EXTENSIONS}/ocds_bid_extension/v1.1.5/extension.json",
    f"{_EXTENSIONS}/ocds_lots_extension/v1.1.5/extension.json",
)


def release_package(
    releases: Sequence[Json], publisher: Publisher, *, address: str
) -> dict[str, Any]:
    """All releases of a tender, at least one; `address` is where the package is found."""
    return _package(releases, publisher, address) | {"releases": list(releases)}


def record_package(
    releases: Sequence[Json], publisher: Publisher, *, address: str
) -> dict[str, Any]:
    """The record of a tender: its releases, at least one, and the compiled release."""
    record = {
        "ocid": releases[0]["ocid"],
        "releases": list(releases),
        "compiledRelease": merged(releases),
    }
    return _package(releases, publisher, address) | {"records": [record]}


def _package(releases: Sequence[Json], publisher: Publisher, address: str) -> dict[str, Any]:
    # Dated by what it holds: the same data give the same package.
    return {
        "uri": address,
        "version": VERSION,
        "extensions": list(EXTENSIONS),
        "publishedDate": releases[-1]["date"],
        "publisher": {"name": publisher.name},
    }
