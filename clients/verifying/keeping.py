"""How long the archive is kept, what it says of itself, and the evidence record beside it."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from clients.evidence_files import check_record, read_record, record_file, strangers_in
from clients.verifying.bodies import Papers
from clients.verifying.case import Case, place
from clients.verifying.report import Notes
from crypto.errors import BadTimestamp
from tendering.domain.archive import KEEPING, document_path, issued_path
from tendering.domain.calendar import civil_day
from tendering.domain.journal import Stream, instant, parse_instant
from tendering.domain.keeping import ARCHIVED, Contents, four_tests, keeping_json

YEARS_MIN: Final = 15
PAPER_KINDS: Final = ("document.issued", "document.signed", "document.completed")


def check_keeping(case: Case, notes: Notes) -> None:
    """The four tests come out as the archive says; it is kept for fifteen years or more."""
    archived = [one for one in case.streams[Stream.PUBLIC] if one.kind == ARCHIVED]
    for entry in archived:
        _check_term(entry.body, place(entry), notes)
    if KEEPING not in case.archive:
        notes.require(not archived, KEEPING, "missing, though the tender was archived")
        return
    told = case.archive.json(KEEPING)
    tests = four_tests(_contents(case))
    expected = keeping_json({}, tests, archived[-1].body if archived else None)
    for member in ("format", "standard", "retention", "tests"):
        notes.require(told.get(member) == expected[member], KEEPING, f"{member} is another")
    for test in tests:
        for fault in test.faults:
            notes.remark(f"{test.zh} / {test.name}: {fault}")


def check_evidence_record(
    archive: Path, roots: Sequence[bytes], *, at: datetime, notes: Notes
) -> None:
    """The record beside the archive, `.ers`: each stamp renewed before the one before it ended."""
    where = record_file(archive).name
    try:
        record = read_record(archive)
        assert record is not None, "asked for only where there is one"
        if strangers := strangers_in(record, roots):
            notes.cannot(f"{where}: {strangers} time stamps by authorities whose root is not given")
            return
        told = check_record(archive, roots=roots, at=at)
    except (BadTimestamp, OSError) as error:
        notes.fails(where, str(error))
        return
    for one in told:
        notes.remark(f"{instant(one.gen_time)} by {one.tsa_name}")
    notes.remark(f"to be renewed before {instant(told[-1].valid_until)}")


def _check_term(body: object, where: str, notes: Notes) -> None:
    assert isinstance(body, dict)
    until = body["keep_until"]
    if until is None:
        return
    ended, keep_until = civil_day(parse_instant(body["ended_at"])), parse_instant(until)
    # 政府采购法 第四十二条; for works the platform's own parameter.
    years = civil_day(keep_until).year - ended.year
    last = civil_day(keep_until)
    short = years < YEARS_MIN or (
        years == YEARS_MIN and (last.month, last.day) < (ended.month, ended.day)
    )
    notes.require(not short, where, "kept for less than fifteen years")


def _contents(case: Case) -> Contents:
    last: dict[str, str] = {}
    for stream in case.streams:
        found = [one for kind in PAPER_KINDS for one in case.all(stream, kind, Papers)]
        for _, body in sorted(found, key=lambda one: one[0].seq):
            last[issued_path(body.kind, body.lot, body.edition)] = body.digest
    paths = sorted(
        path for path in case.archive.members if path.startswith("data/") and path != KEEPING
    )
    return Contents(
        tuple(paths),
        tuple(
            document_path(number, document.name)
            for number, document in enumerate(case.tender.documents, start=1)
        ),
        tuple((path, case.digests.get(path, ""), told) for path, told in sorted(last.items())),
        tuple(case.streams),
    )
