"""The bidder's side of a tender: hand in, replace, withdraw, and unlock at the opening.

Nothing is taken on trust: the receipt must speak of exactly what was sent, and at the opening the
platform must find in every container what went in.
"""

import asyncio
import base64
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from uuid import NAMESPACE_OID, UUID, uuid4, uuid5

from clients.bid_sealing import PreparedBid, PreparedEnvelope, with_upload
from clients.journal_following import JournalFollower
from clients.key_files import Signer
from clients.key_replacements import tender_now
from clients.platform import Json, Platform, PlatformRefused
from clients.receipt_keeping import SUBMITTED, WITHDRAWN, ReceiptBook, ReceiptWrong
from clients.serving import write_private
from clients.uploading import begin_upload, resume_upload, send_parts
from crypto.canonical import JsonValue, canonical, digest, parse
from crypto.keys import AnyOpeningKey
from crypto.sealed_file import unwrap_with_opening_key
from tendering.domain.bid import (
    MANIFEST_LABEL,
    WITHDRAWAL_LABEL,
    SealedEnvelope,
    manifest_statement,
)
from tendering.domain.opening import DISCLOSURE_LABEL
from tendering.domain.published_keys import PublishedKeys, parse_published_keys
from tendering.domain.resumption import session_of
from tendering.domain.tender import Tender

MANIFEST: Final = "manifest.json"
# The manifest does not say how the bytes came; the platform gives what travels whole an id.
NOT_UPLOADED: Final = UUID(int=0)

UploadProgress = Callable[[str, int], None]


class UnlockContradicted(Exception):
    """The platform says that it found something else in a container than what was sealed."""


