"""Every signed statement in the journal is looked at: by whom it is, and what it says."""

import re
from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from clients.verify import STEPS, Report, Status, verify_archive
from clients.verifying.statements import ELSEWHERE, SPOKEN
from crypto.canonical import JsonValue, canonical
from tendering.domain.archive import TENDER, Edition
from tendering.domain.journal import Event, Stream
from tendering.domain.rehearsal import REHEARSAL_LABEL
from tests.support.archive import Archive
from tests.support.archive_committee import TENDER_ID
from tests.support.archive_play import TenderPlay

ROOT = Path(__file__).parents[3]
STEP = "other signed statements"
# A rehearsal leaves nothing, so no archive can hold one.
NEVER_KEPT = {REHEARSAL_LABEL}
SECRET = {"bid.withdrawn", "share.refused", "file_key.disclosed"}
# What the others do of it: what was entered, and who signs it.
SAID: dict[str, tuple[str, dict[str, JsonValue]]] = {
    "objection.raised": (
        "bidder",
        {"kind": "objection", "subject": "tender_documents", "lot": "1", "text": "限价过低。"},
    ),
    "objection.answered": (
        "entity",
        {"objection_id": str(TENDER_ID), "outcome": "rejected", "text": "限价依据充分。"},
    ),
    "complaint.raised": ("bidder", {"objection_id": str(TENDER_ID), "text": "答复不当。"}),
    "complaint.decided": (
        "supervisor",
        {"complaint_id": str(TENDER_ID), "accepted": True, "suspends": False, "text": "受理。"},
    ),
    "complaint.ruled": (
        "supervisor",
        {"complaint_id": str(TENDER_ID), "remedy": "none", "text": "投诉不成立。"},
    ),
    "tender.terminated": ("entity", {"cause": "task_cancelled", "text": "任务取消。"}),
}
Verify = Callable[[Archive], Report]


@pytest.fixture(scope="module")
def play() -> TenderPlay:
    """Two key holders lie, the bidder clears itself, and everything else that is signed is said."""
    played = TenderPlay("lying-holders", clears=True).played()
    bidder = played.bidders[0]
    signers = {"bidder": bidder, "entity": played.entity, "supervisor": played.supervisor}
    _, last = max((entry.seq, entry.at) for entry in played.journals.entries[Stream.PUBLIC])
    for kind, (who, said) in SAID.items():
        spoken = SPOKEN[kind]
        signed = signers[who].sign(spoken.label, {"tender_id": str(TENDER_ID), **said})
        body: dict[str, JsonValue] = {**said, spoken.member: signed}
        if who == "bidder":
            body |= {"organization_id": str(bidder.id), "organization_name": bidder.name}
        played.public(Event(kind, body), last + timedelta(hours=1))
    return played


@pytest.fixture(scope="module")
def full(play: TenderPlay) -> Archive:
    """Its archive."""
    return play.archive()


@pytest.fixture
def verify(tmp_path: Path) -> Verify:
    """Write an archive and check it against keys obtained beforehand."""

    def check(archive: Archive) -> Report:
        return verify_archive(archive.write(tmp_path / "archive.zip"), trust=archive.trust)

    return check


def stream_of(kind: str) -> Stream:
    """Where entries of a kind stand in this play."""
    return Stream.CUSTODY if kind in SECRET else Stream.PUBLIC


def found(report: Report) -> str:
    """What the step has found first."""
    step = next(one for one in report.steps if one.name_en == STEP)
    assert step.status is Status.FAILS, report.verdict
    assert report.first_failure is not None
    return step.detail.splitlines()[0]


def test_statements_as_they_were_made_hold(full: Archive, verify: Verify) -> None:
    report = verify(full)

    assert report.holds, report.verdict
    assert {kind for kind in SPOKEN if kind not in SECRET} == set(SAID)


@pytest.mark.parametrize("kind", sorted(SPOKEN))
def test_an_entry_that_says_more_than_was_signed_is_named(
    full: Archive, verify: Verify, kind: str
) -> None:
    member = SPOKEN[kind].repeats[-1]

    def other(body: dict[str, Any]) -> None:
        body[member] = 7 if isinstance(body[member], int) else f"{body[member]}0"

    detail = found(verify(full.forged(stream_of(kind), kind, other)))

    assert kind in detail
    assert "what was signed is not what was entered" in detail


