"""Checking tender documents at home, before anybody publishes them: `kaibiao check-documents`."""

import json
import sys
from pathlib import Path

import click

from clients.commands.operating import FILE
from clients.document_checking import FolderCheck, TooManyFiles, check_folder
from clients.score_text import printable
from tendering.domain.document_checks import finding_json
from tendering.domain.refusals import Refused
from tendering.rulebooks import RULEBOOKS

BLOCKED = 1
REFUSED = 2


@click.command("check-documents")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--regime", type=click.Choice(sorted(RULEBOOKS)), default="construction")
@click.option("--tender", type=FILE, help="The draft: the body of `POST /tenders` as JSON.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, words in both languages.")
def check_documents(
    folder: Path, regime: str, tender: Path | None, lang: str, *, as_json: bool
) -> None:
    """Check the files in FOLDER: clauses the law forbids, terms that contradict one another.

    Each finding names document, page, passage and article. Exit status 1 when something would
    block the publication, 2 when the draft or the folder cannot be read.
    """
    try:
        draft = None if tender is None else json.loads(tender.read_bytes())
        checked = check_folder(folder, regime, draft)
    except (Refused, ValueError, RecursionError, OSError, TooManyFiles) as error:
        click.echo(printable(f"{folder}: {error}"), err=True)
        sys.exit(REFUSED)
    if as_json:
        written = [finding_json(one, None) for one in checked.findings]
        click.echo(json.dumps(written, ensure_ascii=False, indent=1))
    else:
        _print(checked, lang)
    sys.exit(BLOCKED if any(one.severity == "block" for one in checked.findings) else 0)


def _print(checked: FolderCheck, lang: str) -> None:
    for one in checked.findings:
        where = f"{one.document} p.{one.page}" if one.page else one.document or "-"
        click.echo(printable(f"[{one.severity}] {one.rule} {where}: {getattr(one, lang)}"))
        if one.passage:
            click.echo(printable(f"    “…{one.passage}…”"))
        click.echo(printable(f"    {one.law}"))
    zh = f"共{len(checked.files)}个文件，{len(checked.findings)}处。"
    en = f"{len(checked.files)} files, {len(checked.findings)} findings."
    click.echo(zh if lang == "zh" else en)
