"""Checking signed PDFs offline: what holds, what was changed, what only pretends."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.validation.dss import DocumentSecurityStore

from crypto import cms
from crypto.certificates import make_authority
from crypto.errors import BadCertificate, BadSignature, BadTimestamp, CryptoError
from crypto.keys import SigningKey
from crypto.pdf_signatures import check_attributes, signatures, verify_pdf
from tests.integration.documents.signers import (
    ROOT,
    SIGNED_AT,
    Party,
    a_party,
    a_record,
    prepared,
    signed,
    stamp,
)

HOST = a_party("示范主持人甲")
SUPERVISOR = a_party("示范监督人乙", 2)
STRANGERS = make_authority(
    "别的根证书",
    key=SigningKey(ec.derive_private_key(9, ec.SECP256R1())),
    at=SIGNED_AT - timedelta(days=1),
    years=1,
)


class Appending(IncrementalPdfFileWriter):
    """Appends to a PDF without touching its metadata, as somebody with bad intent would."""

    def _update_meta(self) -> None:
        return


@pytest.fixture(scope="module")
def once() -> bytes:
    """A record with one signature."""
    return asyncio.run(signed(a_record().pdf, HOST))


@pytest.fixture(scope="module")
def twice(once: bytes) -> bytes:
    """The same with two."""
    return asyncio.run(signed(once, SUPERVISOR, field="supervisor"))


def flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def appended(pdf: bytes, change: Callable[[Appending], None]) -> bytes:
    writer = Appending(BytesIO(pdf))
    change(writer)
    output = BytesIO()
    writer.write(output)
    return output.getvalue()


def unstamped(pdf: bytes, party: Party) -> bytes:
    """The document signed, but without a time stamp."""
    waiting = prepared(pdf, party)
    message = cms.signed_data(
        waiting.attributes,
        certificate=party.certificate,
        chain=[],
        signature=party.key.sign_raw(waiting.attributes),
        token=None,
    )
    at = signatures(waiting.pdf)[0].signed_range[1] + 1
    written = message.hex().encode()
    room = signatures(waiting.pdf)[0].signed_range[2] - 1 - at
    return waiting.pdf[:at] + written.ljust(room, b"0") + waiting.pdf[at + room :]


def test_who_signed_is_told_in_order(twice: bytes) -> None:
    signers = verify_pdf(twice, trusted_roots=[ROOT], at=None)

    assert [signer.common_name for signer in signers] == ["示范主持人甲", "示范监督人乙"]


def test_what_the_first_signer_saw_can_be_cut_out_and_verified(twice: bytes, once: bytes) -> None:
    end = sum(signatures(twice)[0].signed_range[2:])

    assert twice[:end] == once
    assert len(verify_pdf(twice[:end], trusted_roots=[ROOT], at=None)) == 1


@pytest.mark.parametrize("part", range(40))
def test_a_flipped_bit_of_the_signed_bytes_is_found(once: bytes, part: int) -> None:
    _, first, second, rest = signatures(once)[0].signed_range
    at = (first + rest) * part // 40
    at += 0 if at < first else second - first

    with pytest.raises(CryptoError):
        verify_pdf(flipped(once, at), trusted_roots=[ROOT], at=None)


def test_a_flipped_digest_is_told_from_a_flipped_signature(once: bytes) -> None:
    start = signatures(once)[0].signed_range[1]

    changed_text = flipped(once, once.index(b"/Reason") + 12)
    # Attribute messageDigest (1.2.840.113549.1.9.4): a set of one octet string of 32 bytes.
    attribute = b"2A864886F70D01090431220420"
    at = once.upper().index(attribute, start) + len(attribute)
    digit = b"1" if once[at : at + 1] == b"0" else b"0"
    changed_value = once[:at] + digit + once[at + 1 :]

    assert [one.digest_matches for one in signatures(changed_text)] == [False]
    assert [one.signature_matches for one in signatures(changed_text)] == [True]
    assert [one.signature_matches for one in signatures(changed_value)] == [False]


@pytest.mark.parametrize("tail", [b"\n", b" ", b"%%EOF\n", b"1 0 obj\n<<>>\nendobj\n"])
def test_bytes_after_the_last_revision_are_refused(once: bytes, tail: bytes) -> None:
    with pytest.raises(BadSignature):
        signatures(once + tail)


@pytest.mark.parametrize("share", range(20))
def test_a_file_cut_short_is_refused(once: bytes, share: int) -> None:
    with pytest.raises(BadSignature):
        verify_pdf(once[: len(once) * share // 20], trusted_roots=[ROOT], at=None)


def test_a_document_without_signatures_has_none() -> None:
    assert signatures(a_record().pdf) == ()
    with pytest.raises(BadSignature, match="last signature"):
        verify_pdf(a_record().pdf, trusted_roots=[ROOT], at=None)


def test_page_content_changed_after_signing_is_refused(once: bytes) -> None:
    def repaint(writer: Appending) -> None:
        page = writer.root["/Pages"]["/Kids"][0].get_object()
        page[pdf_name("/Contents")] = writer.add_object(generic.StreamObject(stream_data=b"q Q"))
        writer.update_container(page)

    with pytest.raises(BadSignature, match="changed after it was signed"):
        signatures(appended(once, repaint))


def test_a_stream_replaced_after_signing_is_refused(once: bytes) -> None:
    def replace(writer: Appending) -> None:
        stream = writer.root["/Pages"]["/Kids"][0].get_object()["/Contents"]
        stream._data = b"q Q"
        writer.update_container(stream)

    with pytest.raises(BadSignature, match="changed after it was signed"):
        signatures(appended(once, replace))


def test_an_annotation_laid_over_the_text_is_refused(once: bytes) -> None:
    def cover(writer: Appending) -> None:
        note = {"/Type": pdf_name("/Annot"), "/Subtype": pdf_name("/FreeText")}
        widget = generic.DictionaryObject({pdf_name(key): each for key, each in note.items()})
        page = writer.root["/Pages"]["/Kids"][0].get_object()
        page[pdf_name("/Annots")] = generic.ArrayObject([writer.add_object(widget)])
        writer.update_container(page)

    with pytest.raises(BadSignature, match="changed after it was signed"):
        signatures(appended(once, cover))


def test_an_action_added_after_signing_is_refused(once: bytes) -> None:
    def act(writer: Appending) -> None:
        action = {"/S": pdf_name("/URI"), "/URI": generic.TextStringObject("http://x.example")}
        writer.root[pdf_name("/OpenAction")] = generic.DictionaryObject(
            {pdf_name(key): each for key, each in action.items()}
        )
        writer.update_root()

    with pytest.raises(BadSignature, match="changed after it was signed"):
        signatures(appended(once, act))


def test_what_is_appended_without_a_signature_is_seen(once: bytes) -> None:
    def keep(writer: Appending) -> None:
        DocumentSecurityStore.supply_dss_in_writer(writer, None)

    longer = appended(once, keep)

    assert [one.covers_whole_file for one in signatures(longer)] == [False]
    with pytest.raises(BadSignature, match="whole file"):
        verify_pdf(longer, trusted_roots=[ROOT], at=None)


def test_a_signer_nobody_trusts_is_refused(once: bytes) -> None:
    with pytest.raises(BadCertificate):
        verify_pdf(once, trusted_roots=[STRANGERS], at=SIGNED_AT)


@pytest.mark.parametrize("days", [-2, 40])
def test_a_certificate_counts_only_while_it_is_valid(once: bytes, days: int) -> None:
    with pytest.raises(BadCertificate):
        verify_pdf(once, trusted_roots=[ROOT], at=SIGNED_AT + timedelta(days=days))


def test_without_a_time_stamp_somebody_must_name_the_time() -> None:
    pdf = unstamped(a_record().pdf, HOST)

    with pytest.raises(BadTimestamp):
        verify_pdf(pdf, trusted_roots=[ROOT], at=None)
    assert len(verify_pdf(pdf, trusted_roots=[ROOT], at=SIGNED_AT)) == 1


def test_a_document_that_still_waits_does_not_verify() -> None:
    waiting = prepared(a_record().pdf, HOST)

    assert [one.holds for one in signatures(waiting.pdf)] == [False]
    with pytest.raises(BadSignature, match="does not hold"):
        verify_pdf(waiting.pdf, trusted_roots=[ROOT], at=SIGNED_AT)


def test_a_signer_does_not_sign_for_another_document() -> None:
    waiting = prepared(a_record().pdf, HOST)
    other = prepared(a_record(text="另一工程").pdf, HOST)

    with pytest.raises(BadSignature):
        check_attributes(waiting.pdf, other.attributes)


def test_a_signer_does_not_sign_a_document_that_was_changed() -> None:
    waiting = prepared(a_record().pdf, HOST)
    at = waiting.pdf.index(b"/Reason") + 12

    with pytest.raises(BadSignature, match="digest"):
        check_attributes(flipped(waiting.pdf, at), waiting.attributes)


def test_a_signer_does_not_sign_a_document_that_does_not_wait() -> None:
    waiting = prepared(a_record().pdf, HOST)

    with pytest.raises(BadSignature, match="place for a signature"):
        check_attributes(a_record().pdf, waiting.attributes)


@pytest.mark.parametrize("message", [b"", b"\x30\x80", b"\x30\x82\x00\x02\x05\x00", b"text"])
def test_what_is_no_message_is_refused(message: bytes) -> None:
    with pytest.raises(BadSignature):
        cms.parse(message)


async def test_a_time_stamp_token_is_no_document_signature() -> None:
    token = await stamp(b"\1" * 32)

    with pytest.raises(BadSignature, match="detached"):
        cms.parse(token)
