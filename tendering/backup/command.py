"""What `kaibiao backup`, `restore` and `restore-drill` do and print; their exit status."""

import asyncio
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tendering.backup.manifest import BackupRefused
from tendering.backup.restoring import Migrations, Restored, drill, restore
from tendering.backup.taking import backup_folder, take_backup
from tendering.domain.journal import instant, parse_instant
from tendering.platform_clock import utc_now
from tendering.settings import Settings

BACKUP_COMMANDS: Final = ("backup", "restore", "restore-drill")


@dataclass(frozen=True, slots=True)
class BackupAsked:
    """One of `BACKUP_COMMANDS` with its options; `until` is empty or an instant."""

    command: str
    until: str
    as_json: bool


def keep_safe(
    settings: Settings, asked: BackupAsked, *, version: str, migrations: Migrations
) -> int:
    """Do what is asked and say how it went: 1 if what came back does not hold.

    Raises BackupRefused, EmbeddedPostgresFailed, NotMigrated, OSError.
    """
    until = _instant(asked.until)
    match asked.command:
        case "backup":
            taken = asyncio.run(take_backup(settings, now=utc_now, version=version))
            print(backup_folder(settings) / taken.name)  # noqa: T201
            if not taken.keys_sealed:
                print("密钥不在备份中 The keys are not in it: backups.recipients")  # noqa: T201
            return 0
        case "restore":
            folder = backup_folder(settings)
            work = restore(settings, folder, until=until, migrations=migrations)
        case _:
            work = drill(settings, until=until, migrations=migrations)
    restored = asyncio.run(work)
    print(_in_json(restored) if asked.as_json else _in_words(restored))  # noqa: T201
    return int(not restored.holds)


def _instant(text: str) -> datetime | None:
    if not text:
        return None
    try:
        return parse_instant(text)
    except ValueError as error:
        said = f"--until {text}: an instant in UTC, for example 2026-11-23T02:00:00.000000Z"
        raise BackupRefused(said) from error


def _in_json(restored: Restored) -> str:
    found, reached = restored.found, restored.reached
    wrong = [{"tender": str(w.tender_id), "where": w.where, "why": w.why} for w in found.wrong]
    report = {
        "backup": restored.backup.name,
        "reached": None if reached is None else instant(reached),
        "tenders": found.tenders,
        "entries": found.entries,
        "files": found.files,
        "wrong": wrong,
        "log_goes_on": restored.log_goes_on,
        "holds": restored.holds,
        "seconds": restored.seconds,
    }
    return json.dumps(report, indent=2, ensure_ascii=False)


def _in_words(restored: Restored) -> str:
    found = restored.found
    lines = [str(wrong) for wrong in found.wrong]
    if not restored.log_goes_on:
        lines += ["日志不能续接 The log does not continue the one of the backup"]
    lines += [
        f"备份 Backup {restored.backup.name}",
        f"恢复至 Reached {'-' if restored.reached is None else instant(restored.reached)}",
        f"{found.tenders} tenders, {found.entries} entries, {found.files} files",
        f"用时 Took {timedelta(seconds=round(sum(restored.seconds.values())))}",
        "全部成立 All of it holds" if restored.holds else "不成立 DOES NOT HOLD",
    ]
    return "\n".join(lines)
