"""`kaibiao insurer`: what a guarantor's engineer needs to connect, without any platform.

Exit status of a conformance run: 0 everything holds; 1 something does not; 2 wrong usage.
"""

import asyncio
import base64
import json
import secrets
from collections.abc import Callable, Coroutine
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeVar, get_args

import click

from clients.insurer_bench_opening import (
    SHARED_FILE,
    OptionsMissing,
    Spoken,
    open_bench,
    serving,
)
from clients.insurer_conformance import Run, conformance, report
from clients.insurer_sdk import open_api_key
from clients.insurer_settings import Config, FamilyName, Faults, open_gm_keys
from clients.insurer_simulator import run_offline
from clients.key_files import KeyFolder
from clients.payment_simulator import PaymentFaults
from clients.payment_simulator import run as run_payments
from clients.platform import open_platform
from clients.serving import Clock, serve, write_private
from crypto.certificates import CertificateSubject, issue, make_authority, make_request
from crypto.keys import generate_signing_key
from crypto.request_signatures import WireRefused
from insurance_gateway.openapi import document
from tendering.domain.roles import Role

Command = Callable[..., Any]
Told = TypeVar("Told")
ROOT_FILE: Final = "test-root.der"
TEST_DAYS: Final = 365
FOLDER = click.Path(file_okay=False, path_type=Path)
READABLE = click.Path(exists=True, dir_okay=False, path_type=Path)
LISTEN = click.option("--listen", default="127.0.0.1:8899", help="host:port", show_default=True)
FAMILY = click.option(
    "--family",
    type=click.Choice(get_args(FamilyName)),
    default="signed_http",
    show_default=True,
    help="Which interface: our own, SM2-signed JSON, or XML.",
)
SECRET = click.option("--secret-file", type=READABLE, help="Of the XML family, in hex.")
_SPOKEN = (
    FAMILY,
    click.option("--public-key", default="", help="The insurer's key, Base64; XML has none."),
    click.option("--own-keys", type=FOLDER, help="The platform's keys of SM2: a folder of keygen."),
    SECRET,
    click.option(
        "--trust",
        type=READABLE,
        help="The root that certificates of policies must come from, DER; without it any.",
    ),
)


def speaks(command: Command) -> Command:
    """The options of a command that speaks to an insurer in its family."""
    for option in reversed(_SPOKEN):
        command = option(command)
    return command


@click.group()
def insurer() -> None:
    """Connect as an insurer, a bank or a guarantee company: docs/guarantors.md."""


@insurer.command()
@click.argument("folder", type=FOLDER)
@click.option("--name", required=True, help="The organization.")
@click.option("--uscc", required=True, help="Its credit code, 18 characters.")
@FAMILY
def keygen(folder: Path, name: str, uscc: str, family: FamilyName) -> None:
    """Make the keys, with a certificate for tests only, and print the public key.

    Of the XML family print the file of the secret that both sides share.
    """
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
    if family == "gm_json":
        public = open_gm_keys(keys).public
    if family == "xml":
        write_private(folder / SHARED_FILE, secrets.token_hex(32).encode() + b"\n")
        click.echo(folder / SHARED_FILE)
        return
    click.echo(base64.b64encode(public).decode("ascii"))


@insurer.command()
def openapi() -> None:
    """Print the OpenAPI 3.1 document of the interface."""
    click.echo(json.dumps(document(), ensure_ascii=False, indent=1))


@insurer.command("simulate-insurer")
@click.argument("folder", type=FOLDER)
@click.option("--platform", required=True, help="Address of a platform, such as a simulated one.")
@click.option("--listen", default="127.0.0.1:8900", show_default=True)
@FAMILY
@click.option("--platform-key", default="", help="The platform's points of SM2, Base64.")
@SECRET
@click.option("--latency-ms", default=0, help="How long a decision takes.")
@click.option("--errors", default=0, help="So many requests are answered 503 first.")
@click.option("--wrong-signatures", default=0, help="So many notices are signed by a stranger.")
@click.option("--duplicates", is_flag=True, help="Every notice is sent twice.")
@click.option("--disorder", is_flag=True, help="The policy comes first.")
def simulate_insurer(folder: Path, **given: Any) -> None:
    """An insurer to try a platform with, and the faults of real ones. FOLDER is from keygen."""
    secret = given["secret_file"]
    if given["family"] == "xml" and secret is None:
        raise click.UsageError("--secret-file: the family shares a secret")
    config = Config(
        given["platform"].rstrip("/"),
        *("", "", "insurer", str(folder), given["listen"], given["latency_ms"], given["family"]),
        "" if secret is None else secret.read_text("ascii").strip(),
        given["platform_key"],
    )
    faults = Faults(
        given["errors"],
        given["wrong_signatures"],
        duplicates=given["duplicates"],
        disorder=given["disorder"],
    )
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
@speaks
@LISTEN
def simulate_platform(url: str, listen: str, **spoken: Any) -> None:
    """A platform that takes the notices of the insurer at URL until it is stopped."""

    async def main() -> None:
        async with open_bench(url, Spoken(**spoken)) as bench:
            bench.address = f"http://{listen}"
            await serve(bench.app(), listen=listen, facts={})

    _told(main())


@insurer.command("conformance")
@click.argument("url")
@speaks
@LISTEN
@click.option("--decision-seconds", default=20.0, help="How long a decision may take.")
@click.option("--report", "file", type=click.Path(dir_okay=False, path_type=Path))
def run_conformance(
    url: str, *, listen: str, decision_seconds: float, file: Path | None, **spoken: Any
) -> None:
    """Drive the endpoint at URL through every case; the insurer must call back to --listen."""

    async def main() -> int:
        async with open_bench(url, Spoken(**spoken)) as bench, serving(bench, listen):
            findings = await conformance(Run(bench, decision_seconds))
        for one in findings:
            click.echo(f"{'FAIL' if one.seen else 'ok  '} {one.case}")
            if one.seen:
                click.echo(f"       {one.seen}")
        text, digest = report(url, findings, family=spoken["family"], at=await bench.clock.now())
        if file is not None:
            await asyncio.to_thread(file.write_text, text, "utf-8")
        failed = sum(bool(one.seen) for one in findings)
        click.echo(f"{len(findings) - failed} of {len(findings)} cases hold; report {digest}")
        return 1 if failed else 0

    raise SystemExit(_told(main()))


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


def _told(work: Coroutine[None, None, Told]) -> Told:
    """What a command comes to; wrong keys are wrong usage."""
    try:
        return asyncio.run(work)
    except (OptionsMissing, WireRefused) as error:
        raise click.UsageError(str(error)) from error
