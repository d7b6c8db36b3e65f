"""What the platform and others said of each submission: receipts, log, witnesses, time stamps."""

from datetime import timedelta
from typing import Any, Final

import msgspec
from msgspec import Struct

from clients.verifying.bodies import Withdrawn
from clients.verifying.case import Case, place
from clients.verifying.report import Notes
from clients.verifying.submissions import kept_submissions
from crypto.errors import BadCheckpoint, BadKey, BadProof, BadTimestamp
from crypto.notes import verify_cosignatures
from crypto.timestamp import verify as verify_token
from crypto.tlog import Checkpoint, parse_checkpoint, verify_checkpoint, verify_consistency
from tendering.domain.archive import LOG, bid_folder, receipt_path
from tendering.domain.journal import Stream, instant
from tendering.domain.receipt_verdict import CLOCK_DIFFERENCE, verify_receipt
from tendering.domain.receipts import Receipt, parse_receipt
from tendering.domain.refusals.log import ReceiptInvalid

# Said once for the whole archive, not again for every receipt.
_SAID_ELSEWHERE: Final = frozenset(
    {
        "demonstration",
        "witnesses-run-by-operator",
        "time-stamps-certified-by-operator",
        "key-holders-certified-by-operator",
        "last-interval-rests-on-received-at",
        "no-protection-against-operator",
    }
)


class LogProof(Struct, frozen=True, forbid_unknown_fields=True):
    """That the tree of `size` leaves goes on in the last checkpoint. Hashes are base64."""

    size: int
    proof: tuple[bytes, ...]


class LogStamp(Struct, frozen=True, forbid_unknown_fields=True):
    """A time stamp over the last checkpoint's root."""

    authority: str
    token: bytes


class LogFile(Struct, frozen=True, forbid_unknown_fields=True):
    """log.json: the last cosigned checkpoint, and the proofs to it."""

    checkpoint: str
    time_stamps: tuple[LogStamp, ...]
    consistency: tuple[LogProof, ...]


def check_receipts(case: Case, notes: Notes) -> None:
    """Every receipt: signature, place in custody, inclusion, witnesses, time stamps."""
    for kept in kept_submissions(case):
        path = receipt_path(kept.folder, "bid.submitted")
        receipt = _receipt(case, path, notes)
        if receipt is None:
            continue
        said = receipt.submission
        notes.require(
            (said.act, said.tender_id, said.lot, said.bidder_id, said.counter)
            == ("bid.submitted", case.tender.id, kept.lot, kept.bidder_id, kept.counter)
            and said.manifest_digest.hex() == kept.manifest_digest
            and {kind: root.hex() for kind, root in said.container_digests}
            == kept.container_digests
            and said.received_at == kept.received_at,
            path,
            f"acknowledges another submission than {kept.where}",
        )
        _in_custody(case, receipt, path, notes)
    for entry, body in case.all(Stream.CUSTODY, "bid.withdrawn", Withdrawn):
        uscc = case.uscc_of(body.bidder_id) or ""
        path = receipt_path(bid_folder(body.lot, uscc, body.counter), entry.kind)
        receipt = _receipt(case, path, notes)
        if receipt is not None:
            said = receipt.submission
            notes.require(
                (said.act, said.bidder_id, said.counter, said.received_at)
                == (entry.kind, body.bidder_id, body.counter, body.received_at),
                path,
                f"acknowledges something else than {place(entry)}",
            )
            _in_custody(case, receipt, path, notes)


def check_log(case: Case, notes: Notes) -> None:
    """All receipts were proved from one log, which only grew: nobody was shown another."""
    sizes = _receipt_checkpoints(case)
    if LOG not in case.archive:
        notes.cannot("the archive holds no checkpoint later than those of the receipts")
        return
    try:
        held = msgspec.convert(case.archive.json(LOG), LogFile)
    except msgspec.ValidationError as error:
        notes.fails(LOG, str(error))
        return
    last = _verified_checkpoint(case, held.checkpoint, notes)
    if last is None:
        return
    proofs = {proof.size: proof.proof for proof in held.consistency}
    for size, (checkpoint, path) in sorted(sizes.items()):
        if checkpoint.origin != last.origin or size not in proofs:
            notes.cannot(f"{path}: no proof leads from its checkpoint to the last one")
            continue
        try:
            verify_consistency(
                old_size=size,
                old_root=checkpoint.root,
                size=last.size,
                root=last.root,
                proof=proofs[size],
            )
        except BadProof as error:
            notes.fails(path, f"its checkpoint is not the beginning of the last one: {error}")
    _check_last(case, held, last, notes)


