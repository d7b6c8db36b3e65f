"""Signed statements in the journal: who signed each, and that it says what was entered.

Some kinds of entries are checked by the step of their own subject, with everything else that
belongs to them; `ELSEWHERE` names that step. The others are checked here. A signed statement under
a label that neither table knows is a failure: nobody would have looked at it.
"""

import base64
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from clients.verifying.case import Case, place
from clients.verifying.report import Notes
from clients.verifying.submissions import (
    Kept,
    envelopes_of,
    kept_submissions,
    read_header,
    sealed_tender,
)
from crypto.canonical import JsonValue
from crypto.certificates import CertificateFacts
from crypto.errors import BadHeader, CryptoError
from crypto.sealed_file import header_digest
from tendering.domain.bid import WITHDRAWAL_LABEL
from tendering.domain.complaints import ACCEPTANCE_LABEL, COMPLAINT_LABEL, RULING_LABEL
from tendering.domain.exits import TERMINATION_LABEL
from tendering.domain.journal import Entry
from tendering.domain.objections import OBJECTION_LABEL, REPLY_LABEL
from tendering.domain.opening import DISCLOSURE_LABEL, RECORD_UNUSABLE, REFUSAL_LABEL

Body = Mapping[str, Any]

ELSEWHERE: Final[Mapping[str, str]] = {
    "kaibiao/publication/v1": "signature of the notice",
    "kaibiao/key-announcement/v1": "announcements of the key holders",
    "kaibiao/key-holder-replacement/v1": "replaced key holders",
    "kaibiao/key-destruction/v1": "destroyed keys",
    "kaibiao/canary-answer/v1": "canaries of the key holders",
    "kaibiao/clarification/v1": "clarifications",
    "kaibiao/validity-extension/v1": "validity of bids",
    "kaibiao/validity-answer/v1": "validity of bids",
    "kaibiao/bid-manifest/v1": "signatures of the manifests",
    "kaibiao/draw-contribution/v1": "the draw, computed again",
    "kaibiao/draw-record/v1": "the draw, computed again",
    "kaibiao/expert-statement/v1": "the evaluation, computed again",
    "kaibiao/score-sheet/v1": "the evaluation, computed again",
    "kaibiao/evaluation-report-confirmation/v1": "the evaluation, computed again",
    "kaibiao/enquiry-answer/v1": "the evaluation, computed again",
}
"""Labels of statements that another step checks, and its name."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A kind of entry with a signed statement, in the member `member` of its body.

    The statement repeats the members `repeats` of the entry, with the tender's id and what `more`
    adds. `may_be_absent`: the entry also stands without a statement.
    """

    label: str
    member: str
    repeats: tuple[str, ...]
    require_signer: Callable[[Case, Body, CertificateFacts], bool]
    more: Callable[[Case, Body], Mapping[str, JsonValue]] = lambda _case, _body: {}
    may_be_absent: bool = False


def check_statements(case: Case, notes: Notes) -> None:
    """Every signed statement that no other step looks at."""
    for entries in case.streams.values():
        for entry in entries:
            spoken = SPOKEN.get(entry.kind)
            known = {*ELSEWHERE, *({spoken.label} if spoken else ())}
            for label in _labels(entry.body):
                notes.require(label in known, place(entry), f"nothing checks a {label}")
            if spoken is not None and (why := wrong_with(case, entry)):
                notes.fails(place(entry), why)
    if not case.is_full:
        notes.skips("statements in the streams that this edition does not have")


def wrong_with(case: Case, entry: Entry) -> str:
    """What does not hold of the statement of an entry of a kind in SPOKEN; empty when it holds."""
    spoken, body = SPOKEN[entry.kind], entry.body
    if spoken.may_be_absent and body.get(spoken.member) is None:
        return ""
    try:
        signed, who = case.signed(
            body.get(spoken.member), label=spoken.label, at=entry.at, where=place(entry)
        )
    except CryptoError as error:
        return str(error)
    expected: dict[str, JsonValue] = {
        "tender_id": str(case.tender.id),
        **{name: body.get(name) for name in spoken.repeats},
        **spoken.more(case, body),
    }
    if signed.statement != expected:
        return "what was signed is not what was entered"
    if not spoken.require_signer(case, body, who):
        return f"signed by {who.organization} ({who.uscc}), who may not say this"
    return ""


def _labels(value: object) -> Iterator[str]:
    """The labels of all signed statements in a body, however deep."""
    if isinstance(value, Mapping):
        if {"statement", "label", "certificate", "signature"} <= value.keys():
            yield str(value["label"])
        for member in value.values():
            yield from _labels(member)
    elif isinstance(value, list):
        for member in value:
            yield from _labels(member)


