"""Following a tender's journal from outside, and checking that nothing in it ever changes.

A follower keeps the last head it has seen and recomputes every head that comes after it: a platform
that rewrites what it has shown is found out at the next look. docs/specs/journal-v1.md.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from clients.platform import Platform
from tendering.domain.journal import (
    BrokenChain,
    Entry,
    Stream,
    first_head,
    next_head,
    parse_instant,
)

PAGE: Final = 200


@dataclass(slots=True)
class JournalFollower:
    """The entries of one stream seen so far, in order, each verified against the one before."""

    platform: Platform
    tender_id: UUID
    stream: Stream = Stream.PUBLIC
    entries: list[Entry] = field(default_factory=list)

    @property
    def head(self) -> bytes:
        """The head of the last entry seen. 32 bytes."""
        return self.entries[-1].head if self.entries else first_head(self.tender_id, self.stream)

    async def look(self) -> list[Entry]:
        """Fetch what is new. Raises BrokenChain, PlatformRefused, PlatformUnreachable."""
        fresh: list[Entry] = []
        while True:
            page = await self.platform.get(
                f"/tenders/{self.tender_id}/journal/{self.stream}",
                {"after": len(self.entries), "limit": PAGE},
            )
            for value in page["entries"]:
                entry = self._verified(value)
                self.entries.append(entry)
                fresh.append(entry)
            if len(page["entries"]) < PAGE:
                return fresh

    def find(self, kind: str, accepts: Callable[[Entry], bool] | None = None) -> Entry | None:
        """The last entry of that kind that fits, among those seen."""
        for entry in reversed(self.entries):
            if entry.kind == kind and (accepts is None or accepts(entry)):
                return entry
        return None

    def _verified(self, value: dict[str, Any]) -> Entry:
        entry = Entry(
            tender_id=self.tender_id,
            stream=self.stream,
            seq=value["seq"],
            kind=value["kind"],
            body=value["body"],
            at=parse_instant(value["at"]),
            head=bytes.fromhex(value["head"]),
        )
        if entry.seq != len(self.entries) + 1:
            raise BrokenChain(self.stream, entry.seq, "an entry is missing")
        expected = next_head(
            self.head, seq=entry.seq, kind=entry.kind, body=entry.body, at=entry.at
        )
        if entry.head != expected:
            raise BrokenChain(self.stream, entry.seq, "the head does not follow from the entry")
        return entry
