"""Signing a PDF with a key that the platform does not have (PAdES B-T, ETSI EN 319 142-1).

Two requests. `prepare` appends a signature field to the document, with everything but the signature
value, and returns the attributes; the signer's own program checks them against the prepared
document (`crypto.pdf_signatures.check_attributes`) and signs them; `complete` verifies the
answer and puts it, with a time stamp, into the place kept for it. A document is signed by one
person at a time: whoever prepares on an older state would lose the signatures that came between.
"""

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from asn1crypto import cms as asn1_cms
from asn1crypto import crl, x509
from PIL import Image
from pyhanko.pdf_utils.images import PdfImage
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import AxisAlignment, Margins, SimpleBoxLayoutRule
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers.cms_embedder import (
    PdfCMSEmbedder,
    SigAppearanceSetup,
    SigIOSetup,
    SigObjSetup,
)
from pyhanko.sign.signers.pdf_byterange import SignatureObject
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.stamp import StaticStampStyle

from crypto import cms
from crypto.errors import BadSignature, BadTimestamp
from crypto.pdf_signatures import check_attributes, placeholders
from tendering.documents.seals import seal_image, signature_image

Timestamper = Callable[[bytes], Awaitable[bytes]]

TOKEN_BYTES_MAX = 12 * 1024
_FRAME_BYTES = 2 * 1024


