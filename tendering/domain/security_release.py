"""Giving bid securities back: which event sets the clock going in which regime, and what is owed.

RELEASES is the table. A guarantee is given back by the platform's word to its guarantor, at once;
cash by whoever holds it, within the term, and what that comes to is computed here, exactly.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Final
from uuid import UUID

from crypto.canonical import JsonValue
from tendering.domain.bid import BidStatus
from tendering.domain.bid_security import BidSecurity, SecurityForm
from tendering.domain.calendar import Calendar, civil_day
from tendering.domain.duties import KINDS, due_after
from tendering.domain.failed_lots import LOT_FAILED, failed_lots
from tendering.domain.interest import NOTHING, PERCENT, Figure, simple_interest
from tendering.domain.journal import Entry, Event, instant
from tendering.domain.re_evaluation import VOIDED
from tendering.domain.refusals.awards import SecurityNotKept
from tendering.domain.rulebook import Rule, Rulebook
from tendering.domain.tender import Tender, TenderStatus
from tendering.domain.validity import ANSWERED, refusal_of

REVOKED: Final = "award.revoked"
# Where a bid may come back into play its guarantee is held as long as the term safely allows.
_IN_DOUBT: Final = frozenset(
    {TenderStatus.EVALUATING, TenderStatus.EVALUATED, TenderStatus.CANDIDATES_PUBLISHED}
)
HELD_BEFORE_DUE: Final = timedelta(days=1)


class ReleaseCase(StrEnum):
    """Why a bid security goes back."""

    WITHDRAWN = "withdrawn"
    DEEMED_WITHDRAWN = "deemed_withdrawn"
    NO_BID = "no_bid"
    LOSER = "loser"
    WINNER = "winner"
    TERMINATED = "terminated"
    FAILED = "failed"
    VALIDITY_REFUSED = "validity_refused"


@dataclass(frozen=True, slots=True)
class Release:
    """From which kind of entry the term runs, and the key of the rule that says how long it is.

    `interest`: bank interest on cash is owed (条例 第五十七条). `analogy`: the law has no number
    for the case; the platform takes that of the key.
    """

    begins: str
    key: str
    interest: bool = False
    analogy: bool = False


_C = ReleaseCase
# Case × regime. E15, E33 and G07, G07.losers, G07.winner, G09; where the law says 及时 without a
# number, by analogy.
RELEASES: Final[Mapping[str, Mapping[ReleaseCase, Release]]] = {
    "construction": {
        _C.WITHDRAWN: Release("bid.withdrawn", "withdrawal_refund_max"),
        _C.DEEMED_WITHDRAWN: Release("prices.revealed", "withdrawal_refund_max", analogy=True),
        _C.NO_BID: Release("submission.closed", "withdrawal_refund_max", analogy=True),
        _C.LOSER: Release("contract.signed", "bid_security_refund_max", interest=True),
        _C.WINNER: Release("contract.signed", "bid_security_refund_max", interest=True),
        # 条例 第三十一条 (not verified): the deposit goes back with interest, 及时.
        _C.TERMINATED: Release(
            "tender.terminated", "bid_security_refund_max", interest=True, analogy=True
        ),
        _C.FAILED: Release("tender.failed", "bid_security_refund_max", interest=True, analogy=True),
        # 30号令 第二十九条 (not verified): who does not extend has a right to its security.
        _C.VALIDITY_REFUSED: Release(ANSWERED, "withdrawal_refund_max", analogy=True),
    },
    "government_procurement": {
        _C.WITHDRAWN: Release("bid.withdrawn", "withdrawal_refund_max"),
        _C.DEEMED_WITHDRAWN: Release("prices.revealed", "withdrawal_refund_max", analogy=True),
        _C.NO_BID: Release("submission.closed", "withdrawal_refund_max", analogy=True),
        _C.LOSER: Release("award.notified", "bid_security_refund_losers_max"),
        _C.WINNER: Release("contract.signed", "bid_security_refund_max"),
        _C.TERMINATED: Release("tender.terminated", "termination_refund_max"),
        _C.FAILED: Release("tender.failed", "termination_refund_max", analogy=True),
        _C.VALIDITY_REFUSED: Release(ANSWERED, "withdrawal_refund_max", analogy=True),
    },
}
# Every kind of entry after which some security may have to go back.
TRIGGERS: Final = frozenset({LOT_FAILED}) | frozenset(
    release.begins for releases in RELEASES.values() for release in releases.values()
)
# What the clockwork looks at a tender for: terms that run, and securities to give back.
WATCHED: Final = KINDS | TRIGGERS

# Why a security may be kept, and the article (not verified against the text unless in E16).
KEPT_CAUSES: Final[Mapping[str, Mapping[str, str]]] = {
    "construction": {
        "revoked": "《招标投标法实施条例》第三十五条",
        "contract_refused": "《招标投标法实施条例》第七十四条",
        "conditions_added": "《招标投标法实施条例》第七十四条",
        "no_performance_security": "《招标投标法实施条例》第七十四条",
    },
    "government_procurement": {
        "revoked": "《政府采购货物和服务招标投标管理办法》第二十三条",
        "contract_refused": "《政府采购法实施条例》第七十二条",
    },
}


@dataclass(frozen=True, slots=True)
class HeldSecurity:
    """A security on record, and what has become of it and of the bid it stands behind.

    `bid` is None where its bidder never handed one in.
    """

    security: BidSecurity
    recorded_at: datetime
    bid: BidStatus | None
    case: ReleaseCase | None = None
    since: datetime | None = None
    due: datetime | None = None
    released_at: datetime | None = None
    kept_because: str = ""

    @property
    def by_word(self) -> bool:
        """Is the platform's word to the guarantor enough? Cash and paper must be handed over."""
        cash = self.security.form is SecurityForm.CASH
        return self.security.guarantor_id is not None and not cash

    @property
    def settled(self) -> bool:
        """Has it gone back, or is it kept?"""
        return self.released_at is not None or bool(self.kept_because)


