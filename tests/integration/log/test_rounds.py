"""Rounds of asking and the running loops: receipts become whole, nobody delays the log."""

import asyncio
import contextlib
import os
from dataclasses import replace
from pathlib import Path

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from crypto.keys import NoteKey
from crypto.tlog import verify_checkpoint
from tendering.actions.log import complete_receipt
from tendering.domain.published_keys import Authority, PublishedKeys, Witness
from tendering.domain.receipt_verdict import verify_receipt
from tendering.domain.receipts import Receipt, receipt_json
from tendering.domain.time_stamping import Stamper
from tendering.keys import load_keys
from tendering.log_loop import LogKeeper, ask_observers, run_log
from tendering.log_observers import AuthorityLine, WitnessLine
from tendering.storage import log, receipts
from tendering.storage.connection import (
    DatabaseError,
    open_connection,
    reading,
    transaction,
)
from tests.integration.log.conftest import (
    NOON,
    TheLog,
    line_to,
    stamps_of,
)
from tests.support.postgres import Database
from tests.support.programs import Program

NOWHERE = "http://127.0.0.1:9"


async def test_a_receipt_becomes_whole_when_witness_and_authority_have_spoken(
    the_log: TheLog, witness: Program, authority: Program, session: aiohttp.ClientSession
) -> None:
    watching, stamping = line_to(witness), stamps_of(authority)
    keeper = the_log.keeper((watching,), (stamping,))
    keys = the_log.keys((watching.witness,), (stamping.authority,), quorum=1)
    receipt = the_log.receipt()
    async with transaction(the_log.pool) as connection:
        await receipts.save(connection, receipt)

    checkpoint = await the_log.made()
    evidence = await ask_observers(keeper, session, checkpoint)
    async with reading(the_log.pool) as connection:
        whole = await complete_receipt(connection, receipt, keys=keys)
    verdict = verify_receipt(receipt_json(whole), platform=keys)

    assert evidence is not None
    assert verdict.is_complete, verdict
    assert set(verdict.holds) == {
        "platform-signature",
        "log-inclusion",
        "witness:witness.example/w1",
        "witness-quorum",
        "time-stamp:示范第二时间戳",
    }
    assert "no-protection-against-operator" not in verdict.warnings


async def test_a_receipt_stays_as_it_is_until_a_quorum_covers_it(
    the_log: TheLog, witness: Program, session: aiohttp.ClientSession
) -> None:
    line = line_to(witness)
    keeper = the_log.keeper((line,))
    keys = the_log.keys((line.witness, line.witness), (), quorum=2)
    receipt = the_log.receipt()
    async with transaction(the_log.pool) as connection:
        await receipts.save(connection, receipt)
        waiting = await complete_receipt(connection, receipt, keys=keys)
    await ask_observers(keeper, session, await the_log.made())
    async with reading(the_log.pool) as connection:
        cosigned_once = await complete_receipt(connection, receipt, keys=keys)

    assert waiting is receipt
    assert cosigned_once is receipt


async def test_with_the_authority_down_the_witness_still_counts_and_a_later_round_is_preferred(
    the_log: TheLog, witness: Program, authority: Program, session: aiohttp.ClientSession
) -> None:
    watching, stamping = line_to(witness), stamps_of(authority)
    down = AuthorityLine(stamping.authority, NOWHERE)
    keys = the_log.keys((watching.witness,), (stamping.authority,), quorum=1)
    receipt = the_log.receipt()
    async with transaction(the_log.pool) as connection:
        await receipts.save(connection, receipt)

    await ask_observers(the_log.keeper((watching,), (down,)), session, await the_log.made())
    async with reading(the_log.pool) as connection:
        first = await complete_receipt(connection, receipt, keys=keys)
    await ask_observers(the_log.keeper((watching,), (stamping,)), session, await the_log.made())
    async with reading(the_log.pool) as connection:
        second = await complete_receipt(connection, receipt, keys=keys)

    early = verify_receipt(receipt_json(first), platform=keys)
    assert early.missing == ("time-stamp:示范第二时间戳",)
    assert verify_receipt(receipt_json(second), platform=keys).is_complete


async def test_an_observer_that_is_down_is_asked_ever_less_often(
    the_log: TheLog, session: aiohttp.ClientSession
) -> None:
    line = WitnessLine(line_witness(), NOWHERE)
    keeper = the_log.keeper((line,))

    pauses = []
    for _ in range(8):
        assert await ask_observers(keeper, session, await the_log.made()) is None
        pauses.append(line.patience.pause_seconds)
        line.patience.not_before = 0.0

    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60]


async def test_an_observer_in_its_pause_is_not_asked(
    the_log: TheLog, session: aiohttp.ClientSession
) -> None:
    line = WitnessLine(line_witness(), NOWHERE)
    keeper = the_log.keeper((line,))

    await ask_observers(keeper, session, await the_log.made())
    await ask_observers(keeper, session, await the_log.made())

    assert line.patience.pause_seconds == 1


