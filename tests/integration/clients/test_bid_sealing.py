"""A bid sealed at home opens to what went in, by its own key or by two key holders."""

import json
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from clients.bid_sealing import (
    UNFINISHED,
    PreparedBid,
    RehearsalFailed,
    altered_containers,
    load_prepared,
    rehearse,
    seal_bid,
    with_upload,
)
from clients.bundling import (
    EnvelopeContent,
    FileChanged,
    bundle_stream,
    pack,
    packed_from_json,
    packed_json,
    read_bundle_file,
)
from crypto.canonical import JsonValue
from crypto.keys import SigningKey
from crypto.seal_suites import GM, HYBRID
from crypto.sealed_file import file_key_from_shares, open_file, unwrap_share
from tendering.domain.bid import envelope_context
from tendering.domain.refusals import Invalid
from tendering.domain.suite_rules import require_key_of_suite
from tendering.domain.tender import ENVELOPES, Tender
from tests.unit.clients.a_sealing_tender import BIDDER, a_tender, holder_keys

PRICE: dict[str, JsonValue] = {"price_fen": 8_500_000, "duration_days": 300, "quality": "合格"}


def a_content(folder: Path, kind: str) -> EnvelopeContent:
    """An envelope with one file."""
    file = folder / f"{kind}文件.pdf"
    file.write_bytes(kind.encode() * 300_000)
    return EnvelopeContent(kind, PRICE if kind == "price" else {}, (file,))


@pytest.fixture
def prepared(tender: Tender, tmp_path: Path) -> PreparedBid:
    """A sealed bid of three envelopes, with a file each."""
    return seal_bid(
        tender,
        [pack(a_content(tmp_path, kind)) for kind in ENVELOPES],
        lot="1",
        bidder_id=BIDDER,
        counter=1,
        folder=tmp_path / "sealed",
    )


def test_a_rehearsal_of_what_was_sealed_succeeds_and_leaves_nothing(
    tender: Tender, prepared: PreparedBid
) -> None:
    rehearse(tender, prepared, prepared.opening_keys(None))

    assert sorted(path.name for path in prepared.folder.iterdir()) == [
        "bid.json",
        "opening-keys.txt",
        "price.age",
        "qualification.age",
        "technical.age",
    ]


def test_a_rehearsal_without_the_key_of_an_envelope_fails(
    tender: Tender, prepared: PreparedBid
) -> None:
    keys = prepared.opening_keys(None)
    del keys[prepared.envelopes[1].recipient]

    with pytest.raises(RehearsalFailed, match="technical"):
        rehearse(tender, prepared, keys)


def test_a_rehearsal_with_another_envelopes_key_fails(
    tender: Tender, prepared: PreparedBid
) -> None:
    keys = prepared.opening_keys(None)
    first, second, _ = prepared.envelopes
    swapped = keys | {first.recipient: keys[second.recipient]}

    with pytest.raises(RehearsalFailed, match="qualification"):
        rehearse(tender, prepared, swapped)


def test_a_rehearsal_for_key_holders_other_than_the_sealed_ones_fails(
    tender: Tender, prepared: PreparedBid
) -> None:
    first, second, third = tender.key_holders
    replaced = replace(third, public_key=bytes([9]) * 32)
    other = replace(tender, key_holders=(first, second, replaced))

    with pytest.raises(RehearsalFailed, match="re-derive"):
        rehearse(other, prepared, prepared.opening_keys(None))


def test_every_envelope_has_a_key_of_its_own(prepared: PreparedBid) -> None:
    assert len({envelope.recipient for envelope in prepared.envelopes}) == 3
    assert set(prepared.opening_keys(None)) == {one.recipient for one in prepared.envelopes}


class Stop(Exception):
    """Somebody has pressed Ctrl-C."""


def test_a_sealing_that_is_stopped_leaves_nothing(tender: Tender, tmp_path: Path) -> None:
    def stop(kind: str, _done: int) -> None:
        if kind == "price":
            raise Stop

    contents = [pack(a_content(tmp_path, kind)) for kind in ENVELOPES]
    with pytest.raises(Stop):
        seal_bid(
            tender,
            contents,
            lot="1",
            bidder_id=BIDDER,
            counter=1,
            folder=tmp_path / "sealed",
            progress=stop,
        )

    assert not [path.name for path in tmp_path.iterdir() if path.is_dir()]


def test_what_a_killed_sealing_has_left_is_cleared_away(tender: Tender, tmp_path: Path) -> None:
    left = tmp_path / f"sealed{UNFINISHED}"
    left.mkdir()
    (left / "technical.age").write_bytes(b"half")

    sealed = seal_bid(
        tender,
        [pack(a_content(tmp_path, "price"))],
        lot="1",
        bidder_id=BIDDER,
        counter=1,
        folder=tmp_path / "sealed",
    )

    assert not left.exists()
    assert not (sealed.folder / "technical.age").exists()


