"""A bidder's receipts: checked when they come, kept as files, completed as witnesses confirm.

Nothing is taken on trust: a receipt must bear the platform's signature under keys that were fetched
beforehand, and must speak of exactly the act that was done. docs/specs/receipt-v1.md.
"""

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

from clients.platform import Json, Platform
from clients.serving import write_private
from tendering.domain.published_keys import PublishedKeys
from tendering.domain.receipt_verdict import PLATFORM_SIGNATURE, ReceiptVerdict, verify_receipt
from tendering.domain.receipts import Submission, parse_receipt

PROOF_SECONDS: Final = 120.0
PROOF_POLL_SECONDS: Final = 0.5
SUBMITTED: Final = "bid.submitted"
WITHDRAWN: Final = "bid.withdrawn"


class ReceiptWrong(Exception):
    """The platform's receipt does not hold or speaks of something else than what was sent."""


@dataclass(frozen=True, slots=True)
class ReceiptBook:
    """The receipts of one bidder in a folder. `keys` are the platform's, kept beforehand."""

    platform: Platform
    keys: PublishedKeys
    folder: Path

    def check(self, receipt: Json, *, act: str, lot: str, tender_id: UUID) -> Submission:
        """What a receipt says, if it holds and is for this act of ours. Raises ReceiptWrong."""
        self.verdict(receipt)
        submission = parse_receipt(receipt).submission
        told = (submission.act, submission.tender_id, submission.lot, submission.bidder_id)
        if told != (act, tender_id, lot, self.platform.me.organization_id):
            raise ReceiptWrong("the receipt is for another act")
        return submission

    def verdict(self, receipt: Json) -> ReceiptVerdict:
        """What a receipt proves so far. Raises ReceiptWrong when a part of it does not hold."""
        verdict = verify_receipt(receipt, platform=self.keys)
        if verdict.broken or PLATFORM_SIGNATURE not in verdict.holds:
            raise ReceiptWrong(", ".join(verdict.broken))
        return verdict

    def keep(self, receipt: Json) -> None:
        """Store it, in place of what was stored of the same act."""
        self.folder.mkdir(parents=True, exist_ok=True)
        submission = parse_receipt(receipt).submission
        file = self.file(submission.lot, submission.counter, submission.act)
        write_private(file, json.dumps(receipt, ensure_ascii=False).encode())

    def stored(self, lot: str, counter: int, act: str = SUBMITTED) -> Json | None:
        """The stored receipt of an act; None while there is none."""
        file = self.file(lot, counter, act)
        if not file.exists():
            return None
        receipt: Json = json.loads(file.read_bytes())
        return receipt

    def file(self, lot: str, counter: int, act: str = SUBMITTED) -> Path:
        """Where the receipt of an act is kept."""
        return self.folder / f"receipt-lot-{lot}-{counter}-{act.removeprefix('bid.')}.json"

    async def complete(self, receipt: Json) -> ReceiptVerdict:
        """Ask for what witnesses and time-stamping authorities have added, and keep it.

        Raises PlatformRefused, PlatformUnreachable, ReceiptWrong.
        """
        submission = parse_receipt(receipt).submission
        path = f"/receipts/{submission.manifest_digest.hex()}"
        newer: Json = await self.platform.get(path, {"act": submission.act})
        if newer["statement"] != receipt["statement"]:
            raise ReceiptWrong("the completed receipt says something else than the first")
        verdict = self.verdict(newer)
        self.keep(newer)
        return verdict

    async def wait_for_proof(
        self, receipt: Json, *, seconds: float = PROOF_SECONDS
    ) -> ReceiptVerdict:
        """Wait until the proof of a submission is whole; the verdict, incomplete when time is up.

        The platform promises the log within the receipt's `within_seconds`; witnesses and
        authorities follow. Raises PlatformRefused, PlatformUnreachable, ReceiptWrong.
        """
        until = asyncio.get_running_loop().time() + seconds
        while True:
            verdict = await self.complete(receipt)
            if verdict.is_complete or asyncio.get_running_loop().time() > until:
                return verdict
            await asyncio.sleep(PROOF_POLL_SECONDS)
