"""How fast does a warm process seal and open 512 MiB, compared with Debian's `age`? Target 2.2.

The peer is `age` 1.1 as a process, file to file on the same disk in the same minute. Ours also
computes the container's digest. The last line is for sealing; the table has opening too.
"""

import os
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.report import Row, report
from crypto.keys import generate_opening_key
from crypto.sealed_file import SealPolicy, open_file, seal_file

SIZE_BYTES = 512 << 20
RUNS = 3


def main() -> None:
    """Measure in turn, ours and the peer's, and print both tables."""
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        plain = here / "plain"
        with plain.open("wb") as file:
            for _ in range(SIZE_BYTES >> 20):
                file.write(os.urandom(1 << 20))
        bidder = generate_opening_key()
        holders = tuple(generate_opening_key().public for _ in range(3))
        policy = SealPolicy(bytes(32), 2, holders, bidder.public)
        (here / "identity").write_text(bidder.identity + "\n")
        file_key = seal_file(plain, here / "ours.age", policy).file_key
        age = ["age", "-r", bidder.recipient, "-o", str(here / "peer.age"), str(plain)]
        unage = ["age", "-d", "-i", str(here / "identity"), "-o", str(here / "peer.out")]
        peer = best(lambda: run(age))
        ours = best(lambda: seal_file(plain, here / "ours.age", policy, file_key=file_key))
        peer_open = best(lambda: run([*unage, str(here / "peer.age")]))
        ours_open = best(lambda: open_file(here / "ours.age", here / "ours.out", file_key))
    report(
        "open", unit="MB/s", rows=[Row("age -d", peer_open), Row("ours", ours_open)], ours="ours"
    )
    report("seal", unit="MB/s", rows=[Row("age", peer), Row("ours", ours)], ours="ours")


def best(work: Callable[[], object]) -> float:
    """The best of some runs, in MB/s: noise only ever slows down."""
    seconds = []
    for _ in range(RUNS):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return SIZE_BYTES / 1e6 / min(seconds)


def run(command: list[str]) -> None:
    """Run the peer. Raises CalledProcessError."""
    subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
