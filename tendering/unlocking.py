"""Opening the containers of one bid once their file keys are known: check, decrypt, digest, read.

Runs in a thread, before any lock is taken, and leaves nothing. The contents are written afterwards
(`keep_bid`), addressed by their digests: a verdict waits for no disk, and doing it twice does
nothing new. Where a bid does not open, or is invalid, `find_fault` says by the rule that everybody
can ask (`tendering/domain/fault.py`) whose fault that is.
"""

import contextlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from crypto.canonical import JsonValue
from crypto.container_digest import container_digest
from crypto.errors import BadHeader, BadKey, BadMac, BadPayload
from crypto.file_output import FileOutput
from crypto.keys import recipient_public
from crypto.opened_view import opened_view
from crypto.sealed_file import (
    SEALED_HEADER_BYTES_MAX,
    SealPolicy,
    header_digest,
    open_into,
    verify_file_key,
)
from tendering.domain.bid import SealedBid, SealedEnvelope
from tendering.domain.bundle import BadBundle, Bundle, read_bundle
from tendering.domain.fault import (
    BidFault,
    Evidence,
    Finding,
    Payload,
    attribute,
    attribute_bid,
)
from tendering.domain.key_policy import as_sealed, released, under, version_of
from tendering.domain.opening import OpenedEnvelope
from tendering.domain.refusals.openings import BidDoesNotOpen, WrongFileKey
from tendering.domain.tender import Tender
from tendering.storage.blobs import Blobs


@dataclass(frozen=True, slots=True)
class OpenedBid:
    """What unlocking found. `forms` by kind of envelope, `file_keys` 16 bytes each.

    `fault` is there when the bid is invalid although it opens.
    """

    lot: str
    bidder_id: UUID
    envelopes: tuple[OpenedEnvelope, ...]
    forms: Mapping[str, Mapping[str, JsonValue]]
    file_keys: Mapping[str, bytes] = field(repr=False)
    fault: BidFault | None = None


@dataclass(frozen=True, slots=True)
class Handed:
    """What came into custody about a locked bid, by kind of envelope; see `Evidence`."""

    shares: Mapping[str, Mapping[int, bytes]] = field(repr=False)
    refusals: frozenset[int]
    file_keys: Mapping[str, bytes] = field(repr=False)
    in_time: bool
    asked: bool


def read_header(blobs: Blobs, envelope: SealedEnvelope) -> bytes:
    """The first bytes of a stored container. Blocks."""
    return read_head(blobs.path(envelope.upload_id))


def envelopes_in(bid: SealedBid, tender: Tender, session: int) -> tuple[SealedEnvelope, ...]:
    """The envelopes of a bid that a session of the opening unlocks."""
    kinds = tender.round.kinds_in(session)
    return tuple(envelope for envelope in bid.envelopes if envelope.kind in kinds)


def header_digests(blobs: Blobs, envelopes: Sequence[SealedEnvelope]) -> dict[str, str]:
    """By kind, what names the headers; of one that cannot be read nothing. Blocks."""
    digests = {}
    for envelope in envelopes:
        with contextlib.suppress(BadHeader):
            digests[envelope.kind] = header_digest(read_header(blobs, envelope)).hex()
    return digests


def stored_digests(blobs: Blobs, envelopes: Sequence[SealedEnvelope]) -> dict[str, bytes | None]:
    """By kind, the digest of what lies in custody now; None where nothing does. Blocks."""
    paths = {envelope.kind: blobs.path(envelope.upload_id) for envelope in envelopes}
    return {
        kind: container_digest(path) if path.is_file() else None for kind, path in paths.items()
    }


def read_head(container: Path) -> bytes:
    """The first bytes of a file, as many as a header may have. Blocks."""
    with container.open("rb") as file:
        return file.read(SEALED_HEADER_BYTES_MAX)


def open_bid(
    blobs: Blobs,
    tender: Tender,
    bid: SealedBid,
    file_keys: Mapping[str, bytes],
    *,
    session: int,
) -> OpenedBid:
    """Open every envelope of a bid that a session unlocks. Blocks for as long as decrypting takes.

    Raises WrongFileKey for keys that are not the containers'; BidDoesNotOpen when they are, and
    what is stored does not open with them all the same.
    """
    tender = as_sealed(tender, bid.manifest)
    kinds = tender.round.kinds_in(session)
    envelopes = envelopes_in(bid, tender, session)
    if set(file_keys) != set(kinds):
        raise WrongFileKey("there is one file key for each envelope", expected=list(kinds))
    forms: dict[str, Mapping[str, JsonValue]] = {}
    opened: list[OpenedEnvelope] = []
    faults: dict[str, Finding] = {}
    # All keys are asked first: only those of this very bid are evidence.
    rederives = {
        envelope.kind: _rederives(blobs, tender, envelope, file_keys[envelope.kind])
        for envelope in envelopes
    }
    for envelope in envelopes:
        kind, file_key = envelope.kind, file_keys[envelope.kind]
        digest, bundle = _look_into(blobs, envelope, file_key)
        found = OpenedEnvelope(kind, envelope.digest, digest, rederives[kind])
        opened.append(found)
        forms[kind] = {} if bundle is None else bundle.form
        if bundle is None or not found.rederives:
            payload = Payload.OPENS if bundle else Payload.NOT_CANONICAL
            faults[kind] = _invalid(blobs, tender, envelope, file_key, payload)
    fault = attribute_bid(faults) if faults else None
    return OpenedBid(bid.lot, bid.bidder_id, tuple(opened), forms, dict(file_keys), fault)


