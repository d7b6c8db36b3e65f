"""The sealed intake: who submitted what and when, and that nothing was lost, moved or exchanged."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from msgspec import Struct

from clients.verifying.bodies import Closed, Submitted, Withdrawn
from clients.verifying.case import Case, parsed, place
from clients.verifying.report import Notes
from crypto.canonical import digest
from crypto.container_digest import container_digest
from crypto.errors import BadHeader, CryptoError
from crypto.sealed_file import SEALED_HEADER_BYTES_MAX, SealedHeader, parse_sealed_header
from tendering.domain.archive import bid_folder, envelope_path
from tendering.domain.bag import BadBag
from tendering.domain.bid import (
    MANIFEST_LABEL,
    SealedBid,
    SealedEnvelope,
    envelope_context,
    require_manifest,
)
from tendering.domain.journal import Entry, Stream
from tendering.domain.key_policy import as_sealed, released, require_version, under, version_of
from tendering.domain.refusals.bids import ManifestMismatch
from tendering.domain.refusals.key_holders import KeyPolicyReplaced
from tendering.domain.tender import Tender

MANIFEST_FILE: Final = "manifest.json"
UNLOCKING: Final = frozenset(
    {"bid.unlocked", "file_key.received", "file_key.disclosed", "share.received", "prices.revealed"}
)
_NOWHERE: Final = UUID(int=0)  # where the platform stored the bytes is no part of what is signed


@dataclass(frozen=True, slots=True)
class Kept:
    """A submission as custody or the list of bidders speaks of it. Digests are lower hex."""

    lot: str
    bidder_id: UUID
    uscc: str
    counter: int
    manifest_digest: str
    container_digests: Mapping[str, str]
    received_at: datetime
    stands: bool
    where: str

    @property
    def folder(self) -> str:
        """Where its files are."""
        return bid_folder(self.lot, self.uscc, self.counter)


class SignedEnvelope(Struct, frozen=True, forbid_unknown_fields=True):
    """One container in a manifest."""

    kind: str
    context: str
    digest: str
    size_bytes: int
    recipient: str


class SignedManifest(Struct, frozen=True):
    """What a verifier reads of a manifest's statement; the rest is compared as a whole."""

    envelopes: tuple[SignedEnvelope, ...]


def kept_submissions(case: Case) -> Iterator[Kept]:
    """All submissions this edition speaks of. Raises BadBag when a bidder is not named."""
    standing = {(lot, bid.bidder_id, bid.counter) for lot, bid in case.bids()}
    closing = case.closing()
    if not case.is_full:
        assert closing is not None or not standing
        for lot, bid in case.bids():
            yield Kept(
                lot=lot,
                bidder_id=bid.bidder_id,
                uscc=bid.uscc,
                counter=bid.counter,
                manifest_digest=bid.manifest_digest,
                container_digests=bid.container_digests,
                received_at=bid.received_at,
                stands=True,
                where=f"{place(closing[0]) if closing else ''} lot {lot} {bid.bidder_name}",
            )
        return
    for entry, body in case.all(Stream.CUSTODY, "bid.submitted", Submitted):
        uscc = case.uscc_of(body.bidder_id)
        if uscc is None:
            raise BadBag(place(entry), "the archive does not name this bidder")
        yield Kept(
            lot=body.lot,
            bidder_id=body.bidder_id,
            uscc=uscc,
            counter=body.counter,
            manifest_digest=body.manifest_digest,
            container_digests=body.container_digests,
            received_at=body.received_at,
            stands=(body.lot, body.bidder_id, body.counter) in standing,
            where=place(entry),
        )


def envelopes_of(case: Case, kept: Kept) -> tuple[SealedEnvelope, ...]:
    """The containers as the bidder signed them. Raises BadBag."""
    path = f"{kept.folder}/{MANIFEST_FILE}"
    try:
        statement = msgspec.convert(case.archive.json(path).get("statement"), SignedManifest)
        return tuple(
            SealedEnvelope(
                one.kind,
                _NOWHERE,
                bytes.fromhex(one.context),
                bytes.fromhex(one.digest),
                one.size_bytes,
                one.recipient,
            )
            for one in statement.envelopes
        )
    except ValueError as error:
        raise BadBag(path, str(error)) from error


