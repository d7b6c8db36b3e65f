"""What the facts of an installation mean: each judgment gives findings, in the order of checks.

Pure: facts in, findings out. The words of each finding stand in `texts`, by its code.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from tendering.doctor.facts import (
    AddressFacts,
    BackupFacts,
    CertificateFacts,
    DatabaseFacts,
    FolderFacts,
    ObserverFacts,
    SecretFacts,
)
from tendering.domain.open_data.publication import DEMONSTRATION_PREFIX
from tendering.settings import PlatformSettings, ServerSettings, Settings

VERSION_MIN: Final = 150000
OFFSET_WARNING_SECONDS: Final = 1.0
# The platform refuses to start when it is so far behind its newest checkpoint.
OFFSET_ERROR_SECONDS: Final = 10.0
# The header Date counts whole seconds, and so do many time stamps.
WHOLE_SECONDS: Final = 1.0
EXPIRES_TONIGHT: Final = timedelta(hours=24)
EXPIRES_SOON: Final = timedelta(days=30)
# The platform gives a sign of life every second, so there is always something to copy.
WAL_BEHIND_MAX: Final = timedelta(minutes=5)
FREE_FILES_SHARE_MIN: Final = 0.05
OTHERS: Final = 0o077
WRITABLE_BY_OTHERS: Final = 0o022
# What is lost with the machine's power, and what does not keep its word about fsync and locks.
IN_MEMORY: Final = frozenset({"tmpfs", "ramfs"})
OVER_A_NETWORK: Final = frozenset({"nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs", "afs"})
# So far a commit is on our own disk when it is acknowledged.
DURABLE_COMMIT: Final = frozenset({"on", "local", "remote_write", "remote_apply"})


class Severity(StrEnum):
    """How bad: `error` must not serve, `warning` will hurt one day."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked. `about` names what; `detail` is what was seen, in no language."""

    code: str
    severity: Severity
    about: str
    detail: str = ""


def exit_status(findings: Iterable[Finding]) -> int:
    """0: nothing; 1: warnings only; 2: an error."""
    severities = {finding.severity for finding in findings}
    if Severity.ERROR in severities:
        return 2
    return int(Severity.WARNING in severities)


def judge_settings(settings: Settings) -> Iterator[Finding]:
    """What is allowed and still wrong for real tenders."""
    platform, log = settings.platform, settings.log
    if settings.demonstration:
        yield _error("clock-demonstration", "clock.mode")
    if platform.host_name == PlatformSettings().host_name:
        yield _warning("host-name-unset", "platform.host_name", platform.host_name)
    if platform.ocid_prefix == DEMONSTRATION_PREFIX:
        yield _warning("ocid-prefix-demonstration", "platform.ocid_prefix", platform.ocid_prefix)
    if not any(witness.independent for witness in log.witnesses):
        yield _warning("no-independent-witness", "log.witnesses", str(len(log.witnesses)))
    elif log.quorum == 0:
        yield _warning("no-quorum", "log.quorum")
    if not log.authorities:
        yield _warning("no-outside-time", "log.authorities")
    if settings.database.dsn_file and settings.database.owner_dsn_file:
        yield _warning("owner-serves", "database.owner_dsn_file")
    yield from _judge_doors(settings.server, settings.public_address)


def _judge_doors(server: ServerSettings, public_address: str) -> Iterator[Finding]:
    if urlsplit(public_address).scheme != "https":
        yield _error("not-https", "server.public_address", public_address)
        return
    if not server.trusted_proxies:
        yield _warning("proxy-not-trusted", "server.trusted_proxies")
    if not _is_local(server.host):
        yield _warning("open-without-tls", "server.host", server.host)


def judge_database(facts: DatabaseFacts) -> Iterator[Finding]:
    """Version, durability, time, rights and schema of a database that answers."""
    version = f"{facts.version // 10000}.{facts.version % 10000}"
    if facts.version < VERSION_MIN:
        yield _error("database-too-old", "database", version)
    else:
        yield _ok("database-answers", "database", version)
    yield from _judge_server(facts.settings)
    if facts.settings.get("archive_mode") == "off" and not facts.wal_copied:
        yield _warning("no-wal-archive", "archive_mode", "off")
    yield from judge_offset("database", facts.offset_seconds)
    if facts.may:
        yield _error("role-may-too-much", "database.dsn_file", ", ".join(facts.may))
    if facts.lacks:
        yield _error("role-may-too-little", "database.dsn_file", ", ".join(facts.lacks))
    if facts.not_migrated:
        yield _error("not-migrated", "migrations", facts.not_migrated)
    else:
        yield _ok("migrated", "migrations")


