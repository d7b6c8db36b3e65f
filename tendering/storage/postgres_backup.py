"""Backup of the embedded cluster, with PostgreSQL's own programs.

`pg_receivewal` copies the WAL as it is written, a moment behind; a slot makes the server keep what
it has not fetched. `pg_basebackup` copies the cluster while it runs. A base and the WAL after it
give every instant since: `place_base` puts both where a server recovers by itself when it starts.
"""

import asyncio
import logging
import os
import shutil
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final

from tendering.storage.embedded_postgres import DATABASE
from tendering.storage.postgres_home import (
    ROLES,
    EmbeddedPostgresFailed,
    Home,
    find_home,
    has_cluster,
    passwords,
)
from tendering.storage.postgres_programs import launching, run_program

SLOT: Final = "kaibiao_backup"
RETRY_SECONDS: Final = 10
STOP_SECONDS: Final = 10
PASSWORDS: Final = "passwords"
_OWNER: Final = ROLES[0]
_WAL: Final = "restored-wal"
_SETTINGS_FILE: Final = "postgresql.auto.conf"
_PARTIAL: Final = ".partial"

log = logging.getLogger(__name__)


async def receive_wal(folder: Path, wal: Path) -> None:
    """Copy the WAL of the running cluster of `folder` into `wal` until cancelled.

    It goes on where it stopped. What goes wrong is logged and tried again: a backup that fails must
    not end the service, and `kaibiao doctor` sees that it has fallen behind.
    """
    home = find_home(folder)
    await asyncio.to_thread(wal.mkdir, mode=0o700, parents=True, exist_ok=True)
    receiver = ["pg_receivewal", *_line(home), f"--slot={SLOT}"]
    first = [*receiver, "--create-slot", "--if-not-exists"]
    receiver += [f"--directory={wal}", "--synchronous"]
    while True:
        for command in (first, receiver):
            await _run_until_it_ends(launching(home, command, as_us=True))
        await asyncio.sleep(RETRY_SECONDS)


async def _run_until_it_ends(command: list[str]) -> None:
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        _, complaint = await process.communicate()
    finally:
        if process.returncode is None:
            process.terminate()
            with suppress(TimeoutError):
                async with asyncio.timeout(STOP_SECONDS):
                    await process.wait()
    if process.returncode:
        log.warning("backup of the WAL: %s", complaint.decode("utf-8", "replace").strip())


def copy_base(folder: Path, base: Path) -> None:
    """Copy the running cluster of `folder` to `base`, complete in itself. Blocks, for long.

    Raises EmbeddedPostgresFailed.
    """
    home = find_home(folder)
    options = ["--wal-method=stream", "--checkpoint=fast", "--manifest-checksums=SHA256"]
    copying = ["pg_basebackup", *_line(home), f"--pgdata={base}", *options]
    run_program(home, copying, as_us=True, seconds=None)
    shutil.copy2(home.folder / PASSWORDS, base.with_name(PASSWORDS))


def check_base(folder: Path, base: Path) -> None:
    """Compare every file of a base with its checksum. Blocks. Raises EmbeddedPostgresFailed."""
    home = find_home(folder)
    run_program(home, ["pg_verifybackup", "--quiet", str(base)], as_us=True, seconds=None)


def first_segment(base: Path) -> str:
    """Name of the first WAL file that a recovery from `base` reads."""
    line = (base / "backup_label").read_text("ascii").splitlines()[0]
    return line.partition("(file ")[2].rstrip(")")


def forget_wal_before(folder: Path, wal: Path, segment: str) -> None:
    """Remove the copied WAL that no base needs any more. Blocks."""
    home = find_home(folder)
    run_program(home, ["pg_archivecleanup", str(wal), segment], as_us=True)


def place_base(folder: Path, base: Path, wal: Path, *, until: datetime | None) -> None:
    """Put a base and its WAL where the cluster of `folder` will be; its next start recovers.

    With `until` (aware) recovery ends before the first transaction that was committed later, else
    with the last. Blocks. Raises EmbeddedPostgresFailed where there is a cluster already.
    """
    if has_cluster(folder):
        raise EmbeddedPostgresFailed(f"there is a database in {folder} already")
    home = find_home(folder)
    shutil.copy2(base.with_name(PASSWORDS), home.folder / PASSWORDS)
    fresh, segments = home.folder / "data.new", home.folder / _WAL
    for place in (fresh, segments):
        shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(base, fresh)
    segments.mkdir()
    # A name is a timeline's 8 digits, then the position's 16; a history has no position.
    first = first_segment(base)[8:]
    for segment in wal.iterdir() if wal.is_dir() else ():
        if segment.suffix == ".history" or segment.name[8:24] >= first:
            shutil.copy2(segment, segments / segment.name.removesuffix(_PARTIAL))
    lines = [f"restore_command = 'cp ../{_WAL}/%f %p'"]
    if until is not None:
        lines += [f"recovery_target_time = '{until.isoformat()}'"]
        lines += ["recovery_target_action = 'promote'"]
    with (fresh / _SETTINGS_FILE).open("a", encoding="ascii") as file:
        file.writelines(f"{line}\n" for line in lines)
    (fresh / "recovery.signal").touch()
    for place in (fresh, segments):
        for path in (place, *place.rglob("*")):
            os.chown(path, home.user, home.group, follow_symlinks=False)
        place.chmod(0o700)
    fresh.rename(home.data)


def forget_recovery(folder: Path) -> None:
    """Remove what `place_base` added, after the start that recovered. Blocks."""
    home = find_home(folder)
    settings = home.data / _SETTINGS_FILE
    kept = [
        line
        for line in settings.read_text("utf-8").splitlines(keepends=True)
        if not line.startswith(("restore_command", "recovery_target"))
    ]
    settings.write_text("".join(kept), "utf-8")
    shutil.rmtree(home.folder / _WAL)


def remove_cluster(folder: Path) -> None:
    """Remove the stopped cluster of `folder`, wherever it is kept. Blocks."""
    shutil.rmtree(find_home(folder).folder)


def _line(home: Home) -> list[str]:
    """How a program of ours reaches the running server: the password is in a file of mode 0600."""
    file = home.folder / "pgpass"
    fresh = file.with_name("pgpass.new")
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600)
    fresh.write_text(f"*:*:*:{_OWNER}:{passwords(home)[_OWNER]}\n")
    fresh.rename(file)
    try:
        # The fifth line of postmaster.pid is the folder of the socket.
        sockets = (home.data / "postmaster.pid").read_text().split("\n")[4]
    except (OSError, IndexError) as error:
        raise EmbeddedPostgresFailed(f"no database server runs in {home.data}") from error
    values = {"host": sockets, "user": _OWNER, "dbname": DATABASE, "passfile": str(file)}
    return ["--no-password", "--dbname=" + " ".join(f"{k}={_quoted(v)}" for k, v in values.items())]


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
