"""An archive as it was read: its tender, its streams, the keys to check it against."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, TypeVar
from uuid import UUID

import msgspec
from msgspec import Struct

from clients.key_replacements import tender_now
from clients.tender_facts import NoticeInvalid, tender_of_notice
from clients.verifying.archive_file import ArchiveFile
from clients.verifying.bodies import Closed, ClosedBid
from crypto.canonical import JsonValue
from crypto.certificates import CertificateFacts
from crypto.errors import BadCertificate
from crypto.signing import SignedStatement, verify_statement
from evaluation_rooms.room import Room
from tendering.domain.archive import (
    FORMAT,
    KEYS,
    TENDER,
    Edition,
    Head,
    Party,
    journal_path,
    parse_entry,
    streams_of,
)
from tendering.domain.archive_keys import ArchiveKeys, parse_archive_keys
from tendering.domain.bag import BadBag
from tendering.domain.journal import Entry, Stream, parse_instant
from tendering.domain.key_policy import under
from tendering.domain.pauses import pauses_of
from tendering.domain.refusals.log import PublishedKeysInvalid
from tendering.domain.suspension import Pause
from tendering.domain.tender import Tender

Body = TypeVar("Body", bound=Struct)
ENTRIES_MAX: Final = 2_000_000


class PartyBody(Struct, frozen=True, forbid_unknown_fields=True):
    """An organization in tender.json."""

    id: UUID
    uscc: str
    name: str
    role: str


class HeadBody(Struct, frozen=True, forbid_unknown_fields=True):
    """The end of a stream in tender.json."""

    seq: int
    head: str


class TenderFile(Struct, frozen=True, forbid_unknown_fields=True):
    """tender.json."""

    format: str
    edition: Edition
    tender_id: UUID
    number: str
    title: str
    status: str
    made_at: str
    demonstration: bool
    heads: dict[Stream, HeadBody]
    parties: tuple[PartyBody, ...]


@dataclass(slots=True)
class Case:
    """Everything the steps look at; `digests` are SHA-256 (hex) by path.

    `certificates` fills up with those that signed something: when, and where that stands. `forms`
    fills up with what opened containers say, by lot, bidder and kind, `contents` with their digests
    (hex); `rooms` with the replayed evaluation rooms; `priced_bills` with how to read a bid's bill,
    `bill_fen` with what they come to by lot.
    """

    archive: ArchiveFile = field(repr=False)
    edition: Edition
    made_at: datetime
    demonstration: bool
    tender: Tender
    published: Entry
    streams: dict[Stream, list[Entry]] = field(repr=False)
    heads: dict[Stream, Head]
    parties: dict[UUID, Party]
    keys: ArchiveKeys = field(repr=False)
    own_keys: ArchiveKeys = field(repr=False)
    trusted_beforehand: bool
    digests: dict[str, str] = field(repr=False)
    certificates: dict[bytes, tuple[datetime, str]] = field(default_factory=dict)
    forms: dict[tuple[str, UUID, str], Mapping[str, JsonValue]] = field(default_factory=dict)
    contents: dict[tuple[str, UUID, str], str] = field(default_factory=dict)
    rooms: dict[UUID, Room] = field(default_factory=dict)
    priced_bills: dict[tuple[str, UUID], Callable[[], bytes | None]] = field(default_factory=dict)
    bill_fen: dict[str, Mapping[UUID, Mapping[str, int]]] = field(default_factory=dict)

    @property
    def notice(self) -> Tender:
        """The tender of its notice; in `tender` key holders and bills may be replaced."""
        return replace(under(self.tender, 1), lots=tender_of_notice(self.published).lots)

    @property
    def is_full(self) -> bool:
        """Is it the edition that shows everything?"""
        return self.edition is Edition.FULL

    @property
    def pauses(self) -> tuple[Pause, ...]:
        """How long the tender stood still, each time. Raises BadBag."""
        return self.pauses_in(self.streams[Stream.PUBLIC])

    def pauses_in(self, entries: Iterable[Entry]) -> tuple[Pause, ...]:
        """How long the tender stood still, as some public entries say. Raises BadBag."""
        try:
            return pauses_of(entries)
        except (KeyError, ValueError) as error:
            raise BadBag(journal_path(Stream.PUBLIC), f"a pause without {error}") from error

    def all(self, stream: Stream, kind: str, body: type[Body]) -> list[tuple[Entry, Body]]:
        """All entries of a kind, parsed. Raises BadBag naming the entry that cannot be read."""
        entries = self.streams.get(stream, [])
        return [(entry, parsed(entry, body)) for entry in entries if entry.kind == kind]

    def closing(self) -> tuple[Entry, Closed] | None:
        """The end of submission, or the failure of a tender with too few bids."""
        for kind in ("submission.closed", "tender.failed"):
            for entry in self.streams[Stream.PUBLIC]:
                if entry.kind == kind and "custody" in entry.body:
                    return entry, parsed(entry, Closed)
        return None

    def bids(self) -> list[tuple[str, ClosedBid]]:
        """The bids that stood at the deadline, with their lots, as the platform published them."""
        closing = self.closing()
        return (
            []
            if closing is None
            else [(lot.lot, bid) for lot in closing[1].lots for bid in lot.bids]
        )

    def uscc_of(self, organization_id: UUID) -> str | None:
        """The credit code of an organization; None when the archive does not name it."""
        party = self.parties.get(organization_id)
        return None if party is None else party.uscc

    def signed(
        self, value: object, *, label: str, at: datetime, where: str
    ) -> tuple[SignedStatement, CertificateFacts]:
        """A statement whose signature and certificate hold at `at`. Raises CryptoError."""
        signed = SignedStatement.from_value(value)  # type: ignore[arg-type]  # it checks the type
        who = verify_statement(signed, label=label, trusted_roots=self.keys.roots, at=at)
        self.certificates.setdefault(signed.certificate, (at, where))
        return signed, who


def load_case(archive: ArchiveFile, digests: dict[str, str], trust: ArchiveKeys | None) -> Case:
    """Read what every step needs. Raises BadBag."""
    described = _tender_file(archive)
    own_keys = _keys(archive)
    streams = {
        stream: _entries(archive, described.tender_id, stream)
        for stream in streams_of(described.edition)
    }
    published = next(
        (one for one in streams[Stream.PUBLIC] if one.kind == "tender.published"), None
    )
    if published is None:
        raise BadBag(journal_path(Stream.PUBLIC), "the tender was never published")
    try:
        tender = tender_now(published, streams[Stream.PUBLIC])
    except NoticeInvalid as error:
        raise BadBag(place(published), str(error)) from error
    if (described.number, described.title) != (tender.number, tender.title):
        raise BadBag(TENDER, "another number or title than in the notice")
    return Case(
        archive=archive,
        edition=described.edition,
        made_at=_instant(described.made_at),
        demonstration=described.demonstration,
        tender=tender,
        published=published,
        streams=streams,
        heads={
            stream: Head(head.seq, _hex(head.head, TENDER))
            for stream, head in described.heads.items()
        },
        parties={
            party.id: Party(party.id, party.uscc, party.name, party.role)
            for party in described.parties
        },
        keys=own_keys if trust is None else trust,
        own_keys=own_keys,
        trusted_beforehand=trust is not None,
        digests=digests,
    )


def place(entry: Entry) -> str:
    """How an entry is named in the report: file, number, kind."""
    return f"{journal_path(entry.stream)} entry {entry.seq} ({entry.kind})"


def parsed(entry: Entry, body: type[Body]) -> Body:
    """The body of an entry. Raises BadBag."""
    try:
        return msgspec.convert(entry.body, body)
    except msgspec.ValidationError as error:
        raise BadBag(place(entry), str(error)) from error


def _tender_file(archive: ArchiveFile) -> TenderFile:
    try:
        described = msgspec.convert(archive.json(TENDER), TenderFile)
    except msgspec.ValidationError as error:
        raise BadBag(TENDER, str(error)) from error
    if described.format != FORMAT or set(described.heads) != set(Stream):
        raise BadBag(TENDER, "not the archive of a tender in this version")
    return described


def _keys(archive: ArchiveFile) -> ArchiveKeys:
    try:
        return parse_archive_keys(archive.json(KEYS))
    except (PublishedKeysInvalid, BadCertificate) as error:
        raise BadBag(KEYS, str(error)) from error


def _entries(archive: ArchiveFile, tender_id: UUID, stream: Stream) -> list[Entry]:
    path = journal_path(stream)
    entries: list[Entry] = []
    lines = archive.bytes(path).splitlines(keepends=True)
    if len(lines) > ENTRIES_MAX:
        raise BadBag(path, "too many entries")
    for number, line in enumerate(lines, start=1):
        try:
            entries.append(parse_entry(line, tender_id, stream))
        except (ValueError, TypeError) as error:
            raise BadBag(f"{path} entry {number}", str(error)) from error
    return entries


def _instant(text: str) -> datetime:
    try:
        return parse_instant(text)
    except ValueError as error:
        raise BadBag(TENDER, str(error)) from error


def _hex(text: str, where: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError as error:
        raise BadBag(where, str(error)) from error
