"""The archive of a small tender, played in memory with real cryptography: a value, file by file."""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

from crypto.canonical import JsonValue, canonical, parse
from crypto.certificates import make_crl
from crypto.sealed_file import read_sealed_header
from crypto.tlog import Tree, checkpoint_body, cosign, sign_note, with_signatures
from crypto.vrf import vrf_public
from tendering.domain.archive import (
    KEYS,
    LOG,
    NOTE,
    REVOKED,
    TENDER,
    Edition,
    Head,
    bid_folder,
    document_path,
    entry_line,
    envelope_path,
    folder_of,
    journal_path,
    note_body,
    parse_entry,
    receipt_path,
    streams_of,
    tender_json,
)
from tendering.domain.archive import Party as ArchivedParty
from tendering.domain.archive_keys import ArchiveKeys, archive_keys_json
from tendering.domain.bag import BagWriter
from tendering.domain.journal import Entry, Event, Stream, first_head, next_head
from tendering.domain.published_keys import policy_json, to_base64
from tendering.domain.receipts import (
    Completion,
    Receipt,
    Submission,
    TimeStamp,
    issue_receipt,
    receipt_json,
)
from tendering.domain.tender import Tender
from tests.support.archive_parties import MADE, ORIGIN, BidMade, Party, Platform, chance

Change = Callable[[dict[str, Any]], None]


@dataclass(slots=True)
class Journals:
    """The three streams as they grow."""

    tender_id: UUID
    entries: dict[Stream, list[Entry]] = field(
        default_factory=lambda: {stream: [] for stream in Stream}
    )

    def head(self, stream: Stream) -> tuple[int, bytes]:
        """Number and head of the last entry."""
        entries = self.entries[stream]
        return (
            (entries[-1].seq, entries[-1].head)
            if entries
            else (0, first_head(self.tender_id, stream))
        )

    def append(self, stream: Stream, event: Event, at: datetime) -> Entry:
        """Add an event."""
        seq, head = self.head(stream)
        body = parse(canonical(event.body))
        assert isinstance(body, dict)
        after = next_head(head, seq=seq + 1, kind=event.kind, body=body, at=at)
        entry = Entry(self.tender_id, stream, seq + 1, event.kind, body, at, after)
        self.entries[stream].append(entry)
        return entry


@dataclass(slots=True)
class Evidence:
    """The log that the receipts of a tender are proved from."""

    platform: Platform
    tree: Tree = field(default_factory=Tree)
    receipts: list[tuple[Receipt, int]] = field(default_factory=list)

    def receipt(self, bid: BidMade, entry: Entry, *, act: str = "bid.submitted") -> None:
        """Acknowledge what custody took, and put its leaf among others."""
        containers = () if act == "bid.withdrawn" else bid.bid.envelopes
        receipt = issue_receipt(
            Submission(
                act=act,
                tender_id=bid.bid.tender_id,
                lot=bid.bid.lot,
                bidder_id=bid.bid.bidder_id,
                counter=bid.bid.counter,
                manifest_digest=bid.bid.manifest_digest,
                container_digests=tuple((one.kind, one.digest) for one in containers),
                received_at=entry.at,
                custody_head=entry.head,
            ),
            leaf_nonce=chance("nonce", entry.seq),
            origin=ORIGIN,
            within_seconds=60,
            key=self.platform.receipt,
        )
        self.tree.append(chance("padding", entry.seq))
        self.receipts.append((receipt, self.tree.append(receipt.leaf)))

    def checkpoint(self, size: int, at: datetime, *, witnesses: int = 2) -> str:
        """The cosigned checkpoint of the first `size` leaves."""
        text = sign_note(checkpoint_body(ORIGIN, size, self.tree.root(size)), self.platform.log)
        lines = [cosign(text, key, at) for key in self.platform.witnesses[:witnesses]]
        return with_signatures(text, lines)

    def completed(self, *, witnesses: int = 2) -> list[Receipt]:
        """The receipts with what others said a second later."""
        done = []
        for receipt, index in self.receipts:
            at = receipt.submission.received_at + timedelta(seconds=1)
            size = index + 1
            token = self.platform.stamper.stamp(
                self.tree.root(size), at=at, chance=chance("stamp", index)[:16]
            )
            completion = Completion(
                leaf_index=index,
                proof=tuple(self.tree.inclusion_proof(index, size)),
                checkpoint=self.checkpoint(size, at, witnesses=witnesses),
                time_stamps=(TimeStamp(self.platform.stamper.name, token),),
                policy=policy_json(self.platform.published),
            )
            done.append(replace(receipt, completion=completion))
        return done

    def log_json(self) -> dict[str, JsonValue]:
        """log.json."""
        size = len(self.tree)
        token = self.platform.stamper.stamp(
            self.tree.root(), at=MADE, chance=chance("last stamp")[:16]
        )
        return {
            "checkpoint": self.checkpoint(size, MADE),
            "time_stamps": [{"authority": self.platform.stamper.name, "token": to_base64(token)}],
            "consistency": [
                {
                    "size": index + 1,
                    "proof": [
                        to_base64(one) for one in self.tree.consistency_proof(index + 1, size)
                    ],
                }
                for _, index in self.receipts
            ],
        }


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive as its files; `write` makes the bag, signed again by the platform."""

    platform: Platform
    tender: Tender
    edition: Edition
    files: Mapping[str, bytes] = field(repr=False)

    @property
    def trust(self) -> ArchiveKeys:
        """The keys as somebody would have got them beforehand."""
        return archive_keys(self.platform)

    def changed(self, path: str, content: bytes | None) -> "Archive":
        """With another content of one file, or without it."""
        files = {name: data for name, data in self.files.items() if name != path}
        return replace(self, files=files if content is None else files | {path: content})

    def json(self, path: str) -> dict[str, Any]:
        """A JSON file."""
        value = parse(self.files[path])
        assert isinstance(value, dict)
        return value

    def forged(self, stream: Stream, kind: str, change: Change) -> "Archive":
        """As a dishonest platform would have it: the first such entry changed, chained anew."""
        done: list[Entry] = []

        def edit(entry: Entry) -> bool:
            if (entry.stream, entry.kind) == (stream, kind) and not done:
                done.append(entry)
                change(entry.body)
            return True

        return self._chained_anew(edit)

    def without(self, stream: Stream, kind: str, number: int) -> "Archive":
        """As `forged`, with the `number`-th entry of that kind left out."""
        seen: list[Entry] = []

        def edit(entry: Entry) -> bool:
            if (entry.stream, entry.kind) == (stream, kind):
                seen.append(entry)
                return len(seen) != number
            return True

        return self._chained_anew(edit)

    def _chained_anew(self, edit: Callable[[Entry], bool]) -> "Archive":
        journals = Journals(self.tender.id)
        for stream in (Stream.CUSTODY, Stream.COMMITTEE, Stream.PUBLIC):
            for line in self.files[journal_path(stream)].splitlines(keepends=True):
                entry = parse_entry(line, self.tender.id, stream)
                if edit(entry):
                    self._bind(entry.body, journals)
                    journals.append(stream, Event(entry.kind, entry.body), entry.at)
        files = dict(self.files)
        description = self.json(TENDER)
        for stream in Stream:
            files[journal_path(stream)] = b"".join(map(entry_line, journals.entries[stream]))
            seq, head = journals.head(stream)
            description["heads"][stream] = {"seq": seq, "head": head.hex()}
        return replace(self, files=files | {TENDER: canonical(description)})

    def _bind(self, body: dict[str, Any], journals: Journals) -> None:
        for member in ("custody", "committee"):
            bound = body.get(member)
            if isinstance(bound, dict) and "seq" in bound:
                entries = journals.entries[Stream(member)]
                bound["seq"] = min(bound["seq"], len(entries))
                bound["head"] = entries[bound["seq"] - 1].head.hex()

    def write(self, path: Path) -> Path:
        """Make the bag."""
        path.write_bytes(self.bag())
        return path

    def bag(self) -> bytes:
        """The bag's bytes."""
        writer, out = BagWriter(folder_of(self.tender.id)), io.BytesIO()
        for name in sorted(self.files):
            out.writelines(writer.file(name, [self.files[name]]))
        manifest = digest_hex(writer.manifest())
        body = note_body(self.tender.id, self.edition, manifest_digest=manifest, made_at=MADE)
        out.writelines(writer.file(NOTE, [sign_note(body, self.platform.receipt).encode()]))
        out.writelines(writer.finish([("External-Identifier", self.tender.number)]))
        return out.getvalue()


