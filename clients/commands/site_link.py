"""`kaibiao site-link`: join a room of another centre's platform with one's own members."""

import asyncio
import json
import os
from pathlib import Path
from typing import Any
from uuid import UUID

import click

from clients.site_copy import SiteCopy, check_file
from clients.site_link import Joining, LinkEnded, keep_link
from crypto.errors import CryptoError
from crypto.link_channel import new_seed, public_of
from evaluation_rooms.site_transcript import TranscriptBroken

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("site-link")
def site_link() -> None:
    """A guest centre in another centre's evaluation room (异地评标副场)."""


@site_link.command()
@click.option("--key", type=click.Path(path_type=Path), required=True, help="Where the key goes.")
def keygen(key: Path) -> None:
    """Make this centre's key, and print the public half, which the host enters."""
    try:
        descriptor = os.open(key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise click.ClickException(f"{key} is there already") from None
    seed = new_seed()
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(seed.hex() + "\n")
    click.echo(public_of(seed).hex())


@site_link.command()
@click.option("--config", type=FILE, required=True, help="Which room, as which site (JSON).")
def run(config: Path) -> None:
    """Join the room, keep the transcript, and serve the members of this site until Ctrl-C."""
    told: dict[str, Any] = json.loads(config.read_text("utf-8"))
    folder = config.parent
    try:
        joining = Joining(
            host=str(told["host"]),
            room_id=UUID(told["room_id"]),
            site=str(told["site"]),
            host_key=bytes.fromhex(told["host_key"]),
            seed=bytes.fromhex((folder / told["key_file"]).read_text("ascii")),
            own=str(told["own"]),
            seats={str(login): int(seat) for login, seat in told["seats"].items()},
        )
        copy = SiteCopy(
            folder / told["transcript"],
            joining.room_id,
            joining.site,
            seed=joining.seed,
            host_key=joining.host_key,
        )
    except (KeyError, ValueError, AttributeError, OSError, CryptoError) as error:
        raise click.ClickException(f"{config}: {error}") from error
    host, _, port = str(told.get("listen", "127.0.0.1:0")).rpartition(":")

    def ready(port: int, key: str) -> None:
        click.echo(json.dumps({"ready": port, "key": key}))

    try:
        asyncio.run(keep_link(joining, copy, host=host, port=int(port), ready=ready))
    except LinkEnded as ended:
        raise click.ClickException(f"the link has ended: {ended}") from ended
    except KeyboardInterrupt:
        pass
    finally:
        copy.close()


@site_link.command()
@click.argument("file", type=FILE)
@click.option("--room", type=click.UUID, required=True, help="The room's id.")
@click.option("--site", required=True, help="The site whose copy it is.")
@click.option("--host-key", required=True, help="Public key of the host's platform, hex.")
@click.option("--guest-key", required=True, help="Public key of the site, hex.")
def verify(file: Path, room: UUID, site: str, host_key: str, guest_key: str) -> None:
    """Check a copy offline: items in order, chained, and signed by both platforms."""
    try:
        checked = check_file(
            file,
            room,
            site,
            host_key=bytes.fromhex(host_key),
            guest_key=bytes.fromhex(guest_key),
        )
    except (TranscriptBroken, ValueError, OSError) as error:
        raise click.ClickException(f"DOES NOT HOLD: {error}") from error
    place = checked.place
    click.echo(f"{place.n} items, head {place.head.hex()}, signed by both up to {checked.signed}")
