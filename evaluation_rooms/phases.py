"""The phases of an evaluation room, as a table: what is not in it does not happen.

The order is that of 87号令 and 12号令: chair, preliminary review, independent technical scoring,
price computed by the system, totals, checks, report, signatures.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Phase(StrEnum):
    """How far an evaluation room has come."""

    PREPARATION = "preparation"
    CHAIR = "chair"
    PRELIMINARY = "preliminary"
    CLARIFICATION = "clarification"
    TECHNICAL = "technical"
    PRICE = "price"
    TOTALS = "totals"
    CHECKS = "checks"
    REPORT = "report"
    SIGNING = "signing"
    CLOSED = "closed"
    VOID = "void"


class Guide(StrEnum):
    """Who may lead the room on, and how it goes back."""

    HOST = "host"
    CHAIR = "chair"
    CONSENT = "consent"


@dataclass(frozen=True, slots=True)
class Step:
    """One way on. `needs` names what must be the case (`evaluation_rooms.leading`)."""

    to: Phase
    guides: frozenset[Guide]
    needs: tuple[str, ...]


HOST = frozenset({Guide.HOST})
EITHER = frozenset({Guide.HOST, Guide.CHAIR})
P = Phase
# What the committee has before it, or waits for, comes to an end before the phase does.
SETTLED = ("motions-decided", "enquiries-closed")

TRANSITIONS: Mapping[Phase, tuple[Step, ...]] = MappingProxyType(
    {
        P.PREPARATION: (Step(P.CHAIR, HOST, ("all-checked-in", "recorded")),),
        P.CHAIR: (Step(P.PRELIMINARY, EITHER, ("chair-elected", "documents-released")),),
        P.PRELIMINARY: (
            Step(
                P.TECHNICAL,
                EITHER,
                ("chair-elected", "all-voted", *SETTLED, "to-score", "recorded"),
            ),
            # 招标投标法 第四十二条: the committee may reject all bids; 条例 第十八条: who applies
            # passes or fails, and has no score. Either way there is nothing to score.
            Step(
                P.REPORT,
                EITHER,
                (
                    "chair-elected",
                    "all-voted",
                    "motions-decided",
                    "enquiries-closed",
                    "nothing-to-score",
                ),
            ),
            # 招标投标法 第三十九条: bidders are asked, and the review goes on with their answers.
            Step(P.CLARIFICATION, EITHER, ("chair-elected", "motions-decided")),
        ),
        P.CLARIFICATION: (Step(P.PRELIMINARY, EITHER, SETTLED),),
        P.TECHNICAL: (
            Step(
                P.PRICE,
                EITHER,
                (
                    "all-checked-in",
                    "chair-elected",
                    "all-voted",
                    "motions-decided",
                    "all-locked",
                    "objective-confirmed",
                    "prices-known",
                    "to-score",
                    "corrections-answered",
                    "recorded",
                ),
            ),
            # 87号令 第五十九条: when bidders do not confirm corrected prices, all may be gone.
            Step(P.REPORT, EITHER, ("all-voted", "motions-decided", "nothing-to-score")),
            # 实施条例 第四十八条: who takes over a seat does all of its work anew.
            # 第五十一条: a price above the ceiling is for the committee to reject.
            Step(P.PRELIMINARY, HOST, ("review-again",)),
        ),
        P.PRICE: (
            # 87号令 第六十条, 财库〔2026〕2号: an abnormally low price is explained and judged.
            Step(
                P.TOTALS,
                EITHER,
                (*SETTLED, "low-prices-judged", "to-score"),
            ),
            Step(
                P.REPORT,
                EITHER,
                (*SETTLED, "low-prices-judged", "nothing-to-score"),
            ),
        ),
        P.TOTALS: (Step(P.CHECKS, EITHER, ()),),
        P.CHECKS: (
            # A corrected mark changes totals: they are computed and checked again.
            Step(P.TOTALS, EITHER, ("corrected",)),
            Step(P.REPORT, EITHER, ("not-corrected", "findings-answered", "motions-decided")),
        ),
        P.REPORT: (Step(P.SIGNING, EITHER, ("all-confirmed",)),),
        P.SIGNING: (Step(P.CLOSED, HOST, ()),),
        P.CLOSED: (),
        # The committee could not go on for too long: another one begins anew in another room.
        P.VOID: (),
    }
)

# Where every member agrees the room goes back, and what was computed since is void.
BACK: Mapping[Phase, frozenset[Phase]] = MappingProxyType(
    {phase: frozenset() for phase in Phase}
    | {
        P.PRICE: frozenset({P.PRELIMINARY}),
        P.TOTALS: frozenset({P.PRELIMINARY, P.PRICE}),
        P.CHECKS: frozenset({P.PRELIMINARY, P.PRICE}),
        P.REPORT: frozenset({P.PRELIMINARY, P.PRICE, P.CHECKS}),
    }
)
