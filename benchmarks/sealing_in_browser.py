"""Does a browser seal 500 MB twice as fast as the stock `age-encryption` package, in flat memory?

Both in a worker of the same Chromium, from a file on its disk into the origin's private file
system. Ours also packs the bundle and digests the file and the container; the stock package only
encrypts. `python -m benchmarks sealing_in_browser [MEGABYTES]`; the least time of three runs, the
sides in turn. Memory is the largest sum of resident sets of all the browser's processes.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from aiohttp import web
from playwright.async_api import Page, async_playwright

import hatch_build
from benchmarks.report import Row, report

ROOT: Final = Path(__file__).resolve().parents[1]
MEGABYTES: Final = 500
RUNS: Final = 3
ASKED: Final = 2.0
CHROMIUM: Final = "/usr/bin/chromium"
FLAGS: Final = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]


def main() -> None:
    """Build the page, run both sides, print the ratio."""
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else MEGABYTES
    with tempfile.TemporaryDirectory() as folder:
        os.environ["BENCH"] = "1"
        hatch_build.npm(ROOT, "exec", "vite", "--", "build", "--outDir", folder, "--emptyOutDir")
        asyncio.run(_measure(Path(folder), megabytes))


async def _measure(folder: Path, megabytes: int) -> None:
    app = web.Application()
    app.router.add_static("/", folder)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    best: dict[str, float] = {}
    most: dict[str, int] = {}
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for _ in range(RUNS):
            for side in ("stock", "ours"):
                page = await browser.new_page()
                await page.goto(f"http://localhost:{port}/bench/index.html")
                ran, memory = await _run(page, side, megabytes)
                best[side] = min(best.get(side, ran["seconds"]), ran["seconds"])
                most[side] = max(most.get(side, 0), memory)
                await page.context.close()
        await browser.close()
    await runner.cleanup()
    for side, memory in most.items():
        print(f"{side}: {memory >> 20} MiB at most")
    rows = [Row(side, megabytes / seconds) for side, seconds in best.items()]
    asked = f"{ASKED:.0f} times asked"
    report(f"sealing {megabytes} MB in Chromium, {asked}", unit="MB/s", rows=rows, ours="ours")


async def _run(page: Page, side: str, megabytes: int) -> tuple[dict[str, Any], int]:
    work = asyncio.ensure_future(page.evaluate(f"(size) => window.{side}(size)", megabytes))
    most = 0
    while not work.done():
        most = max(most, await asyncio.to_thread(_resident))
        await asyncio.wait([work], timeout=0.2)
    return await work, most


def _resident() -> int:
    """Bytes of all processes that come from this one."""
    listing = ["/usr/bin/ps", "-eo", "pid=,ppid=,rss="]
    done = subprocess.run(listing, capture_output=True, text=True, check=True)
    rows = [tuple(map(int, line.split())) for line in done.stdout.splitlines()]
    family, total = {os.getpid()}, 0
    # Children have higher numbers than their parents, but for the rare wrap.
    for pid, parent, kibibytes in sorted(rows):
        if parent in family:
            family.add(pid)
            total += kibibytes << 10
    return total


if __name__ == "__main__":
    main()
