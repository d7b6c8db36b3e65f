"""Which methods an evaluation room can compute by itself: from the prices read out and the sheets.

A method that asks for more (a K to be drawn, parts of prices, quantities, several price lines, the
brand) is scored by `kaibiao score` from a file that holds these; a tender is not published with it.
"""

from collections.abc import Mapping

from crypto.canonical import JsonValue
from tendering.domain.methods.benchmarks import Reference, parts_of
from tendering.domain.methods.findings import method_findings
from tendering.domain.methods.method import Method, parse_method
from tendering.domain.refusals.rules import MethodInvalid
from tendering.domain.rulebook import Rulebook


def require_by_room(method: Method, *, has_ceiling: bool) -> None:
    """Refuse a method for which a room would lack a figure. Raises MethodInvalid."""
    price = method.price
    kept = any(
        isinstance(part, Reference) and part.kept
        for line in price.lines
        for part in parts_of(line.benchmark)
    )
    for there, where, what in (
        (method.drawn, "price.benchmark", "a K that is drawn"),
        (price.by_line, "price.lines", "prices by line"),
        (price.evaluated.excluded or kept, "price.excluded", "parts of prices"),
        (price.evaluated.adjustments, "price.adjustments", "quantities"),
        (method.brand_ties is not None, "same_brand", "brands"),
        (price.needs_ceiling and not has_ceiling, "price.benchmark", "a ceiling price"),
    ):
        if there:
            place = f"method.{where}"
            raise MethodInvalid(f"{place}: the room does not know {what}", where=place)


def require_publishable(
    definition: Mapping[str, JsonValue], rulebook: Rulebook, *, has_ceiling: bool
) -> None:
    """Refuse to publish a method that does not hold, that no room computes, or the law forbids.

    A tender without a room has no method: an empty definition passes. Raises MethodInvalid.
    """
    if not definition:
        return
    method = parse_method(definition)
    require_by_room(method, has_ceiling=has_ceiling)
    if method.regime not in (None, rulebook.regime):
        raise MethodInvalid("method.regime: not the tender's", where="method.regime")
    for finding in method_findings(method, rulebook):
        if finding.severity == "block":
            raise MethodInvalid(
                f"{finding.where}: {finding.words.en} {finding.law}",
                where=finding.where,
                law=finding.law,
            )
