"""How fast are SM2, SM3 and SM4-GCM here, compared with `cryptography` and the classic suite?

SM4-GCM seals chunks of 64 KiB as a payload has them; its baseline is `cryptography`'s SM4-GCM, and
ChaCha20-Poly1305 stands beside it. Signatures are compared with ECDSA P-256; wrapping a share, and
files, with the classic suite of sealed bids; digests with SHA-256. No target: the figures tell an
operator what the national algorithms cost.
"""

import hashlib
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.report import Row, report
from crypto import gm_sm2, suite
from crypto.aead import Aead
from crypto.gm_sm2 import generate_sm2_key
from crypto.gm_sm3 import sm3
from crypto.gm_sm4 import GcryptSm4Gcm, PortableSm4Gcm, libgcrypt
from crypto.keys import generate_signing_key, verify_raw_signature
from crypto.seal_suites import CLASSIC, GM, SealSuite
from crypto.sealed_file import SealPolicy, seal_file

CHUNK_BYTES = 64 << 10
FILE_BYTES = 64 << 20
SECONDS = 0.5
RUNS = 3
MESSAGE = b'{"order_id":"0","premium_fen":500000}' * 8
SHARE, CONTEXT, POSITION = bytes(16), bytes(32), bytes((1, 2, 3))
NONCE = bytes(12)
P256 = generate_signing_key()


def main() -> None:
    """Measure each contestant for half a second, best of three, and print the tables."""
    encryption()
    signatures()
    wrapping()
    files()
    rows = [Row("SHA-256", rate(lambda: hashlib.sha256(bytes(CHUNK_BYTES))) * CHUNK_BYTES / 1e6)]
    rows.append(Row("SM3", rate(lambda: sm3(bytes(CHUNK_BYTES))) * CHUNK_BYTES / 1e6))
    report("digest", unit="MB/s", rows=rows, ours="SM3")


def encryption() -> None:
    """Chunks sealed and opened, by one thread and by two."""
    makers: dict[str, Callable[[], Aead]] = {
        "cryptography SM4-GCM": lambda: PortableSm4Gcm(bytes(16)),
        "ChaCha20-Poly1305": lambda: suite.Aead(bytes(32)),
    }
    library = libgcrypt()
    best = "cryptography SM4-GCM"
    if library is not None:
        best = "libgcrypt SM4-GCM"
        makers[best] = lambda: GcryptSm4Gcm(bytes(16), library)
    for threads in (1, 2):
        rows = [Row(name, megabytes(sealing(make), threads)) for name, make in makers.items()]
        report(f"SM4-GCM seal, threads: {threads}", unit="MB/s", rows=rows, ours=best)
    rows = [Row(name, megabytes(opening(make), 1)) for name, make in makers.items()]
    report("SM4-GCM open", unit="MB/s", rows=rows, ours=best)


def signatures() -> None:
    """Short messages signed and verified."""
    key = generate_sm2_key()
    signature, other_signature = key.sign(MESSAGE), P256.sign_raw(MESSAGE)
    public, other_public = key.public_der, P256.public_der
    compare("sign", lambda: P256.sign_raw(MESSAGE), lambda: key.sign(MESSAGE))
    compare(
        "verify",
        lambda: verify_raw_signature(other_public, MESSAGE, other_signature),
        lambda: gm_sm2.verify(public, MESSAGE, signature),
    )


def wrapping() -> None:
    """A share wrapped for a key holder, and unwrapped."""
    (wrap, unwrap), (other_wrap, other_unwrap) = map(wrapper, (GM, CLASSIC))
    compare("wrap", other_wrap, wrap)
    compare("unwrap", other_unwrap, unwrap)


def wrapper(suite: SealSuite) -> tuple[Callable[[], object], Callable[[], object]]:
    """The acts of wrapping a share in a suite, and of unwrapping it."""
    key = suite.fresh_key()
    public, material = key.public, bytes(suite.material_bytes)

    def wrap() -> bytes:
        return suite.wrap(SHARE, public, material=material, context=CONTEXT, position=POSITION)

    wrapped = wrap()
    return wrap, lambda: suite.unwrap(wrapped, key, context=CONTEXT, position=POSITION)


def files() -> None:
    """A file sealed with its digest, by two threads, under both suites."""
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        (here / "plain").write_bytes(bytes(FILE_BYTES))
        policy, other_policy = (
            SealPolicy(CONTEXT, 2, tuple(one.fresh_key().public for _ in range(3)), bidder)
            for one, bidder in ((one, one.fresh_key().public) for one in (GM, CLASSIC))
        )
        report(
            "seal a file",
            unit="MB/s",
            rows=[
                Row(name, rate(work) * FILE_BYTES / 1e6)
                for name, work in (
                    ("age", lambda: seal_file(here / "plain", here / "age", other_policy)),
                    ("GM", lambda: seal_file(here / "plain", here / "gm", policy)),
                )
            ],
            ours="GM",
        )


def compare(name: str, classic: Callable[[], object], ours: Callable[[], object]) -> None:
    """Print how often a second each of the two is done."""
    rows = [Row("classic", rate(classic)), Row("GM", rate(ours))]
    report(name, unit="1/s", rows=rows, ours="GM")


def sealing(make: Callable[[], Aead]) -> Callable[[], Callable[[], object]]:
    """Makes, for one thread, the act of sealing one chunk."""

    def prepared() -> Callable[[], object]:
        aead, plain = make(), memoryview(bytearray(CHUNK_BYTES))
        room = memoryview(bytearray(CHUNK_BYTES + 16))
        return lambda: aead.encrypt_into(NONCE, plain, None, room)

    return prepared


def opening(make: Callable[[], Aead]) -> Callable[[], Callable[[], object]]:
    """Makes, for one thread, the act of opening one chunk."""

    def prepared() -> Callable[[], object]:
        aead, room = make(), memoryview(bytearray(CHUNK_BYTES))
        sealed = memoryview(bytearray(CHUNK_BYTES + 16))
        aead.encrypt_into(NONCE, room, None, sealed)
        return lambda: aead.decrypt_into(NONCE, sealed, None, room)

    return prepared


def megabytes(prepare: Callable[[], Callable[[], object]], threads: int) -> float:
    """Chunks a second of all threads together, in MB/s."""
    with ThreadPoolExecutor(threads) as pool:
        works = [prepare() for _ in range(threads)]
        return sum(pool.map(rate, works)) * CHUNK_BYTES / 1e6


def rate(work: Callable[[], object]) -> float:
    """How often a second; the best of some runs, for noise only ever slows down."""
    rates = []
    for _ in range(RUNS):
        count, start = 0, time.perf_counter()
        while (elapsed := time.perf_counter() - start) < SECONDS:
            work()
            count += 1
        rates.append(count / elapsed)
    return max(rates)


if __name__ == "__main__":
    main()
