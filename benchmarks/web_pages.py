"""Is the front end small and quick? Board under 300 kB gz; a keystroke in a large room 16 ms.

The board as the platform serves it: bytes of what its first load asks for, as gzip; first
contentful paint and the longest interaction (Event Timing) with the processor slowed down four
times. Then two large pages of the same components: a list of 10,000 tenders, scrolled (frames
over 16.7 ms), and a score sheet of 200 bids and 40 criteria (keystroke until laid out again).
`python -m benchmarks web_pages`; the machine's load counts, so it is printed as well.
"""

import asyncio
import gzip
import json
import os
import statistics
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web
from playwright.async_api import Browser, Page, async_playwright

import hatch_build
import server
from tendering.settings import (
    DatabaseSettings,
    PlatformSettings,
    ServerSettings,
    Settings,
)
from tests.support.postgres import cluster

ROOT: Final = Path(__file__).resolve().parents[1]
CHROMIUM: Final = "/usr/bin/chromium"
FLAGS: Final = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
SLOWED: Final = 4
FRAME_MILLISECONDS: Final = 16.7
# A frame is late when the next refresh of the screen has passed as well as its own.
LATE_MILLISECONDS: Final = 1.5 * FRAME_MILLISECONDS
ROWS: Final = 10_000
BIDS, CRITERIA = 200, 40
KEYSTROKES: Final = 60
SCROLL_MILLISECONDS: Final = 3_000
RUNS: Final = 3
_WATCH: Final = """
window.delays = [];
const keep = (list) => window.delays.push(...list.getEntries().map((one) => one.duration));
new PerformanceObserver(keep).observe({ type: "event", durationThreshold: 16 });
"""


def main() -> None:
    """Measure, and print a line for each figure, the last one as JSON."""
    hatch_build.build(ROOT)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["BENCH"] = "1"
        hatch_build.npm(ROOT, "exec", "vite", "--", "build", "--outDir", folder, "--emptyOutDir")
        figures = asyncio.run(_measure(Path(folder)))
    figures["load"] = round(os.getloadavg()[0], 1)
    for name, figure in figures.items():
        print(f"{name:44} {figure:>10,}")
    print(json.dumps({"name": "web pages", **figures}))


async def _measure(bench: Path) -> dict[str, float]:
    figures: dict[str, float] = {}
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        with tempfile.TemporaryDirectory() as folder:
            figures |= await _board(browser, Path(folder))
        runner = web.AppRunner(_static(bench))
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        address = f"http://127.0.0.1:{runner.addresses[0][1]}/bench/pages.html"
        for slowed in (1, SLOWED):
            figures |= await _large(browser, address, slowed)
        await runner.cleanup()
        await browser.close()
    return figures


async def _board(browser: Browser, folder: Path) -> dict[str, float]:
    """What the board of a fresh platform costs a browser that was never there."""
    async with cluster() as postgres, postgres.migrated() as database:
        (folder / "owner-dsn").write_text(database.owner_dsn)
        (folder / "dsn").write_text(database.app_dsn)
        settings = Settings(
            server=ServerSettings(port=0),
            database=DatabaseSettings(
                dsn_file=str(folder / "dsn"), owner_dsn_file=str(folder / "owner-dsn")
            ),
            platform=PlatformSettings(folder=str(folder)),
        )
        async with server.running(settings) as running:
            visits = [await _visit(browser, running.address) for _ in range(RUNS)]
    return {name: statistics.median(one[name] for one in visits) for name in visits[0]}


async def _visit(browser: Browser, address: str) -> dict[str, float]:
    context = await browser.new_context(locale="zh-CN")
    page = await context.new_page()
    asked: list[str] = []
    page.on("response", lambda answer: asked.append(answer.url))
    await _slow_down(page, SLOWED)
    await page.add_init_script(_WATCH)
    await page.goto(address, wait_until="networkidle")
    await page.wait_for_selector("main h1")
    await page.wait_for_function(
        "() => performance.getEntriesByName('first-contentful-paint').length > 0"
    )
    first = await page.evaluate(
        "() => performance.getEntriesByName('first-contentful-paint')[0].startTime"
    )
    loaded = sum(map(_gzipped_bytes, dict.fromkeys(asked)))
    for button in (await page.locator("button.filter").all())[:4]:
        await button.click()
        await page.wait_for_load_state("networkidle")
    await page.locator("input").first.press_sequentially("教学楼")
    delays = await page.evaluate("() => window.delays")
    await context.close()
    return {
        "first load, kB gz": round(loaded / 1000, 1),
        f"first contentful paint, x{SLOWED} slower, ms": round(first),
        f"longest interaction, x{SLOWED} slower, ms": round(max(delays, default=0)),
    }


def _gzipped_bytes(url: str) -> int:
    """What a file of the front end has as gzip; 0 for answers of the API."""
    path = urlsplit(url).path
    file = ROOT / "web_dist" / ("index.html" if path == "/" else path.lstrip("/"))
    return len(gzip.compress(file.read_bytes())) if file.is_file() else 0


async def _large(browser: Browser, address: str, slowed: int) -> dict[str, float]:
    suffix = "" if slowed == 1 else f", x{slowed} slower"
    page = await browser.new_page(viewport={"width": 1280, "height": 720})
    await page.goto(address)
    await page.wait_for_function("() => window.list")
    await page.evaluate("(rows) => window.list(rows)", ROWS)
    await _slow_down(page, slowed)
    worked = await _worked(page)
    frames = await page.evaluate("(time) => window.scrolling(time)", SCROLL_MILLISECONDS)
    scrolled = await worked() / len(frames)
    await page.goto(address)
    await page.wait_for_function("() => window.sheet")
    await page.evaluate("([bids, criteria]) => window.sheet(bids, criteria)", [BIDS, CRITERIA])
    worked = await _worked(page)
    keys = await page.evaluate("(count) => window.typing(count)", KEYSTROKES)
    typed = await worked() / len(keys)
    await page.close()
    return {
        f"frames while scrolling {ROWS:,} rows{suffix}": len(frames),
        f"of these late{suffix}": sum(one > LATE_MILLISECONDS for one in frames),
        f"slowest frame, ms{suffix}": round(max(frames), 1),
        f"processor time a frame, ms{suffix}": round(scrolled, 1),
        f"keystroke among {BIDS * CRITERIA:,}, median ms{suffix}": _middle(keys),
        f"keystroke among {BIDS * CRITERIA:,}, worst ms{suffix}": round(max(keys), 1),
        f"processor time a keystroke and its frame, ms{suffix}": round(typed, 1),
    }


async def _worked(page: Page) -> Callable[[], Awaitable[float]]:
    """From now on: how long the page's thread has worked, in ms of a processor, whoever waits."""
    devices = await page.context.new_cdp_session(page)
    await devices.send("Performance.enable", {"timeDomain": "threadTicks"})

    async def thread() -> float:
        told = await devices.send("Performance.getMetrics")
        by_name = {one["name"]: one["value"] for one in told["metrics"]}
        return float(by_name["TaskDuration"]) * 1000

    before = await thread()

    async def since() -> float:
        return await thread() - before

    return since


async def _slow_down(page: Page, times: int) -> None:
    devices = await page.context.new_cdp_session(page)
    await devices.send("Emulation.setCPUThrottlingRate", {"rate": times})


def _static(folder: Path) -> web.Application:
    app: web.Application = web.Application()
    app.router.add_static("/", folder)
    return app


def _middle(values: Sequence[float]) -> float:
    return round(statistics.median(values), 1)


if __name__ == "__main__":
    main()