def _judge_server(shown: Mapping[str, str]) -> Iterator[Finding]:
    for name in ("fsync", "full_page_writes"):
        if shown.get(name) != "on":
            yield _error("database-not-durable", name, shown.get(name, ""))
    if shown.get("synchronous_commit") not in DURABLE_COMMIT:
        yield _error(
            "database-not-durable", "synchronous_commit", shown.get("synchronous_commit", "")
        )
    if shown.get("data_checksums") != "on":
        yield _warning("no-checksums", "data_checksums", shown.get("data_checksums", ""))
    if shown.get("TimeZone") not in {"UTC", "Etc/UTC"}:
        yield _warning("database-not-utc", "TimeZone", shown.get("TimeZone", ""))


def judge_database_away(error: str) -> Finding:
    """The database did not answer: why, without what the address says."""
    return _error("database-away", "database", error)


def judge_offset(name: str, offset_seconds: float, *, grain_seconds: float = 0) -> list[Finding]:
    """Our clock against another's, which it is told to within `grain_seconds`."""
    off = max(0.0, abs(offset_seconds) - grain_seconds)
    told = f"{offset_seconds:+.3f} s"
    if off >= OFFSET_ERROR_SECONDS:
        return [_error("clock-wrong", name, told)]
    if off >= OFFSET_WARNING_SECONDS:
        return [_warning("clock-drifts", name, told)]
    return [_ok("clock-agrees", name, told)]


def judge_folder(facts: FolderFacts, settings: PlatformSettings) -> Iterator[Finding]:
    """A place for sealed bytes: writable, room enough, a file system that keeps its word."""
    if facts.error:
        yield _error("folder-not-writable", facts.path, facts.error)
        return
    if facts.mode & WRITABLE_BY_OTHERS:
        yield _error("folder-open", facts.path, f"{facts.mode:04o}")
    if facts.free_bytes < settings.free_bytes_min:
        yield _error("disk-full", facts.path, _gib(facts.free_bytes))
    elif facts.free_bytes < settings.free_bytes_min + settings.upload_bytes_max:
        yield _warning("disk-nearly-full", facts.path, _gib(facts.free_bytes))
    else:
        yield _ok("folder-fit", facts.path, _gib(facts.free_bytes))
    if facts.free_files_share < FREE_FILES_SHARE_MIN:
        yield _warning("few-files-left", facts.path, f"{facts.free_files_share:.1%}")
    if facts.file_system in IN_MEMORY:
        yield _error("folder-in-memory", facts.path, facts.file_system)
    elif facts.file_system in OVER_A_NETWORK:
        yield _warning("folder-over-network", facts.path, facts.file_system)
    if not facts.direct:
        yield _warning("no-direct-writes", facts.path, facts.file_system)


def judge_secrets(facts: Sequence[SecretFacts]) -> Iterator[Finding]:
    """Each secret is there, and its owner's alone."""
    for secret in facts:
        if secret.error:
            yield _error("secret-unreadable", secret.path, secret.error)
        elif secret.mode & OTHERS:
            yield _error("secret-open", secret.path, f"{secret.mode:04o}")
        else:
            yield _ok("secret-kept", secret.path, f"{secret.mode:04o}")


def judge_keys(error: str, *, made: bool) -> Finding:
    """The platform's own keys: all there, each with its certificate."""
    if not made:
        return _warning("keys-not-made", "platform.keys_folder")
    if error:
        return _error("keys-unusable", "platform.keys_folder", error)
    return _ok("keys-present", "platform.keys_folder")