def test_nothing_is_sealed_over_an_earlier_bid(tender: Tender, prepared: PreparedBid) -> None:
    with pytest.raises(FileExistsError):
        seal_bid(tender, [], lot="1", bidder_id=BIDDER, counter=1, folder=prepared.folder)


def test_a_file_that_changes_while_it_is_sealed_is_found(tender: Tender, tmp_path: Path) -> None:
    content = a_content(tmp_path, "price")
    packed = pack(content)
    content.files[0].write_bytes(b"X" * packed.bundle.files[0].size_bytes)

    with pytest.raises(FileChanged):
        bundle_stream(packed).read()


def test_a_packed_envelope_is_the_same_when_it_is_read_again(tmp_path: Path) -> None:
    packed = pack(a_content(tmp_path, "price"))

    assert packed_from_json(json.loads(json.dumps(packed_json(packed)))) == packed


def test_a_container_that_was_altered_or_lost_is_named(prepared: PreparedBid) -> None:
    qualification, technical, _ = prepared.envelopes
    prepared.path(technical).write_bytes(b"-")
    prepared.path(qualification).unlink()

    assert altered_containers(prepared) == ["qualification", "technical"]


def test_a_rehearsal_finds_a_container_that_was_altered(
    tender: Tender, prepared: PreparedBid
) -> None:
    container = prepared.path(prepared.envelopes[0])
    content = bytearray(container.read_bytes())
    content[-1] ^= 1
    container.write_bytes(content)

    with pytest.raises(RehearsalFailed, match="qualification"):
        rehearse(tender, prepared, prepared.opening_keys(None))


def test_a_rehearsal_finds_an_envelope_under_another_name(
    tender: Tender, prepared: PreparedBid
) -> None:
    first, *rest = prepared.envelopes
    mixed = replace(prepared, envelopes=(replace(first, plaintext_root="00" * 32), *rest))

    with pytest.raises(RehearsalFailed, match="something else"):
        rehearse(tender, mixed, prepared.opening_keys(None))


def test_two_key_holders_open_what_the_bidder_cannot(
    tender: Tender, prepared: PreparedBid, tmp_path: Path
) -> None:
    envelope = prepared.envelopes[-1]
    header = prepared.header(envelope)
    context = envelope_context(tender, lot="1", kind="price", bidder_id=BIDDER, counter=1)
    keys = dict(enumerate(holder_keys(), start=1))

    shares = {number: unwrap_share(header, number, keys[number], context) for number in (1, 3)}
    file_key, _ = file_key_from_shares(header, shares, context)

    assert file_key is not None
    open_file(prepared.path(envelope), tmp_path / "price.tar", file_key)
    assert read_bundle_file(tmp_path / "price.tar").form == PRICE


@pytest.mark.parametrize(
    ("suite", "recipient"),
    [(HYBRID.name, "age1pq1"), (GM.name, "kaibiao-sm2-1")],
    ids=["hybrid", "gm"],
)
def test_a_tender_of_another_suite_is_sealed_rehearsed_and_opened_by_its_holders(
    authority: tuple[SigningKey, bytes], tmp_path: Path, suite: str, recipient: str
) -> None:
    tender = a_tender(authority, suite)
    contents = [pack(a_content(tmp_path, kind)) for kind in ENVELOPES]

    prepared = seal_bid(
        tender, contents, lot="1", bidder_id=BIDDER, counter=1, folder=tmp_path / "sealed"
    )
    rehearse(tender, prepared, prepared.opening_keys(None))
    envelope = prepared.envelopes[-1]
    header = prepared.header(envelope)
    context = envelope_context(tender, lot="1", kind="price", bidder_id=BIDDER, counter=1)
    keys = dict(enumerate(holder_keys(suite), start=1))
    shares = {number: unwrap_share(header, number, keys[number], context) for number in (2, 3)}

    assert tender.key_policy["suite"] == suite
    assert all(one.recipient.startswith(recipient) for one in prepared.envelopes)
    assert file_key_from_shares(header, shares, context)[0] is not None


def test_keys_of_another_suite_than_the_tenders_are_refused(tender: Tender) -> None:
    hybrid_key = holder_keys(HYBRID.name)[0].public

    require_key_of_suite(tender, holder_keys()[0].public)
    with pytest.raises(Invalid):
        require_key_of_suite(tender, hybrid_key)
    with pytest.raises(Invalid):
        require_key_of_suite(tender, b"")


def test_the_record_of_a_bid_is_read_again(prepared: PreparedBid) -> None:
    noted = with_upload(prepared, "price", UUID(int=9))

    assert load_prepared(prepared.folder) == noted
    assert noted.envelopes[-1].upload_id == str(UUID(int=9))