def check_custody(case: Case, notes: Notes) -> None:
    """The bids that stood at the deadline, recomputed, are exactly those that were published."""
    if Stream.CUSTODY not in case.streams:
        notes.skips("custody: whether every bid that stood was listed at the opening")
        return
    counters: dict[tuple[str, UUID], int] = {}
    standing: dict[tuple[str, UUID], Submitted] = {}
    closing = case.closing()
    bound = len(case.streams[Stream.CUSTODY]) if closing is None else closing[1].custody.seq
    for entry in case.streams[Stream.CUSTODY]:
        if entry.kind not in {"bid.submitted", "bid.withdrawn"}:
            continue
        notes.require(entry.seq <= bound, place(entry), "entered after submission was closed")
        if entry.kind == "bid.withdrawn":
            gone = parsed(entry, Withdrawn)
            taken = standing.pop((gone.lot, gone.bidder_id), None)
            notes.require(
                taken is not None and taken.counter == gone.counter,
                place(entry),
                "withdraws a bid that did not stand",
            )
            continue
        body = parsed(entry, Submitted)
        key = (body.lot, body.bidder_id)
        before = standing.get(key)
        fresh = body.counter > counters.get(key, 0)
        notes.require(fresh, place(entry), "the counter is not larger than the one before")
        replaced = None if before is None else before.counter
        notes.require(body.replaces == replaced, place(entry), "replaces another bid than stood")
        counters[key], standing[key] = body.counter, body
    if closing is not None and closing[0].kind == "tender.failed":
        _check_failure(case, closing[0], closing[1], standing, notes)
    if closing is not None and closing[0].kind == "submission.closed":
        where = place(closing[0])
        for lot in closing[1].failed_lots:
            few = [key for key in standing if key[0] == lot]
            enough = closing[1].rule.get("value")
            notes.require(
                isinstance(enough, int) and len(few) < enough,
                where,
                f"lot {lot} failed, and {len(few)} bids stood for it",
            )
            for key in few:
                del standing[key]
        _compare_standing(case, where, standing, notes)


def check_manifests(case: Case, notes: Notes) -> None:
    """Each submission was signed by its bidder, for this tender, lot, counter and key holders."""
    for kept in kept_submissions(case):
        path = f"{kept.folder}/{MANIFEST_FILE}"
        value = case.archive.json(path)
        notes.require(
            digest(MANIFEST_LABEL, value).hex() == kept.manifest_digest,
            path,
            f"not the manifest of {kept.where}",
        )
        envelopes = envelopes_of(case, kept)
        bid = SealedBid(case.tender.id, kept.lot, kept.bidder_id, kept.counter, envelopes, value)
        try:
            signed, who = case.signed(value, label=MANIFEST_LABEL, at=kept.received_at, where=path)
            version = version_of(case.tender, value)
            require_manifest(under(case.tender, version), bid, _statement(signed.statement))
            require_version(case.tender, version, received_at=kept.received_at)
        except (CryptoError, ManifestMismatch, KeyPolicyReplaced) as error:
            notes.fails(path, str(error))
            continue
        notes.require(who.uscc == kept.uscc, path, f"signed by {who.uscc}, not by the bidder")
        notes.require(
            {one.kind: one.digest.hex() for one in envelopes} == kept.container_digests,
            path,
            f"speaks of other containers than {kept.where}",
        )


def check_containers(case: Case, notes: Notes) -> None:
    """The containers are the signed ones, sealed for this purpose; no key was used twice."""
    seen: dict[bytes, str] = {}
    for kept in kept_submissions(case):
        for envelope in envelopes_of(case, kept):
            whole = kept.stands and case.is_full
            path = envelope_path(kept.folder, envelope.kind, whole=whole)
            if not notes.require(path in case.archive, path, "the file is missing"):
                continue
            if whole:
                same = case.archive.size_bytes(path) == envelope.size_bytes
                notes.require(
                    same and container_digest(case.archive.chunks(path)) == envelope.digest,
                    path,
                    "not the container that the bidder signed",
                )
            for key in _ephemeral_keys(case, kept, envelope.kind, path, notes):
                other = seen.setdefault(key, path)
                notes.require(other == path, path, f"shares an ephemeral key with {other}")
    if not case.is_full:
        notes.skips("the containers themselves: of each there is its header and its digest")


