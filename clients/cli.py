"""The one command `kaibiao`. What belongs to the operator starts `server.py` by its module name.

Imports nothing heavy at the top: a bidder's machine has no server packages, and `--help` is quick.
"""

import importlib
import importlib.util
import sys
from pathlib import Path

import click

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Kaibiao 开标: electronic tendering and remote bid evaluation."""


@main.command()
@click.option("--config", type=FILE, help="Configuration file, TOML; without it var/.")
@click.option("--demonstration", is_flag=True, help="The clock may jump; everything says so.")
@click.option("--load", is_flag=True, help="Load a demonstration tender and show its accounts.")
def serve(config: Path | None, *, demonstration: bool, load: bool) -> None:
    """Serve the platform until Ctrl-C."""
    flags = ["--demonstration"] if demonstration else []
    _operate("serve", config, *flags, *(["--load"] if load else []))


@main.command()
@click.option("--config", type=FILE)
def migrate(config: Path | None) -> None:
    """Apply what migrations are missing to the database."""
    _operate("migrate", config)


@main.command("check-config")
@click.option("--config", type=FILE)
def check_config(config: Path | None) -> None:
    """Print the configuration in force."""
    _operate("check-config", config)


@main.command()
@click.option("--folder", type=click.Path(path_type=Path), default=Path("var/demo"))
@click.option("--ocds", type=FILE, help="Take the tender from an OCDS 1.1 release package.")
@click.option("--ocid", help="Which contracting process of the package.")
@click.option("--as-cny", is_flag=True, help="Take foreign figures as yuan.")
@click.option("--fast", is_flag=True, help="Small files.")
def demo(folder: Path, ocds: Path | None, ocid: str | None, *, as_cny: bool, fast: bool) -> None:
    """Play one whole tender, from notice to award, and keep the results in FOLDER."""
    _require_server()
    conductor = importlib.import_module("clients.demo.conductor")
    options = conductor.DemoOptions(
        folder.absolute(), ocds=ocds, ocid=ocid, as_cny=as_cny, fast=fast
    )
    sys.exit(conductor.run(options))


@main.command()
@click.argument("archive", type=FILE, required=False)
@click.option("--database", is_flag=True, help="Verify the platform's own database instead.")
@click.option("--trust", type=FILE, help="Keys obtained beforehand, instead of the archive's.")
@click.option("--config", type=FILE, help="With --database: the platform's configuration.")
def verify(
    archive: Path | None, trust: Path | None, config: Path | None, *, database: bool
) -> None:
    """Recompute everything an ARCHIVE says, offline; name the first thing that does not hold."""
    if database:
        _operate("verify-database", config)
        return
    if archive is None:
        raise click.UsageError("name an archive, or --database")
    verifier = importlib.import_module("clients.verify")
    keys = verifier.read_trust(trust) if trust else None
    report = verifier.verify_archive(archive, trust=keys)
    for line in verifier.report_lines(report):
        click.echo(line)
    sys.exit(0 if report.holds else 1)


@main.command("import-ocds")
@click.argument("file", type=FILE)
@click.option("--as-cny", is_flag=True, help="Take foreign figures as yuan.")
@click.option("--bare-tender", is_flag=True, help="The file is a tender without a release.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("var/ocds"))
@click.option("--platform", help="Address of a platform; without it drafts are written to OUT.")
@click.option("--login", help="Account of a procuring entity or agency there.")
@click.option("--password-file", type=FILE, help="File that holds its password.")
@click.option("--parties", type=FILE, help="JSON: supervisor_id, key_holder_ids, agency_id.")
def import_ocds(**options: object) -> None:
    """Make draft tenders out of an OCDS 1.1 release package FILE."""
    importer = importlib.import_module("clients.ocds_import")
    sys.exit(importer.run(importer.ImportOptions(**options)))


@main.group()
def receipt() -> None:
    """Receipts of submissions."""


@receipt.command("verify")
@click.argument("file", type=FILE)
@click.option("--keys", type=FILE, required=True, help="The platform's published keys.")
def verify_receipt(file: Path, keys: Path) -> None:
    """Check a receipt FILE with nothing but the published keys."""
    receipts = importlib.import_module("clients.receipts")
    refusals = importlib.import_module("tendering.domain.refusals")
    try:
        verdict = receipts.verify_receipt_files(file, keys)
    except refusals.Refused as refused:
        raise click.ClickException(str(refused)) from refused
    for line in receipts.verdict_lines(verdict):
        click.echo(line)
    sys.exit(1 if verdict.broken else 0)


@main.command()
@click.option("--config", type=FILE)
def keys(config: Path | None) -> None:
    """Make the platform's keys if there are none, and show their public halves."""
    _operate("keys", config)


def _operate(command: str, config: Path | None, *flags: str) -> None:
    _require_server()
    arguments = [command, *(["--config", str(config)] if config else []), *flags]
    sys.exit(importlib.import_module("server").main(arguments))


def _require_server() -> None:
    if importlib.util.find_spec("asyncpg") is None:
        raise click.ClickException("this needs the platform: install kaibiao[server]")


if __name__ == "__main__":
    main()
