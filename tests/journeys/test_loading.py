"""A platform that just serves is loaded with one tender, and once only."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from clients.demo.loading import demonstration_insurers, load_demonstration
from clients.demo.setting import free_ports
from clients.platform import open_platform
from tendering.domain.roles import Role

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
async def served(open_folder: Path) -> AsyncIterator[tuple[str, str, str]]:
    """A platform in demonstration mode: address, operator's login and password."""
    (open_folder / "server.toml").write_text(
        f'[server]\nport = {free_ports(1)[0]}\n[platform]\nfolder = "{open_folder}/data"\n'
    )
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "server.py", "serve", "--demonstration"),
        *("--config", str(open_folder / "server.toml")),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    try:
        ready = json.loads(await process.stdout.readline())
        operator = json.loads((open_folder / "data" / "operator.json").read_text())
        yield ready["ready"], operator["login"], operator["password"]
    finally:
        process.send_signal(signal.SIGTERM)
        await process.wait()


@pytest.mark.timeout(120)
async def test_a_second_start_finds_what_the_first_has_loaded(
    served: tuple[str, str, str], open_folder: Path
) -> None:
    folder = open_folder / "loaded"

    first = await load_demonstration(*served, folder=folder)
    second = await load_demonstration(*served, folder=folder)
    bidder = next(account for account in second if account.role == "bidder")
    async with demonstration_insurers(*served, folder=folder), open_platform(served[0]) as line:
        await line.log_in(bidder.login, bidder.password)
        board = (await line.get("/tenders"))["items"]
        asked = {"tender_id": board[0]["id"], "lot": "1"}
        offers = (await line.post("/insurance/quotes", asked))["items"]

    assert first == second
    assert {account.role for account in second} == set(Role) - {Role.PUBLIC, Role.OPERATOR}
    assert [tender["status"] for tender in board] == ["published"]
    assert len(offers) == 2
