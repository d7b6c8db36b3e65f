"""What a backup says of itself, and which one is taken for an instant."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tendering.backup.manifest import (
    BackupRefused,
    Manifest,
    backup_for,
    list_backups,
    read_manifest,
    write_manifest,
)

AT = datetime(2026, 11, 23, 2, 0, 0, 7, tzinfo=UTC)


def a_manifest(at: datetime = AT) -> Manifest:
    return Manifest(at, "2026.11.0", 256, bytes(32), keys_sealed=True)


def test_a_manifest_is_read_as_it_was_written(tmp_path: Path) -> None:
    file = tmp_path / "manifest.json"
    file.write_bytes(write_manifest(a_manifest()))

    assert read_manifest(file) == a_manifest()
    assert a_manifest().name == "20261123T020000.000007Z"


@pytest.mark.parametrize(
    "changed",
    [
        {"format": 2},
        {"taken_at": "yesterday"},
        {"log": {"size": "many", "root": ""}},
        {"log": {"size": 1, "root": "xyz"}},
        {"log": None},
    ],
)
def test_what_is_no_manifest_is_refused(tmp_path: Path, changed: dict[str, object]) -> None:
    file = tmp_path / "manifest.json"
    file.write_text(json.dumps({**json.loads(write_manifest(a_manifest())), **changed}))

    with pytest.raises(BackupRefused, match=r"manifest\.json"):
        read_manifest(file)


def test_half_a_manifest_and_none_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "manifest.json"
    with pytest.raises(BackupRefused):
        read_manifest(file)

    file.write_bytes(write_manifest(a_manifest())[:-20])
    with pytest.raises(BackupRefused):
        read_manifest(file)


def test_the_newest_backup_that_was_whole_at_an_instant_is_taken(tmp_path: Path) -> None:
    days = [a_manifest(AT + timedelta(days=day)) for day in range(3)]
    for one in days:
        (tmp_path / one.name).mkdir()
        (tmp_path / one.name / "manifest.json").write_bytes(write_manifest(one))
    backups = list_backups(tmp_path)

    assert backups == days
    assert backup_for(backups, None) == days[2]
    assert backup_for(backups, days[1].taken_at) == days[1]
    assert backup_for(backups, days[1].taken_at - timedelta(microseconds=1)) == days[0]
    with pytest.raises(BackupRefused, match="no backup from before 2026-11-23"):
        backup_for(backups, AT - timedelta(seconds=1))
    with pytest.raises(BackupRefused, match="there is no backup"):
        backup_for([], None)
