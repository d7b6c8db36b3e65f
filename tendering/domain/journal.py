"""The journal: what happened to each tender, in order, chained.

Three streams a tender, because one numbering would leak: a gap in what the public may read tells
how many bids there are. Format: docs/specs/journal-v1.md.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from uuid import UUID

from crypto.canonical import JsonValue, canonical

LABEL = b"kaibiao/journal/v1\0"
NONCE_BYTES = 32


class Stream(StrEnum):
    """Who may read an entry: everybody; the sealed intake; the evaluation committee."""

    PUBLIC = "public"
    CUSTODY = "custody"
    COMMITTEE = "committee"


@dataclass(frozen=True, slots=True)
class Event:
    """What happened, before it has a place in a stream. `kind` is past tense, `bid.submitted`."""

    kind: str
    body: dict[str, JsonValue]


def blinded(event: Event, nonce: bytes) -> Event:
    """The event with 32 bytes of chance that its stream keeps secret until it is shown.

    The head after it may then be told to somebody who knows the event: without the nonce nobody
    can try out what stood before. Without it a bidder would learn from its receipt whether another
    had been there first.
    """
    assert len(nonce) == NONCE_BYTES
    return Event(event.kind, {**event.body, "nonce": nonce.hex()})


@dataclass(frozen=True, slots=True)
class Entry:
    """An event with its place: `head` binds it and everything before it in its stream."""

    tender_id: UUID
    stream: Stream
    seq: int
    kind: str
    body: dict[str, JsonValue]
    at: datetime
    head: bytes


class BrokenChain(Exception):
    """The chain does not hold at `seq` of `stream`."""

    def __init__(self, stream: Stream, seq: int, why: str) -> None:
        """Name the first entry that does not hold, and why."""
        super().__init__(f"{stream} {seq}: {why}")
        self.stream, self.seq, self.why = stream, seq, why


def first_head(tender_id: UUID, stream: Stream) -> bytes:
    """The head before the first entry: binds a chain to its tender and stream. 32 bytes."""
    return sha256(LABEL + canonical({"tender_id": str(tender_id), "stream": stream})).digest()


def next_head(
    previous: bytes, *, seq: int, kind: str, body: dict[str, JsonValue], at: datetime
) -> bytes:
    """The head after an entry: H(label ‖ previous head ‖ H(entry)). 32 bytes."""
    entry = canonical({"seq": seq, "kind": kind, "body": body, "at": instant(at)})
    return sha256(LABEL + previous + sha256(entry).digest()).digest()


def verify_chain(tender_id: UUID, stream: Stream, entries: Iterable[Entry]) -> bytes:
    """Recompute a whole stream from its first entry; return the last head. Raises BrokenChain."""
    head = first_head(tender_id, stream)
    for expected, entry in enumerate(entries, start=1):
        if entry.seq != expected:
            raise BrokenChain(stream, expected, f"entry {entry.seq} stands in its place")
        head = next_head(head, seq=entry.seq, kind=entry.kind, body=entry.body, at=entry.at)
        if head != entry.head:
            raise BrokenChain(stream, expected, "the head does not follow from the entry")
    return head


def instant(at: datetime) -> str:
    """RFC 3339 in UTC with microseconds and Z: the one way an instant is written."""
    assert at.tzinfo is not None
    offset = at.utcoffset()
    assert offset is not None
    moment = (at - offset).replace(tzinfo=None)
    return moment.isoformat(timespec="microseconds") + "Z"


def parse_instant(text: str) -> datetime:
    """The inverse of `instant`. Raises ValueError when the text is no instant with an offset."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"no offset: {text}")
    return at
