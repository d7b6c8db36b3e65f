"""The opening: every bid that was opened opens again, to what was read out; who failed, and why."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from clients.verifying.bodies import (
    FaultFound,
    KeyLost,
    KeysDisclosed,
    KeysReceived,
    Revealed,
    ShareReceived,
    ShareRefused,
    Unlocked,
)
from clients.verifying.case import Case, place
from clients.verifying.faults import Told, find_fault, in_words, invalid_fault
from clients.verifying.hall_sessions import HallSession, hall_sessions
from clients.verifying.opened_containers import OpenedContainer, open_container, read_file
from clients.verifying.report import Notes
from clients.verifying.sealing import Sealed, sealed_containers
from clients.verifying.statements import wrong_with
from clients.verifying.submissions import Kept, kept_submissions
from clients.verifying.windows import require_enough, unlock_windows
from crypto.errors import BadHeader, BadKey, BadMac, BadPayload
from crypto.sealed_file import file_key_from_shares, verify_file_key
from tendering.domain.fault import Finding, Whose, attribute_bid, fault_json
from tendering.domain.journal import Entry, Stream
from tendering.domain.opening import (
    RECORD_UNUSABLE,
    UnlockedBy,
    form_findings,
)
from tendering.domain.opening_forms import form_to_read
from tendering.domain.opening_window import Decision
from tendering.domain.quantities.lot_clearing import bill_in

# Lot, session, bidder.
Key = tuple[str, int, UUID]


@dataclass(frozen=True, slots=True)
class _Handed:
    """File keys and shares that came into custody at the opening."""

    keys: Mapping[Key, KeysReceived]
    told: Mapping[Key, Told]


def check_unlocking(case: Case, notes: Notes) -> None:
    """File keys fit, headers re-derive or do not as was said, plaintexts have the digests."""
    unlocked = _unlocked(case)
    if not case.is_full:
        notes.skips("file keys, shares and contents of the bids")
        return
    handed = _handed(case)
    standing = {(kept.lot, kept.bidder_id): kept for kept in _standing(case)}
    asked = [
        (session, standing[session.lot, bidder])
        for session in hall_sessions(case)
        for bidder in session.bidders
        if (session.lot, bidder) in standing
    ]
    for session, kept in asked:
        key = (kept.lot, session.number, kept.bidder_id)
        if key in unlocked:
            _check_unlocked(case, session, kept, unlocked[key], handed, notes=notes)
            continue
        fault = find_fault(case, kept, handed.told.get(key, Told()), kinds=session.kinds)
        told = in_words(kept, fault)
        notes.faults.append(told)
        said = f"lot {kept.lot} {kept.uscc} did not open: {told.whose}: {told.why}"
        if fault.whose is Whose.PLATFORM:
            notes.fails(kept.where, said)
        else:
            notes.remark(said)
        published = _last_verdicts(case).get(key)
        notes.require(
            published is None or published == fault_json(fault),
            kept.where,
            "the platform published another verdict on it than follows from the evidence",
        )
    for lot, _, bidder in set(handed.keys) - set(unlocked):
        notes.fails(f"lot {lot}", f"a file key of {bidder} was received but no verdict published")


def check_reveal(case: Case, notes: Notes) -> None:
    """What a session shows came at once, after the verdicts, and is what the containers say."""
    unlocked = _unlocked(case)
    revealed = {(body.lot, body.session): (entry, body) for entry, body in _revealed(case)}
    closing = case.closing()
    if closing is None or closing[0].kind != "submission.closed":
        notes.remark("nothing was opened")
        return
    windows = unlock_windows(case, notes)
    for session in hall_sessions(case):
        key = (session.lot, session.number)
        window = windows[key]
        if key not in revealed and window.decision is Decision.FAIL:
            continue
        if key not in revealed:
            notes.fails(
                place(session.entry), f"the prices of lot {session.lot} were never revealed"
            )
            continue
        entry, body = revealed[key]
        opened = [bidder for bidder in session.bidders if (*key, bidder) in unlocked]
        locked = [bidder for bidder in session.bidders if (*key, bidder) not in unlocked]
        where = place(entry)
        notes.require(
            [row.bidder_id for row in body.rows] == opened, where, "not the bids that were opened"
        )
        notes.require(
            sorted((*body.deemed_revoked, *body.deemed_withdrawn)) == sorted(locked),
            where,
            "not the bids left unopened",
        )
        by_others = {one.bidder_id for one in body.faults if one.fault.get("whose") != "bidder"}
        notes.require(
            set(body.deemed_withdrawn) == by_others,
            where,
            "deemed withdrawn are those that others than their bidders answer for",
        )
        notes.require(
            not locked or entry.at >= window.until,
            where,
            "revealed while bids could still be unlocked",
        )
        require_enough(case, session, window, body, seq=entry.seq, where=where, notes=notes)
        for bidder in opened:
            verdict, said = unlocked[(*key, bidder)]
            notes.require(verdict.seq < entry.seq, place(verdict), "a verdict after the reveal")
            notes.require(
                said.received_at < window.until and said.received_at <= verdict.at,
                place(verdict),
                "after the window closed",
            )
        _check_rows(case, session, entry, body, notes)


def _check_rows(
    case: Case, session: HallSession, entry: Entry, body: Revealed, notes: Notes
) -> None:
    lot, later = case.tender.lot(body.lot), case.tender.round.later
    priced = "price" in session.kinds
    for row in body.rows:
        who = f"{place(entry)} {case.uscc_of(row.bidder_id) or row.bidder_id}"
        if not case.tender.round.has_price:
            notes.require(not row.form and not row.findings, who, "a price where none is asked")
            continue
        own = {kind: (body.lot, row.bidder_id, kind) for kind in session.kinds}
        forms = {kind: case.forms[key] for kind, key in own.items() if key in case.forms}
        if len(forms) == len(own):
            notes.require(
                form_to_read(forms, session.kinds, later=later) == row.form,
                who,
                "not the form in the price envelope" if priced else "not what its forms say",
            )
        elif case.is_full:
            notes.fails(who, "was read out although its price envelope does not open")
        notes.require(
            (form_findings(row.form, lot) if priced else ()) == row.findings,
            who,
            "other findings than follow from it",
        )
        withheld = (
            {} if session.number == 1 else {kind: case.contents.get(own[kind]) for kind in own}
        )
        notes.require(
            not case.is_full or withheld == row.plaintext_digests,
            who,
            "not the digests of what was unlocked",
        )
        if row.findings:
            notes.remark(f"{who}: {', '.join(row.findings)}")
    if not case.is_full:
        notes.skips("the price envelopes behind the forms that were read out")


def _keep_content(
    case: Case, kept: Kept, container: Sealed, file_key: bytes, opened: OpenedContainer
) -> None:
    """What a container held: its digest, and how to read the priced bill in it again."""
    case.contents[kept.lot, kept.bidder_id, container.kind] = opened.plaintext_digest.hex()
    bill = None if opened.bundle is None else bill_in(opened.bundle)
    if bill is not None:
        read = partial(read_file, case.archive, container.path, file_key, bill)
        case.priced_bills[kept.lot, kept.bidder_id] = read


def _check_unlocked(
    case: Case,
    session: HallSession,
    kept: Kept,
    verdict: tuple[Entry, Unlocked],
    handed: _Handed,
    *,
    notes: Notes,
) -> None:
    entry, said = verdict
    where = place(entry)
    key = (kept.lot, session.number, kept.bidder_id)
    keys = handed.keys.get(key)
    kinds = tuple(one.kind for one in said.envelopes)
    wanted = session.kinds
    if keys is None or set(keys.file_keys) != set(wanted) or kinds != wanted:
        notes.fails(where, "there is not one verdict and one file key for each envelope")
        return
    notes.require(keys.by == said.by, where, f"custody says opened by {keys.by}")
    sealed = {one.kind: one for one in sealed_containers(case, kept)}
    shares = handed.told.get(key, Told()).shares
    findings: dict[str, Finding] = {}
    for one in said.envelopes:
        container, file_key = sealed[one.kind], keys.file_keys[one.kind]
        if said.by == UnlockedBy.KEY_HOLDERS:
            _check_shares(container, shares.get(one.kind, {}), file_key, where, notes)
        try:
            derived = verify_file_key(container.header, file_key, container.policy)
            opened = open_container(
                case.archive,
                container.path,
                file_key,
                kind=one.kind,
                header_bytes=container.header_bytes,
            )
        except (BadHeader, BadKey, BadMac, BadPayload) as error:
            notes.fails(container.path, f"does not open with the file key in custody: {error}")
            continue
        case.forms[kept.lot, kept.bidder_id, one.kind] = opened.form
        _keep_content(case, kept, container, file_key, opened)
        notes.require(
            one.container_digest == container.digest.hex(), where, "speaks of another container"
        )
        notes.require(
            derived.valid == one.rederives,
            container.path,
            f"{where} says that its header {'does' if one.rederives else 'does not'} re-derive",
        )
        shown = None if session.number > 1 else opened.plaintext_digest.hex()
        notes.require(
            shown == one.plaintext_digest,
            container.path,
            f"opens to another content than {where} says",
        )
        if not derived.valid or not opened.is_bundle:
            findings[one.kind] = invalid_fault(container, file_key, opened)
            notes.remark(f"{container.path}: invalid, by the bidder's fault")
        for name in opened.damaged:
            notes.remark(f"{container.path}: {name} inside is not the file of its own index")
    _check_fault(kept, said, findings, where, notes)


def _check_fault(
    kept: Kept, said: Unlocked, findings: Mapping[str, Finding], where: str, notes: Notes
) -> None:
    """A bid that opens is invalid by the bidder's fault, or it is not: as was published."""
    fault = attribute_bid(findings) if findings else None
    if fault is not None:
        notes.faults.append(in_words(kept, fault))
    notes.require(
        said.fault == (None if fault is None else fault_json(fault)),
        where,
        "says otherwise than follows from its containers whether the bid is invalid",
    )


