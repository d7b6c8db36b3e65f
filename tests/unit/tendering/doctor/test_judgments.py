"""What the doctor makes of facts: each mistake is named, what is in order is not."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from inspect import getsource
from re import findall
from typing import Any

import pytest

from tendering.doctor import judgments
from tendering.doctor.facts import (
    AddressFacts,
    BackupFacts,
    CertificateFacts,
    DatabaseFacts,
    FolderFacts,
    ObserverFacts,
    SecretFacts,
)
from tendering.doctor.judgments import Finding, Severity
from tendering.doctor.texts import TEXTS
from tendering.settings import PlatformSettings, Settings, parse_settings

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
DATABASE = DatabaseFacts(
    version=180006,
    settings={
        **dict.fromkeys(("fsync", "full_page_writes", "synchronous_commit"), "on"),
        "data_checksums": "on",
        "TimeZone": "UTC",
        "archive_mode": "on",
    },
    offset_seconds=0.01,
    may=(),
    lacks=(),
    not_migrated="",
)
PLATFORM = PlatformSettings(upload_bytes_max=1000, free_bytes_min=100)
FOLDER = FolderFacts(path="/data", mode=0o700, free_bytes=2000, file_system="ext4")
WITNESS = {"url": "https://w.example", "verifier": "w+0+A", "run_by": "示范市公证处"}
GOOD: dict[str, Any] = {
    "server": {"public_address": "https://b.example", "trusted_proxies": ["127.0.0.1"]},
    "platform": {"host_name": "b.example", "ocid_prefix": "ocds-abc123"},
    "log": {
        "quorum": 1,
        "witnesses": [WITNESS],
        "authorities": [{"name": "时间", "root_file": "r.pem", "url": "https://t.example"}],
    },
}


def test_what_is_in_order_is_not_complained_of() -> None:
    found = [
        *judgments.judge_settings(parse_settings(GOOD)),
        *judgments.judge_database(DATABASE),
        *judgments.judge_folder(FOLDER, PLATFORM),
        *judgments.judge_secrets([SecretFacts("k", 0o600)]),
        judgments.judge_keys("", made=True),
        judgments.judge_address("a", AddressFacts(status=200, is_platform=True, tls="TLSv1.3")),
        *judgments.judge_observer("witness", ObserverFacts(name="w", offset_seconds=-1.9)),
        *judgments.judge_observer("mail", ObserverFacts(name="m")),
        judgments.judge_rulebook("construction", "1", ""),
        judgments.judge_holidays(2027, now=NOW),
        judgments.judge_backups("f", BackupFacts(taken_at=NOW), now=NOW, hours_max=26),
    ]

    assert [each for each in found if each.severity is not Severity.OK] == []
    assert judgments.exit_status(found) == 0


def test_a_backup_needs_the_wal_after_it_and_the_keys() -> None:
    def copies(facts: BackupFacts, folder: str = "f") -> set[str]:
        return codes(judgments.judge_copies(folder, facts, now=NOW))

    ago = NOW - timedelta(minutes=5)
    whole = BackupFacts(taken_at=NOW, keys_sealed=True, wal_at=ago)
    not_archived = {**DATABASE.settings, "archive_mode": "off"}

    assert copies(whole) == set()
    assert copies(replace(whole, wal_at=ago - timedelta(microseconds=1))) == {"error wal-behind"}
    assert copies(BackupFacts()) == {"error wal-behind"}
    assert copies(replace(whole, keys_sealed=False)) == {"warning keys-not-in-backup"}
    assert copies(BackupFacts(), folder="") == set()
    assert copies(BackupFacts(error="mount")) == set()
    assert codes(judgments.judge_database(replace(DATABASE, settings=not_archived))) == {
        "warning no-wal-archive"
    }
    assert (
        codes(judgments.judge_database(replace(DATABASE, settings=not_archived, wal_copied=True)))
        == set()
    )


def test_the_defaults_are_not_for_real_tenders() -> None:
    found = codes(judgments.judge_settings(Settings()))

    assert found == {
        "error not-https",
        "warning host-name-unset",
        "warning ocid-prefix-demonstration",
        "warning no-independent-witness",
        "warning no-outside-time",
    }


@pytest.mark.parametrize(
    ("table", "values", "expected"),
    [
        ("clock", {"mode": "demonstration"}, "error clock-demonstration"),
        ("log", {**GOOD["log"], "quorum": 0}, "warning no-quorum"),
        (
            "log",
            {**GOOD["log"], "witnesses": [{**WITNESS, "independent": False}]},
            "warning no-independent-witness",
        ),
        ("server", {"public_address": "https://b.example"}, "warning proxy-not-trusted"),
        ("server", {**GOOD["server"], "host": "0.0.0.0"}, "warning open-without-tls"),
        ("server", {**GOOD["server"], "host": "b.example"}, "warning open-without-tls"),
        ("database", {"dsn_file": "a", "owner_dsn_file": "o"}, "warning owner-serves"),
    ],
)
def test_a_setting_that_will_hurt_is_named(
    table: str, values: dict[str, object], expected: str
) -> None:
    assert codes(judgments.judge_settings(parse_settings({**GOOD, table: values}))) == {expected}


def test_each_fault_of_a_database_is_named() -> None:
    shown = DATABASE.settings
    cases = {
        "error database-too-old": replace(DATABASE, version=140020),
        "error database-not-durable": replace(DATABASE, settings={**shown, "fsync": "off"}),
        "warning no-checksums": replace(DATABASE, settings={**shown, "data_checksums": "off"}),
        "warning database-not-utc": replace(DATABASE, settings={**shown, "TimeZone": "PRC"}),
        "warning no-wal-archive": replace(DATABASE, settings={**shown, "archive_mode": "off"}),
        "error role-may-too-much": replace(DATABASE, may=("journal UPDATE",)),
        "error role-may-too-little": replace(DATABASE, lacks=("journal INSERT",)),
        "error not-migrated": replace(DATABASE, not_migrated="2 are not applied"),
        "warning clock-drifts": replace(DATABASE, offset_seconds=-1.0),
        "error clock-wrong": replace(DATABASE, offset_seconds=10.0),
    }
    unsafe = replace(DATABASE, settings={**shown, "synchronous_commit": "off"})

    assert {name: codes(judgments.judge_database(each)) for name, each in cases.items()} == {
        name: {name} for name in cases
    }
    assert codes(judgments.judge_database(unsafe)) == {"error database-not-durable"}
    assert codes([judgments.judge_database_away("OSError")]) == {"error database-away"}


def test_each_fault_of_a_folder_is_named() -> None:
    cases = {
        "error folder-not-writable": replace(FOLDER, error="read-only"),
        "error folder-open": replace(FOLDER, mode=0o777),
        "error disk-full": replace(FOLDER, free_bytes=99),
        "warning disk-nearly-full": replace(FOLDER, free_bytes=1099),
        "warning few-files-left": replace(FOLDER, free_files_share=0.01),
        "error folder-in-memory": replace(FOLDER, file_system="tmpfs"),
        "warning folder-over-network": replace(FOLDER, file_system="nfs4"),
        "warning no-direct-writes": replace(FOLDER, direct=False),
    }

    assert {
        name: codes(judgments.judge_folder(each, PLATFORM)) for name, each in cases.items()
    } == {name: {name} for name in cases}


def test_secrets_and_keys_are_their_owners_alone() -> None:
    secrets = [SecretFacts("a", 0o640), SecretFacts("b", error="No such file")]

    assert codes(judgments.judge_secrets(secrets)) == {
        "error secret-open",
        "error secret-unreadable",
    }
    assert codes([judgments.judge_keys("half a set", made=True)]) == {"error keys-unusable"}
    assert codes([judgments.judge_keys("", made=False)]) == {"warning keys-not-made"}


def test_a_certificate_is_told_before_it_expires() -> None:
    def verdict(*, since: timedelta, until: timedelta) -> set[str]:
        facts = CertificateFacts("c", NOW + since, NOW + until)
        return codes(judgments.judge_certificates([facts], now=NOW))

    day, moment, long_ago = timedelta(days=1), timedelta(microseconds=1), timedelta(days=-300)

    assert verdict(since=long_ago, until=30 * day + moment) == set()
    assert verdict(since=long_ago, until=30 * day) == {"warning expires-soon"}
    assert verdict(since=long_ago, until=day + moment) == {"warning expires-soon"}
    assert verdict(since=long_ago, until=day) == {"error expires-tonight"}
    assert verdict(since=long_ago, until=moment) == {"error expires-tonight"}
    assert verdict(since=long_ago, until=timedelta()) == {"error expired"}
    assert verdict(since=moment, until=90 * day) == {"error not-yet-valid"}


def test_those_outside_are_heard() -> None:
    address = [
        judgments.judge_address("a", AddressFacts(error="refused")),
        judgments.judge_address("a", AddressFacts(status=200)),
        judgments.judge_address("a", AddressFacts(status=200, is_platform=True, tls="TLSv1.1")),
    ]
    away = ObserverFacts(name="w", error="TimeoutError")
    slow = ObserverFacts(name="t", offset_seconds=11.0)

    assert [each.code for each in address] == [
        "address-unreachable",
        "address-is-another",
        "tls-too-old",
    ]
    for kind in ("witness", "authority", "mail"):
        assert codes(judgments.judge_observer(kind, away)) == {f"warning {kind}-away"}
        assert f"{kind}-answers" in TEXTS
    assert codes(judgments.judge_observer("authority", slow)) == {"error clock-wrong"}


def test_rules_holidays_and_backups_are_of_today() -> None:
    def backups(facts: BackupFacts, folder: str = "f") -> set[str]:
        return codes([judgments.judge_backups(folder, facts, now=NOW, hours_max=26)])

    december = NOW.replace(month=12)
    old = NOW - timedelta(hours=26)

    assert codes([judgments.judge_rulebook("r", "", "broken")]) == {"error rulebook-unusable"}
    assert codes([judgments.judge_holidays(2025, now=NOW)]) == {"error holidays-outdated"}
    assert codes([judgments.judge_holidays(2026, now=NOW)]) == set()
    assert codes([judgments.judge_holidays(2026, now=december)]) == {"warning holidays-end"}
    assert backups(BackupFacts(), folder="") == {"warning no-backups"}
    assert backups(BackupFacts(error="mount")) == {"error backups-unreadable"}
    assert backups(BackupFacts()) == {"error no-backup-yet"}
    assert backups(BackupFacts(taken_at=old)) == set()
    assert backups(BackupFacts(taken_at=old - timedelta(microseconds=1))) == {
        "error backup-too-old"
    }
    assert backups(BackupFacts(taken_at=NOW + timedelta(minutes=1))) == {
        "error backup-from-the-future"
    }


def test_a_configuration_that_is_refused_is_a_finding() -> None:
    found = [judgments.refused_settings("server.prot: no such key")]

    assert codes(found) == {"error config-refused"}
    assert judgments.exit_status(found) == 2
    assert judgments.exit_status([Finding("no-quorum", Severity.WARNING, "log")]) == 1


def test_every_finding_has_words_and_each_complaint_says_what_to_do() -> None:
    source = getsource(judgments)
    complaints = set(findall(r'_(?:error|warning)\(\s*"([a-z-]+)"', source))
    praises = set(findall(r'_ok\(\s*"([a-z-]+)"', source))
    of_observers = {
        f"{kind}-{what}"
        for kind in ("witness", "authority", "mail")
        for what in ("away", "answers")
    }

    assert set(TEXTS) == complaints | praises | of_observers
    assert [code for code in complaints if not (TEXTS[code].do_zh and TEXTS[code].do_en)] == []
    assert all(text.zh and text.en for text in TEXTS.values())


def codes(found: Iterable[Finding]) -> set[str]:
    return {f"{each.severity} {each.code}" for each in found if each.severity is not Severity.OK}
