"""`kaibiao archive`: the four tests of an archive, and renewing its time stamps for decades."""

import asyncio
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import click

from clients.archive_keeping import (
    AuthorityRefused,
    four_tests,
    now,
    renew,
    renewals_in,
    write_metrics,
)
from clients.authority_files import from_pem
from clients.commands.operating import FILE
from clients.evidence_files import check_record, record_file
from clients.verify import read_trust, verify_archive
from crypto.errors import BadCertificate, BadTimestamp
from crypto.evidence_record import ALGORITHMS
from tendering.domain.refusals import Refused

SOON = timedelta(days=180)


@click.group()
def archive() -> None:
    """Keep an archive: the four tests, and its time stamps."""


@archive.command("check")
@click.argument("file", type=FILE)
@click.option("--trust", type=FILE, help="Keys obtained beforehand, instead of the archive's.")
@click.option("--root", "roots", type=FILE, multiple=True, help="Roots of authorities, PEM.")
def check_archive(file: Path, trust: Path | None, roots: Sequence[Path]) -> None:
    """Authentic, complete, usable, safe: test FILE, and with --root its evidence record."""
    try:
        report = verify_archive(file, trust=read_trust(trust) if trust else None)
    except (OSError, Refused) as error:
        raise click.ClickException(str(error)) from error
    holds = True
    for test in four_tests(report):
        holds = holds and test.holds
        mark = "✓" if test.holds else "✗"
        click.echo(f"{mark} {test.name_zh} / {test.name_en} ({test.steps})")
        for line in test.found:
            click.echo(f"    {line}")
    if roots:
        holds = _record(file, roots) and holds
    elif record_file(file).exists():
        click.echo("? 证据记录 / evidence record: give --root to check it")
    click.echo("通过 / PASSED" if holds else "未通过 / NOT PASSED")
    sys.exit(0 if holds else 1)


@archive.command("renew")
@click.argument("file", type=FILE)
@click.option("--tsa", required=True, help="Address of a time-stamping authority (RFC 3161).")
@click.option("--root", type=FILE, required=True, help="Its root certificate, PEM.")
@click.option("--algorithm", type=click.Choice(ALGORITHMS), default="sha256", show_default=True)
def renew_archive(file: Path, tsa: str, root: Path, algorithm: str) -> None:
    """Stamp FILE once more, into FILE.ers: with a newer key, or by another hash algorithm."""
    try:
        told = asyncio.run(renew(file, authority=tsa, root=_root(root), algorithm=algorithm))
    except (AuthorityRefused, BadCertificate, BadTimestamp, OSError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{record_file(file)}: {told.tsa_name} {told.gen_time.isoformat()}")
    click.echo(f"续期不晚于 / renew before {told.valid_until.isoformat()}")


@archive.command("watch")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--days", type=click.IntRange(0, 3650), default=180, show_default=True)
@click.option("--metrics", type=click.Path(dir_okay=False, path_type=Path), help="For Prometheus.")
def watch_archives(folder: Path, days: int, metrics: Path | None) -> None:
    """Which archives in FOLDER must be renewed within so many DAYS; exit 1 when one must.

    Run by a timer it is the alert; --metrics writes a text file for the node exporter besides.
    """
    at = now()
    soon = at + timedelta(days=days)
    found = renewals_in(folder)
    for one in found:
        mark = "!" if one.is_due(soon) else "✓"
        until = one.why if one.before is None else f"renew before {one.before.isoformat()}"
        click.echo(f"{mark} {one.archive}: {until}")
    if metrics is not None:
        write_metrics(metrics, found)
    due = sum(one.is_due(soon) for one in found)
    click.echo(f"{len(found)} archives, {due} to be renewed / 待续期 {due}")
    sys.exit(1 if due else 0)


def _root(file: Path) -> bytes:
    """A root certificate, DER. Raises BadCertificate, OSError."""
    try:
        return from_pem(file.read_bytes())
    except ValueError as error:
        raise BadCertificate(f"{file} holds no certificate") from error


def _record(file: Path, roots: Sequence[Path]) -> bool:
    """Say what the record holds; False where it does not hold or will not for long."""
    at = now()
    try:
        told = check_record(file, roots=[_root(root) for root in roots], at=at)
    except (BadCertificate, BadTimestamp, OSError) as error:
        click.echo(f"✗ 证据记录 / evidence record: {error}")
        return False
    for one in told:
        click.echo(f"✓ {one.gen_time.isoformat()} {one.tsa_name}")
    if told[-1].valid_until < at + SOON:
        click.echo(f"! 时间戳即将到期 / renew before {told[-1].valid_until.isoformat()}")
    return True
