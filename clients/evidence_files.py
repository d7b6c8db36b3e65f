"""The evidence record of an archive as a file beside it, `FILE.ers` (RFC 4998)."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from crypto.certificates import verify_chain
from crypto.errors import BadCertificate, BadTimestamp
from crypto.evidence_record import (
    ALGORITHMS,
    RECORD_BYTES_MAX,
    EvidenceRecord,
    load,
    verify_record,
)
from crypto.timestamp import TimestampFacts, certificates_of, time_of

READ_BYTES: Final = 1 << 20


def record_file(archive: Path) -> Path:
    """Where the evidence record of an archive stands."""
    return archive.with_name(f"{archive.name}.ers")


def read_record(archive: Path) -> EvidenceRecord | None:
    """The record beside an archive, or None. Raises OSError, BadTimestamp."""
    file = record_file(archive)
    if not file.exists():
        return None
    with file.open("rb") as opened:
        return load(opened.read(RECORD_BYTES_MAX + 1))


def digests_of(archive: Path) -> dict[str, bytes]:
    """The digests of the file by every algorithm, read once. Raises OSError."""
    hashes = {name: hashlib.new(name) for name in ALGORITHMS}
    with archive.open("rb") as opened:
        while piece := opened.read(READ_BYTES):
            for hashed in hashes.values():
                hashed.update(piece)
    return {name: hashed.digest() for name, hashed in hashes.items()}


def check_record(archive: Path, *, roots: Sequence[bytes], at: datetime) -> list[TimestampFacts]:
    """Check the record beside an archive. Raises OSError, BadTimestamp: also where none is."""
    record = read_record(archive)
    if record is None:
        raise BadTimestamp("there is no evidence record beside the archive")
    return list(verify_record(record, digests_of(archive), trusted_roots=roots, at=at))


def strangers_in(record: EvidenceRecord, roots: Sequence[bytes]) -> int:
    """How many tokens are by authorities that none of `roots` certifies. Raises BadTimestamp."""
    return sum(not _is_known(token, roots) for one in record.chains for token in one.tokens)


def _is_known(token: bytes, roots: Sequence[bytes]) -> bool:
    certificate, chain = certificates_of(token)
    try:
        verify_chain(
            certificate, chain, trusted_roots=roots, at=time_of(token), usage="timestamping"
        )
    except BadCertificate:
        return False
    return True
