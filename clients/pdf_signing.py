"""Signing a PDF of one's own: the organization's key and a time stamp, on top of who signed before.

A file that was changed after somebody signed it gets no signature here. A file that nobody has
signed and whose syntax is not read strictly is written anew first, page by page the same.
"""

import asyncio
import hashlib
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pikepdf

from clients.archive_keeping import now, stamp_by
from clients.key_files import Signer
from crypto.errors import BadSignature
from crypto.pdf_preparing import complete, place_signature
from crypto.pdf_signatures import PDF_BYTES_MAX, VerifiedSignature, signatures, verify_signatures


class FileChanged(Exception):
    """A signature in the file does not hold, or it was changed after it was signed."""


class NoPdf(Exception):
    """The file is no PDF, too large, or locked with a password."""


_MARK: Final = b"/ByteRange"


async def sign_file(
    source: Path, target: Path, signer: Signer, *, reason: str, authority: str, root: bytes
) -> int:
    """Write `source` with one signature more to `target`; how many it has then.

    `authority` is the address of a time-stamping authority, `root` its certificate, DER. Raises
    FileChanged, NoPdf, FileExistsError, AuthorityRefused, BadTimestamp, OSError.
    """
    pdf = await asyncio.to_thread(_readable, source)
    before = _signed_before(pdf)
    place = place_signature(
        pdf,
        field=f"signature-{before + 1:02d}-{hashlib.sha256(pdf).hexdigest()[:8]}",
        certificate=signer.certificate,
        chain=signer.chain,
        signed_at=now(),
        reason=reason,
    )
    value = signer.key.sign_raw(place.attributes)
    token = await stamp_by(authority, hashlib.sha256(value).digest(), root=root)
    signed = complete(place, value, token, certificate=signer.certificate, chain=signer.chain)
    if not _holds(signed):
        raise FileChanged("the signed file would not hold")
    await asyncio.to_thread(_write_new, target, signed)
    return before + 1


def check_file(file: Path, roots: Sequence[bytes]) -> tuple[VerifiedSignature, ...]:
    """Who signed a file. Raises BadSignature, BadCertificate, BadTimestamp, OSError."""
    return verify_signatures(file.read_bytes(), trusted_roots=roots, at=None)


def _readable(source: Path) -> bytes:
    if source.stat().st_size > PDF_BYTES_MAX:
        raise NoPdf("the file is too large")
    pdf = source.read_bytes()
    try:
        signatures(pdf)
    except BadSignature as error:
        if _MARK in pdf:
            raise FileChanged(str(error)) from error
        return _written_anew(pdf)
    return pdf


def _written_anew(pdf: bytes) -> bytes:
    plain = io.BytesIO()
    try:
        with pikepdf.open(io.BytesIO(pdf)) as document:
            # A file may hide its signature in a packed object: whatever has a form is left alone.
            if "/AcroForm" in document.Root or document.is_encrypted:
                raise NoPdf("the file has a form, or is encrypted: print it into a plain PDF first")
            document.save(
                plain,
                object_stream_mode=pikepdf.ObjectStreamMode.disable,
                deterministic_id=True,
            )
    except pikepdf.PdfError as error:
        raise NoPdf(f"the file is no PDF: {error}") from error
    return plain.getvalue()


def _signed_before(pdf: bytes) -> int:
    found = signatures(pdf)
    if found and not _holds(pdf):
        raise FileChanged("a signature in the file does not hold, or something was added to it")
    return len(found)


def _holds(pdf: bytes) -> bool:
    found = signatures(pdf)
    return all(one.holds for one in found) and found[-1].covers_whole_file


def _write_new(target: Path, content: bytes) -> None:
    with target.open("xb") as opened:
        opened.write(content)
