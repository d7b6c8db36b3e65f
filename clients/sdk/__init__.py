"""The bidder's side of the platform for programs: what `kaibiao bid` and the demonstration use.

    async with open_platform("https://bids.example") as platform:
        await platform.log_in("bidder01", password)
        keys = await fetch_published_keys(platform, Path("platform-keys.json"))
        signer = await certify_with_platform(KeyFolder(Path("keys"), passphrase), platform)
        bidder = Bidder(platform, signer, ReceiptBook(platform, keys, Path("receipts")))
        notice = await read_notice(platform, tender_id, keys)
        await download_documents(platform, notice.tender, Path("documents"))
        packed = [pack(EnvelopeContent(kind, forms[kind], files[kind])) for kind in ENVELOPES]
        bid = seal_bid(
            notice.tender,
            packed,
            lot="1",
            bidder_id=bidder.id,
            counter=await bidder.next_counter(tender_id, "1"),
            folder=Path("bid-1"),
            passphrase=passphrase,
        )
        rehearse(notice.tender, bid, bid.opening_keys(passphrase))
        receipt = await bidder.submit(notice.tender, await bidder.upload(bid))
        verdict = await bidder.receipts.wait_for_proof(receipt)

`Bidder` is for programs that keep their own books. `BidDesk` does the same in a `Workspace`, the
folder that the command works in: every step can be repeated after it was cut short, and refuses
what a clerk would overlook. Everything that can go wrong is an exception named in a docstring.
"""

from clients.bid_sealing import PreparedBid, RehearsalFailed, load_prepared, rehearse, seal_bid
from clients.bidding import Bidder, UnlockContradicted, fetch_published_keys
from clients.bundling import EnvelopeContent, FileChanged, PackedEnvelope, pack
from clients.certifying import certify_with_platform
from clients.key_files import KeyFolder, Signer
from clients.notices import Notice, deadlines, download_documents, notice_of, read_notice
from clients.platform import Platform, PlatformRefused, PlatformUnreachable, open_platform
from clients.receipt_keeping import ReceiptBook, ReceiptWrong
from clients.sdk.checks import BidFinding, Weight
from clients.sdk.desk import BidDesk, BidStopped
from clients.sdk.hall_rehearsal import HallReport, rehearse_opening
from clients.sdk.plan import BidPlan, PlanInvalid, parse_plan
from clients.sdk.timing import DeadlineMissed, PlatformTime, read_platform_time
from clients.sdk.workspace import StepMissing, Workspace, WorkspaceBusy
from tendering.domain.tender import ENVELOPES

__all__ = [
    "ENVELOPES",
    "BidDesk",
    "BidFinding",
    "BidPlan",
    "BidStopped",
    "Bidder",
    "DeadlineMissed",
    "EnvelopeContent",
    "FileChanged",
    "HallReport",
    "KeyFolder",
    "Notice",
    "PackedEnvelope",
    "PlanInvalid",
    "Platform",
    "PlatformRefused",
    "PlatformTime",
    "PlatformUnreachable",
    "PreparedBid",
    "ReceiptBook",
    "ReceiptWrong",
    "RehearsalFailed",
    "Signer",
    "StepMissing",
    "UnlockContradicted",
    "Weight",
    "Workspace",
    "WorkspaceBusy",
    "certify_with_platform",
    "deadlines",
    "download_documents",
    "fetch_published_keys",
    "load_prepared",
    "notice_of",
    "open_platform",
    "pack",
    "parse_plan",
    "read_notice",
    "read_platform_time",
    "rehearse",
    "rehearse_opening",
    "seal_bid",
]
