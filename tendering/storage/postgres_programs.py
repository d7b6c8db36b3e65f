"""Running PostgreSQL's own programs: as the cluster's user or as ours, never beyond our end."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tendering.storage.postgres_home import EmbeddedPostgresFailed, Home

RUN_SECONDS: Final = 120
TAIL_CHARACTERS: Final = 800

_LAUNCHER: Final = Path(__file__).with_name("launch_postgres.py")


def launching(home: Home, command: Sequence[str], *, as_us: bool = False) -> list[str]:
    """The command line that runs a program of `home`, ended by the kernel when we end."""
    user, group = (os.geteuid(), os.getegid()) if as_us else (home.user, home.group)
    launcher = [sys.executable, "-I", "-S", str(_LAUNCHER), str(os.getpid()), str(user), str(group)]
    return [*launcher, str(home.programs / command[0]), *command[1:]]


def run_program(
    home: Home,
    command: Sequence[str],
    *,
    statements: str = "",
    as_us: bool = False,
    seconds: int | None = RUN_SECONDS,
) -> str:
    """Run a program to its end and return what it printed. Blocks.

    Raises `EmbeddedPostgresFailed` with the end of what it complained of.
    """
    done = subprocess.run(  # noqa: S603 - our own programs, no shell
        launching(home, command, as_us=as_us),
        input=statements,
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds,
    )
    # The single-user server ends well even when a statement failed.
    if done.returncode != 0 or "ERROR:" in done.stderr:
        raise EmbeddedPostgresFailed(f"{command[0]} failed: {done.stderr[-TAIL_CHARACTERS:]}")
    return done.stdout
