"""A gateway that is killed between the steps of an order loses nothing that it acknowledged."""

import asyncio
import socket
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import aiohttp
import pytest

from tests.support import programs
from tests.support.platform import serving
from tests.support.postgres import Database
from tests.support.year_of_securities import (
    Insurer,
    Planned,
    Totals,
    notices_of,
    open_bidders,
    open_insurers,
    open_tenders,
    order_of,
)

SECONDS_MAX = 40


async def arrived(insurer: Insurer) -> None:
    """An application has come to the insurer."""
    async with asyncio.timeout(SECONDS_MAX):
        # The outbox of another process sends us no event before it sends the application.
        while not insurer.arrived:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def kill(program: programs.Program) -> None:
    """End a server as a power cut does."""
    program.process.kill()
    await program.process.wait()


@pytest.mark.timeout(120)
async def test_a_gateway_killed_between_the_steps_of_an_order_goes_on_with_it(
    database: Database, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    config, address = tmp_path / "kaibiao.toml", f"http://127.0.0.1:{port}"
    config.write_text(
        f'[server]\nport = {port}\n[database]\ndsn_file = "{tmp_path / "dsn"}"\n'
        f'[platform]\nfolder = "{tmp_path}"\n[clock]\nmode = "demonstration"\n'
    )
    async with AsyncExitStack() as stack:
        async with serving(database, tmp_path, demonstration=True) as platform:
            totals = Totals(1, 1, 1, 0, 0, 0)
            (insurer,) = await open_insurers(stack, platform, totals, issuing=False)
            ((token, account, _),) = await open_bidders(platform, 1)
            (tender,) = await open_tenders(platform, [Planned(1, 1, 80_000_000)], 2100)
        line = await stack.enter_async_context(
            aiohttp.ClientSession(address, headers={"Authorization": f"Bearer {token}"})
        )
        insurer.line = replace(insurer.line, address=address)
        async with programs.running("server", "serve", "--config", config) as program:
            order = await order_of(line, tender, insurer)
            await kill(program)
        told = notices_of(insurer, {"id": UUID(order["id"]), "tender": tender, "account": account})
        async with programs.running("server", "serve", "--config", config) as program:
            await arrived(insurer)
            for notice in told[:2]:
                assert (await insurer.line.tell(insurer.guarantor_id, notice)).status == 200
            await kill(program)
        async with programs.running("server", "serve", "--config", config):
            # The insurer does not know what was taken, and tells all of it again.
            for notice in told:
                assert (await insurer.line.tell(insurer.guarantor_id, notice)).status == 200
            seen = await looked_at(line, order)

    assert len(insurer.arrived) == 1
    assert [step["state"] for step in seen["history"]] == [
        *("applied", "awaiting_premium", "paid", "verified")
    ]


async def looked_at(line: aiohttp.ClientSession, order: dict[str, Any]) -> Any:
    """The order as its bidder sees it."""
    async with line.get(f"/api/v1/insurance/orders/{order['id']}") as answer:
        return await answer.json()
