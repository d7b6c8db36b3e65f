"""Fewer than three bids: the tender fails at the closing, and nothing of anybody's is unlocked."""

from dataclasses import replace
from pathlib import Path

import pytest

from clients.verify import read_trust, verify_archive
from clients.verifying.archive_file import ArchiveFile, check_framing
from clients.verifying.case import Case, load_case
from clients.verifying.report import Notes, Status
from clients.verifying.submissions import UNLOCKING, check_custody
from tendering.domain.journal import Stream
from tests.support.demonstration import DEMO_SECONDS_MAX, demonstrated


@pytest.mark.timeout(DEMO_SECONDS_MAX + 20)
async def test_with_two_bids_nothing_is_unlocked_and_all_keys_are_destroyed(
    open_folder: Path,
) -> None:
    folder = open_folder / "demo"

    status, told = await demonstrated(folder, "--bidders", "2")

    assert status == 0, told
    trust = read_trust(folder / "platform-keys.json")
    report = verify_archive(folder / "archive.zip", trust=trust)
    assert report.holds, report.verdict
    assert report.faults == ()
    with (folder / "archive.zip").open("rb") as file:
        archive = ArchiveFile.open(file)
        case = load_case(archive, check_framing(archive), trust)
        kinds = [entry.kind for entries in case.streams.values() for entry in entries]
        _require_nothing_unlocked(case, kinds, sorted(archive.members))
        _require_that_lies_are_found(case)


def _require_nothing_unlocked(case: Case, kinds: list[str], members: list[str]) -> None:
    assert kinds.count("bid.submitted") == 2
    assert kinds.count("key_holder.key_destroyed") == 3
    assert not UNLOCKING & set(kinds)
    # What was given back is not kept: of each container there is its header alone.
    assert not [name for name in members if name.endswith(".age")]
    assert len([name for name in members if name.endswith(".header")]) == 6
    closing = case.closing()
    assert closing is not None
    assert (closing[0].kind, closing[1].rule["value"]) == ("tender.failed", 3)
    # How many there were, and who, is said to nobody.
    assert not {"lots", "bids", "bidders"} & set(closing[0].body)


def _require_that_lies_are_found(case: Case) -> None:
    custody = case.streams[Stream.CUSTODY]
    last = custody[-1]
    for kind in sorted(UNLOCKING):
        custody.append(replace(last, seq=last.seq + 1, kind=kind, body={}))
        notes = Notes()
        check_custody(case, notes)
        assert notes.status is Status.FAILS
        assert any("unlocked in a tender that had failed" in one for one in notes.failures)
        custody.pop()
    closing = case.closing()
    assert closing is not None
    closing[0].body["rule"] = {"value": 2}
    notes = Notes()
    check_custody(case, notes)
    assert any("failed for want of bids, and 2 stood" in one for one in notes.failures)
