"""Tenders made out of open data."""

import importlib
import sys
from pathlib import Path

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
