"""The doctor looks at real things: a database, a folder, a TLS door, an authority's stamps."""

import json
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web

from crypto.certificates import make_authority
from crypto.keys import generate_signing_key
from tendering.backup.manifest import Manifest, write_manifest
from tendering.doctor.examination import as_json, examine, examine_database
from tendering.doctor.facts import AddressFacts, SecretFacts
from tendering.doctor.host_probe import (
    file_system_of,
    look_at_backups,
    look_at_folder,
    look_at_secrets,
)
from tendering.doctor.judgments import Finding, Severity
from tendering.doctor.network_probe import ask_address, ask_authority, ask_mail, open_session
from tendering.settings import AuthoritySettings, NotificationSettings, parse_settings
from tests.support import programs
from tests.support.postgres import MIGRATION_FOLDERS, ROOT, Cluster, Database


def now() -> datetime:
    return datetime.now(UTC)


async def test_a_test_database_is_found_to_lose_what_it_acknowledges(database: Database) -> None:
    found = await examine_database(database.app_dsn, now=now, migrations=MIGRATION_FOLDERS)

    assert {(each.code, each.about) for each in found if each.severity is Severity.ERROR} == {
        ("database-not-durable", "fsync"),
        ("database-not-durable", "full_page_writes"),
        ("database-not-durable", "synchronous_commit"),
    }
    assert {"database-answers", "clock-agrees", "migrated"} <= {each.code for each in found}


async def test_an_owner_who_serves_and_an_empty_database_are_found(
    postgres: Cluster, database: Database
) -> None:
    owner = await examine_database(database.owner_dsn, now=now, migrations=MIGRATION_FOLDERS)
    reader = await examine_database(database.audit_dsn, now=now, migrations=MIGRATION_FOLDERS)
    async with postgres.empty() as empty:
        bare = await examine_database(empty.owner_dsn, now=now, migrations=MIGRATION_FOLDERS)

    assert "journal UPDATE" in detail_of(owner, "role-may-too-much")
    assert detail_of(reader, "role-may-too-little") == "journal INSERT, journal SELECT"
    assert "kaibiao migrate" in detail_of(bare, "not-migrated")


async def test_a_wrong_password_is_told_and_not_shown(database: Database) -> None:
    wrong = database.app_dsn.replace("://tendering_app:", "://tendering_app:not-")

    found = await examine_database(wrong, now=now, migrations=MIGRATION_FOLDERS)

    assert detail_of(found, "database-away") == "InvalidPasswordError"


def test_a_folder_is_written_to_and_left_as_it_was(tmp_path: Path) -> None:
    facts = look_at_folder(tmp_path)
    missing = look_at_folder(tmp_path / "missing")

    assert (facts.error, facts.free_bytes > 0, facts.file_system != "") == ("", True, True)
    assert list(tmp_path.iterdir()) == []
    assert "No such file" in missing.error


def test_the_file_system_is_that_of_the_innermost_last_mount() -> None:
    mounts = (
        "1 0 8:1 / / rw - ext4 /dev/a rw\n"
        "2 1 0:1 / /var/my\\040data rw shared:1 - xfs /dev/b rw\n"
        "3 1 0:2 / /var/my\\040data rw - nfs4 server:/ rw\n"
    )

    assert file_system_of(Path("/var/my data/blobs"), mounts) == "nfs4"
    assert file_system_of(Path("/var/mine"), mounts) == "ext4"


def test_secrets_are_found_by_what_the_configuration_names(tmp_path: Path) -> None:
    (tmp_path / "app.dsn").touch(mode=0o600)
    (tmp_path / "log.seed").touch(mode=0o600)
    (tmp_path / "log.seed").chmod(0o644)
    settings = parse_settings(
        {
            "database": {"dsn_file": str(tmp_path / "app.dsn")},
            "server": {"metrics_token_file": str(tmp_path / "gone")},
            "platform": {"keys_folder": str(tmp_path)},
        }
    )

    assert look_at_secrets(settings) == [
        SecretFacts(str(tmp_path / "app.dsn"), 0o600),
        SecretFacts(str(tmp_path / "gone"), error="No such file or directory"),
        SecretFacts(str(tmp_path / "log.seed"), 0o644),
    ]


def test_the_newest_backup_counts_and_a_broken_manifest_is_told(tmp_path: Path) -> None:
    for day in (21, 22):
        taken = Manifest(datetime(2026, 11, day, 2, tzinfo=UTC), "1", 0, b"", keys_sealed=day == 22)
        (tmp_path / taken.name).mkdir()
        (tmp_path / taken.name / "manifest.json").write_bytes(write_manifest(taken))
    (tmp_path / "wal").mkdir()
    (tmp_path / "wal" / "000000010000000000000001.partial").touch()

    newest = look_at_backups(tmp_path)
    next(tmp_path.glob("20261122*/manifest.json")).write_text("[]")

    assert (newest.taken_at, newest.keys_sealed) == (datetime(2026, 11, 22, 2, tzinfo=UTC), True)
    assert newest.wal_at is not None
    assert look_at_backups(tmp_path).error != ""


