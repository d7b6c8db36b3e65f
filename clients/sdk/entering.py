"""Into the platform: log in once, go on in that session, have the signing key certified."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from clients.bidding import fetch_published_keys
from clients.certifying import certify_with_platform
from clients.key_files import KeyFolder, Signer
from clients.platform import Platform, open_platform
from clients.sdk.workspace import Login, StepMissing, Workspace
from clients.serving import write_private
from crypto.canonical import canonical, digest, parse
from tendering.domain.published_keys import PublishedKeys, parse_published_keys, published_keys_json

# As long as a person would go on trying before looking for another line.
PATIENCE_SECONDS: Final = 300.0

Trouble = Callable[[Exception], None]


class PublishedKeysChanged(Exception):
    """The platform publishes other keys than those kept: find out why before going on."""


async def log_in(
    workspace: Workspace,
    platform: Platform,
    *,
    login: str,
    password: str,
    password_file: Path | None = None,
    keys: Path | None = None,
) -> Login:
    """Log in as a bidder, keep the session, and keep the platform's published keys.

    `keys` and `password_file` are absolute. Keys that are there already must be those which the
    platform publishes. Raises PlatformRefused,
    PlatformUnreachable, PublishedKeysChanged.
    """
    identity = await platform.log_in(login, password, "bidder")
    entered = Login(
        platform.address,
        login,
        platform.token,
        identity,
        str(keys or workspace.keys_folder),
        None if password_file is None else str(password_file),
    )
    await keep_published_keys(workspace, platform)
    workspace.save_login(entered)
    return entered


@asynccontextmanager
async def logged_in(
    workspace: Workspace, *, on_trouble: Trouble | None = None
) -> AsyncIterator[Platform]:
    """A line in the workspace's session; a session begun anew on the way is kept.

    Raises StepMissing.
    """
    login = workspace.login()
    password = None if login.password_file is None else read_first_line(Path(login.password_file))
    async with open_platform(login.address, patience_seconds=PATIENCE_SECONDS) as platform:
        platform.on_trouble = on_trouble
        platform.resume(login.token, login.identity, login=login.login, password=password)
        try:
            yield platform
        finally:
            if platform.token not in {"", login.token}:
                workspace.save_login(replace(login, token=platform.token))


async def keep_published_keys(
    workspace: Workspace, platform: Platform, *, renew: bool = False
) -> PublishedKeys:
    """The platform's published keys: as first seen, unless `renew` takes new ones in their place.

    Raises PublishedKeysChanged, PlatformRefused, PlatformUnreachable.
    """
    if renew or not workspace.keys_file.exists():
        return await fetch_published_keys(platform, workspace.keys_file)
    kept = published_keys(workspace)
    now = parse_published_keys(await platform.get("/log/keys"))
    if now != kept:
        raise PublishedKeysChanged(keys_digest(now))
    return kept


def published_keys(workspace: Workspace) -> PublishedKeys:
    """The keys that are kept. Raises StepMissing."""
    if not workspace.keys_file.exists():
        raise StepMissing("login")
    return parse_published_keys(json.loads(workspace.keys_file.read_bytes()))


def give_published_keys(workspace: Workspace, file: Path) -> None:
    """Keep keys that were obtained by another way than from the platform itself.

    Raises OSError, ValueError, PublishedKeysInvalid.
    """
    value = parse(file.read_bytes())
    keys = parse_published_keys(value if isinstance(value, dict) else {})
    write_private(workspace.keys_file, canonical(published_keys_json(keys)))


def keys_digest(keys: PublishedKeys) -> str:
    """What two people compare by telephone: lower hex of 32 bytes."""
    return digest("kaibiao/published-keys/v1", published_keys_json(keys)).hex()


async def certify(workspace: Workspace, platform: Platform, passphrase: str) -> Signer:
    """The organization's signing key, made under the passphrase and certified where it is not yet.

    Raises WrongPassphrase, BadKey, PlatformRefused, PlatformUnreachable.
    """
    keys = await asyncio.to_thread(KeyFolder, Path(workspace.login().keys), passphrase)
    return await certify_with_platform(keys, platform)


def signer(workspace: Workspace, passphrase: str) -> Signer:
    """The organization's signing key. Raises StepMissing, WrongPassphrase, BadKey."""
    keys = KeyFolder(Path(workspace.login().keys), passphrase)
    if not keys.is_certified:
        raise StepMissing("certify")
    return keys.signer()


def read_first_line(file: Path) -> str:
    """A password or passphrase out of a file. Raises OSError, ValueError when it is empty."""
    line = file.read_text("utf-8").split("\n", 1)[0].removesuffix("\r")
    if not line:
        raise ValueError(f"{file.name} is empty")
    return line