@dataclass(frozen=True, slots=True)
class SignaturePlace:
    """Where a signature is seen: page from 0, box (left, bottom, right, top) in points."""

    page: int
    box: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document that waits for one signature value.

    `attributes` is what the signer's key signs (ECDSA P-256, SHA-256); `document_digest` is the
    SHA-256 of the document's signed bytes, which the attributes contain.
    """

    pdf: bytes
    attributes: bytes
    document_digest: bytes

    def to_bytes(self) -> bytes:
        """Return the state between the two requests: the prepared file holds all of it."""
        return self.pdf

    @classmethod
    def from_bytes(cls, state: bytes) -> "Prepared":
        """Read what `to_bytes` wrote. Raises BadSignature if it waits for no signature."""
        waiting = placeholders(state)
        if not waiting:
            raise BadSignature("the file has no place for a signature")
        message = cms.parse(waiting[-1].message)
        check_attributes(state, message.attributes)
        return cls(state, message.attributes, waiting[-1].digest)


def prepare(
    pdf: bytes,
    *,
    field: str,
    certificate: bytes,
    chain: Sequence[bytes],
    signed_at: datetime,
    reason: str,
    place: SignaturePlace | None,
    seal_text: str | None,
    revocation_lists: Sequence[bytes] = (),
) -> Prepared:
    """Append the signature field `field` and everything but the signature value.

    `certificate` (signer) and `chain` (issuers) are DER. With `seal_text`, the organization's name,
    a round red seal is drawn in `place`; without, the signer's name and the time. With
    `revocation_lists` (DER) a security store is added, covered by the signature (B-LT material).
    Raises BadSignature if the field exists or the document is not the platform's kind of PDF.
    """
    assert signed_at.tzinfo is not None
    _require_free(pdf, field)
    writer = _AppendingWriter(BytesIO(pdf))
    if revocation_lists:
        DocumentSecurityStore.supply_dss_in_writer(
            writer,
            None,
            certs=[x509.Certificate.load(each) for each in (certificate, *chain)],
            crls=[crl.CertificateList.load(each) for each in revocation_lists],
        )
    steps = PdfCMSEmbedder(_field(field, place)).write_cms(field, writer)
    next(steps)
    reserved = _FRAME_BYTES + TOKEN_BYTES_MAX + sum(len(each) for each in (certificate, *chain))
    steps.send(
        SigObjSetup(
            SignatureObject(
                timestamp=signed_at,
                subfilter=SigSeedSubFilter.PADES,
                reason=reason,
                bytes_reserved=2 * reserved,
            ),
            appearance_setup=_appearance(certificate, signed_at, place, seal_text),
        )
    )
    digest, output = steps.send(SigIOSetup(md_algorithm="sha256"))
    attributes = cms.signed_attributes(certificate, digest.document_digest)
    frame = cms.signed_data(
        attributes, certificate=certificate, chain=chain, signature=b"", token=None
    )
    steps.send(frame)
    return Prepared(output.getvalue(), attributes, digest.document_digest)


async def complete(prepared: Prepared, signature: bytes, *, timestamper: Timestamper) -> bytes:
    """Return the signed PDF.

    `signature` is DER; `timestamper` gets the SHA-256 of the signature value and returns an
    RFC 3161 token (DER). Raises BadSignature if the signature does not fit the certificate and the
    prepared document, BadTimestamp if the token speaks of something else.
    """
    check_attributes(prepared.pdf, prepared.attributes)
    waiting = placeholders(prepared.pdf)[-1]
    frame = cms.parse(waiting.message)
    cms.verify_signature(frame.certificate, prepared.attributes, signature)
    stamped = hashlib.sha256(signature).digest()
    token = await timestamper(stamped)
    _check_imprint(token, stamped)
    message = cms.signed_data(
        prepared.attributes,
        certificate=frame.certificate,
        chain=frame.chain,
        signature=signature,
        token=token,
    )
    start, end = waiting.signed_range[1] + 1, waiting.signed_range[2] - 1
    written = message.hex().upper().encode("ascii")
    if len(written) > end - start:
        raise BadTimestamp("the time-stamp token is too large")
    return prepared.pdf[:start] + written.ljust(end - start, b"0") + prepared.pdf[end:]


class _AppendingWriter(IncrementalPdfFileWriter):
    """Appends without touching the metadata.

    pyHanko would write the machine's clock and its own name into it at every signature; what an
    earlier signer saw must stay, and the time of the platform is the caller's.
    """

    def _update_meta(self) -> None:
        return


def _require_free(pdf: bytes, field: str) -> None:
    for each in placeholders(pdf):
        if each.field == field:
            raise BadSignature(f"the document has a signature in the field {field} already")
        if not cms.parse(each.message).signature:
            raise BadSignature(f"the document waits for the signature in the field {each.field}")


def _check_imprint(token: bytes, digest: bytes) -> None:
    """Check that a token speaks of this digest; whether it is trusted, the reader decides."""
    try:
        content = asn1_cms.ContentInfo.load(token, strict=True)["content"]
        imprint = content["encap_content_info"]["content"].parsed["message_imprint"]
        stated = imprint["hash_algorithm"]["algorithm"].native, imprint["hashed_message"].native
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise BadTimestamp(f"not a time-stamp token: {error}") from error
    if stated != ("sha256", digest):
        raise BadTimestamp("the time-stamp token speaks of another signature")


def _field(field: str, place: SignaturePlace | None) -> SigFieldSpec:
    if place is None:
        return SigFieldSpec(field)
    left, bottom, right, top = map(round, place.box)
    return SigFieldSpec(field, on_page=place.page, box=(left, bottom, right, top))


def _appearance(
    certificate: bytes, signed_at: datetime, place: SignaturePlace | None, seal_text: str | None
) -> SigAppearanceSetup | None:
    if place is None:
        return None
    left, bottom, right, top = place.box
    if seal_text is None:
        name = x509.Certificate.load(certificate).subject.native.get("common_name", "")
        picture = signature_image(name, signed_at, width=right - left, height=top - bottom)
    else:
        picture = seal_image(seal_text)
    layout = SimpleBoxLayoutRule(
        x_align=AxisAlignment.ALIGN_MID, y_align=AxisAlignment.ALIGN_MID, margins=Margins()
    )
    style = StaticStampStyle(
        background=PdfImage(Image.open(BytesIO(picture))),
        background_layout=layout,
        background_opacity=1.0,
        border_width=0,
    )
    return SigAppearanceSetup(style=style, timestamp=signed_at, name=None)
