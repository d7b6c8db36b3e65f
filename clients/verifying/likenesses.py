"""What the opened bids have in common, found again from the containers in the archive."""

from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec import Struct

from clients.likeness_archive import unpack_case
from clients.verifying.bodies import Revealed
from clients.verifying.case import Case, place
from clients.verifying.report import Notes
from crypto.canonical import canonical
from crypto.errors import CryptoError
from tendering.bid_reading.folder import BadFolder, compare_folder
from tendering.bid_reading.reading import TOO_SLOW
from tendering.domain.archive import likeness_path
from tendering.domain.journal import Entry, Stream
from tendering.domain.refusals import NotFound
from tendering.domain.similarity.report import report_json
from tendering.likeness_process import reader


class LikenessMade(Struct, frozen=True):
    """`likeness.made`."""

    lot: str
    session: int
    digest: str
    size_bytes: int
    reader: str


def check_likenesses(case: Case, notes: Notes) -> None:
    """Each report follows from the bids; a session has one at the most."""
    if not case.is_full:
        notes.skips("what the bids have in common")
        return
    seen: set[tuple[str, int]] = set()
    for entry, said in case.all(Stream.CUSTODY, "likeness.made", LikenessMade):
        key = (said.lot, said.session)
        notes.require(key not in seen, place(entry), "a second report of the session")
        seen.add(key)
        _check_made(case, entry, said, notes)
    for _, body in case.all(Stream.PUBLIC, "prices.revealed", Revealed):
        if (body.lot, body.session) not in seen and len(body.rows) > 1:
            notes.remark(f"lot {body.lot}, session {body.session}: the bids were not compared")


def _check_made(case: Case, entry: Entry, said: LikenessMade, notes: Notes) -> None:
    where, path = place(entry), likeness_path(said.lot, said.session)
    shown = [
        one
        for one, body in case.all(Stream.PUBLIC, "prices.revealed", Revealed)
        if (body.lot, body.session) == (said.lot, said.session)
    ]
    notes.require(
        bool(shown) and shown[0].at <= entry.at, where, "made before the bids were read out"
    )
    if not notes.require(path in case.archive, path, "the report is missing"):
        return
    kept = case.archive.bytes(path)
    bound = (sha256(kept).hexdigest(), len(kept)) == (said.digest, said.size_bytes)
    notes.require(bound, path, f"not the report of {where}")
    if said.reader != reader():
        notes.remark(f"{where}: made with {said.reader}; not found again with {reader()}")
        return
    try:
        with TemporaryDirectory(prefix="kaibiao-verify-") as room:
            asked = unpack_case(case, said.lot, Path(room), sessions=said.session)
            again = report_json(compare_folder(asked, lambda *_: None))
    except (BadFolder, CryptoError, NotFound, OSError) as error:
        notes.fails(where, f"the bids cannot be compared again: {error}")
        return
    if TOO_SLOW.encode() in kept:
        notes.remark(f"{where}: a file took too long to read, then or now")
        return
    same = sha256(canonical(again)).hexdigest() == said.digest
    notes.require(same, where, "another report follows from the bids")
