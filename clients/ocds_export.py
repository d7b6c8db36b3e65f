"""`kaibiao export-ocds`: what a platform publishes of a tender, as `import-ocds` reads it."""

import asyncio
from pathlib import Path
from uuid import UUID

import click

from clients.platform import PlatformRefused, open_platform


def run(platform: str, tender_id: UUID, *, releases: bool, out: Path | None) -> int:
    """Fetch a package and keep it; the exit status: 0 done, 1 refused with a sentence."""
    try:
        package = asyncio.run(fetch_package(platform, tender_id, releases=releases))
        if out is None:
            click.echo(package)
        else:
            out.write_bytes(package)
    except (PlatformRefused, OSError) as error:
        click.echo(f"kaibiao: {error}", err=True)
        return 1
    return 0


async def fetch_package(platform: str, tender_id: UUID, *, releases: bool) -> bytes:
    """The package as the platform gives it. Raises PlatformRefused, OSError."""
    what = "releases" if releases else "record"
    async with open_platform(platform) as line:
        return await line.get_bytes(f"/tenders/{tender_id}/ocds/{what}")