def _check_shares(
    container: Sealed, shares: Mapping[int, bytes], file_key: bytes, where: str, notes: Notes
) -> None:
    found, verdict = file_key_from_shares(container.header, shares, container.policy.context)
    notes.require(
        found == file_key, where, f"the shares in custody do not give the key of {container.kind}"
    )
    for number in verdict.bad_shares_from:
        notes.remark(f"{container.path}: key holder {number} handed in another share")


def _standing(case: Case) -> Iterator[Kept]:
    return (kept for kept in kept_submissions(case) if kept.stands)


def _unlocked(case: Case) -> dict[Key, tuple[Entry, Unlocked]]:
    found: dict[Key, tuple[Entry, Unlocked]] = {}
    for entry, body in case.all(Stream.PUBLIC, "bid.unlocked", Unlocked):
        found.setdefault((body.lot, body.session, body.bidder_id), (entry, body))
    return found


def _revealed(case: Case) -> list[tuple[Entry, Revealed]]:
    return case.all(Stream.PUBLIC, "prices.revealed", Revealed)


def _handed(case: Case) -> _Handed:
    keys = {
        (body.lot, body.session, body.bidder_id): body
        for _, body in case.all(Stream.CUSTODY, "file_key.received", KeysReceived)
    }
    shares: dict[Key, dict[str, dict[int, bytes]]] = {}
    for _, given in case.all(Stream.CUSTODY, "share.received", ShareReceived):
        of_bid = shares.setdefault((given.lot, given.session, given.bidder_id), {})
        for kind, share in given.shares.items():
            of_bid.setdefault(kind, {})[given.number] = share
    refusals: dict[Key, set[int]] = {}
    for entry, refused in case.all(Stream.CUSTODY, "share.refused", ShareRefused):
        # Only the holder itself can say so; another's word is named by the step of the statements.
        if refused.reason == RECORD_UNUSABLE and not wrong_with(case, entry):
            about = (refused.lot, refused.session, refused.bidder_id)
            refusals.setdefault(about, set()).add(refused.number)
    disclosed: dict[Key, list[KeysDisclosed]] = {}
    for _, shown in case.all(Stream.CUSTODY, "file_key.disclosed", KeysDisclosed):
        disclosed.setdefault((shown.lot, shown.session, shown.bidder_id), []).append(shown)
    lost = {
        (one.lot, one.session, one.bidder_id)
        for _, one in case.all(Stream.PUBLIC, "key.lost", KeyLost)
    }
    told = {
        key: Told(
            shares=shares.get(key, {}),
            refusals=frozenset(refusals.get(key, ())),
            file_keys={
                kind: file_key
                for one in disclosed.get(key, ())
                for kind, file_key in one.file_keys.items()
            },
            in_time=any(one.in_time for one in disclosed.get(key, ())),
            asked=key in lost,
        )
        for key in {*shares, *refusals, *disclosed, *lost}
    }
    return _Handed(keys, told)


def _last_verdicts(case: Case) -> dict[Key, Mapping[str, object]]:
    """What the platform said of each bid that did not open, at the reveal or anew afterwards."""
    said: dict[Key, Mapping[str, object]] = {}
    for _, body in _revealed(case):
        said |= {(body.lot, body.session, one.bidder_id): one.fault for one in body.faults}
    for _, found in case.all(Stream.PUBLIC, "fault.found", FaultFound):
        said[found.lot, found.session, found.bidder_id] = found.fault
    return said
