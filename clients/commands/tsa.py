"""`kaibiao tsa`: a time-stamping authority of one's own, apart from the platform."""

import asyncio
from pathlib import Path

import click

from clients.commands.operating import FILE
from clients.observing import AuthorityConfig, ConfigRefused, alone_in, read_config, require_key
from clients.tsa import make_keys, stamp_for_all

ROOT_FILE = "authority.pem"


@click.group()
def tsa() -> None:
    """A time-stamping authority of one's own (RFC 3161), apart from the platform."""


@tsa.command()
@click.option("--folder", type=click.Path(path_type=Path), required=True, help="Keys.")
@click.option("--name", required=True, help="Name of the authority, as its certificates say it.")
def keygen(folder: Path, name: str) -> None:
    """Make root and stamping key, and print the root certificate, which readers must trust."""
    if (folder / ROOT_FILE).exists():
        raise click.ClickException(f"{folder / ROOT_FILE} is there already")
    make_keys(folder, name)
    click.echo((folder / ROOT_FILE).read_text(), nl=False)


@tsa.command()
@click.option("--config", type=FILE, required=True, help="Configuration file, TOML.")
def serve(config: Path) -> None:
    """Answer queries over HTTP until stopped."""
    try:
        settings = read_config(config, AuthorityConfig)
        folder = Path(settings.folder)
        require_key(folder / ROOT_FILE, "kaibiao tsa keygen")
        with alone_in(folder):
            asyncio.run(stamp_for_all(folder, settings.name, listen=settings.listen))
    except (ConfigRefused, OSError) as error:
        raise click.ClickException(str(error)) from error
