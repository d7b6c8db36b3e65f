"""The steps of a bid in a workspace, each of which can be done again after it was cut short.

prepare → seal → rehearse → submit, and later replace (the same with the next number), withdraw,
unlock. What a step needs from an earlier one it reads from the workspace and checks again.
"""

import asyncio
import shutil
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from hashlib import file_digest
from pathlib import Path
from typing import Any, Final, TypeVar

from clients.bid_sealing import (
    PreparedBid,
    Progress,
    altered_containers,
    rehearse,
    rehearse_keys,
    seal_bid,
)
from clients.bidding import MANIFEST, Bidder, UploadProgress
from clients.bundling import pack
from clients.canaries import shown_working
from clients.key_files import KeyFolder, Signer
from clients.notices import Notice, read_notice
from clients.platform import Json, Platform, PlatformRefused
from clients.receipt_keeping import WITHDRAWN, ReceiptBook
from clients.sdk.bills import with_bill
from clients.sdk.checks import (
    BidFinding,
    check_canaries,
    check_certificate,
    check_files,
    check_form,
    check_reading,
    check_time,
    stopping,
)
from clients.sdk.hall_rehearsal import HallReport, rehearse_opening
from clients.sdk.plan import require_envelopes
from clients.sdk.timing import PlatformTime, before, read_platform_time
from clients.sdk.workspace import Checked, StepMissing, Workspace
from clients.serving import write_private
from tendering.domain.bid import BidStatus, envelope_context
from tendering.domain.bundle import bundle_size
from tendering.domain.disclosure import withholds
from tendering.domain.published_keys import PublishedKeys
from tendering.domain.quantities.lot_clearing import BILL_FILE

# A header and the seals of the chunks, generously: what a container is longer than its bundle.
SEALED_PERMILLE: Final = 1005
HEADERS_BYTES: Final = 1 << 20
REHEARSED: Final = "rehearsed"
_GONE: Final = frozenset({BidStatus.REPLACED, BidStatus.WITHDRAWN})

Result = TypeVar("Result")


class Stopped(Exception):
    """The work was cancelled."""


class BidStopped(Exception):
    """Findings stand in the way."""

    def __init__(self, findings: Sequence[BidFinding]) -> None:
        """`findings` are those that stop."""
        super().__init__(", ".join(finding.code for finding in findings))
        self.findings = tuple(findings)


class PlanChanged(Exception):
    """bid.toml is not what `prepare` looked at."""


class KeyHoldersChanged(Exception):
    """What was sealed can be opened by other key holders than the tender now names: seal again."""


class ContainersAltered(Exception):
    """Containers are not what was sealed: the kinds of their envelopes."""


class SourcesChanged(Exception):
    """Files were changed after they were sealed; what would be handed in is the sealed version."""


class DiskTooFull(Exception):
    """There is no room for the containers and a rehearsal."""


class NotInOpening(Exception):
    """The list that everybody sees does not hold this bid, or holds other containers."""


