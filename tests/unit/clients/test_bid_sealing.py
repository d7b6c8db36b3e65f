"""A bid sealed at home opens to what went in, by its own key or by two key holders."""

from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from clients.bid_sealing import (
    PreparedBid,
    RehearsalFailed,
    load_prepared,
    rehearse,
    seal_bid,
    with_upload,
)
from clients.bundling import EnvelopeContent, read_bundle_file
from crypto.canonical import JsonValue
from crypto.keys import OpeningKey
from crypto.sealed_file import file_key_from_shares, open_file, unwrap_share
from tendering.domain.bid import envelope_context
from tendering.domain.tender import ENVELOPES, Tender
from tests.unit.clients.a_sealing_tender import BIDDER, holder_keys

KEY = OpeningKey(b"\x42" * 32)
PRICE: dict[str, JsonValue] = {"price_fen": 8_500_000, "duration_days": 300, "quality": "合格"}


@pytest.fixture
def prepared(tender: Tender, tmp_path: Path) -> PreparedBid:
    """A sealed bid of three envelopes, with a file each."""
    contents = []
    for kind in ENVELOPES:
        file = tmp_path / f"{kind}文件.pdf"
        file.write_bytes(kind.encode() * 300_000)
        contents.append(EnvelopeContent(kind, PRICE if kind == "price" else {}, (file,)))
    return seal_bid(
        tender,
        contents,
        lot="1",
        bidder_id=BIDDER,
        counter=1,
        opening_key=KEY,
        folder=tmp_path / "sealed",
    )


def test_a_rehearsal_of_what_was_sealed_succeeds_and_leaves_nothing(
    tender: Tender, prepared: PreparedBid
) -> None:
    rehearse(tender, prepared, KEY)

    assert sorted(path.name for path in prepared.folder.iterdir()) == [
        "bid.json",
        "price.age",
        "qualification.age",
        "technical.age",
    ]


def test_a_rehearsal_with_another_key_fails(tender: Tender, prepared: PreparedBid) -> None:
    with pytest.raises(RehearsalFailed):
        rehearse(tender, prepared, OpeningKey(b"\x43" * 32))


def test_a_rehearsal_finds_a_container_that_was_altered(
    tender: Tender, prepared: PreparedBid
) -> None:
    container = prepared.path(prepared.envelopes[0])
    content = bytearray(container.read_bytes())
    content[-1] ^= 1
    container.write_bytes(content)

    with pytest.raises(RehearsalFailed, match="qualification"):
        rehearse(tender, prepared, KEY)


def test_a_rehearsal_finds_an_envelope_under_another_name(
    tender: Tender, prepared: PreparedBid
) -> None:
    first, *rest = prepared.envelopes
    mixed = replace(prepared, envelopes=(replace(first, plaintext_root="00" * 32), *rest))

    with pytest.raises(RehearsalFailed, match="something else"):
        rehearse(tender, mixed, KEY)


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


def test_the_record_of_a_bid_is_read_again(prepared: PreparedBid) -> None:
    noted = with_upload(prepared, "price", UUID(int=9))

    assert load_prepared(prepared.folder) == noted
    assert noted.envelopes[-1].upload_id == str(UUID(int=9))
