"""Are 512 MiB sealed 2.2 and opened 2.8 times as fast as by Debian's `age`, file to file?

Both write an ordinary age file for one X25519 recipient to the same disk in the same minute, and
neither forces it there. Three kinds of ours stand beside the peer: a warm process, the command as a
process (1.5 and 1.8 are asked of it), and a sealed bid, which besides is digested twice (its plain
and its sealed bytes) and on sealing forced to the disk. The last table gives what memory the
command takes above the bare interpreter with 64 MiB and with 2 GiB: less than 64 MiB is asked.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from benchmarks.report import Row, report
from crypto.age_file import open_plain, seal_plain
from crypto.opening_keys import generate_opening_key
from crypto.sealed_file import SealPolicy, open_file, seal_file

SIZE_BYTES = 512 << 20
MEMORY_SIZES_BYTES = (64 << 20, 2 << 30)
RUNS = 5
COMMAND = [sys.executable, "-m", "clients.cli", "age"]
LAUNCHER = """import os, sys
process = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
_, status, usage = os.wait4(process, 0)
print(usage.ru_maxrss)
sys.exit(status)
"""


def main() -> None:
    """Measure in turn, ours and the peer's, and print the tables; sealing is the last."""
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        plain = here / "plain"
        write_random(plain, SIZE_BYTES)
        key = generate_opening_key()
        identity = here / "identity"
        identity.write_text(key.identity + "\n")
        holders = tuple(generate_opening_key().public for _ in range(3))
        policy = SealPolicy(bytes(32), 2, holders, key.public)
        file_key = seal_file(plain, here / "bid", policy).file_key
        out, sealed = here / "out", here / "sealed"
        seal_plain(plain, sealed, [key.recipient])
        sealing = {
            "age": lambda: run(["age", "-r", key.recipient, "-o", out, plain]),
            "ours": lambda: seal_plain(plain, out, [key.recipient]),
            "as a process": lambda: run([*COMMAND, "seal", "-r", key.recipient, "-o", out, plain]),
            "sealed bid": lambda: seal_file(plain, out, policy, file_key=file_key),
        }
        opening = {
            "age -d": lambda: run(["age", "-d", "-i", identity, "-o", out, sealed]),
            "ours": lambda: open_plain(sealed, out, [key]),
            "as a process": lambda: run([*COMMAND, "open", "-i", identity, "-o", out, sealed]),
            "sealed bid": lambda: open_file(here / "bid", out, file_key),
        }
        memory = [
            Row(f"{what} {size >> 20} MiB", peak)
            for size in MEMORY_SIZES_BYTES
            for what, peak in peaks_above_interpreter(here, size, key.recipient)
        ]
        opened, sealed_rows = measured(opening, out), measured(sealing, out)
    report("memory", unit="MiB", rows=memory, ours=memory[-1].name)
    report("open", unit="MB/s", rows=opened, ours="ours")
    report("seal", unit="MB/s", rows=sealed_rows, ours="ours")


def measured(works: Mapping[str, Callable[[], object]], out: Path) -> list[Row]:
    """The best of some rounds in which all take their turn: noise only ever slows down."""
    seconds: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(RUNS):
        for name, work in works.items():
            out.unlink(missing_ok=True)
            start = time.perf_counter()
            work()
            seconds[name].append(time.perf_counter() - start)
    return [Row(name, SIZE_BYTES / 1e6 / min(times)) for name, times in seconds.items()]


def peaks_above_interpreter(here: Path, size: int, recipient: str) -> list[tuple[str, float]]:
    """Peak resident MiB of the command, less those of an interpreter that does nothing."""
    plain, sealed, out = here / "plain-memory", here / "sealed-memory", here / "out-memory"
    plain.touch()
    os.truncate(plain, size)
    bare = peak_mib([sys.executable, "-c", ""])
    sealing = peak_mib([*COMMAND, "seal", "-r", recipient, "-o", sealed, plain])
    identity = here / "identity"
    opening = peak_mib([*COMMAND, "open", "-i", identity, "-o", out, sealed])
    for file in (plain, sealed, out):
        file.unlink()
    return [("seal", sealing - bare), ("open", opening - bare)]


def peak_mib(command: list[str | Path]) -> float:
    """Run a command; its peak resident set. A small parent starts it: a child begins with ours."""
    launcher = [sys.executable, "-S", "-c", LAUNCHER, *command]
    printed = subprocess.run(launcher, check=True, capture_output=True, text=True).stdout
    return int(printed) / 1024


def write_random(file: Path, size: int) -> None:
    """A file that does not compress."""
    with file.open("wb") as target:
        for _ in range(size >> 20):
            target.write(os.urandom(1 << 20))


def run(command: list[str | Path]) -> None:
    """Run the peer or our own command. Raises CalledProcessError."""
    subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
