"""The operator's sample files: nginx runs one of them, and all figures they name exist."""

import asyncio
import json
import os
import re
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from ipaddress import ip_address
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from tendering.api.metrics import Metrics
from tendering.storage.connection import Pool
from tests.support.postgres import ROOT

OPERATING = ROOT / "docs" / "operating"
START_SECONDS = 20


async def test_alerts_and_dashboard_name_figures_that_exist(pool: Pool) -> None:
    dashboard = (OPERATING / "monitoring" / "dashboard.json").read_text("utf-8")
    alerts = (OPERATING / "monitoring" / "alerts.yml").read_text("utf-8")
    metrics = Metrics(pool)
    metrics.count("GET", "/", 500, 0.1)
    text = metrics.text().decode()

    told = set(re.findall(r"^(kaibiao_\w+)", text, re.MULTILINE))
    named = set(re.findall(r"kaibiao_\w+", dashboard + alerts))

    assert len(json.loads(dashboard)["panels"]) == 6
    assert named - told == set()
    assert {name for name in told if name.endswith(("_full", "_overdue", "_seconds"))} <= named
    assert 'status="5xx"' in text


@pytest.mark.needs("nginx", "openssl")
async def test_nginx_takes_the_sample_and_says_who_asks(
    tmp_path: Path, unused_tcp_port_factory: Callable[[], int]
) -> None:
    plain, secure, behind = (unused_tcp_port_factory() for _ in range(3))
    url = f"https://127.0.0.1:{secure}/health/live"
    asked = {"X-Forwarded-For": "203.0.113.9"}

    async with (
        upstream(behind),
        nginx(tmp_path, plain, secure, behind),
        aiohttp.ClientSession() as session,
    ):
        async with session.get(url, ssl=False, headers=asked) as response:
            seen = await response.json()
        plainly = f"http://127.0.0.1:{plain}/a"
        async with session.get(plainly, allow_redirects=False) as response:
            moved = response.status, response.headers["Location"]

    assert seen == {"from": "127.0.0.1", "host": "127.0.0.1"}
    assert moved == (301, "https://127.0.0.1/a")


@pytest.mark.needs("caddy", "openssl")
async def test_caddy_takes_the_sample_and_says_who_asks(
    tmp_path: Path, unused_tcp_port_factory: Callable[[], int]
) -> None:
    plain, secure, behind = (unused_tcp_port_factory() for _ in range(3))
    url = f"https://localhost:{secure}/health/live"
    asked = {"X-Forwarded-For": "203.0.113.9"}

    async with (
        upstream(behind),
        caddy(tmp_path, plain, secure, behind),
        aiohttp.ClientSession() as session,
    ):
        async with session.get(url, ssl=False, headers=asked) as response:
            seen = await response.json()
            kept = response.headers["Strict-Transport-Security"]
        plainly = f"http://localhost:{plain}/a"
        async with session.get(plainly, allow_redirects=False) as response:
            moved = response.status, response.headers["Location"]

    assert seen["host"] == f"localhost:{secure}"
    assert ip_address(seen["from"]).is_loopback
    assert kept == "max-age=31536000"
    assert moved == (308, "https://localhost/a")


@pytest.mark.needs("curl")
async def test_machines_are_restarted_one_after_the_other_until_one_does_not_come_back(
    tmp_path: Path, unused_tcp_port: int
) -> None:
    ssh, asked = tmp_path / "ssh", tmp_path / "asked"
    ssh.write_text(f'#!/bin/sh\necho "$@" >> {asked}\n')
    ssh.chmod(0o755)
    script = str(OPERATING / "rolling-restart.sh")
    settings = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "SECONDS_MAX": "1"}

    async with upstream(unused_tcp_port):
        # The second answers that there is no such page.
        settings["HEALTH"] = f"http://127.0.0.1:{unused_tcp_port}/health/%s"
        process = await asyncio.create_subprocess_exec(
            *("sh", script, "live", "dead", "never"), env=settings
        )
        async with asyncio.timeout(START_SECONDS):
            status = await process.wait()

    assert status == 1
    command = "sudo systemctl restart kaibiao.service"
    assert asked.read_text().splitlines() == [f"live {command}", f"dead {command}"]


