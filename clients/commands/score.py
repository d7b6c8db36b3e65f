"""Scoring bids by a method at home, and the examples and schemas to write one's own."""

import importlib
import json
import sys
from pathlib import Path

import click

from clients.commands.operating import FILE

BLOCKED = 1
REFUSED = 2


@click.command()
@click.argument("method", type=FILE, required=False)
@click.argument("bids", type=FILE, required=False)
@click.option(
    "--lang", type=click.Choice(["zh", "en"]), default="zh", help="Language of the words."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, words in both languages.")
@click.option("--list", "listing", is_flag=True, help="List the examples, one a family.")
@click.option("--example", metavar="NAME", help="Score an example instead of files.")
@click.option(
    "--save",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="With --example: write its two files there, to start from.",
)
@click.option(
    "--schema",
    type=click.Choice(["method-v1", "bids-v1"]),
    help="Print the JSON Schema of METHOD or of BIDS.",
)
def score(
    method: Path | None,
    bids: Path | None,
    example: str | None,
    save: Path | None,
    schema: str | None,
    *,
    lang: str,
    as_json: bool,
    listing: bool,
) -> None:
    """Score BIDS by METHOD: every step in words with its figures, to be checked by hand.

    Exit status: 0 scored; 1 scored, but the law forbids something in the method; 2 refused, with
    the place in the file. The formats are described in docs/specs/method-v1.md.
    """
    methods = importlib.import_module("tendering.methods")
    if schema is not None:
        click.echo(methods.schema_text(schema), nl=False)
    elif listing:
        for name in methods.example_names():
            click.echo(f"{name:26} {json.loads(methods.example_text(name, 'method'))['title']}")
    elif example is not None:
        if example not in methods.example_names():
            raise click.UsageError(f"no example is called {example}; see --list")
        texts = [methods.example_text(example, kind) for kind in ("method", "bids")]
        if save is not None:
            for kind, text in zip(("method", "bids"), texts, strict=True):
                _write_new(save / f"{example}.{kind}.json", text)
            return
        _print([text.encode() for text in texts], lang, as_json=as_json)
    elif method is None or bids is None:
        raise click.UsageError("name METHOD and BIDS, or one of --list, --example, --schema")
    else:
        _print([method, bids], lang, as_json=as_json)


def _print(sources: list[bytes] | list[Path], lang: str, *, as_json: bool) -> None:
    """Score and print; exit 1 for what the law forbids, 2 for what is refused."""
    files = importlib.import_module("clients.score_files")
    text = importlib.import_module("clients.score_text")
    refusals = importlib.import_module("tendering.domain.refusals")
    try:
        scored = files.score(*sources)
    except refusals.Refused as refused:
        click.echo(text.printable(f"{refused.code}: {text.reason(refused, lang)}"), err=True)
        sys.exit(REFUSED)
    if as_json:
        value = importlib.import_module("tendering.domain.methods.scored_json").score_json(scored)
        click.echo(json.dumps(value, ensure_ascii=False, indent=2))
    else:
        for line in text.score_lines(scored, lang):
            click.echo(line)
    sys.exit(BLOCKED if any(one.severity == "block" for one in scored.findings) else 0)


def _write_new(file: Path, text: str) -> None:
    """Write a file that is not there yet: nobody's own definition is overwritten."""
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        with file.open("x", encoding="utf-8") as target:
            target.write(text)
    except FileExistsError:
        raise click.ClickException(f"{file} is there already") from None
    click.echo(str(file))
