"""What an archive shows of its key holders, and what of it cannot be made up."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from clients.verify import Report, Status, verify_archive
from crypto.seal_suites import GM
from tendering.domain.journal import Stream
from tests.support.archive import Archive
from tests.support.archive_play import TenderPlay

CANARIES = "canaries of the key holders"
MANIFESTS = "signatures of the manifests"
READ = "tender, keys and journals can be read"


@pytest.fixture(scope="module")
def full() -> Archive:
    """A tender that went well; its third key holder opened the second canary late."""
    return TenderPlay().played().archive()


@pytest.fixture
def verify(tmp_path: Path) -> Callable[[Archive], Report]:
    """Write an archive and check it against keys obtained beforehand."""

    def check(archive: Archive) -> Report:
        return verify_archive(archive.write(tmp_path / "archive.zip"), trust=archive.trust)

    return check


Verify = Callable[[Archive], Report]


@pytest.fixture(scope="module")
def replaced() -> Archive:
    """A tender whose third key holder was replaced when one bid was in."""
    return TenderPlay(replaces=True).played().archive()


def detail(report: Report, name: str) -> str:
    """What was found in a step."""
    return next(step for step in report.steps if step.name_en == name).detail


def failed(report: Report) -> set[str]:
    """The steps that failed."""
    return {step.name_en for step in report.steps if step.status is Status.FAILS}


def test_who_was_late_is_said_and_the_archive_holds(full: Archive, verify: Verify) -> None:
    report = verify(full)

    assert report.holds, report.verdict
    assert "late were key holders [3]" in detail(report, CANARIES)


@pytest.mark.parametrize(
    ("kind", "member", "value"),
    [
        ("canary.issued", "canary", 2),
        ("canary.issued", "answers", []),
        ("canary.issued", "asked", [1, 2, 3, 4]),
        ("canary.issued", "header", "00"),
        ("canary.opened", "answer", "00" * 32),
        ("canary.opened", "number", 1),
        ("canary.opened", "number", 9),
        ("canary.opened", "canary", 9),
        ("canary.opened", "in_time", False),
        ("canary.missed", "canary", 9),
        ("canary.missed", "missing", []),
        ("canary.missed", "enough", False),
    ],
)
def test_a_canary_that_was_made_up_is_named(
    full: Archive, verify: Verify, kind: str, member: str, value: Any
) -> None:
    def change(body: dict[str, Any]) -> None:
        body[member] = value

    assert CANARIES in failed(verify(full.forged(Stream.PUBLIC, kind, change)))


def test_an_answer_signed_by_another_is_named(full: Archive, verify: Verify) -> None:
    def swap(body: dict[str, Any]) -> None:
        body["statement"]["signature"] = body["statement"]["certificate"]

    assert CANARIES in failed(verify(full.forged(Stream.PUBLIC, "canary.opened", swap)))


def test_bids_to_two_versions_of_the_key_holders_hold(replaced: Archive, verify: Verify) -> None:
    report = verify(replaced)

    assert report.holds, report.verdict
    assert "replaced by 示范市司法局" in detail(report, "replaced key holders")


def test_in_the_national_suite_too(verify: Verify) -> None:
    report = verify(TenderPlay(replaces=True, suite=GM.name).played().archive())

    assert report.holds, report.verdict
    assert "replaced by 示范市司法局" in detail(report, "replaced key holders")


@pytest.mark.parametrize(
    ("kind", "change", "step"),
    [
        ("key_holder.replacement_ordered", {"reason": "-"}, "replaced key holders"),
        ("key_holder.replacement_ordered", {"number": 2}, "replaced key holders"),
        ("key_holder.replacement_ordered", {"statement": {}}, "replaced key holders"),
        ("key_holder.replaced", {"public_key": "ab" * 32}, READ),
        ("key_holder.replaced", {"version": 3}, READ),
        ("key_holder.replaced", {"number": 9}, READ),
        ("key_holder.replaced", {"announcement": []}, READ),
        ("key_holder.replaced", {"effective_at": "2027-01-01T00:00:00.000000Z"}, READ),
        ("key_holder.replaced", {"effective_at": "2026-01-01T00:00:00.000000Z"}, MANIFESTS),
    ],
)
def test_a_replacement_that_was_made_up_is_named(
    replaced: Archive, verify: Verify, kind: str, change: dict[str, Any], step: str
) -> None:
    forged = replaced.forged(Stream.PUBLIC, kind, lambda body: body.update(change))

    assert step in failed(verify(forged))


def test_a_replacement_that_nobody_ordered_is_named(replaced: Archive, verify: Verify) -> None:
    report = verify(replaced.without(Stream.PUBLIC, "key_holder.replacement_ordered", 1))

    assert "nobody had ordered it" in detail(report, "replaced key holders")


@pytest.mark.parametrize(
    ("member", "value"), [("public_key", "00" * 32), ("number", 2), ("statement", {})]
)
def test_a_destruction_that_was_made_up_is_named(
    full: Archive, verify: Verify, member: str, value: Any
) -> None:
    def change(body: dict[str, Any]) -> None:
        body[member] = value

    report = verify(full.forged(Stream.CUSTODY, "key_holder.key_destroyed", change))

    assert "destroyed keys" in failed(report)
