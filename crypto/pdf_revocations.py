"""Revocation lists inside a signed PDF (PAdES B-LT: ETSI EN 319 142-1 §5.4, ISO 32000-2 §12.8.4.3).

The document's security store keeps the lists that were current when it was signed, so whether a
certificate held at that moment can be told decades later, when nobody publishes the list any more.
"""

import zlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

from crypto.certificate_reading import load_certificate, load_revocations
from crypto.certificates import may_issue
from crypto.errors import BadCertificate, BadSignature
from crypto.pdf_syntax import (
    Dictionary,
    Name,
    Reference,
    Revision,
    Value,
    read_object,
    read_stream,
)

LISTS_MAX = 256
LIST_BYTES_MAX = 16 << 20
CHAIN_MAX = 5


def lists_in(pdf: bytes, history: Sequence[Revision]) -> tuple[bytes, ...]:
    """The revocation lists of the security store, DER, unverified. Raises BadSignature."""
    offsets = {number: at for one in history for number, at in one.objects.items()}
    store = _dictionary(pdf, offsets, history[-1].trailer.get("Root"), "DSS")
    if store is None:
        return ()
    kept = _resolved(pdf, offsets, store.get("CRLs"))
    if kept is None:
        return ()
    if not isinstance(kept, Sequence) or isinstance(kept, bytes) or len(kept) > LISTS_MAX:
        raise BadSignature("the security store keeps its lists in another way")
    return tuple(_content(pdf, offsets, one) for one in kept)


def is_covered(
    certificate: bytes,
    *,
    authorities: Iterable[bytes],
    lists: Iterable[bytes],
    at: datetime,
) -> bool:
    """Do the lists tell that the certificate, and those above it, were not revoked at `at`?

    False where a list is missing or ended before. Lists that do not concern it are passed over.
    Raises BadCertificate when one says that it was revoked by then.
    """
    candidates = [load_certificate(der) for der in authorities]
    known = [load_revocations(der) for der in lists]
    current = load_certificate(certificate)
    covered = True
    for _ in range(CHAIN_MAX):
        issuer = _issuer(current, candidates)
        if issuer is None:
            return False
        if issuer == current:  # a root vouches for itself
            return covered
        covered = _is_told(current, issuer, known, at) and covered
        current = issuer
    return False


def _is_told(
    certificate: x509.Certificate,
    issuer: x509.Certificate,
    lists: Sequence[x509.CertificateRevocationList],
    at: datetime,
) -> bool:
    told = False
    for each in lists:
        if each.issuer != issuer.subject or not _is_signed(each, issuer):
            continue
        entry = each.get_revoked_certificate_by_serial_number(certificate.serial_number)
        if entry is not None and entry.revocation_date_utc <= at:
            raise BadCertificate("the certificate was revoked before it signed")
        told = told or (each.next_update_utc is not None and at <= each.next_update_utc)
    return told


def _is_signed(revoked: x509.CertificateRevocationList, issuer: x509.Certificate) -> bool:
    try:
        return revoked.is_signature_valid(issuer.public_key())  # type: ignore[arg-type]  # any kind
    except (TypeError, ValueError, InvalidSignature, UnsupportedAlgorithm):
        return False


def _issuer(
    certificate: x509.Certificate, candidates: Iterable[x509.Certificate]
) -> x509.Certificate | None:
    for candidate in candidates:
        if candidate.subject != certificate.issuer or not may_issue(candidate, 0):
            continue
        try:
            certificate.verify_directly_issued_by(candidate)
        except (ValueError, TypeError, InvalidSignature):
            continue
        return candidate
    return None


def _resolved(pdf: bytes, offsets: Mapping[int, int], value: Value | None) -> Value | None:
    if not isinstance(value, Reference):
        return value
    if value.number not in offsets:
        return None
    return read_object(pdf, value.number, offsets[value.number])


def _dictionary(
    pdf: bytes, offsets: Mapping[int, int], parent: Value | None, key: str
) -> Dictionary | None:
    owner = _resolved(pdf, offsets, parent)
    found = _resolved(pdf, offsets, owner.get(key)) if isinstance(owner, Dictionary) else None
    return found if isinstance(found, Dictionary) else None


def _content(pdf: bytes, offsets: Mapping[int, int], one: Value) -> bytes:
    if not isinstance(one, Reference) or one.number not in offsets:
        raise BadSignature("a revocation list of the security store is missing")
    about, content = read_stream(pdf, one.number, offsets[one.number])
    packing = about.get("Filter")
    if packing is None:
        return content
    if packing != Name("FlateDecode"):
        raise BadSignature("a revocation list is packed in another way")
    unpacking = zlib.decompressobj()
    try:
        plain = unpacking.decompress(content, LIST_BYTES_MAX)
    except zlib.error as error:
        raise BadSignature("a revocation list cannot be unpacked") from error
    if not unpacking.eof:
        raise BadSignature("a revocation list is too long")
    return plain