@dataclass(frozen=True, slots=True)
class Order:
    """That a security is to go back: why, since when the term runs, until when."""

    held: HeldSecurity
    case: ReleaseCase
    rule: Rule
    since: datetime
    due: datetime


def orders(
    tender: Tender,
    rulebook: Rulebook,
    calendar: Calendar,
    securities: Sequence[HeldSecurity],
    entries: Sequence[Entry],
) -> tuple[Order, ...]:
    """Which securities are to go back by what has happened: each ordered once.

    `entries` are those of TRIGGERS in all streams, in any order.
    """
    found = []
    for held in securities:
        if held.settled or held.case is not None:
            continue
        case, began = _case(tender, held, entries)
        if case is None or began is None:
            continue
        release = RELEASES[tender.regime][case]
        rule = rulebook.required(release.key)
        found.append(Order(held, case, rule, began.at, due_after(rule, calendar, began.at)))
    return tuple(found)


def ordered(order: Order) -> Event:
    """The event of an order, for custody."""
    return Event(
        "bid_security.release_ordered",
        _about(order.held.security)
        | {
            "case": order.case,
            "form": order.held.security.form,
            "by_word": order.held.by_word,
            "rule": order.rule.id,
            "law": order.rule.law,
            "since": instant(order.since),
            "due": instant(order.due),
        },
    )


def is_in_play_again(held: HeldSecurity, entries: Sequence[Entry]) -> bool:
    """Did its lot come back into play after the security was to go back, and it has not?

    After a revoked award the next candidate stands by its bid (条例 第五十五条); what had failed by
    an evaluation that is void is evaluated anew.
    """
    lot = held.security.lot
    if held.settled or held.case is None or held.since is None:
        return False
    kind = {ReleaseCase.LOSER: REVOKED, ReleaseCase.FAILED: VOIDED}.get(held.case)
    of_lot = [one for one in entries if one.kind == kind and one.body.get("lot") == lot]
    again = any(one.at >= held.since for one in of_lot)
    return again and (held.case is ReleaseCase.LOSER or lot not in failed_lots(entries))


