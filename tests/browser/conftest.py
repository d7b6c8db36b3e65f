"""The real platform with its built pages and a demonstration tender, and a real Chromium."""

import asyncio
import json
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

import hatch_build
import server
from clients.demo.loading import DemonstrationAccount
from tendering.first_start import ensure_operator
from tendering.settings import (
    ClockSettings,
    DatabaseSettings,
    PlatformSettings,
    ServerSettings,
    Settings,
)
from tests.support.browsing import PICTURES, Manner, Visitor, visiting
from tests.support.gallery import write_index
from tests.support.postgres import ROOT, Cluster

CHROMIUM = "/usr/bin/chromium"
LOADING_SECONDS_MAX = 90
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A camera that shows a clock, and nobody who has to allow it.
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    # Without a camera of its own a browser hides its address behind a name that nobody here knows.
    "--disable-features=WebRtcHideLocalIpsWithMdns",
]


@dataclass(frozen=True, slots=True)
class OnlinePlatform:
    """A platform that serves, by the name that browsers trust, and who may log in."""

    address: str
    running: server.Running
    accounts: dict[str, DemonstrationAccount]


class Visit(Protocol):
    """Somebody comes to look at the platform."""

    def __call__(self, manner: Manner = ...) -> AbstractAsyncContextManager[Visitor]:
        """Come in a manner."""


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """Debian's Chromium, on the loop of the session like the platform it visits.

    pytest-playwright's own fixture wants every test of the project on that loop.
    """
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def platform(
    postgres: Cluster, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[OnlinePlatform]:
    """The platform as `kaibiao serve --demonstration` starts it, once for all browser tests."""
    await asyncio.to_thread(hatch_build.build, ROOT)
    folder = tmp_path_factory.mktemp("platform")
    async with postgres.migrated() as database:
        (folder / "owner-dsn").write_text(database.owner_dsn)
        (folder / "dsn").write_text(database.app_dsn)
        settings = Settings(
            server=ServerSettings(port=0),
            database=DatabaseSettings(
                dsn_file=str(folder / "dsn"), owner_dsn_file=str(folder / "owner-dsn")
            ),
            platform=PlatformSettings(folder=str(folder)),
            clock=ClockSettings(mode="demonstration"),
        )
        port = free_port()
        named = replace(settings.server, port=port, public_address=f"http://localhost:{port}")
        async with server.running(replace(settings, server=named)) as running:
            await ensure_operator(running.context, folder / "operator.json")
            yield OnlinePlatform(
                named.public_address, running, await _load(running.address, folder)
            )


@pytest.fixture(scope="session")
def pictures() -> Iterator[Path]:
    """Where pictures of the pages go, by role and language; at the end a page that shows them."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    yield PICTURES
    write_index(PICTURES)


@pytest.fixture
def visit(chromium: Browser, platform: OnlinePlatform, pictures: Path) -> Visit:
    """Let somebody come to the platform."""

    def come(manner: Manner | None = None) -> AbstractAsyncContextManager[Visitor]:
        return visiting(chromium, platform.address, manner or Manner(), pictures)

    return come


async def _load(address: str, folder: Path) -> dict[str, DemonstrationAccount]:
    """Load the demonstration tender as a program of its own does; the accounts by login."""
    operator = json.loads((folder / "operator.json").read_text())
    (folder / "password").write_text(operator["password"])
    loading = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "clients.demo.loading", "--platform", address),
        *("--login", operator["login"], "--password-file", str(folder / "password")),
        *("--folder", str(folder / "parties")),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(LOADING_SECONDS_MAX):
        told, _ = await loading.communicate()
    assert loading.returncode == 0
    accounts = [DemonstrationAccount(**json.loads(line)) for line in told.splitlines()]
    first = DemonstrationAccount(operator["login"], operator["password"], "operator", "")
    return {account.login: account for account in (*accounts, first)}


def free_port() -> int:
    """A port that nobody listens on just now."""
    # Passkeys and cookies want the name localhost, so the port is chosen before the address.
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
    return port
