"""A winner falls away after the notice of award: why, and what follows.

条例 第五十五条; 政府采购法实施条例 第四十九条、第七十一条: the procuring entity takes the next in
the order of the report, or tenders again, and says why. As long as no contract is signed.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from crypto.canonical import JsonValue
from tendering.domain.candidates import Candidate
from tendering.domain.journal import Event
from tendering.domain.refusals.awards import AwardNotRevocable
from tendering.domain.tender import Tender, TenderStatus, require_status, require_transition


class Following(StrEnum):
    """What follows a revoked award."""

    NEXT_CANDIDATE = "next_candidate"
    RE_TENDER = "re_tender"


_E31: Final = "《招标投标法实施条例》第五十五条"
# Regime × cause: why an award may be taken back, and the article.
REVOCATION_CAUSES: Final[Mapping[str, Mapping[str, str]]] = {
    "construction": {
        "abandoned": _E31,
        "force_majeure": _E31,
        "no_performance_security": _E31,
        "unlawful_conduct": _E31,
    },
    "government_procurement": {
        "abandoned": "《政府采购法实施条例》第四十九条",
        "unlawful_conduct": "《政府采购法实施条例》第七十一条",
    },
}


@dataclass(frozen=True, slots=True)
class Revocation:
    """Why a lot's award is taken back, what shows it, what follows, and the reasons for that."""

    cause: str
    evidence: str
    following: Following
    reasons: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands of a lot: its award, its candidates, and what else hangs on the tender.

    `gone`: bids of the lot whose award was revoked before; `others`: the other lots that have
    candidates, or may still have; `contracted`: both have signed the contract.
    """

    lot: str
    winner: Candidate
    candidates: Sequence[Candidate]
    gone: Collection[str] = ()
    others: Collection[str] = ()
    contracted: bool = False

    @property
    def left(self) -> tuple[Candidate, ...]:
        """The candidates that may still be chosen."""
        out = {self.winner.bid, *self.gone}
        return tuple(one for one in self.candidates if one.bid not in out)


def decide_revocation(
    tender: Tender, standing: Standing, said: Revocation
) -> tuple[Tender, tuple[Event, ...]]:
    """Take the award of a lot back: the tender as it goes on, or failed to be tendered again.

    Raises WrongPhase, AwardNotRevocable with `why`.
    """
    require_status(tender, TenderStatus.CANDIDATES_PUBLISHED, TenderStatus.AWARDED)
    causes = REVOCATION_CAUSES[tender.regime]
    if said.cause not in causes:
        raise AwardNotRevocable(why="no-such-cause", causes=list(causes))
    if not said.evidence.strip() or not said.reasons.strip():
        raise AwardNotRevocable(why="no-evidence" if said.reasons.strip() else "no-reasons")
    # 招标投标法 第四十六条: a contract that is signed is undone by its own law.
    if standing.contracted:
        raise AwardNotRevocable(why="contract-signed")
    if said.following is Following.NEXT_CANDIDATE and not standing.left:
        raise AwardNotRevocable(why="no-candidate-left")
    # A tender fails as a whole: the other lots keep what they have.
    if said.following is Following.RE_TENDER and standing.others:
        raise AwardNotRevocable(why="other-lots", lots=sorted(standing.others))
    revoked = Event(
        "award.revoked",
        {
            "lot": standing.lot,
            "bid": standing.winner.bid,
            "bidder_id": str(standing.winner.bidder_id),
            "cause": said.cause,
            "law": causes[said.cause],
            "evidence": said.evidence,
            "following": said.following,
            "reasons": said.reasons,
        },
    )
    if said.following is Following.RE_TENDER:
        require_transition(tender, TenderStatus.FAILED)
        ended = Event("tender.failed", {"award_revoked": standing.lot})
        return _in(tender, TenderStatus.FAILED), (revoked, ended)
    return _in(tender, TenderStatus.CANDIDATES_PUBLISHED), (revoked,)


def same_revocation(body: Mapping[str, JsonValue], said: Revocation) -> bool:
    """Does an event say just this? Then saying it again is no new deed."""
    return (body.get("cause"), body.get("evidence"), body.get("following")) == (
        said.cause,
        said.evidence,
        said.following,
    )


def _in(tender: Tender, status: TenderStatus) -> Tender:
    return replace(tender, status=status, version=tender.version + 1)
