"""The bidder's side of a tender: hand in, replace, withdraw, and unlock at the opening.

Nothing is taken on trust: the receipt must speak of exactly what was sent, and at the opening the
platform must find in every container what went in.
"""

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from clients.bid_sealing import PreparedBid, with_upload
from clients.journal_following import JournalFollower
from clients.key_files import Signer
from clients.platform import Json, Platform, PlatformRefused
from clients.serving import write_private
from clients.uploading import begin_upload, resume_upload, send_parts
from crypto.canonical import JsonValue, digest
from crypto.keys import OpeningKey
from crypto.sealed_file import unwrap_with_opening_key
from tendering.domain.bid import (
    MANIFEST_LABEL,
    WITHDRAWAL_LABEL,
    SealedEnvelope,
    manifest_statement,
)
from tendering.domain.published_keys import PublishedKeys, parse_published_keys
from tendering.domain.receipt_verdict import PLATFORM_SIGNATURE, ReceiptVerdict, verify_receipt
from tendering.domain.receipts import Submission, parse_receipt
from tendering.domain.tender import Tender


class ReceiptWrong(Exception):
    """The platform's receipt does not hold or speaks of something else than what was sent."""


class UnlockContradicted(Exception):
    """The platform says that it found something else in a container than what was sealed."""


