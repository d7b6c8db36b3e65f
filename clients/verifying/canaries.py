"""Canaries: each was for nothing but itself, and opened by those of whom it is said."""

from collections.abc import Mapping

from clients.key_replacements import REPLACED
from clients.verifying.case import Case, place
from clients.verifying.key_holder_bodies import CanaryIssued, CanaryMissed, CanaryOpened
from clients.verifying.report import Notes
from crypto.canary import is_answer
from crypto.errors import BadHeader, CryptoError
from crypto.seal_header import parse_sealed_header
from tendering.domain.canary import ANSWER_LABEL, Occasion, answer_statement, context_of
from tendering.domain.journal import Entry, Stream
from tendering.domain.key_policy import under
from tendering.domain.tender import Tender

Issued = Mapping[int, tuple[Entry, CanaryIssued]]


def check_canaries(case: Case, notes: Notes) -> None:
    """Headers are sealed for the canary alone; answers fit; who was late is named."""
    issued: dict[int, tuple[Entry, CanaryIssued]] = {}
    for number, (entry, body) in enumerate(
        case.all(Stream.PUBLIC, "canary.issued", CanaryIssued), start=1
    ):
        notes.require(body.canary == number, place(entry), "the canaries are not numbered in order")
        issued[body.canary] = (entry, body)
        _check_header(tender_at(case, entry), entry, body, notes)
    opened: dict[int, dict[int, Entry]] = {}
    for entry, answer in case.all(Stream.PUBLIC, "canary.opened", CanaryOpened):
        if answer.canary not in issued:
            notes.fails(place(entry), "opens a canary that was not made")
            continue
        _check_answer(case, entry, answer, issued[answer.canary][1], notes)
        opened.setdefault(answer.canary, {})[answer.number] = entry
    for entry, missed in case.all(Stream.PUBLIC, "canary.missed", CanaryMissed):
        _check_missed(case.tender, entry, missed, notes, issued=issued, opened=opened)
    closing = case.closing()
    if closing is not None and all(one.occasion != Occasion.EVE for _, one in issued.values()):
        notes.remark("no canary was made in the last day before the deadline")


def tender_at(case: Case, entry: Entry) -> Tender:
    """The tender with the key holders that it had when an entry was made."""
    before = [one for one in case.streams[Stream.PUBLIC] if one.seq < entry.seq]
    return under(case.tender, 1 + sum(one.kind == REPLACED for one in before))


def _check_header(tender: Tender, entry: Entry, body: CanaryIssued, notes: Notes) -> None:
    holders = len(tender.key_holders)
    notes.require(
        len(body.answers) == holders and set(body.asked) <= set(range(1, holders + 1)),
        place(entry),
        "not an answer for each key holder",
    )
    header = bytes.fromhex(body.header)
    try:
        sealed = parse_sealed_header(
            header,
            expected_context=context_of(tender, body.canary),
            threshold=tender.threshold,
            n=holders,
            suite_name=tender.suite,
        )
    except BadHeader as error:
        notes.fails(place(entry), str(error))
        return
    notes.require(len(header) == sealed.header_length, place(entry), "more than a header")


def _check_answer(
    case: Case, entry: Entry, body: CanaryOpened, issued: CanaryIssued, notes: Notes
) -> None:
    where, tender = place(entry), tender_at(case, entry)
    holder = next((one for one in tender.key_holders if one.number == body.number), None)
    if holder is None or body.number not in issued.asked:
        notes.fails(where, "opened by one that was not asked")
        return
    digest = bytes.fromhex(issued.answers[body.number - 1])
    notes.require(
        is_answer(bytes.fromhex(body.answer), digest), where, "not the answer to this canary"
    )
    late = entry.at >= issued.due_at
    notes.require(body.in_time is not late, where, "says otherwise whether it was in time")
    try:
        signed, who = case.signed(body.statement, label=ANSWER_LABEL, at=entry.at, where=where)
    except CryptoError as error:
        notes.fails(where, str(error))
        return
    notes.require(
        signed.statement == answer_statement(tender, body.canary, holder, body.answer),
        where,
        "what was signed is not what was entered",
    )
    notes.require(
        who.uscc == case.uscc_of(holder.organization_id), where, "not signed by the key holder"
    )


def _check_missed(
    tender: Tender,
    entry: Entry,
    body: CanaryMissed,
    notes: Notes,
    *,
    issued: Issued,
    opened: Mapping[int, Mapping[int, Entry]],
) -> None:
    where = place(entry)
    if body.canary not in issued:
        notes.fails(where, "misses a canary that was not made")
        return
    _, canary = issued[body.canary]
    before = {n for n, one in opened.get(body.canary, {}).items() if one.seq < entry.seq}
    notes.require(entry.at >= canary.due_at, where, "missed before it was due")
    notes.require(
        body.missing == tuple(n for n in sorted(canary.asked) if n not in before),
        where,
        "not those that had not answered",
    )
    needed = min(tender.threshold, len(canary.asked))
    notes.require(
        body.enough == (len(before) >= needed), where, "says otherwise whether they were enough"
    )
    notes.remark(f"canary {body.canary}: late were key holders {list(body.missing)}")
