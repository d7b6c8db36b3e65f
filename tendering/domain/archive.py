"""The archive of a tender: which files it has, where they stand, and what either edition shows.

The full edition lets its holder recompute everything offline; the public one has what the law
publishes, and the heads that bind the rest. Format: docs/specs/archive-v1.md.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from crypto.canonical import JsonValue, canonical, parse
from tendering.domain.journal import Entry, Stream, instant, parse_instant
from tendering.domain.refusals.tenders import ArchiveNotReady
from tendering.domain.tender import Tender, TenderStatus

FORMAT: Final = "kaibiao/archive/v1"
TENDER: Final = "data/tender.json"
KEYS: Final = "data/keys.json"
LOG: Final = "data/log/log.json"
CERTIFICATES: Final = "data/certificates"
REVOKED: Final = f"{CERTIFICATES}/revoked.crl"
KEEPING: Final = "data/keeping.json"
DEMONSTRATION: Final = "data/demonstration.json"
# A signed note over the manifest: who made the archive, and that nothing was added to it since.
NOTE: Final = "archive-note.txt"

HEADER_SUFFIX: Final = ".header"
CONTAINER_SUFFIX: Final = ".age"
_SUFFIX: Final = re.compile(r"\.[a-z0-9]{1,8}$")
_OVER: Final = frozenset(
    {
        TenderStatus.AWARDED,
        TenderStatus.CONTINUED,
        TenderStatus.FAILED,
        TenderStatus.TERMINATED,
    }
)


class Edition(StrEnum):
    """For whoever may see everything, and for everybody."""

    FULL = "full"
    PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class Party:
    """An organization with a part in the tender, as the platform had it registered."""

    id: UUID
    uscc: str
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class Head:
    """Where a stream ended when the archive was made: the number and head of its last entry."""

    seq: int
    head: bytes


def require_archivable(tender: Tender) -> None:
    """An archive is made of a tender that is over. Raises ArchiveNotReady."""
    # 电子招标投标办法 第四十条: all of it is archived; before the award much is still secret.
    if tender.status not in _OVER:
        raise ArchiveNotReady(status=tender.status)


def folder_of(tender_id: UUID) -> str:
    """The one folder in the ZIP file."""
    return f"kaibiao-{tender_id}"


def journal_path(stream: Stream) -> str:
    """Where a stream stands."""
    return f"data/journal/{stream}.jsonl"


def streams_of(edition: Edition) -> tuple[Stream, ...]:
    """The streams that an edition has complete; of the others it has the heads."""
    return tuple(Stream) if edition is Edition.FULL else (Stream.PUBLIC,)


def document_path(number: int, name: str, version: int = 1) -> str:
    """Where the `number`-th file that a version of the tender documents brought stands.

    Counted in the order of the notice, or of the amendment's entry.
    """
    suffix = _SUFFIX.search(name.lower())
    folder = "data/documents" if version == 1 else f"data/documents/v{version}"
    return f"{folder}/{number:03d}{suffix.group() if suffix else '.bin'}"


def issued_path(kind: str, lot: str, edition: int = 1) -> str:
    """Where an issued PDF stands; with an empty `lot` it is the only one of its kind.

    No kind and no lot has a `_` at its end: what follows one is the edition.
    """
    name = "-".join(part for part in (kind, lot) if part)
    return f"data/issued/{name if edition == 1 else f'{name}_{edition}'}.pdf"


def outside_list_path(number: int) -> str:
    """Where the `number`-th revocation list of an outside authority stands, from 1."""
    return f"{CERTIFICATES}/outside-{number:02d}.crl"


def evaluation_path(lot: str) -> str:
    """Where the outcome that the committee confirmed stands."""
    return f"data/evaluation/{lot}.json"


def likeness_path(lot: str, session: int) -> str:
    """Where the report stands on what the bids of a lot have in common after a session."""
    return f"data/likeness/{lot}-{session}.json"


def clearing_path(lot: str) -> str:
    """Where the clearing report of a lot with a bill of quantities stands."""
    return f"data/clearing/{lot}.json"


def bid_folder(lot: str, uscc: str, counter: int) -> str:
    """Where one submission stands."""
    return f"data/bids/{lot}/{uscc}/{counter}"


def envelope_path(folder: str, kind: str, *, whole: bool) -> str:
    """A container, or of one that was given back or stays secret its header alone."""
    return f"{folder}/{kind}{CONTAINER_SUFFIX if whole else HEADER_SUFFIX}"


def receipt_path(folder: str, act: str) -> str:
    """The platform's receipt of a submission or of its withdrawal."""
    return f"{folder}/{'receipt' if act == 'bid.submitted' else 'withdrawal'}.json"


def tender_json(
    tender: Tender,
    edition: Edition,
    *,
    parties: Sequence[Party],
    heads: Mapping[Stream, Head],
    made_at: datetime,
) -> dict[str, JsonValue]:
    """What the archive is of: the first file to read."""
    return {
        "format": FORMAT,
        "edition": edition,
        "tender_id": str(tender.id),
        "number": tender.number,
        "title": tender.title,
        "status": tender.status,
        "made_at": instant(made_at),
        "demonstration": tender.demonstration,
        "heads": {
            stream: {"seq": head.seq, "head": head.head.hex()} for stream, head in heads.items()
        },
        "parties": [
            {"id": str(party.id), "uscc": party.uscc, "name": party.name, "role": party.role}
            for party in parties
        ],
    }


def entry_line(entry: Entry) -> bytes:
    """One entry of a stream as a line of canonical JSON."""
    value: dict[str, JsonValue] = {
        "seq": entry.seq,
        "kind": entry.kind,
        "body": entry.body,
        "at": instant(entry.at),
        "head": entry.head.hex(),
    }
    return canonical(value) + b"\n"


def parse_entry(line: bytes, tender_id: UUID, stream: Stream) -> Entry:
    """The inverse of `entry_line`. Raises ValueError unless it is exactly that."""
    match parse(line):
        case {
            "seq": int(seq),
            "kind": str(kind),
            "body": dict(body),
            "at": str(at),
            "head": str(head),
        }:
            entry = Entry(
                tender_id, stream, seq, kind, body, parse_instant(at), bytes.fromhex(head)
            )
        case _:
            raise ValueError("not an entry of a journal")
    if entry_line(entry) != line:
        raise ValueError("the entry is not written in its one form")
    return entry


def note_body(tender_id: UUID, edition: Edition, *, manifest_digest: str, made_at: datetime) -> str:
    """What the platform's receipt key signs under the archive: five lines."""
    return f"{FORMAT}\n{tender_id}\n{edition}\n{instant(made_at)}\n{manifest_digest}\n"


def demonstration_json() -> dict[str, JsonValue]:
    """What stands in every archive of a platform that ran on a demonstration clock."""
    return {
        "demonstration": True,
        "notice_zh": "示范环境：时间由示范时钟给出，人员与单位均为示范，不具有法律效力。",
        "notice_en": "A demonstration: times are those of a demonstration clock, persons and "
        "organizations do not exist, nothing here has legal effect.",
    }
