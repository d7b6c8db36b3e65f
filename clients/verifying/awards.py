"""Candidates and award against the ranking; the PDFs that were issued against their signatures."""

import base64
import hashlib
from collections.abc import Sequence
from typing import Any, Final

from clients.verifying.bodies import Awarded, CandidatesShown, Papers, Reported
from clients.verifying.case import Case, place
from clients.verifying.evaluations import REPORT_KIND, ranking_of
from clients.verifying.failed_lots import check_failed_lots
from clients.verifying.report import Notes
from clients.verifying.revocations import check_revocations
from crypto.errors import BadCertificate, BadSignature, BadTimestamp
from crypto.pdf_signatures import signatures, verify_signatures
from evaluation_rooms.seating import certificate_of
from tendering.domain.archive import issued_path
from tendering.domain.award import PASSED_OVER_CAUSES, SEPARATED_KEY
from tendering.domain.journal import Entry, Stream

PDF_FOLDER: Final = "data/issued"
_CANDIDATE: Final = frozenset(
    {"rank", "bid", "bidder_id", "bidder_name", "price_fen", "total", "tie"}
)


def check_award(case: Case, notes: Notes) -> None:
    """Candidates are the first in rank, in order; the winner is one of them, after publicity."""
    shown = {
        body.lot: (entry, body)
        for entry, body in case.all(Stream.PUBLIC, "candidates.published", CandidatesShown)
    }
    rooms = {room.lot: room for room in case.rooms.values()}
    rankings = {
        body.lot: list(body.ranking)
        for _, body in case.all(Stream.PUBLIC, "evaluation.reported", Reported)
    }
    for lot, (entry, body) in shown.items():
        ranking = ranking_of(rooms[lot]) if lot in rooms else rankings.get(lot, [])
        if case.is_full and lot not in rooms:
            notes.fails(place(entry), "candidates of a lot that was never evaluated")
        elif not ranking:
            notes.skips("the ranking behind the candidates")
        else:
            notes.require(
                _agree(body.candidates, ranking), place(entry), "not the first in the ranking"
            )
    check_failed_lots(case, notes)
    gone = check_revocations(case, notes)
    for entry, award in case.all(Stream.PUBLIC, "award.notified", Awarded):
        if award.lot not in shown:
            notes.fails(place(entry), "awarded without published candidates")
            continue
        notes.require(
            award.winner.get("bid") not in gone.get((entry.seq, award.lot), ()),
            place(entry),
            "awarded to a bid whose award was revoked",
        )
        _check_winner(case, entry, award, shown[award.lot][1], notes)


def check_issued(case: Case, notes: Notes) -> None:
    """Each PDF is the one the journal speaks of, and every signature in it holds."""
    documents: dict[str, list[tuple[Entry, Papers]]] = {}
    for stream in case.streams:
        for kind in ("document.issued", "document.signed", "document.completed"):
            for entry, body in case.all(stream, kind, Papers):
                documents.setdefault(issued_path(body.kind, body.lot, body.edition), []).append(
                    (entry, body)
                )
    for path, steps in documents.items():
        steps.sort(key=lambda step: step[0].seq)
        if notes.require(path in case.archive, path, f"missing, {place(steps[-1][0])} names it"):
            _check_paper(case, path, steps, notes)
    for path in case.archive.below(PDF_FOLDER):
        notes.require(path in documents, path, "the journal speaks of no such document")
    if not case.is_full:
        notes.skips("documents that the committee alone signs")


