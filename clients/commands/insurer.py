"""`kaibiao insurer`: what a guarantor's engineer needs to connect, without any platform.

Exit status of a conformance run: 0 everything holds; 1 something does not; 2 wrong usage.
"""

import asyncio
import base64
import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import aiohttp
import click
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clients.insurer_bench import Bench
from clients.insurer_conformance import Run, conformance, report
from clients.insurer_sdk import open_api_key
from clients.insurer_settings import Config, Faults
from clients.insurer_simulator import run_offline
from clients.key_files import KeyFolder
from clients.payment_simulator import PaymentFaults
from clients.payment_simulator import run as run_payments
from clients.platform import open_platform
from clients.serving import Clock, serve
from crypto.certificates import CertificateSubject, issue, make_authority, make_request
from crypto.keys import generate_signing_key
from crypto.request_signatures import WireRefused, read_public_key
from insurance_gateway.openapi import document
from tendering.domain.roles import Role

ROOT_FILE: Final = "test-root.der"
TEST_DAYS: Final = 365
FOLDER = click.Path(file_okay=False, path_type=Path)
READABLE = click.Path(exists=True, dir_okay=False, path_type=Path)
LISTEN = click.option("--listen", default="127.0.0.1:8899", help="host:port", show_default=True)
PUBLIC = click.option("--public-key", required=True, help="The insurer's Ed25519 key, Base64.")
TRUST = click.option(
    "--trust",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The root that certificates of policies must come from, DER; without it any.",
)


@click.group()
def insurer() -> None:
    """Connect as an insurer, a bank or a guarantee company: docs/guarantors.md."""


@insurer.command()
@click.argument("folder", type=FOLDER)
@click.option("--name", required=True, help="The organization.")
@click.option("--uscc", required=True, help="Its credit code, 18 characters.")
def keygen(folder: Path, name: str, uscc: str) -> None:
    """Make both keys, with a certificate for tests only, and print the public key."""
    keys = KeyFolder(folder)
    if keys.is_certified:
        raise click.ClickException("there are keys already")
    at, authority = asyncio.run(Clock().now()), generate_signing_key()
    root = make_authority("test only, for nobody to trust", key=authority, at=at, years=2)
    request = make_request(keys.signing_key(), common_name=name[:64], organization=name, uscc=uscc)
    subject = CertificateSubject(name[:64], name, uscc)
    keys.keep_certificate(
        issue(root, authority, request, at=at, days=TEST_DAYS, subject=subject), []
    )
    (folder / ROOT_FILE).write_bytes(root)
    public = open_api_key(keys).public_key().public_bytes_raw()
    click.echo(base64.b64encode(public).decode("ascii"))


@insurer.command()
def openapi() -> None:
    """Print the OpenAPI 3.1 document of the interface."""
    click.echo(json.dumps(document(), ensure_ascii=False, indent=1))


@insurer.command("simulate-insurer")
@click.argument("folder", type=FOLDER)
@click.option("--platform", required=True, help="Address of a platform, such as a simulated one.")
@click.option("--listen", default="127.0.0.1:8900", show_default=True)
@click.option("--latency-ms", default=0, help="How long a decision takes.")
@click.option("--errors", default=0, help="So many requests are answered 503 first.")
@click.option("--wrong-signatures", default=0, help="So many notices are signed by a stranger.")
@click.option("--duplicates", is_flag=True, help="Every notice is sent twice.")
@click.option("--disorder", is_flag=True, help="The policy comes first.")
def simulate_insurer(
    folder: Path,
    platform: str,
    listen: str,
    latency_ms: int,
    *,
    errors: int,
    wrong_signatures: int,
    duplicates: bool,
    disorder: bool,
) -> None:
    """An insurer to try a platform with, and the faults of real ones. FOLDER is from keygen."""
    config = Config(platform.rstrip("/"), "", "", "insurer", str(folder), listen, latency_ms)
    faults = Faults(errors, wrong_signatures, duplicates=duplicates, disorder=disorder)
    asyncio.run(run_offline(config, faults))


@insurer.command("simulate-payments")
@click.argument("folder", type=FOLDER)
@click.option("--platform", required=True, help="Address of a platform.")
@click.option("--listen", default="127.0.0.1:8901", show_default=True)
@click.option("--cashier", is_flag=True, help="Payers must go to the address that is answered.")
@click.option("--errors", default=0, help="So many requests are answered 503 first.")
@click.option("--wrong-signatures", default=0, help="So many notices are signed by a stranger.")
@click.option("--wrong-amounts", default=0, help="So many payments are a fen short.")
@click.option("--wrong-units", default=0, help="So many notices speak of 万元.")
@click.option("--duplicates", is_flag=True, help="Every notice is sent twice.")
def simulate_payments(
    folder: Path, platform: str, listen: str, *, cashier: bool, **faults: Any
) -> None:
    """A payment provider that moves no money, to try a platform with. FOLDER: its key and log."""
    folder.mkdir(parents=True, exist_ok=True)
    told = PaymentFaults(**faults)
    asyncio.run(
        run_payments(folder, platform=platform, listen=listen, faults=told, at_once=not cashier)
    )