@dataclass(slots=True)
class Bidder:
    """One bidder at one platform. `keys` are the platform's published keys, kept beforehand."""

    platform: Platform
    signer: Signer
    keys: PublishedKeys
    receipts: Path

    @property
    def id(self) -> UUID:
        """The bidder's id."""
        return self.platform.me.organization_id

    async def next_counter(self, tender_id: UUID, lot: str) -> int:
        """The number that the bidder's next submission for a lot must have, or a higher one."""
        mine = await self.platform.get(f"/tenders/{tender_id}/bids/mine")
        return max((bid["counter"] for bid in mine["items"] if bid["lot"] == lot), default=0) + 1

    async def upload(self, prepared: PreparedBid) -> PreparedBid:
        """Bring the containers up, each going on where an earlier attempt stopped."""
        for envelope in prepared.envelopes:
            upload = None
            if envelope.upload_id is not None:
                upload = await resume_upload(
                    self.platform, UUID(envelope.upload_id), envelope.size_bytes
                )
            if upload is None:
                upload = await begin_upload(self.platform, envelope.size_bytes)
                prepared = with_upload(prepared, envelope.kind, upload.id)
            await send_parts(self.platform, upload, prepared.path(envelope))
        return prepared

    async def submit(self, tender: Tender, prepared: PreparedBid) -> Json:
        """Hand in a bid whose containers are up; a later one takes an earlier one's place.

        Returns the receipt, checked and stored. Raises PlatformRefused, ReceiptWrong.
        """
        manifest = self.signer.sign(MANIFEST_LABEL, manifest_of(tender, prepared))
        receipt: Json = await self.platform.post(
            f"/tenders/{tender.id}/bids",
            {
                "lot": prepared.lot,
                "counter": prepared.counter,
                "uploads": {one.kind: one.upload_id for one in prepared.envelopes},
                "manifest": manifest,
            },
        )
        submission = self._checked(receipt, "bid.submitted", prepared.lot, tender.id)
        if (
            submission.counter != prepared.counter
            or submission.manifest_digest != digest(MANIFEST_LABEL, manifest)
            or {kind: root.hex() for kind, root in submission.container_digests}
            != {one.kind: one.digest for one in prepared.envelopes}
        ):
            raise ReceiptWrong("the receipt is for another bid")
        self._keep(receipt, submission)
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
        receipt: Json = await self.platform.post(
            f"/tenders/{tender_id}/bids/withdrawal",
            {
                "lot": lot,
                "counter": counter,
                "statement": self.signer.sign(WITHDRAWAL_LABEL, statement),
            },
        )
        submission = self._checked(receipt, "bid.withdrawn", lot, tender_id)
        self._keep(receipt, submission)
        return receipt

    async def complete_receipt(self, receipt: Json) -> ReceiptVerdict:
        """Ask for what witnesses and time-stamping authorities have added, and keep it.

        Raises PlatformRefused, ReceiptWrong.
        """
        submission = parse_receipt(receipt).submission
        newer: Json = await self.platform.get(f"/receipts/{submission.manifest_digest.hex()}")
        if newer["statement"] != receipt["statement"]:
            raise ReceiptWrong("the completed receipt says something else than the first")
        verdict = self._verdict(newer)
        self._keep(newer, submission)
        return verdict

    async def unlock(self, prepared: PreparedBid, opening_key: OpeningKey) -> None:
        """Hand over the file keys at the opening, once the window is open.

        Raises PlatformRefused, UnlockContradicted, and crypto's errors for another key.
        """
        file_keys = {
            envelope.kind: base64.b64encode(
                unwrap_with_opening_key(prepared.header(envelope), opening_key)
            ).decode("ascii")
            for envelope in prepared.envelopes
        }
        try:
            answer = await self.platform.post(
                f"/tenders/{prepared.tender_id}/opening/unlocks",
                {"lot": prepared.lot, "file_keys": file_keys},
            )
        except PlatformRefused as refusal:
            if refusal.code != "already-unlocked":
                raise
            # The answer to an earlier attempt was lost: the verdict is public.
            verdicts = await self._published_verdicts(prepared)
        else:
            verdicts = answer["verdicts"]
        found = {one["kind"]: (one["rederives"], one["plaintext_digest"]) for one in verdicts}
        if found != {one.kind: (True, one.plaintext_root) for one in prepared.envelopes}:
            raise UnlockContradicted(json.dumps(found))

    async def _published_verdicts(self, prepared: PreparedBid) -> list[Json]:
        journal = JournalFollower(self.platform, prepared.tender_id)
        await journal.look()
        about = {"lot": prepared.lot, "bidder_id": str(self.id)}
        entry = journal.find("bid.unlocked", lambda one: about.items() <= one.body.items())
        if entry is None:
            raise UnlockContradicted("no public entry about the bid")
        verdicts: Any = entry.body["envelopes"]
        return list(verdicts)

    def _checked(self, receipt: Json, act: str, lot: str, tender_id: UUID) -> Submission:
        self._verdict(receipt)
        submission = parse_receipt(receipt).submission
        told = (submission.act, submission.tender_id, submission.lot, submission.bidder_id)
        if told != (act, tender_id, lot, self.id):
            raise ReceiptWrong("the receipt is for another act")
        return submission

    def _verdict(self, receipt: Json) -> ReceiptVerdict:
        verdict = verify_receipt(receipt, platform=self.keys)
        if verdict.broken or PLATFORM_SIGNATURE not in verdict.holds:
            raise ReceiptWrong(", ".join(verdict.broken))
        return verdict

    def _keep(self, receipt: Json, submission: Submission) -> None:
        self.receipts.mkdir(parents=True, exist_ok=True)
        act = submission.act.removeprefix("bid.")
        name = f"receipt-lot-{submission.lot}-{submission.counter}-{act}.json"
        write_private(self.receipts / name, json.dumps(receipt, ensure_ascii=False).encode())


def manifest_of(tender: Tender, prepared: PreparedBid) -> dict[str, JsonValue]:
    """What the bidder signs for a submission whose containers are up."""
    envelopes = [
        SealedEnvelope(
            kind=one.kind,
            upload_id=UUID(one.upload_id),
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


async def fetch_published_keys(platform: Platform, target: Path) -> PublishedKeys:
    """Fetch the platform's published keys and keep them: receipts are checked against these."""
    value: dict[str, Any] = await platform.get("/log/keys")
    keys = parse_published_keys(value)
    write_private(target, json.dumps(value, ensure_ascii=False, indent=1).encode())
    return keys