def archive_keys(platform: Platform) -> ArchiveKeys:
    """The keys of the archive."""
    return ArchiveKeys(
        platform.published,
        (platform.authority, platform.outside),
        vrf_public(platform.vrf_seed),
    )


def digest_hex(data: bytes) -> str:
    """SHA-256."""
    return sha256(data).hexdigest()


def archived(
    platform: Platform,
    tender: Tender,
    journals: Journals,
    evidence: Evidence,
    *,
    edition: Edition,
    parties: list[tuple[Party, str]],
    bids: list[BidMade],
    standing: set[UUID],
    documents: list[bytes],
    others: Mapping[str, bytes],
    witnesses: int = 2,
) -> Archive:
    """Put the files together as the platform does."""
    full = edition is Edition.FULL
    heads = {stream: Head(*journals.head(stream)) for stream in Stream}
    named = [ArchivedParty(one.id, one.uscc, one.name, role) for one, role in parties]
    files = dict(others)
    files[TENDER] = canonical(
        tender_json(tender, edition, parties=named, heads=heads, made_at=MADE)
    )
    files[KEYS] = canonical(archive_keys_json(archive_keys(platform)))
    files[REVOKED] = make_crl(
        platform.authority, platform.authority_key, [], at=MADE, days=7, number=1
    )
    files[LOG] = canonical(evidence.log_json())
    for stream in streams_of(edition):
        files[journal_path(stream)] = b"".join(map(entry_line, journals.entries[stream]))
    for number, (document, content) in enumerate(
        zip(tender.documents, documents, strict=True), start=1
    ):
        files[document_path(number, document.name)] = content
    uscc = {one.id: one.uscc for one, _ in parties}
    newest = {made.bid.bidder_id: made.bid.counter for made in bids}
    for made in bids:
        bid = made.bid
        stands = bid.bidder_id in standing and newest[bid.bidder_id] == bid.counter
        if not (full or stands):
            continue
        folder = bid_folder(bid.lot, uscc[bid.bidder_id], bid.counter)
        files[f"{folder}/manifest.json"] = canonical(dict(bid.manifest))
        for kind, container in made.containers.items():
            whole = full and stands
            files[envelope_path(folder, kind, whole=whole)] = (
                container if whole else container[: header_length(container)]
            )
        for receipt in evidence.completed(witnesses=witnesses):
            said = receipt.submission
            if (said.bidder_id, said.counter) == (bid.bidder_id, bid.counter):
                files[receipt_path(folder, said.act)] = canonical(receipt_json(receipt))
    return Archive(platform, tender, edition, files)


def header_length(container: bytes) -> int:
    """Where the payload begins."""
    return read_sealed_header(container).header_length