def line_witness() -> Witness:
    """A witness nobody runs."""
    return Witness(NoteKey.from_seed("down.example/w", os.urandom(32)).cosigner, "无人", True)


async def test_a_witness_that_hangs_never_delays_the_next_batch(the_log: TheLog) -> None:
    hung = asyncio.Event()

    async def hang(_request: web.Request) -> web.Response:
        await hung.wait()
        return web.Response()

    app = web.Application()
    app.router.add_post("/add-checkpoint", hang)
    async with TestServer(app) as server:
        line = WitnessLine(line_witness(), str(server.make_url("")).rstrip("/"))
        sizes = await _run_for(the_log.keeper((line,)), batches=10)
        hung.set()

    assert sizes >= 10 * 256


async def test_the_running_log_completes_receipts_by_itself(
    the_log: TheLog, witness: Program, authority: Program
) -> None:
    watching, stamping = line_to(witness), stamps_of(authority)
    keys = the_log.keys((watching.witness,), (stamping.authority,), quorum=1)
    receipt = the_log.receipt()
    async with transaction(the_log.pool) as connection:
        await receipts.save(connection, receipt)

    async with asyncio.timeout(20), asyncio.TaskGroup() as group:
        running_log = group.create_task(run_log(the_log.keeper((watching,), (stamping,))))
        verdict = await _whole(the_log, receipt, keys)
        running_log.cancel()

    assert verdict


async def _whole(the_log: TheLog, receipt: Receipt, keys: PublishedKeys) -> bool:
    while True:
        async with reading(the_log.pool) as connection:
            whole = await complete_receipt(connection, receipt, keys=keys)
        if verify_receipt(receipt_json(whole), platform=keys).is_complete:
            return True
        await asyncio.sleep(0.05)


async def _run_for(keeper: LogKeeper, *, batches: int) -> int:
    """Run the log until so many batches are made; the size reached."""
    async with asyncio.timeout(20), asyncio.TaskGroup() as group:
        running_log = group.create_task(run_log(keeper))
        size = await _reached(keeper, batches * 256)
        running_log.cancel()
    return size


async def _reached(keeper: LogKeeper, wanted: int) -> int:
    """Wait until the log has so many leaves; how many it has."""
    size = 0
    while size < wanted:
        await asyncio.sleep(0.05)
        with contextlib.suppress(OSError, DatabaseError):
            async with reading(keeper.pool) as connection:
                newest = await log.latest_checkpoint(connection)
            size = 0 if newest is None else newest.size
    return size


async def test_two_processes_keep_one_log(the_log: TheLog, witness: Program) -> None:
    first, second = the_log.keeper((line_to(witness),)), the_log.keeper((line_to(witness),))

    async with asyncio.timeout(20), asyncio.TaskGroup() as group:
        loops = [group.create_task(run_log(keeper)) for keeper in (first, second)]
        evidence = None
        while evidence is None or evidence.size < 8 * 256:
            await asyncio.sleep(0.05)
            async with reading(the_log.pool) as connection:
                evidence = await log.latest_evidence(connection, quorum=1)
        for loop in loops:
            loop.cancel()

    assert verify_checkpoint(evidence.cosigned, the_log.signer.verifier).size == evidence.size


async def test_the_platforms_own_authority_stamps_without_a_network(
    the_log: TheLog, session: aiohttp.ClientSession, tmp_path: Path
) -> None:
    own = load_keys(tmp_path / "keys", name="bids.example", create=True, at=NOON)
    stamper = Stamper(own.timestamping.certificate, own.timestamping.key)
    keeper = replace(the_log.keeper(), stamper=stamper, stamper_name="平台时间戳")
    authority = Authority("平台时间戳", own.authority.certificate)
    keys = the_log.keys((), (authority,), quorum=0)
    receipt = the_log.receipt()
    async with transaction(the_log.pool) as connection:
        await receipts.save(connection, receipt)

    await ask_observers(keeper, session, await the_log.made())
    async with reading(the_log.pool) as connection:
        whole = await complete_receipt(connection, receipt, keys=keys)

    assert verify_receipt(receipt_json(whole), platform=keys).is_complete


async def test_the_log_goes_on_after_the_database_cut_every_line(
    the_log: TheLog, database: Database
) -> None:
    keeper = the_log.keeper()
    async with asyncio.timeout(30), asyncio.TaskGroup() as group:
        running_log = group.create_task(run_log(keeper))
        before = await _reached(keeper, 2 * 256)
        async with open_connection(database.app_dsn) as another:
            await another.execute(
                """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                   WHERE datname = current_database() AND usename = current_user
                     AND pid <> pg_backend_pid()"""
            )
        after = await _reached(keeper, before + 3 * 256)
        running_log.cancel()

    assert after > before
