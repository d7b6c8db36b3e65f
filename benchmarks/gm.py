"""How fast are SM2, SM3 and SM4-GCM here, compared with `cryptography` and the other suite?

SM4-GCM seals chunks of 64 KiB as a payload has them; its baseline is `cryptography`'s SM4-GCM, and
ChaCha20-Poly1305 stands beside it. Signatures are compared with ECDSA P-256, wrapping a 48-byte
secret with X25519 and ChaCha20-Poly1305, files with age's, digests with SHA-256. No
target: the figures tell an operator what the national algorithms cost.
"""

import hashlib
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.report import Row, report
from crypto import suite
from crypto.gm_file import seal_gm_file
from crypto.gm_header import GmPolicy
from crypto.gm_sm3 import sm3
from crypto.gm_sm4 import GcryptSm4Gcm, PortableSm4Gcm, libgcrypt
from crypto.gm_software import GmSoftware, generate_sm2_key
from crypto.international import International
from crypto.keys import generate_signing_key
from crypto.opening_keys import generate_opening_key
from crypto.provider import Aead
from crypto.sealed_file import SealPolicy, seal_file

CHUNK_BYTES = 64 << 10
FILE_BYTES = 64 << 20
SECONDS = 0.5
RUNS = 3
MESSAGE = b'{"order_id":"0","premium_fen":500000}' * 8
SECRET = bytes(48)
NONCE = bytes(12)
P256 = generate_signing_key()
X25519 = generate_opening_key()


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
    gm, key, other, other_key = GmSoftware(), generate_sm2_key(), International(), P256
    signature, other_signature = gm.sign(key, MESSAGE), other.sign(other_key, MESSAGE)
    public, other_public = key.public_der, other_key.public_der
    compare("sign", lambda: other.sign(other_key, MESSAGE), lambda: gm.sign(key, MESSAGE))
    compare(
        "verify",
        lambda: other.verify(other_public, MESSAGE, other_signature),
        lambda: gm.verify(public, MESSAGE, signature),
    )


def wrapping() -> None:
    """A share wrapped for a key holder, and unwrapped."""
    gm, key, other, other_key = GmSoftware(), generate_sm2_key(), International(), X25519
    public, other_public = key.public, other_key.public
    wrapped = gm.wrap(public, SECRET, material=SECRET)
    other_wrapped = other.wrap(other_public, SECRET, material=SECRET)
    compare(
        "wrap",
        lambda: other.wrap(other_public, SECRET, material=SECRET),
        lambda: gm.wrap(public, SECRET, material=SECRET),
    )
    compare(
        "unwrap",
        lambda: other.unwrap(other_key, other_wrapped),
        lambda: gm.unwrap(key, wrapped),
    )


def files() -> None:
    """A file sealed with its digest, by two threads, under both suites."""
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        (here / "plain").write_bytes(bytes(FILE_BYTES))
        keys = [generate_sm2_key().public for _ in range(4)]
        policy = GmPolicy(bytes(32), 2, tuple(keys[:3]), keys[3])
        others = [generate_opening_key().public for _ in range(4)]
        other_policy = SealPolicy(bytes(32), 2, tuple(others[:3]), others[3])
        report(
            "seal a file",
            unit="MB/s",
            rows=[
                Row(name, rate(work) * FILE_BYTES / 1e6)
                for name, work in (
                    ("age", lambda: seal_file(here / "plain", here / "age", other_policy)),
                    ("GM", lambda: seal_gm_file(here / "plain", here / "gm", policy)),
                )
            ],
            ours="GM",
        )


def compare(name: str, international: Callable[[], object], ours: Callable[[], object]) -> None:
    """Print how often a second each of the two is done."""
    rows = [Row("international", rate(international)), Row("GM", rate(ours))]
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
