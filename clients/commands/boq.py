"""Bills of quantities at home: `kaibiao boq make` and `kaibiao boq check`."""

import importlib
import json
import sys
from pathlib import Path
from typing import Any

import click

from clients.commands.operating import FILE

NOTICED = 1
REFUSED = 2


@click.group()
def boq() -> None:
    """Bills of quantities (工程量清单)."""


@boq.command()
@click.argument("source", type=FILE)
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False))
def make(source: Path, target: Path) -> None:
    """Write the bill in SOURCE (.xlsx, .xls, .csv) to TARGET as structured data.

    That is what a tender's documents and a bid's price envelope hold: kaibiao/bill/v1, canonical
    JSON. Exit status: 2 refused, with the place in the file.
    """
    clients = importlib.import_module("clients.bills")
    refusals = importlib.import_module("tendering.domain.refusals")
    try:
        bill = clients.make_bill(source, target)
    except refusals.Refused as refused:
        text = importlib.import_module("clients.score_text")
        click.echo(text.printable(f"{refused.code}: {refused.detail}"), err=True)
        sys.exit(REFUSED)
    except OSError as error:
        raise click.ClickException(f"{target}: {error.strerror}") from None
    digest = importlib.import_module("tendering.domain.quantities.bill").bill_digest(bill)
    click.echo(f"{len(bill.lines)} 行 lines  {digest.hex()}")


@boq.command()
@click.argument("tender", type=FILE)
@click.argument("bids", type=FILE, nargs=-1)
@click.option("--terms", type=FILE, help="Thresholds of the tender, JSON; else the defaults.")
@click.option("--opening", type=FILE, help="Totals of the opening forms: JSON, file name to fen.")
@click.option(
    "--lang", type=click.Choice(["zh", "en"]), default="zh", help="Language of the words."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, words in both languages.")
@click.option(
    "--xlsx",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="OUT",
    help="Write the report as a workbook.",
)
def check(
    tender: Path,
    bids: tuple[Path, ...],
    terms: Path | None,
    opening: Path | None,
    lang: str,
    *,
    as_json: bool,
    xlsx: Path | None,
) -> None:
    """Check BIDS by themselves, against TENDER and with one another (.xlsx, .xls, .csv).

    Exit status: 0 nothing noticed; 1 something to look at, which is no verdict; 2 refused, with
    the place in the file. Described in docs/specs/bill-v1.md.
    """
    clearing = importlib.import_module("clients.bill_clearing")
    refusals = importlib.import_module("tendering.domain.refusals")
    try:
        cleared = clearing.clear_files(tender, bids, terms, opening)
    except refusals.Refused as refused:
        text = importlib.import_module("clients.score_text")
        click.echo(text.printable(f"{refused.code}: {refused.detail}"), err=True)
        sys.exit(REFUSED)
    if xlsx is not None:
        _write(cleared, xlsx)
    if as_json:
        click.echo(json.dumps(clearing.cleared_json(cleared), ensure_ascii=False, indent=1))
    else:
        for line in importlib.import_module("clients.bill_text").clearing_lines(cleared, lang):
            click.echo(line)
    sys.exit(NOTICED if clearing.has_findings(cleared) else 0)


def _write(cleared: Any, xlsx: Path) -> None:
    try:
        importlib.import_module("clients.bill_workbook").write_clearing(cleared.report, xlsx)
    except OSError as error:
        raise click.ClickException(f"{xlsx}: {error.strerror}") from None
