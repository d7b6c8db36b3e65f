"""What anybody may check: an archive, a receipt, the platform's own database."""

import importlib
import sys
from pathlib import Path

import click

from clients.commands.operating import FILE, operate


@click.command()
@click.argument("archive", type=FILE, required=False)
@click.option("--database", is_flag=True, help="Verify the platform's own database instead.")
@click.option("--trust", type=FILE, help="Keys obtained beforehand, instead of the archive's.")
@click.option("--config", type=FILE, help="With --database: the platform's configuration.")
def verify(
    archive: Path | None, trust: Path | None, config: Path | None, *, database: bool
) -> None:
    """Recompute everything an ARCHIVE says, offline; name the first thing that does not hold."""
    if database:
        operate("verify-database", config)
        return
    if archive is None:
        raise click.UsageError("name an archive, or --database")
    verifier = importlib.import_module("clients.verify")
    keys = verifier.read_trust(trust) if trust else None
    report = verifier.verify_archive(archive, trust=keys)
    for line in verifier.report_lines(report):
        click.echo(line)
    sys.exit(0 if report.holds else 1)


@click.group()
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
        policy = receipts.policy_lines(receipts.read_keys(keys))
    except refusals.Refused as refused:
        raise click.ClickException(str(refused)) from refused
    for line in [*policy, *receipts.verdict_lines(verdict)]:
        click.echo(line)
    sys.exit(1 if verdict.broken else 0)