@pytest.mark.parametrize("kind", sorted(SPOKEN))
def test_a_statement_that_somebody_else_signed_is_named(
    play: TenderPlay, full: Archive, verify: Verify, kind: str
) -> None:
    spoken = SPOKEN[kind]

    def signed_by_another(body: dict[str, Any]) -> None:
        body[spoken.member] = play.holders[0].sign(spoken.label, body[spoken.member]["statement"])

    detail = found(verify(full.forged(stream_of(kind), kind, signed_by_another)))

    assert kind in detail
    assert "who may not say this" in detail


@pytest.mark.parametrize("kind", sorted(SPOKEN))
def test_a_statement_under_another_label_or_none_is_named(
    full: Archive, verify: Verify, kind: str
) -> None:
    member = SPOKEN[kind].member

    def relabeled(body: dict[str, Any]) -> None:
        body[member] |= {"label": "kaibiao/publication/v1"}

    def emptied(body: dict[str, Any]) -> None:
        body[member] = {}

    for change in (relabeled, emptied):
        assert kind in found(verify(full.forged(stream_of(kind), kind, change)))


def test_the_platform_cannot_withdraw_a_bid_by_itself(full: Archive, verify: Verify) -> None:
    report = verify(
        full.forged(Stream.CUSTODY, "bid.withdrawn", lambda body: body.pop("statement"))
    )

    assert "bid.withdrawn" in found(report)


def test_a_refusal_that_the_holder_never_signed_accuses_nobody(
    play: TenderPlay, full: Archive, verify: Verify
) -> None:
    label = SPOKEN["share.refused"].label

    def made_up(body: dict[str, Any]) -> None:
        body["statement"] = play.entity.sign(label, body["statement"]["statement"])

    report = verify(full.forged(Stream.CUSTODY, "share.refused", made_up))

    assert report.faults[0].failing_holders == (3,)


def test_keys_that_came_in_time_need_no_statement(verify: Verify) -> None:
    report = verify(TenderPlay("cut-payload").played().archive())

    assert report.holds, report.verdict


def test_a_statement_that_no_step_knows_is_named(play: TenderPlay, verify: Verify) -> None:
    archive = play.archive()
    strange = play.entity.sign("kaibiao/strange/v1", {"text": "示范"})

    def slipped_in(body: dict[str, Any]) -> None:
        body["note"] = [{"within": strange}]

    detail = found(verify(archive.forged(Stream.PUBLIC, "candidates.published", slipped_in)))

    assert "nothing checks a kaibiao/strange/v1" in detail


def test_the_public_edition_says_what_it_does_not_show(play: TenderPlay, verify: Verify) -> None:
    report = verify(play.archive(Edition.PUBLIC))

    step = next(one for one in report.steps if one.name_en == STEP)
    assert step.status is Status.NOT_IN_THIS_EDITION


def test_a_key_holder_announces_under_its_own_credit_code(full: Archive, verify: Verify) -> None:
    described = full.json(TENDER)
    holder = next(party for party in described["parties"] if party["role"] == "key_holder")
    holder["uscc"] = described["parties"][0]["uscc"]

    report = verify(full.changed(TENDER, canonical(described)))

    step = next(one for one in report.steps if one.name_en == "announcements of the key holders")
    assert "with another organization's certificate" in step.detail


@pytest.mark.parametrize(
    ("folder", "pattern"),
    [
        ("tendering/actions", r"label=([A-Z_]+_LABEL)"),
        ("tendering/api", r"label=([A-Z_]+_LABEL)"),
        ("evaluation_rooms/actions", r"([A-Z]+_LABEL)"),
    ],
)
def test_whatever_the_platform_accepts_as_signed_is_checked_by_some_step(
    folder: str, pattern: str
) -> None:
    accepted = set()
    for file in (ROOT / folder).rglob("*.py"):
        module = import_module(".".join(file.relative_to(ROOT).with_suffix("").parts))
        accepted |= {getattr(module, name) for name in re.findall(pattern, file.read_text("utf-8"))}

    assert accepted - NEVER_KEPT
    assert accepted - NEVER_KEPT <= set(ELSEWHERE) | {one.label for one in SPOKEN.values()}


def test_each_label_that_is_checked_elsewhere_has_a_step() -> None:
    names = {step.name_en for step in STEPS}

    assert set(ELSEWHERE.values()) <= names
    assert not {one.label for one in SPOKEN.values()} & set(ELSEWHERE)
