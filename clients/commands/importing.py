"""Tenders made out of open data, and open data of tenders."""

import importlib
import sys
from pathlib import Path
from uuid import UUID

import click

from clients.commands.operating import FILE


@click.command("import-ocds")
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


@click.command("export-ocds")
@click.argument("tender", type=click.UUID)
@click.option("--platform", required=True, help="Address of the platform that published it.")
@click.option("--releases", is_flag=True, help="The release package, and not the record.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Instead of printing.")
def export_ocds(tender: UUID, platform: str, *, releases: bool, out: Path | None) -> None:
    """Save the OCDS 1.1 record package of a published TENDER."""
    exporter = importlib.import_module("clients.ocds_export")
    sys.exit(exporter.run(platform, tender, releases=releases, out=out))
