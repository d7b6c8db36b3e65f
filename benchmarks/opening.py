"""How long does it take to open 1,000 bids of 1 MiB? Target: 1.5 times the bare decryption.

Opening is all of it: read the three containers of a bid, derive their headers again from the file
keys and compare them bit by bit, decrypt, digest, read the bundle, force it to the disk under its
digest. Bare decryption is the same reader without all that, from file to file, file keys known.
Beside them the parts alone, in memory, and the sum of those that the target asks for: no opening
can be quicker. As many threads on both sides as the platform opens with, and bare decryption in one
thread as well, as a plain tool does it. Two ratios: by processor time, which tells more where the
machine has other things to do, and by the clock.
"""

import argparse
import hashlib
import io
import os
import resource
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import uuid4

from benchmarks.report import Row, report
from crypto import suite
from crypto.age_payload import seal_stream
from crypto.container_digest import part_root
from crypto.keys import generate_opening_key
from crypto.sealed_file import SealPolicy, derive_header, open_stream
from tendering.api.context import OPENINGS_AT_ONCE
from tendering.domain.bid import SealedBid, SealedEnvelope, envelope_context
from tendering.domain.bundle import Bundle, BundleFile, bundle_chunks, member_name
from tendering.domain.tender import ENVELOPES, Tender
from tendering.storage.blobs import Blobs
from tendering.unlocking import open_bid, policy_of
from tests.support.make import a_tender

BID_BYTES: Final = 1 << 20
# Three bundles of this content are filled up to a little less than 1 MiB in all.
CONTENT_BYTES: Final = 336_000
CHUNK_BYTES: Final = 64 << 10
DIGEST_ALONE: Final = "the digest alone, in memory"
HEADERS_ALONE: Final = "three headers derived alone"


@dataclass(frozen=True, slots=True)
class Locked:
    """A bid on the disk and its file keys."""

    bid: SealedBid
    file_keys: dict[str, bytes]


@dataclass(frozen=True, slots=True)
class Measured:
    """Bids a second, and processor milliseconds a bid."""

    rate: float
    cpu_ms: float


def bundle(kind: str, content_bytes: int = CONTENT_BYTES) -> bytes:
    """A bundle with one file."""
    content = os.urandom(content_bytes)
    name = "标书.pdf"
    digest = hashlib.sha256(content).hexdigest()
    file = BundleFile(member_name(1, name), name, "application/pdf", len(content), digest)
    return b"".join(bundle_chunks(Bundle(kind, {}, (file,)), [[content]]))


def lock(blobs: Blobs, tender: Tender, bundles: dict[str, bytes]) -> Locked:
    """Seal the bundles, each under keys of its own."""
    bidder_id, keys, envelopes = uuid4(), {}, []
    for kind, plaintext in bundles.items():
        key, upload_id = generate_opening_key(), uuid4()
        keys[kind] = os.urandom(16)
        context = envelope_context(tender, lot="1", kind=kind, bidder_id=bidder_id, counter=1)
        holders = tuple(holder.public_key or b"" for holder in tender.key_holders)
        policy = SealPolicy(context, tender.threshold, holders, key.public)
        with blobs.path(upload_id).open("wb") as file:
            file.write(derive_header(keys[kind], policy))
            seal_stream(keys[kind], os.urandom(16), io.BytesIO(plaintext), file)
            size = file.tell()
        envelopes.append(SealedEnvelope(kind, upload_id, context, bytes(32), size, key.recipient))
    return Locked(SealedBid(tender.id, "1", bidder_id, 1, tuple(envelopes), {}), keys)


def timed(work: Callable[[Locked], None], bids: Sequence[Locked], *, threads: int) -> Measured:
    """Do it with every bid, in so many threads."""
    before, started = _cpu_seconds(), time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        _exhaust(pool.map(work, bids))
    seconds = time.perf_counter() - started
    return Measured(len(bids) / seconds, (_cpu_seconds() - before) / len(bids) * 1000)


def _exhaust(results: Iterable[None]) -> None:
    for _ in results:
        pass


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def contest(folder: Path, count: int, threads: int) -> dict[str, Measured]:
    """All contestants in turn, over the same containers."""
    blobs, tender = Blobs(folder, free_bytes_min=0), a_tender()
    bundles = {kind: bundle(kind) for kind in ENVELOPES}
    bids = [lock(blobs, tender, bundles) for _ in range(count)]
    cipher = suite.Aead(bytes(32))
    memory = os.urandom(BID_BYTES)
    chunk = cipher.encrypt(bytes(12), bytes(CHUNK_BYTES), None)

    def decrypt(locked: Locked) -> None:
        for envelope in locked.bid.envelopes:
            target = folder / f"{envelope.upload_id}.bare"
            with blobs.path(envelope.upload_id).open("rb") as source, target.open("wb") as file:
                file.writelines(open_stream(source, locked.file_keys[envelope.kind]))
            target.unlink()

    def decipher(_locked: Locked) -> None:
        for _ in range(BID_BYTES // CHUNK_BYTES):
            cipher.decrypt(bytes(12), chunk, None)

    def derive(locked: Locked) -> None:
        for envelope in locked.bid.envelopes:
            derive_header(locked.file_keys[envelope.kind], policy_of(tender, envelope))

    def digest(_locked: Locked) -> None:
        part_root(memory)

    def unlock(locked: Locked) -> None:
        opened = open_bid(blobs, tender, locked.bid, locked.file_keys, session=1)
        assert opened.fault is None

    return {
        "bare decryption": timed(decrypt, bids, threads=threads),
        "bare decryption, one thread": timed(decrypt, bids, threads=1),
        "opening": timed(unlock, bids, threads=threads),
        "the cipher alone, in memory": timed(decipher, bids, threads=threads),
        DIGEST_ALONE: timed(digest, bids, threads=threads),
        HEADERS_ALONE: timed(derive, bids, threads=threads),
    }


def main() -> None:
    """Measure in a folder that is thrown away."""
    parser = argparse.ArgumentParser(prog="opening")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--threads", type=int, default=OPENINGS_AT_ONCE)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = contest(Path(folder), options.count, options.threads)
    bare, single = figures["bare decryption"], figures["bare decryption, one thread"]
    for name, one in figures.items():
        print(
            f"{name}: {one.cpu_ms:.2f} ms CPU a bid, {one.cpu_ms / bare.cpu_ms:.2f} of bare "
            f"decryption; by the clock {bare.rate / one.rate:.2f}, "
            f"{single.rate / one.rate:.2f} of one thread's"
        )
    least = sum(figures[name].cpu_ms for name in ("bare decryption", DIGEST_ALONE, HEADERS_ALONE))
    print(f"bare decryption, digest and headers together: {least / bare.cpu_ms:.2f} by CPU")
    print(f"{options.threads} threads on both sides where nothing else is said")
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    rows = [Row(name, one.rate) for name, one in figures.items()]
    report("opening", unit="bids/s", rows=rows, ours="opening")


if __name__ == "__main__":
    main()
