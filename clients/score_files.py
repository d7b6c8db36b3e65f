"""`kaibiao score`: a method and bids read from files and scored. No network, no platform."""

from datetime import date
from pathlib import Path
from typing import Final

from crypto.canonical import JsonValue, parse
from tendering.domain.methods.case import parse_case
from tendering.domain.methods.method import parse_method
from tendering.domain.methods.score import Scored
from tendering.domain.methods.score import score as score_case
from tendering.domain.refusals import Refused
from tendering.domain.refusals.rules import BidsInvalid, MethodInvalid
from tendering.domain.rulebook import Rulebook, load
from tendering.rulebooks import rulebook_text

FILE_BYTES_MAX: Final = 64 << 20


def score(method: Path | bytes, bids: Path | bytes) -> Scored:
    """Score bids by a method, each a file or its content. Raises OSError, Refused with a place."""
    definition = parse_method(_object(_bytes(method, MethodInvalid), MethodInvalid, "method"))
    content = _object(_bytes(bids, BidsInvalid), BidsInvalid, "bids_file")
    case = parse_case(content, definition)
    return score_case(definition, case, _law(definition.regime, case.noticed_on))


def _law(regime: str | None, noticed_on: date | None) -> Rulebook | None:
    """The rulebook of the regime as it stood on the day of the notice; without one, the latest."""
    return None if regime is None else load(rulebook_text(regime), on=noticed_on)


def _bytes(file: Path | bytes, refusal: type[Refused]) -> bytes:
    if isinstance(file, bytes):
        return file
    with file.open("rb") as source:
        content = source.read(FILE_BYTES_MAX + 1)
    if len(content) > FILE_BYTES_MAX:
        raise refusal(f"{file.name}: more than {FILE_BYTES_MAX >> 20} MiB", where=file.name)
    return content


def _object(content: bytes, refusal: type[Refused], where: str) -> dict[str, JsonValue]:
    try:
        value = parse(content)
    except ValueError as error:
        raise refusal(f"{where}: not JSON as asked for: {error}", where=where) from None
    if not isinstance(value, dict):
        raise refusal(f"{where}: an object is expected", where=where)
    return value
