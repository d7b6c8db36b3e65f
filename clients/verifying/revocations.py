"""Awards that were taken back: each follows an award that stood, for a cause of the law."""

from collections.abc import Mapping

from clients.verifying.bodies import Awarded, AwardRevoked
from clients.verifying.case import Case, place
from clients.verifying.report import Notes
from tendering.domain.award_revocation import REVOCATION_CAUSES, Following
from tendering.domain.journal import Stream

_KINDS = ("award.notified", "award.revoked", "contract.signed", "tender.failed", "complaint.ruled")


def check_revocations(case: Case, notes: Notes) -> Mapping[tuple[int, str], frozenset[str]]:
    """By the number of an award's entry, and its lot: the bids that had fallen away before it."""
    bodies = {
        entry.seq: body for entry, body in case.all(Stream.PUBLIC, "award.revoked", AwardRevoked)
    }
    awards = {entry.seq: body for entry, body in case.all(Stream.PUBLIC, "award.notified", Awarded)}
    standing: dict[str, str] = {}
    gone: dict[str, frozenset[str]] = {}
    before: dict[tuple[int, str], frozenset[str]] = {}
    contracted: set[str] = set()
    told = [entry for entry in case.streams[Stream.PUBLIC] if entry.kind in _KINDS]
    for number, entry in enumerate(told):
        if entry.seq in awards:
            award = awards[entry.seq]
            notes.require(
                award.lot not in standing, place(entry), "awarded while another award stands"
            )
            standing[award.lot] = str(award.winner.get("bid"))
            before[entry.seq, award.lot] = gone.get(award.lot, frozenset())
        elif entry.kind == "contract.signed":
            contracted.add(str(entry.body.get("lot")))
        elif entry.seq in bodies:
            body = bodies[entry.seq]
            won = standing.pop(body.lot, None)
            if not notes.require(won is not None, place(entry), "revoked, but never awarded"):
                continue
            assert won is not None
            gone[body.lot] = gone.get(body.lot, frozenset()) | {won}
            where = place(entry)
            failed = any(one.kind == "tender.failed" for one in told[number + 1 : number + 2])
            ends = bool(body.ruling) or body.following == Following.RE_TENDER
            notes.require(failed == ends, where, f"said to be followed by {body.following}")
            if not body.ruling:
                _check_one(case.tender.regime, where, body, won, notes)
                notes.require(
                    body.lot not in contracted, where, "revoked after the contract was signed"
                )
    return before


def _check_one(regime: str, where: str, body: AwardRevoked, won: str, notes: Notes) -> None:
    causes = REVOCATION_CAUSES[regime]
    notes.require(body.bid == won, where, f"revoked for {body.bid}, awarded to {won}")
    notes.require(
        body.cause in causes and bool(body.evidence.strip() and body.reasons.strip()),
        where,
        "revoked without a cause of the law, what shows it, or reasons for what follows",
    )
    notes.remark(f"{where}: {won} falls away: {body.cause}: {body.evidence}; {body.following}")
