"""A guest site's own copy of a room's transcript: a file that only grows, signed by both sides.

One JSON object a line: items, and after each batch the head that both platforms signed. What
follows the last signed head is not the copy's yet: after a crash or a cut it is fetched again.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final
from uuid import UUID

from crypto.link_channel import public_of, require_signed, sign
from evaluation_rooms.site_transcript import (
    Checked,
    Item,
    TranscriptBroken,
    check_copy,
    head_statement,
)

LINE_BYTES_MAX: Final = 1 << 20


class SiteCopy:
    """The copy in a file. One program has it open at a time."""

    def __init__(
        self, file: Path, room_id: UUID, site: str, *, seed: bytes, host_key: bytes
    ) -> None:
        """Open it, or begin it. Raises TranscriptBroken when it does not hold together."""
        self._room_id, self._site, self._seed, self._host_key = room_id, site, seed, host_key
        kept = _signed_part(file)
        checked = check_copy(kept, room_id, site, host_key=host_key, guest_key=public_of(seed))
        self.signed = self._place = checked.place
        self._new: list[Item] = []
        self._stream: BinaryIO = file.open("ab")
        _cut(file, kept)

    def add(self, item: Item) -> None:
        """The next item. Raises TranscriptBroken when it is another."""
        self._place = self._place.after(item)
        self._new.append(item)

    def forget_unsigned(self) -> None:
        """A new link begins: what was not signed comes again."""
        self._place, self._new = self.signed, []

    def seal(self, n: int, head: str, host_signature: bytes) -> bytes:
        """Keep what came since the last head, which the host has signed; one's own signature.

        Raises TranscriptBroken, BadSignature. Blocks until it is on the disk.
        """
        place = self._place
        if (n, head) != (place.n, place.head.hex()):
            raise TranscriptBroken(f"the host signs another head than that of item {place.n}")
        statement = head_statement(self._room_id, self._site, place)
        require_signed(self._host_key, statement, host_signature)
        own = sign(self._seed, statement)
        if not self._new:
            return own
        signed = {"n": n, "head": head, "host": host_signature.hex(), "guest": own.hex()}
        lines: list[dict[str, Any]] = [{"item": item.value} for item in self._new]
        self._stream.write(b"".join(_line(one) for one in [*lines, signed]))
        self._stream.flush()
        os.fsync(self._stream.fileno())
        self.signed, self._new = place, []
        return own

    def close(self) -> None:
        """Close the file."""
        self._stream.close()


def check_file(
    file: Path, room_id: UUID, site: str, *, host_key: bytes, guest_key: bytes
) -> Checked:
    """Check a copy offline, line by line. Raises TranscriptBroken, OSError."""
    return check_copy(_lines(file), room_id, site, host_key=host_key, guest_key=guest_key)


def _line(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    with file.open("rb") as stream:
        while data := stream.readline(LINE_BYTES_MAX):
            try:
                value = json.loads(data)
            except ValueError as error:
                raise TranscriptBroken("a line is cut off or is no JSON") from error
            if not data.endswith(b"\n") or not isinstance(value, dict):
                raise TranscriptBroken("a line is cut off or is no object")
            yield value


def _signed_part(file: Path) -> list[dict[str, Any]]:
    """The lines up to the last signed head; a crash may have cut what follows."""
    if not file.exists():
        return []
    found: list[dict[str, Any]] = []
    try:
        found.extend(_lines(file))
    except TranscriptBroken:
        # Whatever is before the damage is checked in full.
        found = _readable(file)
    last = max((n for n, line in enumerate(found, start=1) if "item" not in line), default=0)
    return found[:last]


def _readable(file: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    lines = _lines(file)
    while True:
        try:
            found.append(next(lines))
        except (StopIteration, TranscriptBroken):
            return found


def _cut(file: Path, kept: list[dict[str, Any]]) -> None:
    """Let the file end after the lines that are kept, as they stand there."""
    size = 0
    with file.open("rb") as stream:
        for _ in kept:
            size += len(stream.readline(LINE_BYTES_MAX))
    os.truncate(file, size)