def _receipt(case: Case, path: str, notes: Notes) -> Receipt | None:
    if not notes.require(path in case.archive, path, "the receipt is missing"):
        return None
    value: dict[str, Any] = dict(case.archive.json(path))
    try:
        verdict = verify_receipt(value, platform=case.keys.published)
    except ReceiptInvalid as error:
        notes.fails(path, str(error))
        return None
    for word in verdict.broken:
        notes.fails(path, f"{word} does not hold")
    for word in verdict.missing:
        notes.cannot(f"{path}: {word} is missing")
    for word in verdict.warnings:
        if word not in _SAID_ELSEWHERE:
            notes.remark(f"{path}: {word}")
    receipt = parse_receipt(value)
    latest = case.tender.closing_at + timedelta(seconds=receipt.within_seconds) + CLOCK_DIFFERENCE
    closing = case.closing()
    if closing is not None and verdict.seen_at is not None:
        latest = max(latest, closing[0].at + CLOCK_DIFFERENCE)
        if verdict.seen_at > latest:
            notes.remark(f"{path}: others saw it only at {instant(verdict.seen_at)}")
    return receipt


def _in_custody(case: Case, receipt: Receipt, path: str, notes: Notes) -> None:
    """The receipt names the head after its entry of custody."""
    if Stream.CUSTODY not in case.streams:
        notes.skips("the entries of custody that the receipts name")
        return
    said = receipt.submission
    custody = case.streams[Stream.CUSTODY]
    entry = next((one for one in custody if one.head == said.custody_head), None)
    notes.require(
        entry is not None
        and entry.kind == said.act
        and entry.body.get("bidder_id") == str(said.bidder_id)
        and entry.body.get("counter") == said.counter,
        path,
        "names a head of custody that is not the one after its entry",
    )


def _receipt_checkpoints(case: Case) -> dict[int, tuple[Checkpoint, str]]:
    found = {}
    for path in case.archive.below("data/bids"):
        if not path.endswith(("/receipt.json", "/withdrawal.json")):
            continue
        try:
            completion = parse_receipt(case.archive.json(path)).completion
            if completion is not None:
                checkpoint = parse_checkpoint(completion.checkpoint)
                found[checkpoint.size] = (checkpoint, path)
        except (ReceiptInvalid, BadCheckpoint):
            continue  # said by check_receipts
    return found


def _verified_checkpoint(case: Case, text: str, notes: Notes) -> Checkpoint | None:
    for verifier in case.keys.published.log_keys:
        try:
            return verify_checkpoint(text, verifier)
        except (BadCheckpoint, BadKey):
            continue
    notes.fails(LOG, "the checkpoint is not signed by the platform's log")
    return None


def _check_last(case: Case, held: LogFile, last: Checkpoint, notes: Notes) -> None:
    published = case.keys.published
    try:
        seen = verify_cosignatures(
            held.checkpoint, [witness.verifier for witness in published.witnesses]
        )
    except (BadCheckpoint, BadKey) as error:
        notes.fails(LOG, str(error))
        return
    if len(seen) < published.quorum:
        notes.cannot(f"{len(seen)} witnesses cosigned the last checkpoint, not {published.quorum}")
    roots = {one.name: one.root for one in published.authorities}
    for stamp in held.time_stamps:
        if stamp.authority not in roots:
            notes.cannot(f"the time stamp by {stamp.authority}: no such authority is published")
            continue
        try:
            told = verify_token(
                stamp.token, digest=last.root, trusted_roots=[roots[stamp.authority]]
            )
        except BadTimestamp as error:
            notes.fails(LOG, f"the time stamp by {stamp.authority}: {error}")
            continue
        notes.remark(f"{last.size} leaves at {instant(told.gen_time)} by {stamp.authority}")
