"""Which methods an evaluation room can compute by itself: from the prices read out and the sheets.

A method that asks for more (a K to be drawn, parts of prices, quantities, several price lines, the
brand) is scored by `kaibiao score` from a file that holds these; a tender is not published with it.
"""

from tendering.domain.methods.benchmarks import Reference, parts_of
from tendering.domain.methods.method import Method
from tendering.domain.refusals import MethodInvalid


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
