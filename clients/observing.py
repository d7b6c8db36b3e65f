"""What those configure who watch the platform: a witness, or a time-stamping authority.

One TOML file, unknown keys refused; keys and state in one folder, which one process uses at a
time. docs/operating/witness.md.
"""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final, TypeVar

import msgspec
from msgspec import Meta, Struct

from clients.witness import WatchedLog, read_state
from crypto.errors import BadKey
from crypto.notes import NoteVerifier

CONFIG_BYTES_MAX: Final = 64 << 10
LOGS_MAX: Final = 100

Listen = Annotated[str, Meta(pattern=r"^[^:]+:[0-9]{1,5}$|^\[[0-9a-f:]+\]:[0-9]{1,5}$")]
Kind = TypeVar("Kind")
Words = Annotated[str, Meta(min_length=1, max_length=200)]


class ConfigRefused(Exception):
    """The configuration is not one: a sentence says why."""


class LogConfig(Struct, frozen=True, forbid_unknown_fields=True):
    """A log to watch: its name and its verifier key, `name+hexid+base64`."""

    origin: Words
    key: Words


class WitnessConfig(Struct, frozen=True, forbid_unknown_fields=True):
    """A witness. The key's name is that of the key file, fixed when it was made."""

    folder: Words
    logs: Annotated[list[LogConfig], Meta(min_length=1, max_length=LOGS_MAX)]
    listen: Listen = "127.0.0.1:8301"


class AuthorityConfig(Struct, frozen=True, forbid_unknown_fields=True):
    """A time-stamping authority; `name` stands in its certificates."""

    folder: Words
    name: Words
    listen: Listen = "127.0.0.1:8302"


def read_config(file: Path, kind: type[Kind]) -> Kind:
    """The configuration in a file. Raises ConfigRefused, OSError."""
    with file.open("rb") as stream:
        data = stream.read(CONFIG_BYTES_MAX + 1)
    if len(data) > CONFIG_BYTES_MAX:
        raise ConfigRefused(f"{file} is too long")
    try:
        return msgspec.toml.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ConfigRefused(f"{file}: {error}") from error


def watched_logs(config: WitnessConfig) -> list[WatchedLog]:
    """The logs with what was last seen of each. Raises ConfigRefused."""
    logs = []
    for each in config.logs:
        try:
            name = NoteVerifier.parse(each.key).name
        except BadKey as error:
            raise ConfigRefused(f"the key of {each.origin}: {error}") from error
        if name != each.origin:
            raise ConfigRefused(f"the key of {each.origin} is one of {name}")
        state_file = Path(config.folder) / state_name(each.origin)
        logs.append(
            WatchedLog(each.origin, each.key, state_file, read_state(state_file, each.origin))
        )
    if len({log.origin for log in logs}) != len(logs):
        raise ConfigRefused("a log is named twice")
    return logs


def require_key(file: Path, maker: str) -> None:
    """Serve with a key that somebody made on purpose, never with a fresh one. ConfigRefused."""
    if not file.exists():
        raise ConfigRefused(f"there is no {file}: {maker} makes it")


def state_name(origin: str) -> str:
    """The name of the file that holds what was last seen of a log; origins may hold any letter."""
    return f"{hashlib.sha256(origin.encode()).hexdigest()[:32]}.state"


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Be the only process that uses the folder: two would forget each other's checkpoints.

    Raises ConfigRefused.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ConfigRefused(f"another process uses {folder}") from None
        yield
    finally:
        os.close(descriptor)
