"""The likeness of bids in a folder: one sub-folder a bidder, each file read by itself."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from os import cpu_count
from pathlib import Path
from typing import Final

from tendering.bid_reading.reading import ReadFile, read_bid_file
from tendering.domain.similarity.comparing import Progress
from tendering.domain.similarity.report import BidMaterial, Likeness, Unread, compare
from tendering.domain.similarity.text import Document

BIDS_MAX: Final = 500
FILES_OF_A_BID_MAX: Final = 500
DEPTH_MAX: Final = 8


class BadFolder(Exception):
    """Not a folder of bids, or too much in it; the sentence says what."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What to compare: the folder, the tender's files, total prices in fen, the ceiling price."""

    folder: Path
    tender: tuple[Path, ...] = ()
    prices: Mapping[str, int] | None = None
    ceiling_fen: int | None = None


def compare_folder(asked: Asked, progress: Progress) -> Likeness:
    """Read every file and compare. A file that cannot be read is named and ends nothing.

    Raises BadFolder, and what `progress` raises in order to stop.
    """
    bidders = sorted(path for path in asked.folder.iterdir() if path.is_dir())
    if not 1 < len(bidders) <= BIDS_MAX:
        raise BadFolder(f"{len(bidders)} sub-folders; from 2 to {BIDS_MAX} bids are compared")
    files = [(bidder.name, file) for bidder in bidders for file in _files(bidder)]
    with ThreadPoolExecutor(max_workers=cpu_count() or 1) as pool:
        reading = [
            *((None, pool.submit(_read, file, file.name)) for file in asked.tender),
            *(
                (name, pool.submit(_read, file, str(file.relative_to(asked.folder / name))))
                for name, file in files
            ),
        ]
        try:
            read = list(_finished(reading, progress))
        except BaseException:
            # Ctrl-C: what has not begun is not begun, so that the pool ends soon.
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    material = {
        bidder.name: [one for name, one in read if name == bidder.name] for bidder in bidders
    }
    bids = [_material(name, own) for name, own in material.items()]
    tender = _material("", [one for name, one in read if name is None]) if asked.tender else None
    return compare(bids, tender, asked.prices or {}, asked.ceiling_fen, progress)


def _files(bidder: Path) -> list[Path]:
    """The files under a bidder's folder, in order of their names; links are not followed."""
    found: list[Path] = []
    folders = [(bidder, 0)]
    while folders:
        folder, depth = folders.pop()
        for path in folder.iterdir():
            if path.is_symlink() or path.name.startswith((".", "~$")):
                continue
            if path.is_dir() and depth < DEPTH_MAX:
                folders.append((path, depth + 1))
            elif path.is_file():
                found.append(path)
        if len(found) > FILES_OF_A_BID_MAX:
            raise BadFolder(f"{bidder.name}: more than {FILES_OF_A_BID_MAX} files")
    return sorted(found)


def _read(file: Path, name: str) -> ReadFile:
    try:
        return read_bid_file(file, name)
    except OSError as error:
        return ReadFile(name, None, (), error.strerror or "it cannot be read")


def _finished(
    reading: list[tuple[str | None, Future[ReadFile]]],
    progress: Callable[[str, int, int], None],
) -> Iterator[tuple[str | None, ReadFile]]:
    for number, (name, future) in enumerate(reading):
        progress("files", number, len(reading))
        yield name, future.result()


def _material(bid: str, read: list[ReadFile]) -> BidMaterial:
    return BidMaterial(
        bid,
        tuple(Document(one.name, one.pages) for one in read),
        tuple(mark for one in read for mark in one.marks),
        tuple(Unread(one.name, one.refused) for one in read if one.refused is not None),
    )