def _by_host(case: Case, body: Body, who: CertificateFacts) -> bool:
    del body
    parties = (case.tender.procuring_entity_id, case.tender.agency_id)
    return who.uscc in {case.uscc_of(party) for party in parties if party is not None}


def _by_supervisor(case: Case, body: Body, who: CertificateFacts) -> bool:
    del body
    return who.uscc == case.uscc_of(case.tender.supervisor_id)


def _by_organization(case: Case, body: Body, who: CertificateFacts) -> bool:
    """Whom the entry names; who has not bid is named by no code elsewhere in the archive."""
    uscc = case.uscc_of(UUID(body["organization_id"]))
    named = bool(who.organization == body.get("organization_name"))
    return named if uscc is None else named and who.uscc == uscc


def _by_bidder(case: Case, body: Body, who: CertificateFacts) -> bool:
    return who.uscc == case.uscc_of(UUID(body["bidder_id"]))


def _by_key_holder(case: Case, body: Body, who: CertificateFacts) -> bool:
    """The holder of that number to whom the bid was sealed, also when it was replaced since."""
    kept = _standing(case, body)
    if kept is None:
        return False
    return who.uscc in {
        case.uscc_of(holder.organization_id)
        for holder in sealed_tender(case, kept).key_holders
        if holder.number == body.get("number")
    }


def _counter(case: Case, body: Body) -> dict[str, JsonValue]:
    """The counter of the bid that stood, which an entry of the opening does not repeat."""
    kept = _standing(case, body)
    return {"counter": None if kept is None else kept.counter}


def _refused(case: Case, body: Body) -> dict[str, JsonValue]:
    """A holder speaks of the headers in custody; of others its word proves nothing."""
    kept = _standing(case, body)
    if kept is None or body.get("reason") != RECORD_UNUSABLE:
        return {**_counter(case, body), "header_digests": {}}
    digests: dict[str, JsonValue] = {}
    for envelope in envelopes_of(case, kept):
        with suppress(BadHeader):
            digests[envelope.kind] = header_digest(read_header(case, kept, envelope.kind)).hex()
    return {"counter": kept.counter, "header_digests": digests}


def _disclosed(case: Case, body: Body) -> dict[str, JsonValue]:
    digests: dict[str, JsonValue] = {
        kind: sha256(base64.b64decode(key, validate=True)).hexdigest()
        for kind, key in body["file_keys"].items()
    }
    return {**_counter(case, body), "file_key_digests": digests}


def _standing(case: Case, body: Body) -> Kept | None:
    about = (body.get("lot"), body.get("bidder_id"))
    return next(
        (
            kept
            for kept in kept_submissions(case)
            if kept.stands and (kept.lot, str(kept.bidder_id)) == about
        ),
        None,
    )


SPOKEN: Final[Mapping[str, Spoken]] = {
    "bid.withdrawn": Spoken(
        WITHDRAWAL_LABEL, "statement", ("lot", "bidder_id", "counter"), _by_bidder
    ),
    "share.refused": Spoken(
        REFUSAL_LABEL,
        "statement",
        ("lot", "bidder_id", "number", "reason"),
        _by_key_holder,
        more=_refused,
    ),
    # Without a statement are keys that came in time to unlock the bid, and did not.
    "file_key.disclosed": Spoken(
        DISCLOSURE_LABEL,
        "statement",
        ("lot", "bidder_id"),
        _by_bidder,
        more=_disclosed,
        may_be_absent=True,
    ),
    "objection.raised": Spoken(
        OBJECTION_LABEL, "signed", ("kind", "subject", "lot", "text"), _by_organization
    ),
    "objection.answered": Spoken(
        REPLY_LABEL, "signed", ("objection_id", "outcome", "text"), _by_host
    ),
    "complaint.raised": Spoken(
        COMPLAINT_LABEL, "signed", ("objection_id", "text"), _by_organization
    ),
    "complaint.decided": Spoken(
        ACCEPTANCE_LABEL,
        "signed",
        ("complaint_id", "accepted", "suspends", "text"),
        _by_supervisor,
    ),
    "complaint.ruled": Spoken(
        RULING_LABEL, "signed", ("complaint_id", "remedy", "text"), _by_supervisor
    ),
    "tender.terminated": Spoken(TERMINATION_LABEL, "signed", ("cause", "text"), _by_host),
}
"""The kinds of entries whose statements are checked here."""