@dataclass(slots=True)
class Bidder:
    """One bidder at one platform."""

    platform: Platform
    signer: Signer
    receipts: ReceiptBook

    @property
    def id(self) -> UUID:
        """The bidder's id."""
        return self.platform.me.organization_id

    async def next_counter(self, tender_id: UUID, lot: str) -> int:
        """The number that the bidder's next submission for a lot must have, or a higher one."""
        mine = await self.platform.get(f"/tenders/{tender_id}/bids/mine")
        return max((bid["counter"] for bid in mine["items"] if bid["lot"] == lot), default=0) + 1

    async def upload(
        self, prepared: PreparedBid, moved: UploadProgress | None = None
    ) -> PreparedBid:
        """Bring the containers up, each going on where an earlier attempt stopped.

        What travels whole stays where it is. `moved` is told the envelope's kind and how many bytes
        more are up. Raises PlatformRefused, PlatformUnreachable, OSError.
        """
        if prepared.travels_whole:
            return prepared
        for kind, envelope in [(one.kind, one) for one in prepared.envelopes]:
            upload = None
            if envelope.upload_id is not None:
                earlier = UUID(envelope.upload_id)
                upload = await resume_upload(self.platform, earlier, envelope.size_bytes)
                if upload is None:
                    # The platform has thrown it away: the old key would find it again.
                    prepared = with_upload(prepared, kind, None, key=uuid4())
            if upload is None:
                upload_key = UUID(_of_kind(prepared, kind).upload_key)
                upload = await begin_upload(self.platform, envelope.size_bytes, key=upload_key)
                prepared = with_upload(prepared, kind, upload.id)
            told = None if moved is None else partial(moved, kind)
            await send_parts(self.platform, upload, prepared.path(envelope), moved=told)
        return prepared

    async def submit(self, tender: Tender, prepared: PreparedBid) -> Json:
        """Hand in a bid whose containers are up or travel with it; a later one replaces an earlier.

        The signed manifest is on disk before it is sent, so that whoever was killed on the way
        hands in the same and gets the same receipt, also after the deadline. Returns the receipt,
        checked and stored. Raises PlatformRefused, PlatformUnreachable, ReceiptWrong.
        """
        manifest = self._manifest(tender, prepared)
        body = {
            "lot": prepared.lot,
            "counter": prepared.counter,
            "manifest": manifest,
            **await asyncio.to_thread(_containers, prepared),
        }
        receipt = await self._act(f"/tenders/{tender.id}/bids", body)
        submission = self.receipts.check(
            receipt, act=SUBMITTED, lot=prepared.lot, tender_id=tender.id
        )
        if (
            submission.counter != prepared.counter
            or submission.manifest_digest != digest(MANIFEST_LABEL, manifest)
            or {kind: root.hex() for kind, root in submission.container_digests}
            != {one.kind: one.digest for one in prepared.envelopes}
        ):
            raise ReceiptWrong("the receipt is for another bid")
        self.receipts.keep(receipt)
        return receipt

    async def withdraw(self, tender_id: UUID, lot: str, counter: int) -> Json:
        """Take the bid back, before the deadline. The receipt, checked and stored.

        Raises PlatformRefused, ReceiptWrong.
        """
        statement: dict[str, JsonValue] = {
            "tender_id": str(tender_id),
            "lot": lot,
            "bidder_id": str(self.id),
            "counter": counter,
        }
        signed = self.signer.sign(WITHDRAWAL_LABEL, statement)
        body = {"lot": lot, "counter": counter, "statement": signed}
        receipt = await self._act(f"/tenders/{tender_id}/bids/withdrawal", body)
        self.receipts.check(receipt, act=WITHDRAWN, lot=lot, tender_id=tender_id)
        self.receipts.keep(receipt)
        return receipt

    async def unlock(self, prepared: PreparedBid, keys: Mapping[str, AnyOpeningKey]) -> None:
        """Hand over the file keys at the opening, once the window is open.

        `keys` are those of `PreparedBid.opening_keys`. Raises PlatformRefused, UnlockContradicted,
        KeyError for a key that is not among them, and crypto's errors for a container that is not
        what was sealed.
        """
        kinds = await self._kinds_now(prepared)
        file_keys = _file_keys(prepared, keys, kinds)
        body = {"lot": prepared.lot, "file_keys": _texts(file_keys)}
        try:
            answer = await self.platform.post(
                f"/tenders/{prepared.tender_id}/opening/unlocks", body
            )
        except PlatformRefused as refusal:
            if refusal.code != "already-unlocked":
                raise
            # The answer to an earlier attempt was lost: the verdict is public.
            verdicts = await self._published_verdicts(prepared, kinds)
        else:
            verdicts = answer["verdicts"]
        found = {one["kind"]: (one["rederives"], one["plaintext_digest"]) for one in verdicts}
        sealed = {one.kind: one.plaintext_root for one in prepared.envelopes}
        # The digest of a price is not published before all prices are.
        if found.keys() != file_keys.keys() or any(
            rederives is not True or digest not in {None, sealed[kind]}
            for kind, (rederives, digest) in found.items()
        ):
            raise UnlockContradicted(json.dumps(found))

    async def _kinds_now(self, prepared: PreparedBid) -> frozenset[str]:
        """The envelopes of the session that unlocks, by the public record: no other key goes out.

        The platform could say that the hall was resumed when it was not; in the record it would
        have said so to everybody.
        """
        journal = JournalFollower(self.platform, prepared.tender_id)
        await journal.look()
        sealed = frozenset(one.kind for one in prepared.envelopes)
        published = journal.find("tender.published")
        if published is None:
            raise UnlockContradicted("no notice says which envelopes are unlocked")
        round_ = tender_now(published, journal.entries).round
        session = session_of(journal.entries, prepared.lot, self.id)
        return sealed & frozenset(round_.kinds_in(min(session, len(round_.sessions))))

    async def _published_verdicts(self, prepared: PreparedBid, kinds: frozenset[str]) -> list[Json]:
        journal = JournalFollower(self.platform, prepared.tender_id)
        await journal.look()
        if all(entry.kind != "submission.closed" for entry in journal.entries):
            # A first round: its journal waits until the last one is closed.
            return await self._own_verdicts(prepared)
        about = {"lot": prepared.lot, "bidder_id": str(self.id)}
        for entry in journal.entries:
            if entry.kind == "bid.unlocked" and about.items() <= entry.body.items():
                verdicts: Any = entry.body["envelopes"]
                if {one["kind"] for one in verdicts} == kinds:
                    return list(verdicts)
        raise UnlockContradicted("no public entry about the bid")

    async def _own_verdicts(self, prepared: PreparedBid) -> list[Json]:
        opening = await self.platform.get(f"/tenders/{prepared.tender_id}/opening")
        for lot in opening["lots"]:
            for bid in lot["bids"]:
                if (lot["lot"], bid["bidder_id"]) == (prepared.lot, str(self.id)):
                    return list(bid["verdicts"])
        raise UnlockContradicted("nothing is told of the bid")

    async def disclose(self, prepared: PreparedBid, keys: Mapping[str, AnyOpeningKey]) -> Json:
        """Publish the file keys of a bid that did not open; whose fault that was, by computation.

        Who does not cannot clear itself: docs/specs/sealed-bid-v1.md §6. Raises PlatformRefused.
        """
        file_keys = _file_keys(prepared, keys, await self._kinds_now(prepared))
        statement: dict[str, JsonValue] = {
            "tender_id": str(prepared.tender_id),
            "lot": prepared.lot,
            "bidder_id": str(self.id),
            "counter": prepared.counter,
            "file_key_digests": {
                kind: sha256(key).hexdigest() for kind, key in sorted(file_keys.items())
            },
        }
        body = {
            "lot": prepared.lot,
            "file_keys": _texts(file_keys),
            "statement": self.signer.sign(DISCLOSURE_LABEL, statement),
        }
        return await self._act(f"/tenders/{prepared.tender_id}/opening/file-keys", body)

    async def sign_in(self, tender_id: UUID, lot: str) -> None:
        """Sign in (签到) before the opening. Raises PlatformRefused."""
        await self.platform.post(f"/tenders/{tender_id}/opening/sign-in", {"lot": lot})

    async def confirm(self, tender_id: UUID, lot: str) -> None:
        """Confirm what was read out. Raises PlatformRefused."""
        await self.platform.post(f"/tenders/{tender_id}/opening/confirmations", {"lot": lot})

    async def declare_key_lost(self, tender_id: UUID, lot: str) -> None:
        """Say that one cannot unlock: the key holders do it instead. Raises PlatformRefused."""
        await self.platform.post(f"/tenders/{tender_id}/opening/lost-key", {"lot": lot})

    def _manifest(self, tender: Tender, prepared: PreparedBid) -> JsonValue:
        """The manifest as it was signed the first time."""
        file = prepared.folder / MANIFEST
        if not file.exists():
            signed = self.signer.sign(MANIFEST_LABEL, manifest_of(tender, prepared))
            write_private(file, canonical(signed))
        return parse(file.read_bytes())

    async def _act(self, path: str, body: object) -> Json:
        """An act whose Idempotency-Key follows from what is asked: after a crash it is the same."""
        asked = json.dumps(body, sort_keys=True)
        answer: Json = await self.platform.post(path, body, key=uuid5(NAMESPACE_OID, path + asked))
        return answer


