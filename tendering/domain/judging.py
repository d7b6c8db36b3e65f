"""Does the evaluation method fit the way in which a round is judged?"""

from typing import Final

from tendering.domain.kept_groups import keeps_group
from tendering.domain.methods.method import parse_method
from tendering.domain.procedure import Judging
from tendering.domain.refusals.rules import MethodInvalid
from tendering.domain.tender import Tender

# With these and no criteria, whoever offers the lowest price has the most points.
_BENCHMARK: Final = "lowest"
_CURVE: Final = "proportion"


def require_fitting_method(tender: Tender) -> None:
    """Refuse criteria where nobody scores, and formulas by which another than the lowest wins.

    政府采购法 第三十八条（五）, 第四十条（四）: the lowest offer that answers the needs. Nor is a
    K left to a draw where nobody is drawn, because the group goes on. Raises MethodInvalid.
    """
    if keeps_group(tender.round) and tender.method and parse_method(tender.method).drawn:
        raise MethodInvalid(
            "method.price: the group goes on, nothing is drawn", where="method.price"
        )
    if tender.round.judging not in {Judging.LOWEST_PRICE, Judging.REVIEW}:
        return
    method = parse_method(tender.method)
    if method.criteria:
        raise MethodInvalid("method.criteria: this round has no scores", where="method.criteria")
    if tender.round.judging is Judging.REVIEW:
        return
    price = method.source["price"]
    assert isinstance(price, dict)
    kinds = [part.get("kind") for part in (price.get("benchmark"), price.get("curve")) if part]
    if kinds != [_BENCHMARK, _CURVE] or method.ties[:1] != ("price_low",):
        raise MethodInvalid("method.price: here the lowest price wins", where="method.price")