def read_header(case: Case, kept: Kept, kind: str) -> bytes:
    """The first bytes of a container. Raises BadBag."""
    path = envelope_path(kept.folder, kind, whole=kept.stands and case.is_full)
    return case.archive.stream(path).read(SEALED_HEADER_BYTES_MAX)


def sealed_tender(case: Case, kept: Kept) -> Tender:
    """The tender with the key holders that a submission was sealed to. Raises BadBag."""
    return as_sealed(case.tender, case.archive.json(f"{kept.folder}/{MANIFEST_FILE}"))


def released_from(case: Case, kept: Kept) -> frozenset[int]:
    """Its key holders that were replaced since, by number. Raises BadBag."""
    manifest = case.archive.json(f"{kept.folder}/{MANIFEST_FILE}")
    return released(case.tender, version_of(case.tender, manifest))


def context_of(case: Case, kept: Kept, kind: str) -> bytes:
    """The context of a container, computed from what was published."""
    return envelope_context(
        sealed_tender(case, kept),
        lot=kept.lot,
        kind=kind,
        bidder_id=kept.bidder_id,
        counter=kept.counter,
    )


def _ephemeral_keys(
    case: Case, kept: Kept, kind: str, path: str, notes: Notes
) -> tuple[bytes, ...]:
    header = read_header(case, kept, kind)
    try:
        sealed: SealedHeader = parse_sealed_header(
            header,
            expected_context=context_of(case, kept, kind),
            threshold=case.tender.threshold,
            n=len(case.tender.key_holders),
            suite_name=case.tender.suite,
        )
    except BadHeader as error:
        notes.fails(path, str(error))
        return ()
    if not (kept.stands and case.is_full):
        notes.require(len(header) == sealed.header_length, path, "more than the header is there")
    return sealed.ephemeral_keys


def _compare_standing(
    case: Case, where: str, standing: Mapping[tuple[str, UUID], Submitted], notes: Notes
) -> None:
    listed = {(lot, bid.bidder_id): bid for lot, bid in case.bids()}
    for key, body in standing.items():
        bid = listed.pop(key, None)
        notes.require(
            bid is not None
            and (bid.counter, bid.manifest_digest, bid.container_digests, bid.received_at)
            == (body.counter, body.manifest_digest, body.container_digests, body.received_at),
            where,
            f"the bid of {case.uscc_of(key[1])} for lot {key[0]} is missing or another",
        )
    for (lot, _), bid in listed.items():
        notes.fails(where, f"the bid of {bid.bidder_name} for lot {lot} was not in custody")
    for lot in {lot for lot, _ in case.bids()}:
        order = [(bid.received_at, bid.bidder_id) for own, bid in case.bids() if own == lot]
        notes.require(order == sorted(order), where, f"lot {lot} is not in the order of arrival")
    for lot, bid in case.bids():
        notes.require(
            case.uscc_of(bid.bidder_id) == bid.uscc and bid.counter > 0,
            where,
            f"{bid.bidder_name} for lot {lot} has another credit code in tender.json",
        )
    kinds = {tuple(bid.container_digests) for _, bid in case.bids()}
    notes.require(
        all(set(one) == set(case.tender.round.envelopes) for one in kinds),
        where,
        "a bid lacks an envelope",
    )


def _check_failure(
    case: Case,
    entry: Entry,
    closed: Closed,
    standing: Mapping[tuple[str, UUID], Submitted],
    notes: Notes,
) -> None:
    """Too few bids stood, and then nothing of anybody's was unlocked."""
    least = closed.rule.get("value")
    for lot in closed.too_few_bids:
        stood = sum(key[0] == lot for key in standing)
        notes.require(
            isinstance(least, int) and stood < least,
            place(entry),
            f"lot {lot} failed for want of bids, and {stood} stood for it",
        )
    for entries in case.streams.values():
        for other in entries:
            notes.require(
                other.kind not in UNLOCKING, place(other), "unlocked in a tender that had failed"
            )
    notes.remark(f"{len(standing)} bids stood, too few; nothing was unlocked")


def _statement(value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ManifestMismatch("the statement is not an object")
    return value
