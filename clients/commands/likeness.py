"""The likeness of bids at home: `kaibiao similarity`."""

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from rich.console import Console
from rich.progress import Progress, TaskID

from clients.commands.operating import FILE
from clients.likeness_archive import unpack
from clients.likeness_folder import read_prices
from clients.likeness_text import lines, page
from clients.score_text import printable
from tendering.bid_reading.folder import Asked, BadFolder, compare_folder
from tendering.domain.similarity.report import Likeness, report_json

NOTICED = 1
REFUSED = 2
STOPPED = 130


@click.command()
@click.argument("folder", type=click.Path(exists=True, path_type=Path))
@click.option("--tender", type=FILE, multiple=True, help="A file of the tender documents; again.")
@click.option("--prices", type=FILE, help="Total prices: JSON, sub-folder to fen.")
@click.option("--ceiling-fen", type=click.IntRange(min=1), help="The ceiling price in fen.")
@click.option("--lot", default="1", help="Of an archive, the lot.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, words in both languages.")
@click.option(
    "--html",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="OUT",
    help="Write the report as a page.",
)
def similarity(
    folder: Path,
    tender: tuple[Path, ...],
    prices: Path | None,
    ceiling_fen: int | None,
    lang: str,
    *,
    lot: str,
    as_json: bool,
    html: Path | None,
) -> None:
    """Compare the bids in FOLDER, one sub-folder a bidder (PDF, DOCX, XLSX, text).

    FOLDER may be the full archive of a tender: its bids are opened with the keys in it, and tender
    documents, prices and ceiling are taken from it.

    Texts without the tender's own, properties of files, pictures, prices. Leads with their places,
    never a verdict. Exit status: 0 nothing noticed; 1 something to look at; 2 refused; 130 stopped.
    Described in docs/similarity.md.
    """
    try:
        totals = None if prices is None else read_prices(prices)
        with TemporaryDirectory(prefix="kaibiao-similarity-") as room:
            if folder.is_file():
                asked = unpack(folder, lot, Path(room))
            else:
                asked = Asked(folder, tender, totals, ceiling_fen)
            found = _compared(asked)
        report = report_json(found)
        if html is not None:
            html.write_text(page(report, lang), "utf-8")
    except (BadFolder, OSError) as error:
        click.echo(printable(f"{folder}: {error}"), err=True)
        sys.exit(REFUSED)
    except KeyboardInterrupt:
        # Not click's 1, which here says that something was found.
        sys.exit(STOPPED)
    if as_json:
        click.echo(json.dumps(report, ensure_ascii=False, indent=1))
    else:
        for line in lines(report, lang):
            click.echo(printable(line))
    sys.exit(NOTICED if found.has_findings else 0)


def _compared(asked: Asked) -> Likeness:
    with Progress(console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, TaskID] = {}

        def progress(stage: str, done: int, of: int) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(stage)
            bar.update(tasks[stage], completed=done + 1, total=of)

        return compare_folder(asked, progress)