@pytest.mark.needs("openssl")
async def test_the_public_address_is_asked_as_a_browser_asks(tmp_path: Path) -> None:
    async with https_door(tmp_path, days=1) as (address, trust), open_session() as session:
        trusted = await ask_address(session, address, trust=trust)
        untrusted = await ask_address(session, address)
    async with open_session() as session:
        gone = await ask_address(session, address, trust=trust)

    assert (trusted.is_platform, trusted.tls, trusted.error) == (True, "TLSv1.3", "")
    assert trusted.certificate is not None
    assert trusted.certificate.not_after - now() < timedelta(days=1)
    assert "CERTIFICATE_VERIFY_FAILED" in untrusted.error
    assert (gone.error != "", gone) == (True, AddressFacts(error=gone.error))


async def test_an_authority_is_asked_for_a_real_stamp(tmp_path: Path) -> None:
    folder = tmp_path / "tsa"
    root = await made_authority(folder)
    other = make_authority("another", key=generate_signing_key(), at=now(), years=1)
    (tmp_path / "root.pem").write_bytes(root)
    (tmp_path / "other.pem").write_text(ssl.DER_cert_to_PEM_cert(other))
    config = tmp_path / "tsa.toml"
    config.write_text(f'folder = "{folder}"\nname = "时间"\nlisten = "127.0.0.1:0"\n')

    async with (
        programs.running("clients.cli", "tsa", "serve", "--config", config) as program,
        open_session() as session,
    ):
        good, bad = [
            await ask_authority(
                session,
                AuthoritySettings(name="时间", root_file=str(tmp_path / name), url=program.url),
                now=now,
            )
            for name in ("root.pem", "other.pem")
        ]

    assert good.error == ""
    assert good.offset_seconds is not None
    assert "BadTimestamp" in bad.error


async def test_a_mail_server_that_is_not_there_is_told(unused_tcp_port: int) -> None:
    settings = NotificationSettings(
        smtp_host="127.0.0.1", smtp_port=unused_tcp_port, smtp_security="none"
    )

    assert (await ask_mail(settings)).error != ""


async def test_the_whole_report_is_json_with_words(database: Database, tmp_path: Path) -> None:
    settings = parse_settings(
        {
            "platform": {"folder": str(tmp_path)},
            "server": {"public_address": "http://127.0.0.1:1"},
            "notifications": {"smtp_host": "127.0.0.1", "smtp_port": 1, "from_address": "a@b.c"},
        }
    )

    found = await examine(settings, database.app_dsn, now=now, migrations=MIGRATION_FOLDERS)
    report = json.loads(as_json(found))

    told = {row["code"] for row in report["findings"]}
    assert {"not-https", "keys-not-made", "address-unreachable", "mail-away"} <= told
    assert {"rulebook-effective", "no-backups"} <= told
    assert report["status"] == 2


def test_the_command_names_an_unknown_key(tmp_path: Path) -> None:
    config = tmp_path / "kaibiao.toml"
    config.write_text("[server]\nprot = 80\n")

    done = subprocess.run(
        [sys.executable, "-m", "clients.cli", "doctor", "--config", str(config)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (done.returncode, "server.prot: no such key" in done.stdout) == (2, True)


def detail_of(found: list[Finding], code: str) -> str:
    (one,) = [each.detail for each in found if each.code == code]
    return one


async def made_authority(folder: Path) -> bytes:
    """Make an authority's folder with its command; its root, PEM."""
    done = subprocess.run(  # noqa: ASYNC221 - nothing else runs in this loop
        [
            *(sys.executable, "-m", "clients.cli", "tsa", "keygen"),
            *("--folder", str(folder), "--name", "时间"),
        ],
        cwd=ROOT,
        capture_output=True,
        timeout=60,
        check=True,
    )
    return done.stdout


@asynccontextmanager
async def https_door(folder: Path, *, days: int) -> AsyncIterator[tuple[str, ssl.SSLContext]]:
    """A door that answers as the platform does, and the context that trusts its certificate."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(  # noqa: ASYNC221
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-keyout", str(key), "-out", str(certificate), "-days", str(days)),
            *("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"),
        ],
        capture_output=True,
        timeout=60,
        check=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    app = web.Application()

    async def live(_request: web.Request) -> web.Response:
        return web.json_response({"status": "live"})

    app.router.add_get("/health/live", live)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
        await site.start()
        port = runner.addresses[0][1]
        yield f"https://localhost:{port}", ssl.create_default_context(cafile=str(certificate))
    finally:
        await runner.cleanup()
