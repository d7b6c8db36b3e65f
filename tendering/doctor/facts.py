"""What the probes saw of an installation, as plain values for `judgments`."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseFacts:
    """A database that answered. `settings` as SHOW tells them; `offset_seconds`: its clock − ours.

    `may` are the rights of the application's role beyond what it needs, as in "journal UPDATE".
    `not_migrated` says why the schema is not this program's; empty when it is. `wal_copied`:
    somebody receives the WAL as it is written.
    """

    version: int
    settings: dict[str, str]
    offset_seconds: float
    may: tuple[str, ...]
    lacks: tuple[str, ...]
    not_migrated: str
    wal_copied: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderFacts:
    """A folder of data. `error` says why it cannot be written; the rest is then zero."""

    path: str
    error: str = ""
    mode: int = 0
    free_bytes: int = 0
    free_files_share: float = 1.0
    file_system: str = ""
    direct: bool = True


@dataclass(frozen=True, slots=True)
class SecretFacts:
    """A file with a secret: its mode, or why it cannot be read."""

    path: str
    mode: int = 0
    error: str = ""


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """A certificate or a revocation list, whose it is and when it holds."""

    name: str
    not_before: datetime
    not_after: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressFacts:
    """What came back from the public address. `error` in its own words; `tls` as in "TLSv1.3"."""

    status: int = 0
    is_platform: bool = False
    tls: str = ""
    error: str = ""
    certificate: CertificateFacts | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ObserverFacts:
    """A witness, an authority or a mail server: did it answer, and what time does it tell?"""

    name: str
    error: str = ""
    offset_seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupFacts:
    """The newest backup in the folder; None: there is none. `error`: the folder is unreadable.

    `wal_at`: when the last of the WAL was copied there.
    """

    taken_at: datetime | None = None
    error: str = ""
    keys_sealed: bool = False
    wal_at: datetime | None = None
