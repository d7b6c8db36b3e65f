"""A person at a browser, for tests: looks, clicks, keeps pictures, and notices what goes wrong."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from axe_playwright_python.async_playwright import (  # type: ignore[import-untyped]  # has no types
    Axe,
)
from playwright.async_api import Browser, ConsoleMessage, Page, Request, ViewportSize

from tests.support.gallery import keep_findings
from tests.support.postgres import ROOT

# Pictures are kept for people to look at, and what axe said of each page beside them.
PICTURES: Final = Path(os.environ.get("SCREENSHOTS") or ROOT / "build" / "pages")
LAPTOP: Final = ViewportSize(width=1280, height=720)
PHONE: Final = ViewportSize(width=390, height=844)
QUIET_SECONDS: Final = 0.5
QUIET_SECONDS_MAX: Final = 30
# Whole pages take longer than what is seen of them first.
WHOLE: Final = "SCREENSHOTS" in os.environ
_ROLE: Final = "() => document.querySelector('[data-role]')?.dataset.role ?? 'public'"
_KEPT: Final = "kaibiao.preferences"
_WATCH_POLICY: Final = """
window.violations = [];
addEventListener("securitypolicyviolation", (event) =>
  window.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
"""


@dataclass(frozen=True, slots=True)
class Manner:
    """How somebody looks at the platform."""

    language: Literal["zh", "en"] = "zh"
    appearance: Literal["light", "dark"] = "light"
    viewport: ViewportSize = field(default_factory=lambda: LAPTOP)

    @property
    def name(self) -> str:
        """A name for pictures and tests."""
        return f"{self.language}-{self.appearance}-{self.device}"

    @property
    def device(self) -> str:
        """What it is looked at with."""
        return "phone" if self.viewport == PHONE else "laptop"


class Visitor:
    """One page of somebody's. `faults` is everything that the browser complained about."""

    def __init__(self, page: Page, address: str, manner: Manner, pictures: Path) -> None:
        """Watch over a fresh page."""
        self.page = page
        self.faults: list[str] = []
        self._address = address
        self._manner = manner
        self._pictures = pictures
        self._asked: set[Request] = set()
        self._last = 0.0
        page.on("request", self._asking)
        page.on("requestfinished", self._answered)
        page.on("requestfailed", self._answered)
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))

    async def go(self, path: str) -> None:
        """Open an address of the platform."""
        await self.page.goto(self._address + path)

    async def see(self, selector: str) -> None:
        """Wait until something is there to be seen."""
        await self.page.wait_for_selector(selector)

    async def log_in(self, login: str, password: str) -> None:
        """Log in with a password; ends on one's account."""
        await self.go("/log-in")
        await self.page.fill("#login", login)
        await self.page.fill("#password", password)
        await self.page.locator("form button[type=submit]").click()
        await self.page.wait_for_url("**/account")

    async def look(self, name: str, *, again: bool = False) -> None:
        """Take a picture; assert that nothing sticks out, axe is content and nothing complained.

        `again`: axe has seen the same page in the same language with other words in it.
        """
        await self._quiet()
        role = await self.page.evaluate(_ROLE)
        folder = self._pictures / role / self._manner.language
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{name}-{self._manner.appearance}-{self._manner.device}.png"
        await self.page.screenshot(path=path, full_page=WHOLE, animations="disabled")
        width = await self.page.evaluate("() => document.documentElement.scrollWidth")
        assert width <= self._manner.viewport["width"], f"{name} is {width} pixels wide"
        if not again:
            found = await Axe().run(self.page)
            keep_findings(path.with_suffix(".json"), found.response)
            assert found.violations_count == 0, f"{name}: {_told(found.response['violations'])}"
        assert await self.page.evaluate("() => window.violations") == []
        assert self.faults == []

    async def _quiet(self) -> None:
        """Return when nothing was asked for half a second, but for what waits for messages."""
        time = asyncio.get_running_loop().time
        async with asyncio.timeout(QUIET_SECONDS_MAX):
            await self.page.wait_for_load_state("load")
            while True:
                if not self._asked and time() - self._last >= QUIET_SECONDS:
                    return
                await asyncio.sleep(0.05)

    def _asking(self, request: Request) -> None:
        if "wait_seconds=" not in request.url:
            self._asked.add(request)

    def _answered(self, request: Request) -> None:
        self._asked.discard(request)
        self._last = asyncio.get_running_loop().time()

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.faults.append(f"{message.type}: {message.text}")


@asynccontextmanager
async def visiting(
    browser: Browser, address: str, manner: Manner, pictures: Path
) -> AsyncIterator[Visitor]:
    """Somebody comes with a fresh profile, and leaves."""
    context = await browser.new_context(
        viewport=manner.viewport, locale="zh-CN" if manner.language == "zh" else "en-US"
    )
    kept = json.dumps({"language": manner.language, "appearance": manner.appearance})
    await context.add_init_script(
        f"localStorage.setItem({json.dumps(_KEPT)}, {json.dumps(kept)});{_WATCH_POLICY}"
    )
    try:
        yield Visitor(await context.new_page(), address, manner, pictures)
    finally:
        await context.close()


def _told(violations: list[dict[str, Any]]) -> str:
    return "; ".join(
        f"{one['id']} at {[node['target'] for node in one['nodes']][:5]}" for one in violations
    )
