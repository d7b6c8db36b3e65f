"""A policy as a real signed PDF: text for people, `policy.json` for machines, one signature.

PAdES B-B (ETSI EN 319 142-1): the time that counts is that of the platform's receipt.
"""

import io
import tempfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

import pikepdf

from clients.demo.pdf_maker import make_pdf
from clients.key_files import Signer
from crypto.canonical import JsonValue, canonical
from crypto.pdf_preparing import complete, place_signature

STATEMENT_NAME: Final = "policy.json"


def policy_pdf(
    signer: Signer, statement: Mapping[str, JsonValue], lines: Sequence[str], *, at: datetime
) -> bytes:
    """The signed file; `lines` are what people read. Raises OSError."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "policy.pdf"
        make_pdf(file, title="投标保证保险保单", paragraphs=list(lines), size_bytes=0)
        plain = file.read_bytes()
    written = io.BytesIO()
    with pikepdf.open(io.BytesIO(plain)) as document:
        document.attachments[STATEMENT_NAME] = canonical(dict(statement))
        document.save(
            written,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
            deterministic_id=True,
        )
    place = place_signature(
        written.getvalue(),
        field="guarantor",
        certificate=signer.certificate,
        chain=signer.chain,
        signed_at=at,
        reason="承保",
    )
    value = signer.key.sign_raw(place.attributes)
    return complete(place, value, None, certificate=signer.certificate, chain=signer.chain)
