"""The bids of a full archive as a folder to compare: opened with the file keys in its custody.

Names of files are the bidders'; on the disk they have a number of ours in front and no character
that could lead anywhere else. The archive is not verified here: `kaibiao verify` does that.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from clients.likeness_folder import Asked, BadFolder
from clients.verifying.archive_file import ArchiveFile, check_framing
from clients.verifying.bodies import KeysReceived, Revealed
from clients.verifying.case import Case, load_case
from clients.verifying.submissions import kept_submissions
from crypto.errors import CryptoError
from crypto.sealed_file import open_stream
from tendering.domain.archive import document_path, envelope_path
from tendering.domain.bag import BadBag
from tendering.domain.bundle import BadBundle, read_bundle
from tendering.domain.journal import Stream
from tendering.domain.refusals import NotFound

PIECE_BYTES: Final = 1 << 20
NAME_MAX: Final = 60
_NOT_A_NAME: Final = re.compile(r"[^\w.-]+")


def unpack(archive: Path, lot: str, folder: Path) -> Asked:
    """Put the opened bids of a lot into `folder`, with tender documents, prices and ceiling.

    Needs as much room as the bids have bytes, and that of one container. Raises BadFolder, OSError.
    """
    with archive.open("rb") as file:
        try:
            opened = ArchiveFile.open(file)
            case = load_case(opened, check_framing(opened), None)
            if not case.is_full:
                raise BadFolder("the public edition of an archive has no bids; take the full one")
            ceiling_fen = case.tender.lot(lot).ceiling_price_fen
            names = dict(_unpacked(case, lot, folder / "bids", folder / "container"))
            prices = {
                names[row.bidder_id]: fen
                for _, body in case.all(Stream.PUBLIC, "prices.revealed", Revealed)
                if body.lot == lot
                for row in body.rows
                if row.bidder_id in names and type(fen := row.form.get("price_fen")) is int
            }
            tender = tuple(_tender_files(case, folder / "tender"))
        except (BadBag, CryptoError, NotFound) as error:
            raise BadFolder(f"{type(error).__name__}: {error}") from None
    return Asked(folder / "bids", tender, prices, ceiling_fen)


def _unpacked(case: Case, lot: str, folder: Path, container: Path) -> Iterator[tuple[object, str]]:
    """Each opened bid: its bidder, and the name of its sub-folder."""
    keys = {
        (body.lot, body.bidder_id): body.file_keys
        for _, body in case.all(Stream.CUSTODY, "file_key.received", KeysReceived)
    }
    bidders = {bid.bidder_id: bid.bidder_name for _, bid in case.bids()}
    folder.mkdir()
    for kept in kept_submissions(case):
        file_keys = keys.get((kept.lot, kept.bidder_id))
        if kept.lot != lot or not kept.stands or file_keys is None:
            continue
        name = f"{kept.uscc} {_safe(bidders.get(kept.bidder_id, ''))}".strip()
        (folder / name).mkdir()
        for kind, file_key in sorted(file_keys.items()):
            path = envelope_path(kept.folder, kind, whole=True)
            with case.archive.stream(path) as source, container.open("wb") as plaintext:
                for piece in open_stream(source, file_key):
                    plaintext.write(piece)
            _unbundle(container, folder / name, kind)
        yield kept.bidder_id, name


def _unbundle(container: Path, folder: Path, kind: str) -> None:
    with container.open("rb") as file:

        def read_at(offset: int, count: int) -> bytes:
            file.seek(offset)
            return file.read(count)

        try:
            bundle = read_bundle(read_at, container.stat().st_size)
        except BadBundle:
            # It was opened and judged invalid; there are no files to compare.
            return
        for number, one in enumerate(bundle.files, start=1):
            file.seek(one.offset)
            left = one.size_bytes
            with (folder / f"{_safe(kind)}-{number:04d}-{_safe(one.name)}").open("xb") as target:
                while left:
                    piece = file.read(min(left, PIECE_BYTES))
                    target.write(piece)
                    left -= len(piece)


def _tender_files(case: Case, folder: Path) -> Iterator[Path]:
    folder.mkdir()
    for number, document in enumerate(case.tender.documents, start=1):
        path = document_path(number, document.name)
        if path in case.archive:
            target = folder / f"{number:04d}-{_safe(document.name)}"
            with target.open("xb") as file:
                for piece in case.archive.chunks(path):
                    file.write(piece)
            yield target


def _safe(name: str) -> str:
    """The end of a name, which has its suffix, without anything that means something to a disk."""
    return _NOT_A_NAME.sub("_", name)[-NAME_MAX:]
