"""Checking the signatures of a PDF offline (ISO 32000-1 §12.8, PAdES: ETSI EN 319 142-1).

A document of the platform is written once and then signed by one person after another, each
signature in a revision appended to the file. So every signature must cover its revision from the
first byte to the last, and no revision may change what an earlier signer saw: it may only add
signature fields. A signer's own program calls `check_attributes` before it lets the key sign.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from crypto import certificates, cms, timestamp
from crypto.certificates import CertificateFacts
from crypto.errors import BadCertificate, BadSignature, BadTimestamp
from crypto.pdf_history import check_history
from crypto.pdf_revocations import is_covered, lists_in
from crypto.pdf_syntax import (
    Dictionary,
    Name,
    Reference,
    Revision,
    Value,
    integers,
    read_object,
    revisions,
    text,
)

PDF_BYTES_MAX = 512 * 1024 * 1024
_SUBFILTER = Name("ETSI.CAdES.detached")
_DATE = re.compile(r"D:(\d{14})(?:Z|([+-])(\d{2})'(\d{2})'?)?$")


@dataclass(frozen=True, slots=True)
class PdfSignature:
    """One signature in a PDF: what it says, and whether it holds.

    `signed_range` is the /ByteRange: offset and length of the two signed pieces around the message.
    `signed_at` is the time the signer's side stated (/M, within the signed bytes); `token`, when
    present, is an RFC 3161 token over `signature` that nobody has verified yet.
    """

    field: str
    reason: str
    signed_at: datetime | None
    signed_range: tuple[int, int, int, int]
    certificate: bytes
    chain: tuple[bytes, ...]
    attributes: bytes
    signature: bytes
    token: bytes | None
    digest_matches: bool
    signature_matches: bool
    names_certificate: bool
    covers_whole_file: bool

    @property
    def holds(self) -> bool:
        """Whether this key signed these bytes; says nothing about who holds the key."""
        return self.digest_matches and self.signature_matches and self.names_certificate


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A signature dictionary in a file: its field, its values, its digest and its message."""

    field: str
    values: Dictionary
    signed_range: tuple[int, int, int, int]
    digest: bytes
    message: bytes


def signatures(pdf: bytes) -> tuple[PdfSignature, ...]:
    """Return the signatures of a PDF, first signer first.

    Raises BadSignature if the file cannot be read strictly or a later revision changes more than
    signature fields; a signature that merely does not hold is returned and says so.
    """
    return tuple(_signature(each, len(pdf)) for each in placeholders(pdf))


def check_attributes(pdf_prepared: bytes, attributes: bytes) -> None:
    """Check, before signing, that `attributes` speak of exactly this prepared PDF.

    Raises BadSignature unless the last revision waits for a signature, the message digest is that
    of its signed bytes, and the content type is data.
    """
    waiting = placeholders(pdf_prepared)
    if not waiting or sum(waiting[-1].signed_range[2:]) != len(pdf_prepared):
        raise BadSignature("the file does not end with a place for a signature")
    message = cms.parse(waiting[-1].message)
    if message.attributes != attributes:
        raise BadSignature("these are not the attributes in the file")
    if message.content_type != "data":
        raise BadSignature("the content type is not data")
    if message.message_digest != waiting[-1].digest:
        raise BadSignature("the message digest is not that of the file")
    if not message.names_its_certificate:
        raise BadSignature("the attributes name another certificate")


@dataclass(frozen=True, slots=True)
class VerifiedSignature:
    """A signature that holds: who signed, when, and whether the file itself tells in decades.

    `signed_at` is the instant it was checked for: that of its time stamp, or the one asked for.
    `long_term` (PAdES B-LT): a revocation list in the file, current then, speaks for the signer's
    certificate, and one for the authority's of the time stamp.
    """

    signer: CertificateFacts
    signed_at: datetime
    long_term: bool


def verify_pdf(
    pdf: bytes, *, trusted_roots: Sequence[bytes], at: datetime | None
) -> tuple[CertificateFacts, ...]:
    """Return who signed a PDF, in order, having verified everything, as `verify_signatures`."""
    return tuple(one.signer for one in verify_signatures(pdf, trusted_roots=trusted_roots, at=at))


def verify_signatures(
    pdf: bytes,
    *,
    trusted_roots: Sequence[bytes],
    at: datetime | None,
    revocation_lists: Sequence[bytes] = (),
) -> tuple[VerifiedSignature, ...]:
    """Return every signature of a PDF, in order, having verified everything.

    Every signature must hold, the last must cover the whole file, and each certificate must lead to
    a trusted root at `at`, or by default at the signature's own time: that of its time stamp, which
    must be there and trusted too. No list in the file or among `revocation_lists` (DER) may say
    that it was revoked by then. Raises BadSignature, BadCertificate or BadTimestamp.
    """
    found = signatures(pdf)
    if not found or not found[-1].covers_whole_file:
        raise BadSignature("the last signature does not cover the whole file")
    lists = (*lists_in(pdf, revisions(pdf)), *revocation_lists)
    return tuple(_verified(each, trusted_roots, lists, at) for each in found)