@insurer.command("simulate-platform")
@click.argument("url")
@PUBLIC
@TRUST
@LISTEN
def simulate_platform(url: str, public_key: str, trust: Path | None, listen: str) -> None:
    """A platform that takes the notices of the insurer at URL until it is stopped."""

    async def main() -> None:
        async with _bench(url, public_key, trust) as bench:
            bench.address = f"http://{listen}"
            await serve(bench.app(), listen=listen, facts={})

    asyncio.run(main())


@insurer.command("conformance")
@click.argument("url")
@PUBLIC
@TRUST
@LISTEN
@click.option("--decision-seconds", default=20.0, help="How long a decision may take.")
@click.option("--report", "file", type=click.Path(dir_okay=False, path_type=Path))
def run_conformance(
    url: str,
    *,
    public_key: str,
    trust: Path | None,
    listen: str,
    decision_seconds: float,
    file: Path | None,
) -> None:
    """Drive the endpoint at URL through every case; the insurer must call back to --listen."""

    async def main() -> int:
        async with _bench(url, public_key, trust) as bench, _serving(bench, listen):
            findings = await conformance(Run(bench, decision_seconds))
        for one in findings:
            click.echo(f"{'FAIL' if one.seen else 'ok  '} {one.case}")
            if one.seen:
                click.echo(f"       {one.seen}")
        text, digest = report(url, findings, at=await bench.clock.now())
        if file is not None:
            await asyncio.to_thread(file.write_text, text, "utf-8")
        failed = sum(bool(one.seen) for one in findings)
        click.echo(f"{len(findings) - failed} of {len(findings)} cases hold; report {digest}")
        return 1 if failed else 0

    raise SystemExit(asyncio.run(main()))


@insurer.command("reconcile")
@click.argument("platform")
@click.option("--login", required=True, help="The operator's.")
@click.option("--password-file", type=READABLE, required=True)
@click.option("--guarantor", required=True, help="Its id on the platform.")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), required=True, help="In China.")
@click.option("--issued", type=READABLE, required=True, help="JSON: the guarantor's list.")
@click.option("--payments", type=READABLE, required=True, help="JSON: the payment file.")
def reconcile(platform: str, *, day: datetime, **given: Any) -> None:
    """Match a day: orders, issued list and payments. Exit status 1 when something differs."""
    lists = {name: json.loads(given[name].read_bytes()) for name in ("issued", "payments")}
    body = {"guarantor_id": given["guarantor"], "day": day.date().isoformat(), **lists}
    password = given["password_file"].read_text("utf-8").strip()

    async def main() -> int:
        async with open_platform(platform) as line:
            await line.log_in(given["login"], password, Role.OPERATOR)
            matched = await line.post("/insurance/reconciliations", body)
            queue = (await line.get("/insurance/discrepancies"))["items"]
        click.echo(f"{matched['orders']} orders, {matched['discrepancies']} discrepancies")
        for one in queue:
            owner = one["owner_id"] or "nobody"
            age = f"{one['age_days']} d, {owner}"
            click.echo(f"{one['day']} {one['kind']:20} {one['order_id']} {one['detail']} ({age})")
        return int(matched["discrepancies"] > 0)

    raise SystemExit(asyncio.run(main()))


@asynccontextmanager
async def _bench(url: str, public_key: str, trust: Path | None) -> AsyncIterator[Bench]:
    """A bench with a key of its own."""
    try:
        insurer_key = read_public_key(public_key)
    except WireRefused as error:
        raise click.UsageError(str(error)) from error
    roots = [] if trust is None else [await asyncio.to_thread(trust.read_bytes)]
    key = Ed25519PrivateKey.from_private_bytes(secrets.token_bytes(32))
    async with aiohttp.ClientSession() as http:
        yield Bench(http, key, url, insurer_key, roots)


@asynccontextmanager
async def _serving(bench: Bench, listen: str) -> AsyncIterator[None]:
    """The bench takes notices while the block runs."""
    host, _, port = listen.rpartition(":")
    runner = web.AppRunner(bench.app(), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, int(port)).start()
        bench.address = f"http://{listen}"
        yield
    finally:
        await runner.cleanup()
