"""Looks at this machine: folders, secrets, certificates, backups. Blocks; changes nothing.

A folder is written to once, a few kilobytes that are removed again.
"""

import mmap
import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from cryptography import x509

from tendering.backup.manifest import WAL, BackupRefused, list_backups
from tendering.doctor.facts import BackupFacts, CertificateFacts, FolderFacts, SecretFacts
from tendering.keys import KeysUnusable, load_keys
from tendering.settings import Settings

PAGE_BYTES: Final = 4096
SEALED: Final = ("*.key.pem", "*.seed")


def look_at_folder(folder: Path) -> FolderFacts:
    """Write a page there as uploads do, and remove it."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"\0" * PAGE_BYTES)
            file.flush()
            os.fsync(file.fileno())
        status, room = folder.stat(), os.statvfs(folder)
        direct = _writes_directly(folder)
    except OSError as error:
        return FolderFacts(path=str(folder), error=str(error))
    return FolderFacts(
        path=str(folder),
        mode=status.st_mode & 0o7777,
        free_bytes=room.f_bavail * room.f_frsize,
        free_files_share=room.f_favail / room.f_files if room.f_files else 1.0,
        file_system=file_system_of(folder.resolve(), Path("/proc/self/mountinfo").read_text()),
        direct=direct,
    )


def file_system_of(folder: Path, mount_info: str) -> str:
    """The type of the file system that `folder` is on, by proc_pid_mountinfo(5)."""
    found, deepest = "", -1
    for line in mount_info.splitlines():
        mount, _, source = line.partition(" - ")
        point = Path(mount.split()[4].encode().decode("unicode_escape"))
        # Of several mounts on one point the last one is seen.
        if folder.is_relative_to(point) and len(point.parts) >= deepest:
            found, deepest = source.split()[0], len(point.parts)
    return found


def look_at_secrets(settings: Settings) -> list[SecretFacts]:
    """Every file with a secret that the configuration names, and the keys."""
    named = (
        settings.database.dsn_file,
        settings.database.owner_dsn_file,
        settings.server.metrics_token_file,
        settings.notifications.smtp_password_file,
    )
    files = [Path(name) for name in named if name]
    for pattern in SEALED:
        with suppress(OSError):
            files += sorted(settings.keys_folder.glob(pattern))
    return [_secret(file) for file in files]


def look_at_keys(settings: Settings, *, now: datetime) -> tuple[str, bool]:
    """Why the keys are unusable (empty: they are not), and whether there are any."""
    folder, trusted = settings.keys_folder, settings.platform.trust_folder
    try:
        made = folder.is_dir() and any(folder.iterdir())
        if made:
            load_keys(
                folder,
                name=settings.platform.host_name,
                create=False,
                at=now,
                trust_folder=Path(trusted) if trusted else None,
            )
    except (KeysUnusable, OSError) as error:
        return str(error), True
    return "", made


def look_at_certificates(settings: Settings) -> Iterator[CertificateFacts]:
    """Certificates and revocation lists in the files of the configuration that can be read.

    Those that cannot are told elsewhere: the platform does not start with them.
    """
    log = settings.log
    files = [settings.keys_folder / f"{name}.pem" for name in ("authority", "timestamping")]
    files += [Path(each.root_file) for each in (*log.authorities, *log.certifiers)]
    trusted = settings.platform.trust_folder
    for file in [*files, *(sorted(Path(trusted).glob("*.pem")) if trusted else ())]:
        with suppress(OSError, ValueError):
            for one in x509.load_pem_x509_certificates(file.read_bytes()):
                yield CertificateFacts(str(file), one.not_valid_before_utc, one.not_valid_after_utc)
    for file in sorted(Path(trusted).glob("*.crl")) if trusted else ():
        with suppress(OSError, ValueError):
            content = file.read_bytes()
            pem = content.startswith(b"-----BEGIN")
            read = x509.load_pem_x509_crl if pem else x509.load_der_x509_crl
            listed = read(content)
            if listed.next_update_utc is not None:
                yield CertificateFacts(str(file), listed.last_update_utc, listed.next_update_utc)


def unreadable_roots(settings: Settings) -> list[SecretFacts]:
    """Root files of outside authorities that are not there or hold no certificate."""
    found = []
    for each in (*settings.log.authorities, *settings.log.certifiers):
        try:
            x509.load_pem_x509_certificate(Path(each.root_file).read_bytes())
        except (OSError, ValueError) as error:
            found.append(SecretFacts(each.root_file, error=str(error)))
    return found


def look_at_backups(folder: Path) -> BackupFacts:
    """The newest of the backups in `folder`, by what its manifest says, and the WAL after it."""
    try:
        newest = max(list_backups(folder), key=lambda one: one.taken_at, default=None)
        copied = [file.stat().st_mtime for file in (folder / WAL).glob("*")]
    except (OSError, BackupRefused) as error:
        return BackupFacts(error=f"{type(error).__name__}: {error}")
    return BackupFacts(
        taken_at=None if newest is None else newest.taken_at,
        keys_sealed=newest is not None and newest.keys_sealed,
        wal_at=datetime.fromtimestamp(max(copied), UTC) if copied else None,
    )


def _secret(file: Path) -> SecretFacts:
    try:
        with file.open("rb") as opened:
            return SecretFacts(str(file), os.fstat(opened.fileno()).st_mode & 0o7777)
    except OSError as error:
        return SecretFacts(str(file), error=error.strerror or str(error))


def _writes_directly(folder: Path) -> bool:
    """Does a page go past the page cache here, as the parts of an upload should?"""
    descriptor, name = tempfile.mkstemp(prefix=".doctor-", dir=folder)
    os.close(descriptor)
    try:
        descriptor = os.open(name, os.O_WRONLY | os.O_CLOEXEC | getattr(os, "O_DIRECT", 0))
        try:
            with mmap.mmap(-1, PAGE_BYTES) as page:
                return os.write(descriptor, page) == PAGE_BYTES
        finally:
            os.close(descriptor)
    except OSError:
        return False
    finally:
        Path(name).unlink()