def manifest_of(tender: Tender, prepared: PreparedBid) -> dict[str, JsonValue]:
    """What the bidder signs for a submission whose containers are up."""
    envelopes = [
        SealedEnvelope(
            kind=one.kind,
            upload_id=UUID(one.upload_id) if one.upload_id else NOT_UPLOADED,
            context=bytes.fromhex(one.context),
            digest=bytes.fromhex(one.digest),
            size_bytes=one.size_bytes,
            recipient=one.recipient,
        )
        for one in prepared.envelopes
    ]
    return manifest_statement(
        tender,
        lot=prepared.lot,
        bidder_id=prepared.bidder_id,
        counter=prepared.counter,
        envelopes=envelopes,
    )


def _containers(prepared: PreparedBid) -> dict[str, object]:
    """The containers themselves, or where they lie on the platform."""
    if not prepared.travels_whole:
        return {"uploads": {one.kind: one.upload_id for one in prepared.envelopes}}
    contents = {one.kind: prepared.path(one).read_bytes() for one in prepared.envelopes}
    return {"containers": _texts(contents)}


def _file_keys(
    prepared: PreparedBid, keys: Mapping[str, AnyOpeningKey], kinds: Collection[str]
) -> dict[str, bytes]:
    return {
        envelope.kind: unwrap_with_opening_key(prepared.header(envelope), keys[envelope.recipient])
        for envelope in prepared.envelopes
        if envelope.kind in kinds
    }


def _texts(contents: Mapping[str, bytes]) -> dict[str, str]:
    return {kind: base64.b64encode(each).decode("ascii") for kind, each in contents.items()}


def _of_kind(prepared: PreparedBid, kind: str) -> PreparedEnvelope:
    return next(envelope for envelope in prepared.envelopes if envelope.kind == kind)


async def fetch_published_keys(platform: Platform, target: Path) -> PublishedKeys:
    """Fetch the platform's published keys and keep them: receipts are checked against these."""
    value: dict[str, Any] = await platform.get("/log/keys")
    keys = parse_published_keys(value)
    write_private(target, json.dumps(value, ensure_ascii=False, indent=1).encode())
    return keys
