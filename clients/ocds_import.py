"""`kaibiao import-ocds`: draft tenders out of an OCDS 1.1 release package.

What the release says goes into the draft; everything else comes from the named template and is
listed in `source.from_template`. Without a platform the drafts are written as files, ready to be
posted; with one they are created there, for parties that a file names.
"""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from clients.demo.from_ocds import FILE_BYTES_MAX, plan_of
from clients.demo.template import tender_body
from clients.platform import PlatformRefused, open_platform
from tendering.domain.ocds import ImportedTender, read_json, read_package
from tendering.domain.refusals import Refused
from tendering.domain.refusals.tenders import NotARelease

TITLE_SHOWN = 40


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What to read and where to put it. `parties` is JSON: supervisor_id, key_holder_ids, …"""

    file: Path
    out: Path
    as_cny: bool = False
    bare_tender: bool = False
    platform: str | None = None
    login: str | None = None
    password_file: Path | None = None
    parties: Path | None = None


def run(options: ImportOptions) -> int:
    """Import; the exit status: 0 done, 1 refused with a sentence."""
    try:
        tenders = read_tenders(options)
        if options.platform is None:
            return _write(tenders, options)
        return asyncio.run(_create(tenders, options, options.platform))
    except (Refused, PlatformRefused, OSError, ValueError, KeyError) as error:
        click.echo(f"kaibiao: {error}", err=True)
        return 1


def read_tenders(options: ImportOptions) -> list[ImportedTender]:
    """The tenders of the file. Raises NotARelease, ForeignCurrency, OSError."""
    if options.file.stat().st_size > FILE_BYTES_MAX:
        raise NotARelease("the file is too large")
    value = read_json(options.file.read_bytes())
    return read_package(value, as_cny=options.as_cny, bare_tender=options.bare_tender)


def body_of(
    tender: ImportedTender, file: Path, parties: dict[str, Any], *, now: datetime
) -> dict[str, Any]:
    """The body of `POST /tenders` for one imported tender."""
    body = tender_body(
        plan_of(tender, file_name=file.name),
        now=now,
        agency_id=parties.get("agency_id", ""),
        supervisor_id=parties["supervisor_id"],
        key_holder_ids=parties["key_holder_ids"],
    )
    if not body["agency_id"]:
        del body["agency_id"]
    return body


def _write(tenders: Sequence[ImportedTender], options: ImportOptions) -> int:
    options.out.mkdir(parents=True, exist_ok=True)
    nobody: dict[str, Any] = {"supervisor_id": "", "key_holder_ids": []}
    for number, tender in enumerate(tenders, start=1):
        body = body_of(tender, options.file, nobody, now=datetime.now(UTC))
        file = options.out / f"{number:04d}.json"
        file.write_text(json.dumps(body, ensure_ascii=False, indent=1) + "\n", "utf-8")
        _show(tender, str(file))
    click.echo(f"{len(tenders)} drafts in {options.out}; parties are to be filled in")
    return 0


async def _create(tenders: Sequence[ImportedTender], options: ImportOptions, platform: str) -> int:
    if options.parties is None or options.login is None or options.password_file is None:
        raise click.UsageError("with --platform: --login, --password-file and --parties")
    parties = json.loads(await asyncio.to_thread(options.parties.read_text, "utf-8"))
    password = (await asyncio.to_thread(options.password_file.read_text, "utf-8")).strip()
    async with open_platform(platform) as line:
        await line.log_in(options.login, password)
        for tender in tenders:
            body = body_of(tender, options.file, parties, now=await line.clock())
            created = await line.post("/tenders", body)
            _show(tender, created["number"])
    return 0


def _show(tender: ImportedTender, where: str) -> None:
    value = "" if tender.value is None else yuan(tender.value.fen)
    title = (tender.title or tender.description)[:TITLE_SHOWN]
    click.echo(f"{where}  {tender.ocid}  {title}  {value}")
    if tender.from_template:
        click.echo(f"    from the template: {', '.join(tender.from_template)}")


def yuan(fen: int) -> str:
    """An amount of money as people read it."""
    return f"{fen // 100:,}.{fen % 100:02d}"