def judge_certificates(facts: Sequence[CertificateFacts], *, now: datetime) -> Iterator[Finding]:
    """What has run out, runs out within a day, within thirty, or does not hold yet."""
    for certificate in facts:
        until = certificate.not_after.isoformat()
        if certificate.not_before > now:
            yield _error("not-yet-valid", certificate.name, certificate.not_before.isoformat())
        elif certificate.not_after <= now:
            yield _error("expired", certificate.name, until)
        elif certificate.not_after - now <= EXPIRES_TONIGHT:
            yield _error("expires-tonight", certificate.name, until)
        elif certificate.not_after - now <= EXPIRES_SOON:
            yield _warning("expires-soon", certificate.name, until)
        else:
            yield _ok("valid", certificate.name, until)


def judge_address(address: str, facts: AddressFacts) -> Finding:
    """The public address, asked from here: the platform answers, over TLS that browsers accept."""
    if facts.error:
        return _error("address-unreachable", address, facts.error)
    if not facts.is_platform:
        return _error("address-is-another", address, str(facts.status))
    if facts.tls and facts.tls not in {"TLSv1.2", "TLSv1.3"}:
        return _error("tls-too-old", address, facts.tls)
    return _ok("address-answers", address, facts.tls)


def judge_observer(kind: str, facts: ObserverFacts) -> list[Finding]:
    """A `witness`, an `authority` (who must answer) or the `mail` server, and its clock if told."""
    if facts.error:
        # Batches go on without an observer, and messages on the platform without mail.
        return [_warning(f"{kind}-away", facts.name, facts.error)]
    found = [_ok(f"{kind}-answers", facts.name)]
    if facts.offset_seconds is not None:
        found += judge_offset(facts.name, facts.offset_seconds, grain_seconds=WHOLE_SECONDS)
    return found


def judge_rulebook(regime: str, version: str, error: str) -> Finding:
    """The rules of a regime, as they hold today."""
    if error:
        return _error("rulebook-unusable", regime, error)
    return _ok("rulebook-effective", regime, version)


def judge_holidays(last_year: int, *, now: datetime) -> Finding:
    """Timetables reach into the next year from autumn on."""
    if last_year < now.year:
        return _error("holidays-outdated", "holidays", str(last_year))
    if last_year == now.year and now.month == 12:  # noqa: PLR2004 - December
        return _warning("holidays-end", "holidays", str(last_year))
    return _ok("holidays-known", "holidays", str(last_year))


def judge_backups(folder: str, facts: BackupFacts, *, now: datetime, hours_max: int) -> Finding:
    """There is a backup, and it is fresh."""
    if not folder:
        return _warning("no-backups", "backups.folder")
    if facts.error:
        return _error("backups-unreadable", folder, facts.error)
    if facts.taken_at is None:
        return _error("no-backup-yet", folder)
    if facts.taken_at > now + timedelta(seconds=OFFSET_ERROR_SECONDS):
        return _error("backup-from-the-future", folder, facts.taken_at.isoformat())
    if now - facts.taken_at > timedelta(hours=hours_max):
        return _error("backup-too-old", folder, facts.taken_at.isoformat())
    return _ok("backup-fresh", folder, facts.taken_at.isoformat())


def judge_copies(folder: str, facts: BackupFacts, *, now: datetime) -> Iterator[Finding]:
    """What the backups of the embedded database need besides: its WAL, and the sealed keys."""
    if not folder or facts.error:
        return
    if facts.wal_at is None or now - facts.wal_at > WAL_BEHIND_MAX:
        yield _error("wal-behind", folder, "" if facts.wal_at is None else facts.wal_at.isoformat())
    if facts.taken_at is not None and not facts.keys_sealed:
        yield _warning("keys-not-in-backup", "backups.recipients")


def refused_settings(error: str) -> Finding:
    """The configuration does not even load."""
    return _error("config-refused", "--config", error)


def _is_local(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _gib(size_bytes: int) -> str:
    return f"{size_bytes / (1 << 30):.1f} GiB"


def _ok(code: str, about: str, detail: str = "") -> Finding:
    return Finding(code, Severity.OK, about, detail)


def _warning(code: str, about: str, detail: str = "") -> Finding:
    return Finding(code, Severity.WARNING, about, detail)


def _error(code: str, about: str, detail: str = "") -> Finding:
    return Finding(code, Severity.ERROR, about, detail)
