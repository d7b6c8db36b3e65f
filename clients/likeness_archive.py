"""The bids of a full archive as a folder to compare: opened with the file keys in its custody.

The archive is not verified here: `kaibiao verify` does that.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, TypeAlias
from uuid import UUID

from clients.verifying.archive_file import ArchiveFile, check_framing
from clients.verifying.bodies import KeysReceived, Revealed
from clients.verifying.case import Case, load_case
from clients.verifying.submissions import Kept, kept_submissions
from crypto.errors import CryptoError
from crypto.sealed_file import open_stream
from tendering.bid_reading.folder import Asked, BadFolder
from tendering.bid_reading.unbundling import numbered_name, safe_name, unbundle
from tendering.domain.archive import document_path, envelope_path
from tendering.domain.bag import BadBag
from tendering.domain.journal import Stream
from tendering.domain.refusals import NotFound

SESSIONS_MAX: Final = 100

Naming: TypeAlias = Callable[[Kept, str], str]
"""What the sub-folder of a bid is called, from the bid and its bidder's name."""


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
            return unpack_case(case, lot, folder, named=_credit_code_and_name)
        except (BadBag, CryptoError, NotFound) as error:
            raise BadFolder(f"{type(error).__name__}: {error}") from None


def unpack_case(
    case: Case, lot: str, folder: Path, *, named: Naming | None = None, sessions: int = SESSIONS_MAX
) -> Asked:
    """The same of an archive that is open, with what the first `sessions` of the opening showed.

    Sub-folders are called by the bidder's id, as in the report that the platform makes, or `named`.
    Raises BadBag, CryptoError, NotFound, OSError.
    """
    ceiling_fen = case.tender.lot(lot).ceiling_price_fen
    names = dict(_unpacked(case, lot, folder, named or _by_id, sessions))
    prices = {
        names[row.bidder_id]: fen
        for _, body in case.all(Stream.PUBLIC, "prices.revealed", Revealed)
        if body.lot == lot and body.session <= sessions
        for row in body.rows
        if row.bidder_id in names and type(fen := row.form.get("price_fen")) is int
    }
    tender = tuple(_tender_files(case, folder / "tender"))
    return Asked(folder / "bids", tender, prices, ceiling_fen)


def _by_id(kept: Kept, _name: str) -> str:
    return str(kept.bidder_id)


def _credit_code_and_name(kept: Kept, name: str) -> str:
    return f"{kept.uscc} {safe_name(name)}".strip()


def _unpacked(
    case: Case, lot: str, folder: Path, named: Naming, sessions: int
) -> Iterator[tuple[UUID, str]]:
    """Each opened bid: its bidder, and the name of its sub-folder."""
    keys: dict[UUID, dict[str, bytes]] = {}
    for _, body in case.all(Stream.CUSTODY, "file_key.received", KeysReceived):
        if body.lot == lot and body.session <= sessions:
            keys.setdefault(body.bidder_id, {}).update(body.file_keys)
    bidders = {bid.bidder_id: bid.bidder_name for _, bid in case.bids()}
    bids, container = folder / "bids", folder / "container"
    bids.mkdir()
    for kept in kept_submissions(case):
        file_keys = keys.get(kept.bidder_id)
        if kept.lot != lot or not kept.stands or file_keys is None:
            continue
        name = named(kept, bidders.get(kept.bidder_id, ""))
        (bids / name).mkdir()
        for kind, file_key in sorted(file_keys.items()):
            path = envelope_path(kept.folder, kind, whole=True)
            with case.archive.stream(path) as source, container.open("wb") as plaintext:
                for piece in open_stream(source, file_key):
                    plaintext.write(piece)
            unbundle(container, bids / name, kind)
        yield kept.bidder_id, name


def _tender_files(case: Case, folder: Path) -> Iterator[Path]:
    folder.mkdir()
    for number, document in enumerate(case.tender.documents, start=1):
        path = document_path(number, document.name)
        if path in case.archive:
            target = folder / numbered_name(number, document.name)
            with target.open("xb") as file:
                for piece in case.archive.chunks(path):
                    file.write(piece)
            yield target
