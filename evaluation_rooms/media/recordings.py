"""The index of a room's recordings: which file has whom, and where in it an event of the room is.

One file of JSON lines beside the recordings, in order of time. It names no bidder, expert or mark:
seats, kinds of entries and their numbers in the committee's stream, which say the rest to whoever
may read it.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from evaluation_rooms.floor import Peer
from tendering.domain.journal import Entry

INDEX: Final = "index.jsonl"


@dataclass(slots=True)
class RecordingIndex:
    """What runs now, and the lines that are not written yet."""

    folder: Path
    running: dict[str, datetime] = field(default_factory=dict)
    seq: int = 0
    _lines: list[dict[str, Any]] = field(default_factory=list)

    def begins(self, peer: Peer, *, at: datetime) -> None:
        """What a peer sends is recorded from now on."""
        file = file_of(peer)
        self.running[file] = at
        who = {"viewer": peer.standing.viewer, "seat": peer.standing.seat}
        self._lines.append(
            {"at": at.isoformat(), "begins": file, **who, "sends": sorted(peer.sends)}
        )

    def ends(self, peer: Peer, *, at: datetime) -> None:
        """It is not recorded any more."""
        file = file_of(peer)
        if self.running.pop(file, None) is not None:
            self._lines.append({"at": at.isoformat(), "ends": file})

    def happened(self, entries: Sequence[Entry]) -> None:
        """Entries of the room, with their place in every recording that runs, in seconds."""
        # Two feeds of a stream may bring the same entry.
        fresh = [entry for entry in entries if entry.seq > self.seq]
        self.seq = max([self.seq, *(entry.seq for entry in fresh)])
        for entry in fresh if self.running else ():
            places = {
                file: round((entry.at - since).total_seconds(), 3)
                for file, since in self.running.items()
            }
            self._lines.append(
                {"at": entry.at.isoformat(), "seq": entry.seq, "kind": entry.kind, "in": places}
            )

    def unwritten(self) -> tuple[bytes, ...]:
        """The lines that are to be written."""
        return tuple(json.dumps(line).encode() + b"\n" for line in self._lines)

    def written(self, lines: Sequence[bytes]) -> None:
        """These, the first, have been written."""
        del self._lines[: len(lines)]


def file_of(peer: Peer) -> str:
    """How the files of what a peer sends begin; Janus adds which stream, and `.mjr`."""
    seat = peer.standing.seat
    return f"{peer.standing.viewer if seat is None else f'seat-{seat}'}-{peer.id}"


def write_index(folder: Path, lines: Sequence[bytes]) -> None:
    """Append to the index, durably. Blocks. Raises OSError."""
    folder.mkdir(mode=0o770, parents=True, exist_ok=True)
    with (folder / INDEX).open("ab") as stream:
        stream.writelines(lines)
        stream.flush()
        os.fsync(stream.fileno())
