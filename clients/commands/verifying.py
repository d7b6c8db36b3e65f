"""What anybody may check: an archive, a receipt, the platform's own database."""

import importlib
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from clients.commands.operating import FILE, operate


@click.command()
@click.argument("archive", type=FILE, required=False)
@click.option("--database", is_flag=True, help="Verify the platform's own database instead.")
@click.option("--trust", type=FILE, help="Keys obtained beforehand, instead of the archive's.")
@click.option("--config", type=FILE, help="With --database: the platform's configuration.")
@click.option("--root", "roots", type=FILE, multiple=True, help="Roots of authorities, PEM.")
def verify(
    archive: Path | None,
    trust: Path | None,
    config: Path | None,
    *,
    roots: Sequence[Path],
    database: bool,
) -> None:
    """Recompute everything an ARCHIVE says, offline; name the first thing that does not hold.

    Where ARCHIVE.ers is beside it, its evidence record is a step; --root names authorities that
    renewed it and that the archive does not know.
    """
    if database:
        operate("verify-database", config)
        return
    if archive is None:
        raise click.UsageError("name an archive, or --database")
    verifier = importlib.import_module("clients.verify")
    keys = verifier.read_trust(trust) if trust else None
    certified = importlib.import_module("clients.authority_files")
    report = verifier.verify_archive(
        archive,
        trust=keys,
        at=importlib.import_module("clients.archive_keeping").now(),
        roots=[certified.from_pem(root.read_bytes()) for root in roots],
    )
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