@asynccontextmanager
async def upstream(port: int) -> AsyncIterator[None]:
    """A server that says what it was told of who asks."""
    app = web.Application()

    async def tell(request: web.Request) -> web.Response:
        said = request.headers
        return web.json_response({"from": said.get("X-Forwarded-For"), "host": said["Host"]})

    app.router.add_get("/health/live", tell)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield
    finally:
        await runner.cleanup()


@asynccontextmanager
async def nginx(folder: Path, plain: int, secure: int, behind: int) -> AsyncIterator[None]:
    """Run nginx with the sample, its ports and its certificate's files replaced."""
    site = (OPERATING / "proxies" / "nginx.conf").read_text("utf-8")
    replaced = {
        "listen 80;": f"listen 127.0.0.1:{plain};",
        "listen 443 ssl": f"listen 127.0.0.1:{secure} ssl",
        "/etc/ssl/bids.example/fullchain.pem": str(folder / "certificate.pem"),
        "/etc/ssl/bids.example/key.pem": str(folder / "key.pem"),
        "127.0.0.1:8080": f"127.0.0.1:{behind}",
    }
    for old, new in replaced.items():
        assert site.count(old) == 1
        site = site.replace(old, new)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    paths = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    config = folder / "nginx.conf"
    config.write_text(
        f"pid {folder}/pid;\nerror_log stderr;\ndaemon off;\nmaster_process off;\n"
        f"events {{}}\nhttp {{\n{paths}{site}}}\n"
    )
    await asyncio.to_thread(_certify, folder)
    process = await asyncio.create_subprocess_exec("nginx", "-e", "stderr", "-c", str(config))
    try:
        async with asyncio.timeout(START_SECONDS):
            while not (folder / "pid").exists():
                assert process.returncode is None
                await asyncio.sleep(0.01)
        yield
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


@asynccontextmanager
async def caddy(folder: Path, plain: int, secure: int, behind: int) -> AsyncIterator[None]:
    """Run Caddy with the sample, its name, its ports and its certificate's files replaced."""
    site = (OPERATING / "proxies" / "Caddyfile").read_text("utf-8")
    replaced = {
        "bids.example {": "https://localhost {",
        "/etc/ssl/bids.example/fullchain.pem": str(folder / "certificate.pem"),
        "/etc/ssl/bids.example/key.pem": str(folder / "key.pem"),
        "127.0.0.1:8080": f"127.0.0.1:{behind}",
    }
    for old, new in replaced.items():
        assert site.count(old) == 1
        site = site.replace(old, new)
    # It would make an authority of its own, and have the machine trust it.
    ports = f"http_port {plain}\n\thttps_port {secure}\n\tauto_https disable_certs"
    config = folder / "Caddyfile"
    config.write_text(f"{{\n\tadmin off\n\t{ports}\n}}\n{site}")
    await asyncio.to_thread(_certify, folder)
    process = await asyncio.create_subprocess_exec(
        *("caddy", "run", "--config", str(config), "--adapter", "caddyfile"),
        env={"HOME": str(folder), "PATH": os.environ["PATH"]},
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    try:
        async with asyncio.timeout(START_SECONDS):
            while b"serving initial configuration" not in (line := await process.stderr.readline()):
                assert line, "Caddy has ended"
        yield
    finally:
        if process.returncode is None:
            process.terminate()
        await process.communicate()


def _certify(folder: Path) -> None:
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-keyout", str(folder / "key.pem"), "-days", "1", "-subj", "/CN=localhost"),
            *("-out", str(folder / "certificate.pem")),
        ],
        capture_output=True,
        timeout=60,
        check=True,
    )
