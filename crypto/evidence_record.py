"""Evidence records (RFC 4998): time stamps over a file that are renewed before they weaken.

A record holds chains of time stamps. Within a chain each stamps the one before it, with a newer key
of an authority (§5.2, time-stamp renewal); a new chain begins with a new hash algorithm, over the
file hashed anew and all that stood before (hash-tree renewal). One file a record, so there is no
hash tree: an archive time stamp has a token and, where it is not the token's own, nothing else.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from asn1crypto import algos, cms, core

from crypto.errors import BadTimestamp
from crypto.timestamp import TimestampFacts, verify

# The algorithms a chain may have, in the order in which one follows another.
ALGORITHMS: Final = ("sha256", "sha384", "sha512")
RECORD_BYTES_MAX: Final = 4 << 20
STAMPS_MAX: Final = 200


class _ArchiveTimeStamp(core.Sequence):  # type: ignore[misc]  # asn1crypto has no types
    _fields = [  # noqa: RUF012 - asn1crypto's way to declare a structure
        ("digest_algorithm", algos.DigestAlgorithm, {"implicit": 0, "optional": True}),
        ("time_stamp", cms.ContentInfo),
    ]


class _Chain(core.SequenceOf):  # type: ignore[misc]  # see above
    _child_spec = _ArchiveTimeStamp


class _Chains(core.SequenceOf):  # type: ignore[misc]  # see above
    _child_spec = _Chain


class _DigestAlgorithms(core.SequenceOf):  # type: ignore[misc]  # see above
    _child_spec = algos.DigestAlgorithm


class _Record(core.Sequence):  # type: ignore[misc]  # see above
    _fields = [  # noqa: RUF012 - see above
        ("version", core.Integer),
        ("digest_algorithms", _DigestAlgorithms),
        ("archive_time_stamp_sequence", _Chains),
    ]


@dataclass(frozen=True, slots=True)
class Chain:
    """Time-stamp tokens (DER) over one another, the oldest first, by one hash algorithm."""

    algorithm: str
    tokens: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class EvidenceRecord:
    """The chains of one file, the oldest first."""

    chains: tuple[Chain, ...]

    @property
    def newest(self) -> bytes:
        """The last token: the one that must be renewed before it weakens."""
        return self.chains[-1].tokens[-1]


EMPTY: Final = EvidenceRecord(())


def to_stamp(record: EvidenceRecord, algorithm: str, file_digest: bytes) -> bytes:
    """What the next time stamp is to be over. `file_digest`: of the file, by `algorithm`.

    The first stamps the file, the next of the same algorithm the newest token, the first of another
    the file and all tokens before. Raises BadTimestamp for an algorithm that does not come later.
    """
    place = _place(algorithm)
    if not record.chains:
        return file_digest
    current = record.chains[-1].algorithm
    if algorithm == current:
        return hashlib.new(algorithm, record.newest).digest()
    if place <= _place(current):
        raise BadTimestamp(f"{algorithm} is no renewal of {current}")
    # RFC 4998 §5.3: H(H(d) || H(atsc(i))), the chains before as DER.
    before = hashlib.new(algorithm, _chains(record.chains).dump()).digest()
    return hashlib.new(algorithm, file_digest + before).digest()


def renewed(record: EvidenceRecord, algorithm: str, token: bytes) -> EvidenceRecord:
    """The record with one token more, over what `to_stamp` gave."""
    if record.chains and record.chains[-1].algorithm == algorithm:
        last = record.chains[-1]
        return EvidenceRecord((*record.chains[:-1], Chain(algorithm, (*last.tokens, token))))
    return EvidenceRecord((*record.chains, Chain(algorithm, (token,))))


def verify_record(
    record: EvidenceRecord,
    file_digests: Mapping[str, bytes],
    *,
    trusted_roots: Iterable[bytes],
    at: datetime,
) -> tuple[TimestampFacts, ...]:
    """Check every token; what each says, the oldest first.

    Each must have been valid at its own time, and each is followed before its certificate ended:
    that of the last must not have ended by `at`. `file_digests`: by algorithm. Raises BadTimestamp.
    """
    if not record.chains:
        raise BadTimestamp("the record has no time stamp")
    roots = list(trusted_roots)
    seen = EMPTY
    told: list[TimestampFacts] = []
    for chain in record.chains:
        for token in chain.tokens:
            expected = to_stamp(seen, chain.algorithm, file_digests[chain.algorithm])
            said = verify(token, digest=expected, trusted_roots=roots, at=at)
            if told and said.gen_time < told[-1].gen_time:
                raise BadTimestamp("a renewal is older than what it renews")
            if told and said.gen_time >= told[-1].valid_until:
                raise BadTimestamp("a renewal came after the certificate before it had ended")
            told.append(said)
            seen = renewed(seen, chain.algorithm, token)
    if at >= told[-1].valid_until:
        raise BadTimestamp("the newest time stamp's certificate has ended: it was not renewed")
    return tuple(told)


def dump(record: EvidenceRecord) -> bytes:
    """The record as DER (RFC 4998 §3.1)."""
    algorithms = [{"algorithm": chain.algorithm} for chain in record.chains]
    encoded: bytes = _Record(
        {
            "version": 1,
            "digest_algorithms": _DigestAlgorithms(algorithms),
            "archive_time_stamp_sequence": _chains(record.chains),
        }
    ).dump()
    return encoded


def load(der: bytes) -> EvidenceRecord:
    """The inverse of `dump`. Raises BadTimestamp."""
    if len(der) > RECORD_BYTES_MAX:
        raise BadTimestamp("the evidence record is too long")
    try:
        read = _Record.load(der, strict=True)
        names = [one["algorithm"].native for one in read["digest_algorithms"]]
        chains = [
            tuple(stamp["time_stamp"].dump() for stamp in chain)
            for chain in read["archive_time_stamp_sequence"]
        ]
    except (ValueError, TypeError, KeyError) as error:
        raise BadTimestamp("not an evidence record") from error
    if len(names) != len(chains) or sum(map(len, chains)) > STAMPS_MAX or not all(chains):
        raise BadTimestamp("an evidence record of another shape")
    record = EvidenceRecord(tuple(map(Chain, names, chains)))
    for name in names:
        _place(name)
    if dump(record) != der:
        raise BadTimestamp("the evidence record is not written in its one form")
    return record


def _chains(chains: Iterable[Chain]) -> _Chains:
    return _Chains(
        [
            _Chain([{"time_stamp": cms.ContentInfo.load(token)} for token in chain.tokens])
            for chain in chains
        ]
    )


def _place(algorithm: str) -> int:
    if algorithm not in ALGORITHMS:
        raise BadTimestamp(f"an algorithm that no chain may have: {algorithm}")
    return ALGORITHMS.index(algorithm)