def is_cancelled(held: HeldSecurity) -> bool:
    """Did the bidder bid again after it had withdrawn, before anything went back?"""
    stands = held.bid in {BidStatus.SUBMITTED, BidStatus.UNLOCKED, BidStatus.DEEMED_REVOKED}
    return held.case is ReleaseCase.WITHDRAWN and stands and not held.settled


def release_at(tender: Tender, held: HeldSecurity) -> datetime | None:
    """From when on the platform's word releases an ordered guarantee; None where it is not ours.

    A bidder that withdrew may bid again until the deadline, on the same guarantee; a lot that has
    failed may be evaluated anew until its tender is awarded.
    """
    if held.case is None or held.since is None or held.due is None:
        return None
    if held.settled or not held.by_word:
        return None
    if held.case is ReleaseCase.WITHDRAWN and tender.status is TenderStatus.PUBLISHED:
        return min(tender.deadline, held.due - HELD_BEFORE_DUE)
    if held.case is ReleaseCase.FAILED and tender.status in _IN_DOUBT:
        return held.due - HELD_BEFORE_DUE
    return held.since


def released(held: HeldSecurity, returned: "Returned | None") -> Event:
    """The event of a return; of cash with the figures."""
    body = _about(held.security) | {
        "case": held.case,
        "form": held.security.form,
        "security_reference": held.security.reference,
    }
    return Event("bid_security.released", body | ({} if returned is None else returned.json()))


def decide_keep(
    tender: Tender, held: HeldSecurity, *, cause: str, evidence: str, award: UUID | None
) -> Event:
    """Keep a security for a listed cause, with evidence. Raises SecurityNotKept, with `why`.

    `award`: who won the lot, if it was awarded.
    """
    causes = KEPT_CAUSES[tender.regime]
    if cause not in causes:
        raise SecurityNotKept(why="no-such-cause", causes=list(causes))
    if not evidence.strip():
        raise SecurityNotKept(why="no-evidence")
    if held.settled:
        raise SecurityNotKept(why="settled")
    # E16: revoked after the deadline; all other causes are the winner's.
    if cause == "revoked" and held.bid is not BidStatus.DEEMED_REVOKED:
        raise SecurityNotKept(why="not-revoked")
    if cause != "revoked" and held.security.bidder_id != award:
        raise SecurityNotKept(why="not-the-winner")
    return Event(
        "bid_security.kept",
        _about(held.security) | {"cause": cause, "law": causes[cause], "evidence": evidence},
    )


@dataclass(frozen=True, slots=True)
class Returned:
    """How cash went back: the bank's reference, interest, and the charge for being late (G08)."""

    reference: str
    interest: Figure
    late_charge: Figure
    days_late: int

    def json(self) -> dict[str, JsonValue]:
        """As it stands in the journal."""
        return {
            "payment_reference": self.reference,
            "interest": self.interest.json(),
            "late_charge": self.late_charge.json(),
            "days_late": self.days_late,
        }


@dataclass(frozen=True, slots=True)
class Rates:
    """Yearly rates in percent, as the bank and 中国人民银行 state them on the day."""

    deposit: Fraction
    lending_base: Fraction


