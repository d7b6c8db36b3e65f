"""Signing in two steps with a key the platform does not have: what is taken, what is refused."""

import subprocess
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pikepdf
import pypdfium2  # type: ignore[import-untyped]  # ships no types
import pytest
from PIL import Image

from crypto.certificates import facts
from crypto.errors import BadSignature, BadTimestamp
from crypto.pdf_signatures import check_attributes, signatures, verify_pdf
from tendering.documents.seals import seal_image, signature_image
from tendering.documents.signing import Prepared, SignaturePlace, complete
from tests.integration.documents.signers import (
    REVOCATIONS,
    ROOT,
    SIGNED_AT,
    a_party,
    a_record,
    prepared,
    signed,
    stamp,
)

HOST = a_party("示范主持人甲")
SUPERVISOR = a_party("示范监督人乙", 2)
CENTER = a_party("示范公共资源交易中心", 3, organization=True)


async def signed_by(count: int) -> bytes:
    """A record that so many experts signed one after another."""
    pdf = a_record().pdf
    for number in range(1, count + 1):
        pdf = await signed(pdf, a_party(f"示范专家{number}", number), field=f"seat-{number}")
    return pdf


def redness(pdf: bytes, place: SignaturePlace) -> float:
    """The share of red pixels in a place of the printed page."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        document.init_forms()
        page = document[place.page]
        height = page.get_height()
        left, bottom, right, top = place.box
        picture = page.render().to_pil().crop((left, height - top, right, height - bottom))
    finally:
        document.close()
    pixels = list(picture.convert("RGB").get_flattened_data())
    share: float = sum(red > 150 and green < 120 for red, green, _ in pixels) / len(pixels)
    return share


async def test_a_signature_says_who_when_and_what_for() -> None:
    (found,) = signatures(await signed(a_record().pdf, HOST))

    assert (found.field, found.reason) == ("host", "开标记录 · 主持人")
    assert found.signed_at == SIGNED_AT
    assert facts(found.certificate).common_name == "示范主持人甲"
    assert found.holds
    assert found.token is not None


@pytest.mark.parametrize("count", [2, 5])
async def test_several_sign_one_after_another(count: int) -> None:
    found = signatures(await signed_by(count))

    assert [one.field for one in found] == [f"seat-{number}" for number in range(1, count + 1)]
    assert all(one.holds for one in found)
    assert [one.covers_whole_file for one in found] == [False] * (count - 1) + [True]


async def test_signing_only_appends() -> None:
    record = a_record().pdf

    once = await signed(record, HOST)
    twice = await signed(once, SUPERVISOR, field="supervisor")

    assert once.startswith(record)
    assert twice.startswith(once)


async def test_a_signed_document_is_still_pdf_a() -> None:
    pdf = await signed(a_record().pdf, HOST)

    with pikepdf.open(BytesIO(pdf)) as document, document.open_metadata() as metadata:
        assert metadata.pdfa_status == "2B"


@pytest.mark.needs("pdfsig")
async def test_an_independent_program_finds_every_signature_valid(tmp_path: Path) -> None:
    file = tmp_path / "record.pdf"
    file.write_bytes(await signed_by(5))

    told = subprocess.run(  # noqa: ASYNC221 - nothing else runs in this test
        ["pdfsig", "-nocert", file], capture_output=True, text=True, check=True
    ).stdout

    assert told.count("Signature is Valid.") == 5
    assert told.count("ETSI.CAdES.detached") == 5
    assert told.count("- Total document signed") == 1


def test_what_waits_between_the_two_requests_is_bytes() -> None:
    waiting = prepared(a_record().pdf, HOST)

    assert Prepared.from_bytes(waiting.to_bytes()) == waiting


def test_a_signer_can_check_what_waits() -> None:
    waiting = prepared(a_record().pdf, HOST)

    check_attributes(waiting.pdf, waiting.attributes)


async def test_another_keys_signature_is_refused() -> None:
    waiting = prepared(a_record().pdf, HOST)

    with pytest.raises(BadSignature):
        await complete(waiting, SUPERVISOR.key.sign_raw(waiting.attributes), timestamper=stamp)


async def test_a_signature_of_something_else_is_refused() -> None:
    waiting = prepared(a_record().pdf, HOST)

    with pytest.raises(BadSignature):
        await complete(waiting, HOST.key.sign_raw(waiting.document_digest), timestamper=stamp)


async def test_attributes_of_another_document_are_refused() -> None:
    waiting = prepared(a_record().pdf, HOST)
    other = prepared(a_record(text="另一工程").pdf, HOST)
    mixed = Prepared(waiting.pdf, other.attributes, other.document_digest)

    with pytest.raises(BadSignature, match="not the attributes"):
        await complete(mixed, HOST.key.sign_raw(other.attributes), timestamper=stamp)


@pytest.mark.parametrize("answer", [b"", b"\x30\x03\x02\x01\x00", b"no token"])
async def test_what_is_no_time_stamp_is_refused(answer: bytes) -> None:
    waiting = prepared(a_record().pdf, HOST)

    async def garbage(_: bytes) -> bytes:
        return answer

    with pytest.raises(BadTimestamp):
        await complete(waiting, HOST.key.sign_raw(waiting.attributes), timestamper=garbage)


async def test_a_time_stamp_of_something_else_is_refused() -> None:
    waiting = prepared(a_record().pdf, HOST)

    async def other(_: bytes) -> bytes:
        return await stamp(b"\0" * 32)

    with pytest.raises(BadTimestamp, match="another signature"):
        await complete(waiting, HOST.key.sign_raw(waiting.attributes), timestamper=other)


async def test_a_field_is_signed_once() -> None:
    pdf = await signed(a_record().pdf, HOST)

    with pytest.raises(BadSignature, match="already"):
        prepared(pdf, SUPERVISOR)


def test_a_document_that_waits_for_one_is_not_prepared_for_another() -> None:
    waiting = prepared(a_record().pdf, HOST)

    with pytest.raises(BadSignature, match="waits"):
        prepared(waiting.pdf, SUPERVISOR, field="supervisor")


@pytest.mark.parametrize("state", [b"", b"%PDF-1.7\n", a_record().pdf])
def test_a_state_that_waits_for_nothing_is_refused(state: bytes) -> None:
    with pytest.raises(BadSignature):
        Prepared.from_bytes(state)


async def test_revocation_lists_travel_with_every_signature() -> None:
    pdf = a_record().pdf
    for field, party in (("host", HOST), ("supervisor", SUPERVISOR)):
        waiting = prepared(pdf, party, field=field, revocation_lists=[REVOCATIONS])
        answer = party.key.sign_raw(waiting.attributes)
        pdf = await complete(waiting, answer, timestamper=stamp)

    names = [one.common_name for one in verify_pdf(pdf, trusted_roots=[ROOT], at=None)]
    assert names == ["示范主持人甲", "示范监督人乙"]
    with pikepdf.open(BytesIO(pdf)) as document:
        (kept,) = document.Root.DSS.CRLs
        assert kept.read_bytes() == REVOCATIONS


def test_a_seal_is_seen_where_its_place_is() -> None:
    rendered = a_record()

    waiting = prepared(
        rendered.pdf, CENTER, place=rendered.places[0], seal_text="示范公共资源交易中心"
    )

    assert redness(rendered.pdf, rendered.places[0]) == 0
    assert redness(waiting.pdf, rendered.places[0]) > 0.02


def test_a_person_leaves_a_name_and_no_seal() -> None:
    rendered = a_record()

    waiting = prepared(rendered.pdf, HOST, place=rendered.places[0])

    assert redness(waiting.pdf, rendered.places[0]) == 0
    assert len(waiting.pdf) > len(prepared(rendered.pdf, HOST).pdf)


@pytest.mark.parametrize("name", ["", "示", "示范公共资源交易中心", "示范" * 60, "甲\u202e乙"])
def test_any_name_makes_a_seal(name: str) -> None:
    picture = Image.open(BytesIO(seal_image(name)))

    assert picture.width == picture.height
    assert picture.getpixel((0, 0)) == (255, 255, 255, 0)


@pytest.mark.parametrize("name", ["", "示范专家甲", "示范" * 200])
def test_any_name_fits_its_place(name: str) -> None:
    picture = Image.open(BytesIO(signature_image(name, SIGNED_AT, width=170, height=64)))

    box = picture.getbbox()
    assert box is not None
    assert box[0] > 0
    assert box[2] < picture.width


def test_times_are_chinese_whatever_the_zone_of_the_argument() -> None:
    moved = (SIGNED_AT + timedelta(0)).astimezone(tz=None)

    pictures = {signature_image("甲", at, width=170, height=64) for at in (SIGNED_AT, moved)}

    assert len(pictures) == 1
