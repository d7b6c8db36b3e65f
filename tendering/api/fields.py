"""Field types of JSON bodies and parameters, with the limits that the tables have too.

Patterns end in `(?!\\n)$` because Python's `$` alone also matches before a last line feed.
"""

from datetime import UTC, datetime
from typing import Annotated, Final

from msgspec import Meta

from tendering.domain.refusals import Invalid

# 2^53-1: the largest integer that JavaScript holds exactly, below PostgreSQL's bigint.
INTEGER_MAX: Final = 9_007_199_254_740_991

Instant = Annotated[datetime, Meta(tz=True, description="RFC 3339 instant with offset")]
Fen = Annotated[int, Meta(ge=0, le=INTEGER_MAX, description="Money in fen, 1/100 yuan")]
Count = Annotated[int, Meta(ge=0, le=2_147_483_647)]
Seq = Annotated[int, Meta(ge=0, le=INTEGER_MAX)]
PageLimit = Annotated[int, Meta(ge=1, le=200)]

# Not empty, no white space at either end, no control characters: a line of text.
Line = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=200,
        pattern=r"^[^\s\x00-\x1f\x7f]([^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f])?(?!\n)$",
    ),
]
# The same, or nothing.
OptionalLine = Annotated[
    str,
    Meta(
        max_length=200,
        pattern=r"^([^\s\x00-\x1f\x7f]([^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f])?)?(?!\n)$",
    ),
]
Text = Annotated[str, Meta(min_length=1, max_length=20_000)]
LotNumber = Annotated[str, Meta(pattern=r"^[1-9][0-9]{0,3}(?!\n)$", max_length=4)]
HexDigest = Annotated[
    str,
    Meta(pattern=r"^[0-9a-f]{64}(?!\n)$", max_length=64, description="32 bytes in lower-case hex"),
]
Uscc = Annotated[
    str,
    Meta(
        pattern=r"^[0-9A-HJ-NPQRTUWXY]{18}(?!\n)$",
        max_length=18,
        description="Unified social credit code (GB 32100-2015)",
    ),
]


def in_utc(at: datetime) -> datetime:
    """An instant in UTC. Raises Invalid for one that lies outside the calendar there."""
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise Invalid("this instant lies outside the calendar") from None
