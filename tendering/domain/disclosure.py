"""Who took part in a first round is secret until the round in which they bid is closed.

招标投标法 第二十二条, 电子招标投标办法 第二十一条: the names and number of those who may bid are
nobody's business before the deadline, and a first round's applicants are those who may bid in the
next. So the public stream of a round that admits waits from the end of its submission on, for
everybody but who runs, supervises and guards the tender; it becomes public, unchanged, when the
last round of the procedure is closed, or the procedure ends without one.
"""

from tendering.domain.parties import Actor
from tendering.domain.procedure import Outcome
from tendering.domain.tender import Tender, TenderStatus

_ENDED = frozenset({TenderStatus.FAILED, TenderStatus.TERMINATED})
_TAKING_BIDS = frozenset({TenderStatus.DRAFT, TenderStatus.PUBLISHED})


def withholds(tender: Tender) -> bool:
    """Do those who hand in to this round go on to bid in another?"""
    return tender.round.outcome is Outcome.ADMISSIONS


def releases(tender: Tender) -> bool:
    """Has the last round closed, or the procedure ended, so that all its rounds are public?"""
    closed = not withholds(tender) and tender.status not in _TAKING_BIDS
    return closed or tender.status in _ENDED


def sees_all(tender: Tender, actor: Actor | None) -> bool:
    """May somebody, None for everybody, read what waits?

    Key holders open bids whose keys were lost, and sign the opening record, which names them all.
    """
    if tender.withheld_from is None:
        return True
    holders = {holder.organization_id for holder in tender.key_holders}
    runs = {tender.procuring_entity_id, tender.agency_id, tender.supervisor_id}
    return actor is not None and actor.organization_id in runs | holders


def shown_below(tender: Tender, actor: Actor | None) -> int | None:
    """The first entry of the public stream that somebody may not read; None: who reads all."""
    return None if sees_all(tender, actor) else tender.withheld_from
