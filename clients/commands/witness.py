"""`kaibiao witness`: watch logs that somebody else runs, and cosign what only grows."""

import asyncio
from pathlib import Path

import click

from clients.commands.operating import FILE
from clients.observing import (
    ConfigRefused,
    WitnessConfig,
    alone_in,
    read_config,
    require_key,
    watched_logs,
)
from clients.witness import read_key, watch

KEY_FILE = "witness.key"


@click.group()
def witness() -> None:
    """A witness of transparency logs (C2SP tlog-witness), for whom the operator is not."""


@witness.command()
@click.option("--folder", type=click.Path(path_type=Path), required=True, help="Keys and state.")
@click.option("--name", required=True, help="Name of the witness, such as w1.example/kaibiao.")
def keygen(folder: Path, name: str) -> None:
    """Make a key, and print what the platform's operator and its readers need of it."""
    if (folder / KEY_FILE).exists():
        raise click.ClickException(f"{folder / KEY_FILE} is there already")
    if not name.isprintable() or " " in name or "+" in name:
        raise click.ClickException("a name has no spaces and no plus sign")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    click.echo(read_key(folder / KEY_FILE, name).cosigner)


@witness.command()
@click.option("--config", type=FILE, required=True, help="Configuration file, TOML.")
def serve(config: Path) -> None:
    """Cosign until stopped. The last checkpoint of each log is on the disk before it is signed."""
    try:
        settings = read_config(config, WitnessConfig)
        folder = Path(settings.folder)
        require_key(folder / KEY_FILE, "kaibiao witness keygen")
        with alone_in(folder):
            logs = watched_logs(settings)
            key = read_key(folder / KEY_FILE, "")
            asyncio.run(watch(key, logs, listen=settings.listen))
    except (ConfigRefused, OSError) as error:
        raise click.ClickException(str(error)) from error
