"""A place for one more signature, appended to a PDF in the syntax that `pdf_syntax` reads.

For a signer's own program, which has no typesetting and draws no seal: the field is not seen on the
page. What is signed and what is checked afterwards is the same as for documents of the platform
(ISO 32000-1 §12.7, §12.8; PAdES: ETSI EN 319 142-1).
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from crypto import cms
from crypto.errors import BadSignature
from crypto.pdf_syntax import (
    Dictionary,
    Name,
    Reference,
    Value,
    object_span,
    read_object,
    revisions,
)

TOKEN_BYTES_MAX = 12 * 1024
_FRAME_BYTES = 2 * 1024
_PAGES_DEEP_MAX = 64
_NUMBER_DIGITS = 10


@dataclass(frozen=True, slots=True)
class Place:
    """A file that waits for a signature: `attributes` is signed, `start`:`end` is the hex of it."""

    pdf: bytes
    attributes: bytes
    start: int
    end: int


@dataclass(slots=True)
class _File:
    """The file as of its last revision, and the objects that the next one writes."""

    pdf: bytes
    offsets: Mapping[int, int]
    written: dict[int, bytes]
    next: int

    def text(self, number: int) -> bytes:
        """An object as it is written, without the frame around it."""
        if number in self.written:
            return self.written[number]
        start, end = object_span(self.pdf, number, self.offsets[number])
        return self.pdf[start:end]

    def read(self, value: Value | None) -> Value | None:
        """A value of the file as it was, its reference followed."""
        if not isinstance(value, Reference):
            return value
        if value.number not in self.offsets:
            raise BadSignature(f"object {value.number} is missing")
        return read_object(self.pdf, value.number, self.offsets[value.number])

    def add(self, content: bytes) -> int:
        """A new object; its number."""
        number, self.next = self.next, self.next + 1
        self.written[number] = content
        return number


def place_signature(
    pdf: bytes,
    *,
    field: str,
    certificate: bytes,
    chain: Sequence[bytes],
    signed_at: datetime,
    reason: str,
) -> Place:
    """Append the signature field `field`, invisible, and everything but the signature value.

    Raises BadSignature when the file is none that `pdf_syntax` reads.
    """
    history = revisions(pdf)
    offsets = {number: at for one in history for number, at in one.objects.items()}
    root = history[-1].trailer.get("Root")
    if not isinstance(root, Reference):
        raise BadSignature("the file has no catalog")
    file = _File(pdf, offsets, {}, max(offsets) + 1)
    reserved = 2 * (
        _FRAME_BYTES + TOKEN_BYTES_MAX + sum(len(each) for each in (certificate, *chain))
    )
    signature = file.add(b"")
    page = _first_page(file, root)
    widget = file.add(
        b"<</Type/Annot/Subtype/Widget/FT/Sig/T%s/V %d 0 R/F 132/Rect[0 0 0 0]/P %d 0 R>>"
        % (_text(field), signature, page)
    )
    _append(file, page, "Annots", widget)
    _enter_field(file, root.number, widget)
    stated = signed_at.strftime("D:%Y%m%d%H%M%SZ").encode("ascii")
    range_place = b"[0 %s %s %s]" % ((b"0" * _NUMBER_DIGITS,) * 3)
    file.written[signature] = (
        b"<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/M(%s)/Reason%s"
        b"/ByteRange%s/Contents<%s>>>" % (stated, _text(reason), range_place, b"0" * reserved)
    )
    return _framed(file, history[-1].trailer, signature, certificate, chain)


def complete(
    place: Place,
    signature: bytes,
    token: bytes | None,
    *,
    certificate: bytes,
    chain: Sequence[bytes],
) -> bytes:
    """Put the signature value (DER) and its time stamp, if any, into the place.

    Raises BadSignature.
    """
    cms.verify_signature(certificate, place.attributes, signature)
    message = cms.signed_data(
        place.attributes, certificate=certificate, chain=chain, signature=signature, token=token
    )
    return _filled(place.pdf, message, place.start, place.end)


def _framed(
    file: _File, trailer: Dictionary, signature: int, certificate: bytes, chain: Sequence[bytes]
) -> Place:
    pdf, offsets = _appended(file, trailer)
    start = pdf.index(b"/Contents<", offsets[signature]) + len(b"/Contents")
    end = pdf.index(b">", start) + 1
    numbers = tuple(b"%-*d" % (_NUMBER_DIGITS, one) for one in (start, end, len(pdf) - end))
    at = pdf.index(b"/ByteRange[", offsets[signature]) + len(b"/ByteRange")
    written = b"[0 %s %s %s]" % numbers
    pdf = pdf[:at] + written + pdf[at + len(written) :]
    digest = hashlib.sha256(pdf[:start] + pdf[end:]).digest()
    attributes = cms.signed_attributes(certificate, digest)
    frame = cms.signed_data(
        attributes, certificate=certificate, chain=chain, signature=b"", token=None
    )
    return Place(_filled(pdf, frame, start + 1, end - 1), attributes, start + 1, end - 1)


def _filled(pdf: bytes, message: bytes, start: int, end: int) -> bytes:
    written = message.hex().upper().encode("ascii")
    if len(written) > end - start:
        raise BadSignature("the signature is larger than its place")
    return pdf[:start] + written.ljust(end - start, b"0") + pdf[end:]


def _appended(file: _File, trailer: Dictionary) -> tuple[bytes, dict[int, int]]:
    """The file with one revision more, and where its objects stand."""
    # A line end right after the last revision would be taken for part of it.
    out = bytearray(file.pdf if file.pdf.endswith(b"\n") else file.pdf + b" \n")
    offsets = {}
    for number, content in sorted(file.written.items()):
        offsets[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = len(out)
    out += b"xref\n"
    for number, at in offsets.items():
        out += b"%d 1\n%010d 00000 n \n" % (number, at)
    previous = file.pdf.rfind(b"startxref")
    out += b"trailer\n<</Size %d/Prev %s" % (file.next, file.pdf[previous + 9 :].split()[0])
    for key in ("Root", "Info", "ID"):
        if key in trailer.spans:
            start, end = trailer.spans[key]
            out += b"/%s %s" % (key.encode(), file.pdf[start:end])
    out += b">>\nstartxref\n%d\n%%%%EOF\n" % table
    return bytes(out), offsets


def _first_page(file: _File, root: Reference) -> int:
    node: Value | None = root
    catalog = file.read(node)
    node = catalog.get("Pages") if isinstance(catalog, Dictionary) else None
    for _ in range(_PAGES_DEEP_MAX):
        found = file.read(node)
        if not isinstance(node, Reference) or not isinstance(found, Dictionary):
            break
        if found.get("Type") == Name("Page"):
            return node.number
        kids = file.read(found.get("Kids"))
        if not isinstance(kids, Sequence) or isinstance(kids, bytes) or not kids:
            break
        node = kids[0]
    raise BadSignature("the file has no first page")


def _enter_field(file: _File, catalog: int, widget: int) -> None:
    about = read_object(file.pdf, catalog, file.offsets[catalog])
    form = about.get("AcroForm") if isinstance(about, Dictionary) else None
    if form is None:
        own = file.add(b"<</Fields[%d 0 R]/SigFlags 3>>" % widget)
        _insert(file, catalog, b"/AcroForm %d 0 R" % own)
    elif isinstance(form, Reference):
        _append(file, form.number, "Fields", widget)
    else:
        raise BadSignature("the form of the file is kept in another way")


def _append(file: _File, owner: int, key: str, widget: int) -> None:
    """Add a reference to the array under `key` of an object, which may be of its own."""
    about = read_object(file.pdf, owner, file.offsets[owner])
    assert isinstance(about, Dictionary)
    array = about.get(key)
    added = b" %d 0 R]" % widget
    if array is None:
        _insert(file, owner, b"/%s[%s" % (key.encode(), added.lstrip()))
    elif isinstance(array, Reference):
        text = file.text(array.number).rstrip()
        file.written[array.number] = text[:-1] + added
    else:
        start, end = about.spans[key]
        base, last = object_span(file.pdf, owner, file.offsets[owner])
        file.written[owner] = file.pdf[base : end - 1] + added + file.pdf[end:last]
        assert start < end


def _insert(file: _File, owner: int, entry: bytes) -> None:
    """Add a key to a dictionary before its end."""
    text = file.text(owner).rstrip()
    assert text.endswith(b">>")
    file.written[owner] = text[:-2] + entry + b">>"


def _text(words: str) -> bytes:
    """A text string in UTF-16, as hexadecimal."""
    return b"<FEFF%s>" % words.encode("utf-16-be").hex().upper().encode("ascii")