@dataclass(frozen=True, slots=True)
class BidDesk:
    """A workspace at work on a platform, with the notice as it was checked just now."""

    workspace: Workspace
    platform: Platform
    keys: PublishedKeys
    notice: Notice

    @property
    def receipts(self) -> ReceiptBook:
        """The receipts in the workspace."""
        return ReceiptBook(self.platform, self.keys, self.workspace.receipts)

    async def time(self) -> PlatformTime:
        """The platform's clock. Raises PlatformRefused, PlatformUnreachable."""
        return await read_platform_time(self.platform)

    async def prepare(
        self, confirmed: frozenset[str] = frozenset()
    ) -> tuple[Checked, list[BidFinding]]:
        """Check files, form and time, and fix the digest of everything; all findings.

        Raises BidStopped, StepMissing, PlanInvalid, OSError.
        """
        plan = self.workspace.plan()
        digest = self.workspace.plan_digest()
        tender = self.notice.tender
        now = (await self.time()).now
        findings = check_time(tender, now) + self.key_holders_shown(now)
        findings += check_certificate(self._certified_until(), tender)
        findings += self.unread()
        require_envelopes(plan, tender)
        findings += check_form(plan, tender)
        documents, made = self.workspace.documents, self.workspace.state / BILL_FILE
        plan, wrong = await asyncio.to_thread(with_bill, plan, tender, documents, made)
        findings += wrong
        findings += await asyncio.to_thread(check_files, plan)
        in_the_way = stopping(findings, confirmed)
        if in_the_way:
            raise BidStopped(in_the_way)
        packed = [await asyncio.to_thread(pack, content) for content in plan.contents]
        checked = Checked(digest, tuple(packed))
        self.workspace.save_checked(checked)
        return checked, findings

    async def seal(self, passphrase: str, progress: Progress | None = None) -> PreparedBid:
        """Seal what `prepare` looked at, under the next number.

        Raises StepMissing, PlanChanged, FileChanged, DiskTooFull, PlatformRefused, OSError, and
        what `progress` raises to stop it.
        """
        checked = self.workspace.checked()
        if checked.plan != self.workspace.plan_digest():
            raise PlanChanged
        size = sum(bundle_size(one.bundle) for one in checked.packed)
        needed = 2 * (size * SEALED_PERMILLE // 1000 + HEADERS_BYTES)
        if shutil.disk_usage(self.workspace.state).free < needed:
            raise DiskTooFull(needed)
        counter = await self._next_counter()

        def work(told: Progress) -> PreparedBid:
            return seal_bid(
                self.notice.tender,
                checked.packed,
                lot=self.workspace.subject().lot,
                bidder_id=self.platform.me.organization_id,
                counter=counter,
                folder=self.workspace.bid_folder(counter),
                passphrase=passphrase,
                progress=told,
            )

        return await _stoppable(work, progress)

    async def rehearse(self, passphrase: str, progress: Progress | None = None) -> PreparedBid:
        """Open the latest sealed bid as the opening will: only then may it be handed in.

        Raises StepMissing, RehearsalFailed, WrongPassphrase, OSError.
        """
        bid = self.workspace.latest()
        keys = await asyncio.to_thread(bid.opening_keys, passphrase)

        def work(told: Progress) -> None:
            rehearse(self.notice.tender, bid, keys, told)

        await _stoppable(work, progress)
        await asyncio.to_thread(write_private, bid.folder / REHEARSED, b"")
        return bid

    async def rehearse_hall(self, signer: Signer) -> HallReport:
        """Sign in and unlock with a test container. Raises what `rehearse_opening` raises."""
        lot = self.workspace.subject().lot
        return await rehearse_opening(self.platform, signer, self.keys, self.notice.tender, lot)

    async def try_keys(self, passphrase: str) -> PreparedBid | None:
        """Do the keys here give the file keys of the latest sealed bid? None when there is none.

        Raises RehearsalFailed, WrongPassphrase, OSError.
        """
        bids = self.workspace.bids()
        if not bids:
            return None
        keys = await asyncio.to_thread(bids[-1].opening_keys, passphrase)
        await asyncio.to_thread(rehearse_keys, self.notice.tender, bids[-1], keys)
        return bids[-1]

    async def submit(
        self,
        bidder: Bidder,
        *,
        moved: UploadProgress | None = None,
        as_sealed: bool = False,
    ) -> Json:
        """Bring the latest sealed bid up and hand it in; the receipt, whose proof may be pending.

        After a crash it goes on. What may have been sent already is asked for first, for its
        receipt is given also after the deadline. Raises DeadlineMissed, ContainersAltered,
        SourcesChanged, KeyHoldersChanged, PlatformRefused, PlatformUnreachable, ReceiptWrong.
        """
        bid = self.workspace.latest()
        receipt = self.receipts.stored(bid.lot, bid.counter)
        if receipt is not None:
            return receipt
        if (bid.folder / MANIFEST).exists():
            try:
                return await bidder.submit(self.notice.tender, bid)
            except PlatformRefused as refusal:
                if refusal.code not in {"not-found", "upload-incomplete"}:
                    raise
        await self._require_submittable(bid, as_sealed=as_sealed)
        bid = await before(self._deadline, self.platform, partial(bidder.upload, bid, moved))
        return await bidder.submit(self.notice.tender, bid)

    async def withdraw(self, bidder: Bidder) -> Json:
        """Take back the bid that stands; the receipt. Raises StepMissing, PlatformRefused."""
        lot = self.workspace.subject().lot
        standing = [one for one in await self.submissions() if one["status"] == "submitted"]
        bids = [bid.counter for bid in self.workspace.bids()]
        counter = max((one["counter"] for one in standing), default=max(bids, default=0))
        if counter == 0:
            raise StepMissing("submit")
        # An answer that was lost: the bid does not stand any more, and the receipt is asked again.
        return await bidder.withdraw(self.notice.tender.id, lot, counter)

    async def unlock(self, bidder: Bidder, passphrase: str) -> PreparedBid:
        """Send the file key of each container of the bid that stands, once the opening has begun.

        Raises StepMissing, NotInOpening, WrongPassphrase, PlatformRefused, UnlockContradicted.
        """
        bid = await self.bid_in_opening()
        keys = await asyncio.to_thread(bid.opening_keys, passphrase)
        await bidder.unlock(bid, keys)
        return bid

    async def submissions(self) -> list[dict[str, Any]]:
        """What the platform holds of this bidder for the lot. Raises PlatformRefused."""
        mine = await self.platform.get(f"/tenders/{self.notice.tender.id}/bids/mine")
        lot = self.workspace.subject().lot
        return [one for one in mine["items"] if one["lot"] == lot]

    def key_holders_shown(self, now: datetime) -> list[BidFinding]:
        """What the canaries say of the key holders at an instant. Raises NoticeInvalid."""
        roots = [authority.root for authority in self.keys.certifiers]
        entries, tender = self.notice.journal.entries, self.notice.tender
        return check_canaries(shown_working(entries, tender, trusted_roots=roots, now=now))

    def unread(self) -> list[BidFinding]:
        """What was published about the tender and not downloaded."""
        published = len(self.notice.clarifications)
        return check_reading(published, self.workspace.clarifications_read())

    async def clear(self, bidder: Bidder, passphrase: str) -> Json:
        """Publish the file keys of a bid that did not open, to clear oneself; whose fault it is.

        Raises StepMissing, NotInOpening, WrongPassphrase, PlatformRefused.
        """
        bid = await self.bid_in_opening()
        keys = await asyncio.to_thread(bid.opening_keys, passphrase)
        return await bidder.disclose(bid, keys)

    async def is_opening(self) -> bool:
        """Has the opening of one's bids begun? Of a first round the platform tells each its own."""
        if self.notice.closed is not None:
            return True
        path = f"/tenders/{self.notice.tender.id}/opening"
        return withholds(self.notice.tender) and bool((await self.platform.get(path))["lots"])

    async def bid_in_opening(self) -> PreparedBid:
        """Which of the sealed bids stands in the opening. Raises StepMissing, NotInOpening."""
        if not await self.is_opening():
            raise StepMissing("opening")
        closed = self.notice.closed
        if closed is None:
            return await self._bid_in_custody()
        lots = closed.body["lots"]
        assert isinstance(lots, list)
        shown = [
            (lot["lot"], one["counter"], one["container_digests"])
            for lot in lots
            if isinstance(lot, dict)
            for one in lot["bids"]
            if one["bidder_id"] == str(self.platform.me.organization_id)
        ]
        for bid in reversed(self.workspace.bids()):
            sealed = {envelope.kind: envelope.digest for envelope in bid.envelopes}
            if (bid.lot, bid.counter, sealed) in shown:
                return bid
        raise NotInOpening

    async def _bid_in_custody(self) -> PreparedBid:
        """The newest bid of a first round that its receipt says is in custody."""
        counters = {
            one["counter"] for one in await self.submissions() if one["status"] not in _GONE
        }
        for bid in reversed(self.workspace.bids()):
            if bid.counter in counters and not self.is_withdrawn(bid):
                return bid
        raise NotInOpening

    def is_withdrawn(self, bid: PreparedBid) -> bool:
        """Has the platform acknowledged that a bid was taken back?"""
        return self.receipts.stored(bid.lot, bid.counter, WITHDRAWN) is not None

    def _certified_until(self) -> datetime | None:
        folder = KeyFolder(Path(self.workspace.login().keys))
        return folder.certificate.not_after if folder.is_certified else None

    async def _next_counter(self) -> int:
        known: list[int] = [one["counter"] for one in await self.submissions()]
        here = [bid.counter for bid in self.workspace.bids()]
        return max([0, *known, *here]) + 1

    async def _deadline(self) -> datetime:
        notice = await read_notice(self.platform, self.notice.tender.id, self.keys)
        return notice.tender.deadline

    async def _require_submittable(self, bid: PreparedBid, *, as_sealed: bool) -> None:
        if not (bid.folder / REHEARSED).exists():
            raise StepMissing("rehearse")
        altered = await asyncio.to_thread(altered_containers, bid)
        if altered:
            raise ContainersAltered(", ".join(altered))
        if any(one.context != _context(self.notice, bid, one.kind) for one in bid.envelopes):
            raise KeyHoldersChanged
        if not as_sealed:
            changed = await asyncio.to_thread(_changed_sources, bid)
            if changed:
                raise SourcesChanged(", ".join(changed))


def _context(notice: Notice, bid: PreparedBid, kind: str) -> str:
    """What a container of this bid must be bound to now, lower hex."""
    return envelope_context(
        notice.tender, lot=bid.lot, kind=kind, bidder_id=bid.bidder_id, counter=bid.counter
    ).hex()


def _changed_sources(bid: PreparedBid) -> list[str]:
    """The names of files that are there and are not what was sealed."""
    changed = []
    for source in (source for envelope in bid.envelopes for source in envelope.sources):
        file = Path(source.path)
        if file.exists():
            with file.open("rb") as stream:
                if file_digest(stream, "sha256").hexdigest() != source.sha256:
                    changed.append(file.name)
    return changed


async def _stoppable(work: Callable[[Progress], Result], progress: Progress | None) -> Result:
    """Work in a thread which stops at its next sign of progress when this task is cancelled."""
    stopped = threading.Event()

    def told(kind: str, done: int) -> None:
        if stopped.is_set():
            raise Stopped
        if progress is not None:
            progress(kind, done)

    try:
        return await asyncio.to_thread(work, told)
    finally:
        stopped.set()
