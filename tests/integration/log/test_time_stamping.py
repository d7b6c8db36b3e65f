"""Time-stamping authorities as real processes, and the clock that signed times follow."""

import asyncio
import os
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from crypto.errors import BadTimestamp
from crypto.timestamp import make_request, token_of, verify
from crypto.tlog import verify_cosignatures
from tendering.domain.time_stamping import DEMONSTRATION_POLICY, POLICY
from tendering.log_observers import ObserverFailed
from tests.integration.log.conftest import (
    NOON,
    TheLog,
    ask,
    line_to,
    stamps_of,
    witness_arguments,
)
from tests.support.programs import Program, running

NOWHERE = "http://127.0.0.1:9"


async def test_an_authority_stamps_the_root_under_its_own_certificate(
    the_log: TheLog, authority: Program, session: aiohttp.ClientSession
) -> None:
    line = stamps_of(authority)
    checkpoint = await the_log.made()

    token = await line.ask(session, checkpoint, now=lambda: datetime.now(UTC))

    facts = verify(token.token, digest=checkpoint.root, trusted_roots=[line.authority.root])
    assert facts.tsa_name == "示范第二时间戳"
    assert authority.facts["policy"] == POLICY


@pytest.mark.needs("openssl")
async def test_openssl_accepts_the_authoritys_answer(
    authority: Program, session: aiohttp.ClientSession, tmp_path: Path
) -> None:
    digest = os.urandom(32)
    headers = {"Content-Type": "application/timestamp-query"}
    async with session.post(authority.url, data=make_request(digest), headers=headers) as response:
        (tmp_path / "answer.tsr").write_bytes(await response.read())
    async with session.get(f"{authority.url}/root") as response:
        (tmp_path / "root.pem").write_bytes(await response.read())

    openssl = shutil.which("openssl") or "openssl"
    command = [openssl, "ts", "-verify", "-digest", digest.hex(), "-in", "answer.tsr"]
    done = await asyncio.to_thread(
        subprocess.run,
        [*command, "-CAfile", "root.pem"],
        cwd=tmp_path,
        capture_output=True,
        timeout=20,
        check=False,
    )

    assert b"Verification: OK" in done.stdout + done.stderr


async def test_an_authority_keeps_its_keys_over_a_restart(tmp_path: Path) -> None:
    arguments = ("--key-folder", tmp_path / "tsa", "--name", "示范第二时间戳")
    async with running("clients.tsa", *arguments) as first:
        pass
    async with running("clients.tsa", *arguments) as again:
        pass

    assert again.facts["root"] == first.facts["root"]
    assert (tmp_path / "tsa" / "stamping.key.pem").stat().st_mode & 0o077 == 0


async def test_an_authority_wants_a_time_stamp_query(
    authority: Program, session: aiohttp.ClientSession
) -> None:
    async with session.post(authority.url, data=b"{}") as response:
        assert response.status == 415
    headers = {"Content-Type": "application/timestamp-query"}
    async with session.post(authority.url, data=b"nonsense", headers=headers) as response:
        answer = await response.read()

    with pytest.raises(BadTimestamp):
        token_of(answer)


async def test_in_a_demonstration_signed_times_follow_the_platforms_clock_and_say_so(
    the_log: TheLog, tmp_path: Path, session: aiohttp.ClientSession
) -> None:
    shown = datetime.now(UTC).replace(microsecond=0) + timedelta(days=40)

    async def clock(_request: web.Request) -> web.Response:
        return web.json_response({"now": shown.isoformat(), "mode": "demonstration"})

    app = web.Application()
    app.router.add_get("/api/v1/clock", clock)
    checkpoint = await the_log.made()
    async with TestServer(app) as platform:
        url = ("--clock-url", platform.make_url("/api/v1/clock"))
        tsa = ("--key-folder", tmp_path / "tsa", "--name", "示范时间戳", *url)
        async with (
            running("clients.tsa", *tsa) as stamping,
            running("clients.witness", *witness_arguments(the_log, tmp_path), *url) as watching,
        ):
            line = stamps_of(stamping)
            token = await line.ask(session, checkpoint, now=lambda: shown)
            cosignature = await ask(the_log, line_to(watching), session, checkpoint)
    stamp = verify(token.token, digest=checkpoint.root, trusted_roots=[line.authority.root])
    assert cosignature is not None
    seen = verify_cosignatures(checkpoint.text + cosignature, [watching.facts["verifier"]])

    assert stamp.gen_time == shown
    assert list(seen.values()) == [shown]
    assert "示范时钟" in stamp.tsa_name
    assert stamping.facts["policy"] == DEMONSTRATION_POLICY


async def test_without_its_clock_nothing_is_signed(
    the_log: TheLog, tmp_path: Path, session: aiohttp.ClientSession
) -> None:
    url = ("--clock-url", f"{NOWHERE}/api/v1/clock")
    tsa = ("--key-folder", tmp_path / "tsa", "--name", "示范时间戳", *url)
    checkpoint = await the_log.made()
    async with (
        running("clients.tsa", *tsa) as stamping,
        running("clients.witness", *witness_arguments(the_log, tmp_path), *url) as watching,
    ):
        with pytest.raises(ObserverFailed, match="503"):
            await stamps_of(stamping).ask(session, checkpoint, now=lambda: datetime.now(UTC))
        with pytest.raises(ObserverFailed, match="503"):
            await ask(the_log, line_to(watching), session, checkpoint)


async def test_an_authority_that_is_years_ahead_is_not_believed(
    the_log: TheLog, authority: Program, session: aiohttp.ClientSession
) -> None:
    checkpoint = await the_log.made()

    with pytest.raises(ObserverFailed, match="future"):
        await stamps_of(authority).ask(session, checkpoint, now=lambda: NOON - timedelta(days=400))
