"""One examination of an installation: every probe, every judgment, in the order of the report."""

import asyncio
import json
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from tendering.doctor import judgments
from tendering.doctor.facts import CertificateFacts, DatabaseFacts
from tendering.doctor.host_probe import (
    look_at_backups,
    look_at_certificates,
    look_at_folder,
    look_at_keys,
    look_at_secrets,
    unreadable_roots,
)
from tendering.doctor.judgments import Finding, Severity
from tendering.doctor.network_probe import (
    ask_address,
    ask_authority,
    ask_mail,
    ask_witness,
    open_session,
)
from tendering.doctor.texts import TEXTS
from tendering.domain.calendar import civil_day
from tendering.domain.refusals.rules import RulebookInvalid
from tendering.rulebooks import RULEBOOKS, holiday_calendar, rulebook_at
from tendering.settings import Settings
from tendering.storage import inspection
from tendering.storage.connection import (
    OUTAGES,
    DatabaseError,
    InsufficientPrivilege,
    InterfaceError,
    open_connection,
    open_pool,
)
from tendering.storage.migrations import (
    MigrationEdited,
    MigrationUnknown,
    NotMigrated,
    require_migrated,
)

Clock = Callable[[], datetime]
Folders = Sequence[tuple[str, Path]]

_AWAY: Final[tuple[type[Exception], ...]] = (*OUTAGES, DatabaseError, InterfaceError, ValueError)


async def examine(
    settings: Settings, dsn: str, *, now: Clock, migrations: Folders
) -> list[Finding]:
    """All findings about an installation. `dsn`: the application's, empty where there is none.

    Changes nothing but a page in each folder, written and removed.
    """
    found = list(judgments.judge_settings(settings))
    found += await examine_database(dsn, now=now, migrations=migrations)
    found += await asyncio.to_thread(_examine_host, settings, now())
    found += await _examine_network(settings, now=now)
    found += _examine_rules(now())
    return found


async def examine_database(dsn: str, *, now: Clock, migrations: Folders) -> list[Finding]:
    """The findings about the database at `dsn`, as the application's role sees it."""
    if not dsn:
        return [judgments.judge_database_away("no server runs")]
    try:
        async with open_connection(dsn, session={}) as connection:
            before = now()
            told = await inspection.server_time(connection)
            middle = before + (now() - before) / 2
            facts = DatabaseFacts(
                version=await inspection.version(connection),
                settings=await inspection.shown_settings(connection),
                offset_seconds=(told - middle).total_seconds(),
                may=tuple(await inspection.excess_rights(connection)),
                lacks=tuple(await inspection.lacking_rights(connection)),
                wal_copied=await inspection.copies_wal(connection),
                not_migrated=await _not_migrated(dsn, migrations),
            )
    except _AWAY as error:
        # The name of the error alone: some of them repeat the address with its password.
        return [judgments.judge_database_away(type(error).__name__)]
    return list(judgments.judge_database(facts))


def in_words(findings: Iterable[Finding]) -> str:
    """The report for people, Chinese first: what is not in order, and how much is."""
    found = list(findings)
    lines = []
    for finding in found:
        if finding.severity is Severity.OK:
            continue
        text = TEXTS[finding.code]
        lines.append(f"{finding.severity:<8}{finding.code}  {finding.about}  {finding.detail}")
        lines += [f"        {said}" for said in (text.zh, text.en)]
        lines += [f"     → {said}" for said in (text.do_zh, text.do_en) if said]
    well = sum(finding.severity is Severity.OK for finding in found)
    return "\n".join([*lines, f"正常 ok: {well} / {len(found)}"])


def as_json(findings: Iterable[Finding]) -> str:
    """The report for programs: a list of objects, and the exit status."""
    found = list(findings)
    rows = [
        {
            "code": each.code,
            "severity": each.severity.value,
            "about": each.about,
            "detail": each.detail,
            "means": {"zh": TEXTS[each.code].zh, "en": TEXTS[each.code].en},
            "do": {"zh": TEXTS[each.code].do_zh, "en": TEXTS[each.code].do_en},
        }
        for each in found
    ]
    report = {"findings": rows, "status": judgments.exit_status(found)}
    return json.dumps(report, indent=2, ensure_ascii=False)


async def _not_migrated(dsn: str, migrations: Folders) -> str:
    try:
        async with open_pool(dsn, size=1) as pool:
            await require_migrated(pool, migrations)
    except (NotMigrated, MigrationEdited, MigrationUnknown) as error:
        return str(error)
    except InsufficientPrivilege:
        return "this role may not even look"
    return ""


def _examine_host(settings: Settings, now: datetime) -> list[Finding]:
    found = list(judgments.judge_folder(look_at_folder(settings.folder), settings.platform))
    found += judgments.judge_secrets([*look_at_secrets(settings), *unreadable_roots(settings)])
    error, made = look_at_keys(settings, now=now)
    found.append(judgments.judge_keys(error, made=made))
    found += judgments.judge_certificates(list(look_at_certificates(settings)), now=now)
    folder, hours = settings.backups.folder, settings.backups.hours_max
    backups = look_at_backups(Path(folder))
    if not settings.database.dsn_file:
        found += judgments.judge_copies(folder, backups, now=now)
    found.append(judgments.judge_backups(folder, backups, now=now, hours_max=hours))
    return found


async def _examine_network(settings: Settings, *, now: Clock) -> list[Finding]:
    found: list[Finding] = []
    async with open_session() as session:
        address = await ask_address(session, settings.public_address)
        found.append(judgments.judge_address(settings.public_address, address))
        shown: list[CertificateFacts] = [address.certificate] if address.certificate else []
        found += judgments.judge_certificates(shown, now=now())
        for witness in settings.log.witnesses:
            told = await ask_witness(session, witness, now=now)
            found += judgments.judge_observer("witness", told)
        for authority in settings.log.authorities:
            told = await ask_authority(session, authority, now=now)
            found += judgments.judge_observer("authority", told)
    if settings.notifications.smtp_host:
        found += judgments.judge_observer("mail", await ask_mail(settings.notifications))
    return found


def _examine_rules(now: datetime) -> list[Finding]:
    found = []
    for regime in RULEBOOKS:
        try:
            book = rulebook_at(regime, "", civil_day(now))
        except RulebookInvalid as invalid:
            found.append(judgments.judge_rulebook(regime, "", str(invalid)))
            continue
        error = "" if book.rules else "no rule is in force"
        found.append(judgments.judge_rulebook(regime, book.version, error))
    found.append(judgments.judge_holidays(holiday_calendar().last_year, now=now))
    return found