def keep_bid(
    blobs: Blobs, bid: SealedBid, file_keys: Mapping[str, bytes], digests: Mapping[str, bytes]
) -> None:
    """Write the contents of an open bid to where their `digests` say, durable. Blocks.

    What is there already stays. Raises BidDoesNotOpen for what is no longer what was opened.
    """
    opened: dict[Path, str] = {}
    with contextlib.ExitStack() as outputs:
        for envelope in bid.envelopes:
            digest = digests.get(envelope.kind)
            if digest is None or blobs.opened_path(digest.hex()).is_file():
                continue
            place = blobs.temporary(secrets.token_hex(8))
            output = outputs.enter_context(FileOutput(place))
            try:
                summary = open_into(
                    blobs.path(envelope.upload_id), output, file_keys[envelope.kind]
                )
            except (BadHeader, BadMac, BadPayload) as error:
                raise BidDoesNotOpen(str(error), kind=envelope.kind) from error
            if summary.plaintext_root != digest:
                raise BidDoesNotOpen("not what was opened", kind=envelope.kind)
            opened[output.partial] = digest.hex()
        if opened:
            blobs.keep_opened(opened)


def find_fault(
    blobs: Blobs, tender: Tender, bid: SealedBid, handed: Handed, *, session: int
) -> BidFault:
    """Whose fault it is that a bid did not open in a session. Blocks while reading it all."""
    version = version_of(tender, bid.manifest)
    sealed, gone = under(tender, version), released(tender, version)
    findings = {}
    for envelope in envelopes_in(bid, tender, session):
        stored = blobs.path(envelope.upload_id)

        def opens(file_key: bytes, envelope: SealedEnvelope = envelope) -> Payload:
            try:
                _, bundle = _look_into(blobs, envelope, file_key)
            except BidDoesNotOpen:
                return Payload.BROKEN
            return Payload.OPENS if bundle else Payload.NOT_CANONICAL

        evidence = Evidence(
            header=read_header(blobs, envelope) if stored.exists() else b"",
            policy=policy_of(sealed, envelope),
            released=gone,
            intact=stored.exists() and container_digest(stored) == envelope.digest,
            shares=handed.shares.get(envelope.kind, {}),
            refusals=handed.refusals,
            file_key=handed.file_keys.get(envelope.kind),
            in_time=handed.in_time,
            asked=handed.asked,
        )
        findings[envelope.kind] = attribute(evidence, opens)
    return attribute_bid(findings)


def policy_of(tender: Tender, envelope: SealedEnvelope) -> SealPolicy:
    """Who can open an envelope, by the record as it stood when it was sealed, and the manifest."""
    return SealPolicy(
        context=envelope.context,
        threshold=tender.threshold,
        holders=tuple(holder.public_key or b"" for holder in tender.key_holders),
        bidder=recipient_public(envelope.recipient),
    )


def _rederives(blobs: Blobs, tender: Tender, envelope: SealedEnvelope, file_key: bytes) -> bool:
    try:
        verdict = verify_file_key(
            read_header(blobs, envelope), file_key, policy_of(tender, envelope)
        )
    except (BadHeader, BadKey) as error:
        raise WrongFileKey(str(error), kind=envelope.kind) from error
    if not verdict.mac_ok:
        raise WrongFileKey(kind=envelope.kind)
    return verdict.valid


def _invalid(
    blobs: Blobs, tender: Tender, envelope: SealedEnvelope, file_key: bytes, payload: Payload
) -> Finding:
    # Intact: header and payload have just proved authentic under the file key.
    evidence = Evidence(
        header=read_header(blobs, envelope),
        policy=policy_of(tender, envelope),
        intact=True,
        file_key=file_key,
        in_time=True,
    )
    return attribute(evidence, lambda _: payload)


def _look_into(
    blobs: Blobs, envelope: SealedEnvelope, file_key: bytes
) -> tuple[bytes, Bundle | None]:
    """Digest and bundle; None for a plaintext that is no bundle of this kind.

    Raises BidDoesNotOpen.
    """
    try:
        with opened_view(blobs.path(envelope.upload_id), file_key) as (view, digest):
            bundle = read_bundle(view.read_at, view.size)
    except BadBundle:
        return digest, None
    except (BadHeader, BadMac, BadPayload) as error:
        raise BidDoesNotOpen(str(error), kind=envelope.kind) from error
    return digest, bundle if bundle.kind == envelope.kind else None
