"""What an evaluation room must know of a lot to compute a method; asked before the notice.

Prices, lines, parts, quantities, policies and brands come from the opening form; provisional sums
from the lot's bill of quantities; a K from the seed of the committee's draw. What is left may be
missing in the tender documents themselves, and then nobody could compute the result.
"""

from collections.abc import Collection, Mapping

from crypto.canonical import JsonValue
from tendering.domain.methods.benchmarks import Reference, parts_of
from tendering.domain.methods.findings import method_findings
from tendering.domain.methods.low_prices import rates_in_force
from tendering.domain.methods.method import Method, parse_method
from tendering.domain.refusals.rules import MethodInvalid
from tendering.domain.rulebook import Rulebook


def require_by_room(method: Method, *, has_ceiling: bool, parts: Collection[str] = ()) -> None:
    """Refuse a method for which a room would lack a figure. Raises MethodInvalid.

    `parts`: the names of the parts of prices that the tender documents give.
    """
    scored = method.scored
    lines = () if scored is None else scored.lines
    kept = {
        name
        for line in lines
        for part in parts_of(line.benchmark)
        if isinstance(part, Reference)
        for name in part.kept
    }
    needs_ceiling = scored is not None and scored.needs_ceiling
    # The ceiling is compared without what the prices are compared without.
    asked = kept | set(method.evaluated.excluded if needs_ceiling else ())
    ties = {"procuring_entity"} & {method.ties[-1] if method.ties else "", _last_brand(method)}
    for there, where, what in (
        (asked - set(parts), "price.excluded", "parts of the ceiling price"),
        (needs_ceiling and not has_ceiling, "price.benchmark", "a ceiling price"),
        # 87号令 第三十一条: one of a brand goes forward, and the ranking needs to know which.
        (method.brand_ties and ties, "same_brand", "whom the procuring entity would choose"),
    ):
        if there:
            place = f"method.{where}"
            raise MethodInvalid(f"{place}: the room does not know {what}", where=place)


def require_publishable(
    definition: Mapping[str, JsonValue],
    rulebook: Rulebook,
    *,
    has_ceiling: bool,
    parts: Collection[str] = (),
) -> None:
    """Refuse to publish a method that does not hold, that no room computes, or the law forbids.

    A tender without a room has no method: an empty definition passes. Raises MethodInvalid.
    """
    if not definition:
        return
    method = parse_method(definition)
    require_by_room(method, has_ceiling=has_ceiling, parts=parts)
    if method.regime not in (None, rulebook.regime):
        raise MethodInvalid("method.regime: not the tender's", where="method.regime")
    rates_in_force(rulebook, method.low_price)
    for finding in method_findings(method, rulebook):
        if finding.severity == "block":
            raise MethodInvalid(
                f"{finding.where}: {finding.words.en} {finding.law}",
                where=finding.where,
                law=finding.law,
            )


def _last_brand(method: Method) -> str:
    return method.brand_ties[-1] if method.brand_ties else ""