def _check_paper(case: Case, path: str, steps: list[tuple[Entry, Papers]], notes: Notes) -> None:
    pdf = case.archive.bytes(path)
    last_entry, last = steps[-1]
    notes.require(
        hashlib.sha256(pdf).hexdigest() == last.digest, path, f"not the PDF of {place(last_entry)}"
    )
    signed = [(entry, body) for entry, body in steps if entry.kind == "document.signed"]
    try:
        if not signed:
            notes.require(not signatures(pdf), path, "signed, though the journal says by nobody")
            notes.remark(f"{path}: nobody has signed it")
            return
        roots = (*case.keys.roots, *case.keys.stamp_roots)
        verified = verify_signatures(pdf, trusted_roots=roots, at=None)
        made = signatures(pdf)
    except (BadSignature, BadCertificate, BadTimestamp) as error:
        notes.fails(path, str(error))
        return
    if not notes.require(len(verified) == len(signed), path, "not as many signatures as recorded"):
        return
    for one, signature, (entry, body) in zip(verified, made, signed, strict=True):
        who = one.signer
        case.certificates.setdefault(signature.certificate, (entry.at, path))
        expected = case.uscc_of(body.organization_id) if body.organization_id else None
        # An expert's certificate names a person and no organization.
        if who.uscc and expected is not None:
            notes.require(who.uscc == expected, path, f"{place(entry)}: signed by {who.uscc}")
    long_term = sum(one.long_term for one in verified)
    notes.remark(f"{path}: {len(verified)} signatures, {long_term} of them PAdES B-LT")
    if last.kind == REPORT_KIND:
        _by_members(case, path, last.lot, [one.certificate for one in made], notes)
    if not any(entry.kind == "document.completed" for entry, _ in steps):
        notes.remark(f"{path}: signatures are still missing")


def _by_members(
    case: Case, path: str, lot: str, certificates: Sequence[bytes], notes: Notes
) -> None:
    """Experts sign the report with the keys of their check-in."""
    members = {
        base64.b64decode(certificate_of(seat))
        for room in case.rooms.values()
        for seat in room.members
        if room.lot == lot and seat.statements
    }
    known = all(certificate in members for certificate in certificates)
    notes.require(known, path, "signed with a key that is no member's of the check-in")


def _agree(shown: Sequence[dict[str, Any]], ranking: Sequence[dict[str, Any]]) -> bool:
    """Are these the first of the ranking, in every member that both have?"""
    if not 0 < len(shown) <= len(ranking):
        return False
    return all(
        one.get(member) == row[member]
        for one, row in zip(shown, ranking, strict=False)
        for member in _CANDIDATE & row.keys()
    )


def _check_winner(
    case: Case, entry: Entry, award: Awarded, shown: CandidatesShown, notes: Notes
) -> None:
    where = place(entry)
    notes.require(
        award.winner in shown.candidates, where, "the winner was not among the candidates"
    )
    notes.require(entry.at >= shown.publicity_until, where, "awarded while publicity was running")
    if _is_separated(case):
        said = award.decision or {}
        notes.require(
            said.get("method") == case.tender.committee.get("award_method")
            and bool(said.get("reasons", "").strip()),
            where,
            "decided without reasons, or by another method than the notice fixes",
        )
        notes.remark(f"{where}: decided by {said.get('method')}: {said.get('reasons')}")
        return
    # 招标投标法实施条例 第五十五条: rank one, unless a listed cause stands against those before.
    better = [
        one["bid"] for one in shown.candidates if one.get("rank", 0) < award.winner.get("rank", 0)
    ]
    passed = {one.bid: one for one in award.passed_over}
    for bid in better:
        cause = passed.get(bid)
        notes.require(
            cause is not None
            and cause.cause in PASSED_OVER_CAUSES
            and bool(cause.evidence.strip()),
            where,
            f"no cause stands against the better candidate {bid}",
        )
        if cause is not None:
            notes.remark(f"{where}: passed over {bid}: {cause.cause}: {cause.evidence}")


def _is_separated(case: Case) -> bool:
    """Does the rulebook of the notice separate the award from the evaluation?"""
    rulebook = case.published.body.get("rulebook")
    rules = rulebook.get("rule") if isinstance(rulebook, dict) else None
    listed = rules if isinstance(rules, list) else []
    return any(isinstance(rule, dict) and rule.get("key") == SEPARATED_KEY for rule in listed)