def placeholders(pdf: bytes) -> tuple[Placeholder, ...]:
    """Return every signature dictionary in file order; each fills its revision to the end."""
    if len(pdf) > PDF_BYTES_MAX:
        raise BadSignature("the file is too large")
    history = revisions(pdf)
    check_history(pdf, history)
    found = []
    for revision in history:
        objects = {
            number: read_object(pdf, number, offset) for number, offset in revision.objects.items()
        }
        waiting = [
            _placeholder(pdf, revision, objects, number)
            for number, value in objects.items()
            if isinstance(value, Dictionary) and "ByteRange" in value.values
        ]
        if len(waiting) > 1:
            raise BadSignature("one revision has more than one signature")
        found.extend(waiting)
    return tuple(found)


def _verified(
    found: PdfSignature,
    trusted_roots: Sequence[bytes],
    lists: Sequence[bytes],
    at: datetime | None,
) -> VerifiedSignature:
    if not found.holds:
        raise BadSignature(f"the signature in the field {found.field} does not hold")
    if at is None:
        if found.token is None:
            raise BadTimestamp(f"the signature in the field {found.field} has no time stamp")
        stamped = hashlib.sha256(found.signature).digest()
        at = timestamp.verify(found.token, digest=stamped, trusted_roots=trusted_roots).gen_time
    who = certificates.verify_chain(
        found.certificate, found.chain, trusted_roots=trusted_roots, at=at
    )
    authorities = (*trusted_roots, *found.chain)
    checked = [(found.certificate, authorities)]
    if found.token is not None:
        stamper, above = timestamp.certificates_of(found.token)
        checked.append((stamper, (*trusted_roots, *above)))
    # All are asked: one that was revoked is refused, whatever is not known of another.
    told = [
        is_covered(certificate, authorities=issuers, lists=lists, at=at)
        for certificate, issuers in checked
    ]
    return VerifiedSignature(who, at, all(told) and found.token is not None)


def _placeholder(
    pdf: bytes, revision: Revision, objects: Mapping[int, Value], number: int
) -> Placeholder:
    values = objects[number]
    assert isinstance(values, Dictionary)
    if values.get("Type") != Name("Sig") or values.get("SubFilter") != _SUBFILTER:
        raise BadSignature("the signature is not of the kind ETSI.CAdES.detached")
    signed = integers(values.get("ByteRange"))
    contents = values.get("Contents")
    # The signed bytes are all of the file up to here, except exactly the message.
    gap = values.spans.get("Contents", (0, 0))
    if signed != (0, gap[0], gap[1], revision.end - gap[1]) or not isinstance(contents, bytes):
        raise BadSignature("the signature does not cover its revision")
    digest = hashlib.sha256(memoryview(pdf)[: gap[0]])
    digest.update(memoryview(pdf)[gap[1] : revision.end])
    return Placeholder(
        field=_field_name(objects, number),
        values=values,
        signed_range=(0, gap[0], gap[1], revision.end - gap[1]),
        digest=digest.digest(),
        message=_without_padding(contents),
    )


def _signature(place: Placeholder, file_bytes: int) -> PdfSignature:
    message = cms.parse(place.message)
    try:
        cms.verify_signature(message.certificate, message.attributes, message.signature)
        signature_matches = True
    except (BadSignature, BadCertificate):
        signature_matches = False
    return PdfSignature(
        field=place.field,
        reason=text(place.values.get("Reason")),
        signed_at=_date(text(place.values.get("M"))),
        signed_range=place.signed_range,
        certificate=message.certificate,
        chain=message.chain,
        attributes=message.attributes,
        signature=message.signature,
        token=message.token,
        digest_matches=message.content_type == "data" and message.message_digest == place.digest,
        signature_matches=signature_matches,
        names_certificate=message.names_its_certificate,
        covers_whole_file=sum(place.signed_range[2:]) == file_bytes,
    )


def _field_name(objects: Mapping[int, Value], signature_number: int) -> str:
    for value in objects.values():
        if isinstance(value, Dictionary) and value.get("FT") == Name("Sig"):
            reference = value.get("V")
            if isinstance(reference, Reference) and reference.number == signature_number:
                return text(value.get("T"))
    raise BadSignature("a signature belongs to no field")


def _without_padding(contents: bytes) -> bytes:
    """Cut the zeros that fill the reserved place: the length stands in the DER header."""
    if len(contents) < 4 or contents[0] != 0x30 or contents[1] != 0x82:  # noqa: PLR2004
        raise BadSignature("the signature does not begin with a DER sequence")
    length = 4 + int.from_bytes(contents[2:4])
    if any(contents[length:]) or length > len(contents):
        raise BadSignature("the signature is followed by something")
    return contents[:length]


def _date(stated: str) -> datetime | None:
    match = _DATE.match(stated)
    if match is None:
        return None
    digits, sign, hours, minutes = match.groups()
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    zone = timezone(-offset if sign == "-" else offset)
    try:
        return datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=zone).astimezone(UTC)
    except ValueError:
        return None