def returned(
    held: HeldSecurity, rulebook: Rulebook, rates: Rates, *, reference: str, at: datetime
) -> Returned:
    """What goes back with the deposit of an ordered release at `at`.

    E33: bank deposit interest from the day it came to the day it goes. G08: what is paid too late
    costs the lending base rate plus a surcharge, from the first day too late on.
    """
    assert held.case is not None
    assert held.due is not None
    amount = held.security.amount_fen
    interest = NOTHING
    if RELEASES[rulebook.regime][held.case].interest:
        days = (civil_day(at) - civil_day(held.recorded_at)).days
        interest = simple_interest(amount, rates.deposit, days)
    late = max(0, (civil_day(at) - civil_day(held.due)).days + 1) if at >= held.due else 0
    surcharge = rulebook.keyed("late_refund_surcharge")
    charge = NOTHING
    if late and surcharge is not None and surcharge.value is not None:
        raised = rates.lending_base * (1 + Fraction(surcharge.value) / PERCENT)
        charge = simple_interest(amount, raised, late)
    return Returned(reference, interest, charge, late)


def same_payers(accounts: Mapping[UUID, bytes]) -> tuple[tuple[UUID, ...], ...]:
    """Bidders of one lot whose deposits came from the same account, each group sorted.

    条例 第四十条, 87号令 第三十七条: deposits from one account are deemed collusion.
    """
    groups: dict[bytes, list[UUID]] = {}
    for bidder_id, account in accounts.items():
        groups.setdefault(account, []).append(bidder_id)
    return tuple(sorted(tuple(sorted(group)) for group in groups.values() if len(group) > 1))


def _case(
    tender: Tender, held: HeldSecurity, entries: Sequence[Entry]
) -> tuple[ReleaseCase | None, Entry | None]:
    """Why this security goes back by now, and the entry that sets the term going."""
    lot, bidder = held.security.lot, str(held.security.bidder_id)

    def last(case: ReleaseCase, **members: str) -> Entry | None:
        kind = RELEASES[tender.regime][case].begins
        fits = [
            entry
            for entry in entries
            if entry.kind == kind
            and all(entry.body.get(name, value) == value for name, value in members.items())
        ]
        return max(fits, key=_moment, default=None)

    ended: tuple[ReleaseCase, ...] = (_C.TERMINATED, _C.FAILED)
    for case in ended:
        began = last(case, lot=lot)
        if began is None and case is _C.FAILED:
            began = failed_lots(entries).get(lot)
        if began is not None:
            return case, began
    refused = refusal_of(entries, lot, held.security.bidder_id)
    if held.bid is BidStatus.WITHDRAWN:
        return _C.WITHDRAWN, last(_C.WITHDRAWN, lot=lot, bidder_id=bidder)
    if held.bid is BidStatus.DEEMED_WITHDRAWN:
        return _C.DEEMED_WITHDRAWN, last(_C.DEEMED_WITHDRAWN, lot=lot)
    if held.bid is None or refused is not None:
        return (_C.NO_BID, last(_C.NO_BID)) if refused is None else (_C.VALIDITY_REFUSED, refused)
    revoked = _revocation(lot, entries)
    awarded = [
        entry
        for entry in entries
        if entry.kind in {"award.notified", "contract.signed"}
        and entry.body.get("lot") == lot
        # After a revocation nobody has won, and everybody still may: their securities stay.
        and (revoked is None or _moment(entry) > _moment(revoked))
    ]
    if not awarded:
        return None, None
    newest = max(awarded, key=_moment)
    won = _winner(newest) == bidder
    case = _C.WINNER if won else _C.LOSER
    return case, last(case, lot=lot)


def _revocation(lot: str, entries: Sequence[Entry]) -> Entry | None:
    """The newest entry that the award of a lot was revoked."""
    found = [one for one in entries if one.kind == REVOKED and one.body.get("lot") == lot]
    return max(found, key=_moment, default=None)


def _moment(entry: Entry) -> tuple[datetime, int]:
    return entry.at, entry.seq


def _winner(entry: Entry) -> str:
    """Whose award or contract an entry tells of."""
    winner = entry.body.get("winner")
    return str(winner["bidder_id"] if isinstance(winner, dict) else entry.body.get("bidder_id"))


def _about(security: BidSecurity) -> dict[str, JsonValue]:
    return {
        "lot": security.lot,
        "bidder_id": str(security.bidder_id),
        "amount_fen": security.amount_fen,
    }
