"""How fast are SM2, SM3 and SM4-GCM here, compared with `cryptography` and the other suite?

SM4-GCM seals chunks of 64 KiB as a payload has them; its baseline is `cryptography`'s SM4-GCM, and
ChaCha20-Poly1305 stands beside it. Signatures are compared with ECDSA P-256, wrapping a 48-byte
secret with X25519 and ChaCha20-Poly1305, digests with SHA-256. No target: the figures tell an
operator what the national algorithms cost.
"""

import hashlib
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from benchmarks.report import Row, report
from crypto import suite
from crypto.gm_sm3 import sm3
from crypto.gm_sm4 import GcryptSm4Gcm, PortableSm4Gcm, libgcrypt
from crypto.gm_software import GmSoftware, generate_sm2_key
from crypto.keys import generate_opening_key, generate_signing_key, verify_signature
from crypto.provider import Aead

CHUNK_BYTES = 64 << 10
SECONDS = 0.5
RUNS = 3
MESSAGE = b'{"order_id":"0","premium_fen":500000}' * 8
SECRET = bytes(48)
NONCE = bytes(12)


def main() -> None:
    """Measure each contestant for half a second, best of three, and print the tables."""
    encryption()
    signatures()
    wrapping()
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
    gm, key, other = GmSoftware(), generate_sm2_key(), generate_signing_key()
    signature, other_signature = gm.sign(key, MESSAGE), other.sign("label", MESSAGE)
    rows = [Row("P-256", rate(lambda: other.sign("label", MESSAGE)))]
    rows.append(Row("SM2", rate(lambda: gm.sign(key, MESSAGE))))
    report("sign", unit="1/s", rows=rows, ours="SM2")
    public, other_public = key.public_der, other.public_der
    verified = rate(lambda: verify_signature(other_public, "label", MESSAGE, other_signature))
    rows = [Row("P-256", verified)]
    rows.append(Row("SM2", rate(lambda: gm.verify(public, MESSAGE, signature))))
    report("verify", unit="1/s", rows=rows, ours="SM2")


def wrapping() -> None:
    """A share wrapped for a key holder, and unwrapped."""
    gm, key, other = GmSoftware(), generate_sm2_key(), generate_opening_key()
    wrapped = gm.wrap(key.public, SECRET, material=SECRET)

    def wrap_x25519() -> None:
        secret = suite.random_bytes(32)
        suite.x25519_public(secret)
        suite.aead_seal(suite.x25519(secret, other.public), SECRET)

    sealed = suite.aead_seal(suite.x25519(other.secret, other.public), SECRET)
    rows = [Row("X25519", rate(wrap_x25519))]
    rows.append(Row("SM2", rate(lambda: gm.wrap(key.public, SECRET, material=SECRET))))
    report("wrap", unit="1/s", rows=rows, ours="SM2")
    rows = [
        Row(
            "X25519",
            rate(lambda: suite.aead_open(suite.x25519(other.secret, other.public), sealed)),
        )
    ]
    rows.append(Row("SM2", rate(lambda: gm.unwrap(key, wrapped))))
    report("unwrap", unit="1/s", rows=rows, ours="SM2")


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
