"""The offline verification: an honest archive holds, and whatever was changed is named."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from clients.verify import Report, Status, read_trust, report_lines, verify_archive
from crypto.canonical import canonical
from tendering.domain.archive import KEYS, LOG, NOTE, TENDER, Edition
from tendering.domain.archive_keys import archive_keys_json
from tendering.domain.journal import Stream
from tests.support.archive import Archive, archive_keys
from tests.support.archive_play import TenderPlay

BIDS = "data/bids/1"
FIRST, SECOND, _, GONE = (f"91510100MA{number:07d}X" for number in (769, 770, 771, 772))


@pytest.fixture(scope="module")
def play() -> TenderPlay:
    """A tender that went well."""
    return TenderPlay().played()


@pytest.fixture(scope="module")
def full(play: TenderPlay) -> Archive:
    """Its full edition."""
    return play.archive()


@pytest.fixture(scope="module")
def public(play: TenderPlay) -> Archive:
    """Its public edition."""
    return play.archive(Edition.PUBLIC)


@pytest.fixture
def verify(tmp_path: Path) -> Callable[[Archive], Report]:
    """Write an archive and check it against keys obtained beforehand."""

    def check(archive: Archive) -> Report:
        return verify_archive(archive.write(tmp_path / "archive.zip"), trust=archive.trust)

    return check


Verify = Callable[[Archive], Report]


def named(report: Report) -> str:
    """The first thing that does not hold."""
    assert report.first_failure is not None
    return report.first_failure.detail.splitlines()[0]


def test_an_honest_full_archive_holds_in_every_step(full: Archive, verify: Verify) -> None:
    report = verify(full)

    assert report.holds, report.verdict
    assert [step.name_en for step in report.unchecked] == ["revoked certificates"]
    assert report.verdict.startswith("成立 / HOLDS")


def test_an_honest_public_archive_holds_and_says_what_it_cannot_show(
    public: Archive, verify: Verify
) -> None:
    report = verify(public)

    absent = {step.name_en for step in report.steps if step.status is Status.NOT_IN_THIS_EDITION}
    assert report.holds, report.verdict
    assert "the evaluation, computed again" in absent
    assert "unlocking, computed again" in absent
    draw = next(step for step in report.steps if step.name_en.startswith("the draw"))
    assert draw.status is Status.HOLDS


def test_the_public_edition_has_no_content_no_file_key_and_no_expert(public: Archive) -> None:
    everything = b"".join(public.files.values())

    assert not any(path.endswith(".age") for path in public.files)
    assert b"file_keys" not in everything
    assert "示范专家".encode() not in everything
    assert GONE.encode() not in everything


def test_without_keys_from_elsewhere_the_report_says_what_that_is_worth(
    full: Archive, tmp_path: Path
) -> None:
    report = verify_archive(full.write(tmp_path / "archive.zip"))

    first = next(step for step in report.steps if step.name_en == "trusted keys")
    assert report.holds
    assert first.status is Status.CANNOT_CHECK


def test_an_archive_by_somebody_with_other_keys_does_not_hold(
    full: Archive, tmp_path: Path
) -> None:
    stranger = TenderPlay()
    file = full.write(tmp_path / "archive.zip")

    report = verify_archive(file, trust=archive_keys(stranger.platform))

    assert named(report).startswith(KEYS)


def test_trust_is_read_from_a_file_of_keys(full: Archive, tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    file.write_bytes(canonical(archive_keys_json(full.trust)))
    page = tmp_path / "page.json"
    page.write_text(json.dumps(json.loads(full.files[KEYS])["published_keys"]))

    assert read_trust(file) == full.trust
    assert set(read_trust(page).roots) == set(full.trust.roots)


# --- a byte, anywhere ----------------------------------------------------------------------------


def test_one_changed_byte_of_any_file_is_named(full: Archive, tmp_path: Path) -> None:
    bag, file = full.bag(), tmp_path / "archive.zip"
    places = {path: bag.index(data) for path, data in full.files.items() if len(data) > 60}
    unnamed = []

    for path, start in places.items():
        for offset in (0, len(full.files[path]) // 2, len(full.files[path]) - 1):
            file.write_bytes(_flipped(bag, start + offset))
            if not named(verify_archive(file, trust=full.trust)).startswith(path):
                unnamed.append((path, offset))

    assert len(places) > 30
    assert unnamed == []


def test_one_changed_byte_of_the_framing_is_found(full: Archive, tmp_path: Path) -> None:
    bag, file = full.bag(), tmp_path / "archive.zip"
    contents = sorted((bag.index(data), len(data)) for data in full.files.values())
    after = contents[-1][0] + contents[-1][1]
    framing = [*range(0, contents[0][0], 7), *range(after, len(bag), 37)]

    for offset in framing:
        file.write_bytes(_flipped(bag, offset))

        assert not verify_archive(file, trust=full.trust).holds, offset


@pytest.mark.parametrize("cut", [0, 1, 21, 97, 1000])
def test_a_file_that_is_cut_short_is_no_archive(full: Archive, tmp_path: Path, cut: int) -> None:
    file = tmp_path / "archive.zip"
    file.write_bytes(full.bag()[: cut or 0])

    assert not verify_archive(file).holds


def test_something_after_the_end_is_found(full: Archive, tmp_path: Path) -> None:
    file = tmp_path / "archive.zip"
    file.write_bytes(full.bag() + b"\0")

    assert not verify_archive(file).holds


# --- a platform that signs what it changed -------------------------------------------------------


def test_even_the_platform_cannot_change_a_byte_that_matters(full: Archive, tmp_path: Path) -> None:
    file = tmp_path / "archive.zip"
    # Of a bid that was given back there is only the header, and nothing signed covers a header.
    bound = {path: data for path, data in full.files.items() if not path.endswith(".header")}
    unseen = []

    for path, data in bound.items():
        changed = full.changed(path, _flipped(data, len(data) // 3))
        if verify_archive(changed.write(file), trust=full.trust).holds:
            unseen.append(path)

    assert unseen == []


@pytest.mark.parametrize(
    "path",
    [
        f"{BIDS}/{FIRST}/2/price.age",
        f"{BIDS}/{FIRST}/2/manifest.json",
        f"{BIDS}/{FIRST}/2/receipt.json",
        f"{BIDS}/{GONE}/1/price.header",
        f"{BIDS}/{GONE}/1/withdrawal.json",
        "data/documents/001.pdf",
        "data/documents/v2/001.pdf",
        "data/issued/award_notice-1.pdf",
        "data/evaluation/1.json",
        "data/journal/custody.jsonl",
        TENDER,
        KEYS,
    ],
)
def test_a_file_that_was_left_out_is_named(full: Archive, verify: Verify, path: str) -> None:
    assert path in named(verify(full.changed(path, None)))


def test_a_file_that_nothing_speaks_of_is_named(full: Archive, verify: Verify) -> None:
    assert named(verify(full.changed("data/extra.txt", b"?"))).startswith("data/extra.txt")


def test_an_entry_that_was_left_out_is_named(full: Archive, verify: Verify) -> None:
    path = "data/journal/public.jsonl"
    lines = full.files[path].splitlines(keepends=True)

    report = verify(full.changed(path, b"".join(lines[:3] + lines[4:])))

    assert named(report).startswith(f"{path} entry")


def test_the_last_entry_that_was_cut_off_is_missed(full: Archive, verify: Verify) -> None:
    path = "data/journal/custody.jsonl"
    lines = full.files[path].splitlines(keepends=True)

    assert named(verify(full.changed(path, b"".join(lines[:-1])))).startswith(TENDER)


def test_entries_in_another_order_are_named(full: Archive, verify: Verify) -> None:
    path = "data/journal/committee.jsonl"
    lines = full.files[path].splitlines(keepends=True)
    lines[10], lines[11] = lines[11], lines[10]

    assert named(verify(full.changed(path, b"".join(lines)))).startswith(f"{path} entry 1")


def test_exchanged_containers_are_named(full: Archive, verify: Verify) -> None:
    own, other = f"{BIDS}/{FIRST}/2/price.age", f"{BIDS}/{SECOND}/1/price.age"
    swapped = full.changed(own, full.files[other]).changed(other, full.files[own])

    assert named(verify(swapped)).startswith(own)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda body: body.update(affects_bids=True), "what was signed"),
        (lambda body: body["changes"].update(added=[]), "do not follow from the version before"),
        (lambda body: body["documents"]["files"][0].update(since=1), "what was signed"),
        (lambda body: body.update(deadline="2026-12-24T01:30:00.000000Z"), "nobody signed"),
    ],
)
def test_an_amendment_that_was_changed_is_named(
    full: Archive, verify: Verify, change: Callable[[dict[str, Any]], None], said: str
) -> None:
    report = verify(full.forged(Stream.PUBLIC, "clarification.published", change))

    (failed,) = (one for one in report.steps if one.name_en == "clarifications")
    assert "(clarification.published)" in failed.detail
    assert said in failed.detail


@pytest.mark.parametrize(
    ("kind", "change", "said"),
    [
        ("validity.extension_answered", {"accepts": False}, "what was signed is something else"),
        ("validity.extension_answered", {"bidder_id": str(UUID(int=5))}, "who was not asked"),
        ("validity.extension_requested", {"days": 90}, "asked too late, for no longer"),
        ("validity.extension_requested", {"reason": "无"}, "what was signed is something else"),
    ],
)
def test_an_extension_of_validity_that_was_changed_is_named(
    full: Archive, verify: Verify, kind: str, change: dict[str, Any], said: str
) -> None:
    report = verify(full.forged(Stream.PUBLIC, kind, lambda body: body.update(change)))

    (failed,) = (one for one in report.steps if one.name_en == "validity of bids")
    assert f"({kind})" in failed.detail
    assert said in failed.detail


def test_a_wrong_price_in_what_was_read_out_is_named(full: Archive, verify: Verify) -> None:
    def cheaper(body: dict[str, Any]) -> None:
        body["rows"][0]["form"]["price_fen"] -= 1

    detail = named(verify(full.forged(Stream.PUBLIC, "prices.revealed", cheaper)))

    assert "(prices.revealed)" in detail
    assert "not the form in the price envelope" in detail


def test_a_changed_score_is_named_by_its_member(full: Archive, verify: Verify) -> None:
    def better(body: dict[str, Any]) -> None:
        body["points"] = "14.9"

    detail = named(verify(full.forged(Stream.COMMITTEE, "score.submitted", better)))

    assert "(scores.locked): another sheet was signed" in detail


def test_a_changed_total_is_named_with_the_right_one(full: Archive, verify: Verify) -> None:
    def higher(body: dict[str, Any]) -> None:
        body["result"]["ranking"][0]["total"] = "99.99"

    detail = named(verify(full.forged(Stream.COMMITTEE, "totals.computed", higher)))

    assert "(totals.computed): ranking[0].total is 99.99, computed " in detail


def test_another_winner_is_named(full: Archive, verify: Verify) -> None:
    def second(body: dict[str, Any]) -> None:
        body["winner"] |= {"bidder_name": "示范建设99有限公司"}

    assert "(award.notified)" in named(verify(full.forged(Stream.PUBLIC, "award.notified", second)))


def test_a_bid_left_off_the_list_is_missed(full: Archive, verify: Verify) -> None:
    def shorter(body: dict[str, Any]) -> None:
        del body["lots"][0]["bids"][1]

    report = verify(full.forged(Stream.PUBLIC, "submission.closed", shorter))

    failed = [step.name_en for step in report.steps if step.status is Status.FAILS]
    assert failed[0] == "list of bids against custody"


def test_a_bid_dated_before_the_deadline_contradicts_its_receipt(
    full: Archive, verify: Verify
) -> None:
    def earlier(body: dict[str, Any]) -> None:
        body["received_at"] = "2026-11-19T00:00:00.000000Z"

    report = verify(full.forged(Stream.CUSTODY, "bid.submitted", earlier))

    failed = {step.name_en for step in report.steps if step.status is Status.FAILS}
    assert "receipts" in failed


def test_another_seed_of_the_draw_is_named(full: Archive, verify: Verify) -> None:
    def other(body: dict[str, Any]) -> None:
        body["seed"] = "00" * 32

    assert "another seed" in named(verify(full.forged(Stream.PUBLIC, "committee.drawn", other)))


def test_another_name_on_a_drawn_seat_is_named(full: Archive, verify: Verify) -> None:
    def somebody(body: dict[str, Any]) -> None:
        body["seats"][0]["expert"]["name"] = "示范专家丁"

    report = verify(full.forged(Stream.COMMITTEE, "committee.seated", somebody))

    assert "does not open its commitment" in named(report)


def test_a_note_over_another_manifest_is_named(full: Archive, tmp_path: Path) -> None:
    file = full.changed(LOG, full.files[LOG]).write(tmp_path / "archive.zip")
    bag = file.read_bytes()
    note = bag.index(b"kaibiao/archive/v1\n")
    file.write_bytes(_flipped(bag, note + 80))

    assert NOTE in named(verify_archive(file, trust=full.trust))


# --- what is missing, and who is to blame --------------------------------------------------------


def test_a_missing_witness_is_said(play: TenderPlay, verify: Verify) -> None:
    report = verify(play.archive(witnesses=1))

    receipts = next(step for step in report.steps if step.name_en == "receipts")
    assert report.holds
    assert receipts.status is Status.CANNOT_CHECK
    assert "witness-quorum is missing" in receipts.detail


def test_a_bid_opened_by_the_key_holders_holds(verify: Verify) -> None:
    report = verify(TenderPlay("lost-key").played().archive())

    assert report.holds, report.verdict
    assert report.faults == ()


def test_an_unopened_bid_whose_shares_open_it_is_the_platforms_fault(verify: Verify) -> None:
    play = TenderPlay("lost-key").played()
    hidden = play.archive().without(Stream.PUBLIC, "bid.unlocked", 3)
    hidden = hidden.without(Stream.CUSTODY, "file_key.received", 3)

    report = verify(hidden)

    assert not report.holds
    assert [fault.whose for fault in report.faults] == ["platform"]


def test_the_report_ends_with_the_verdict(full: Archive, verify: Verify) -> None:
    report = verify(full)

    assert report_lines(report)[-1] == report.verdict


def _flipped(data: bytes, offset: int) -> bytes:
    return data[:offset] + bytes([data[offset] ^ 1]) + data[offset + 1 :]
