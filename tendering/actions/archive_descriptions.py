"""What an archive says of itself to archivists: its description and what the four tests found."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from crypto.canonical import JsonValue
from tendering.domain import archive as layout
from tendering.domain.archive import Edition, Head, Party
from tendering.domain.journal import Stream, instant
from tendering.domain.keeping import ARCHIVED, Contents, four_tests, keeping_json
from tendering.domain.tender import Tender
from tendering.storage import clearings, journal
from tendering.storage.blobs import Blobs
from tendering.storage.connection import Connection

PAPER_KINDS: Final = ("document.issued", "document.signed", "document.completed")


async def contents_of(
    connection: Connection,
    tender: Tender,
    edition: Edition,
    *,
    paths: Sequence[str],
    papers: Mapping[str, str],
) -> Contents:
    """What an edition holds. `papers`: the digest of each issued document in it, hex, by path."""
    streams = layout.streams_of(edition)
    told: dict[str, str] = {}
    for stream in streams:
        for entry in await journal.list_of_kinds(connection, tender.id, stream, PAPER_KINDS):
            if "digest" in entry.body:
                number = entry.body.get("edition", 1)
                assert isinstance(number, int)
                kind, lot = str(entry.body["kind"]), str(entry.body["lot"])
                path = layout.issued_path(kind, lot, number)
                told[path] = str(entry.body["digest"])
    return Contents(
        tuple(paths),
        tuple(
            layout.document_path(number, document.name)
            for number, document in enumerate(tender.documents, start=1)
        ),
        tuple((path, papers.get(path, ""), digest) for path, digest in sorted(told.items())),
        tuple(streams),
    )


async def keeping_file(
    connection: Connection, tender: Tender, contents: Contents, described: Mapping[str, str]
) -> dict[str, JsonValue]:
    """The file `keeping.json`, with how long it is kept once the tender was archived."""
    archived = await journal.list_of_kinds(connection, tender.id, Stream.PUBLIC, [ARCHIVED])
    kept = archived[-1].body if archived else None
    return keeping_json(described, four_tests(contents), kept)


async def reports_of(
    connection: Connection, blobs: Blobs, tender_id: UUID, custody: Head
) -> dict[str, Path]:
    """The reports made of opened bids, by path; of those made in the background what has an entry.

    `custody` is as far as the archive tells of its stream.
    """
    made = await journal.list_of_kinds(connection, tender_id, Stream.CUSTODY, ["likeness.made"])
    return {
        layout.clearing_path(one.lot): blobs.opened_path(one.digest.hex())
        for one in await clearings.list_of_tender(connection, tender_id)
    } | {
        layout.likeness_path(str(one.body["lot"]), int(str(one.body["session"]))): (
            blobs.opened_path(str(one.body["digest"]))
        )
        for one in made
        if one.seq <= custody.seq
    }


def described_json(
    tender: Tender,
    edition: Edition,
    parties: Mapping[UUID, Party],
    *,
    platform_name: str,
    files: int,
    at: datetime,
) -> dict[str, str]:
    """The description of the package (DA/T 46, DA/T 103): names and values, not verified."""
    entity = parties[tender.procuring_entity_id]
    agency = "" if tender.agency_id is None else parties[tender.agency_id].name
    return {
        "立档单位": f"{entity.name} {entity.uscc}",
        "档号": tender.number,
        "题名": tender.title,
        "责任者": "、".join(filter(None, [entity.name, agency])),
        "形成时间": "" if tender.published_at is None else instant(tender.published_at),
        "封装时间": instant(at),
        "开放范围": "全本" if edition is Edition.FULL else "公开本",
        "文件数量": str(files),
        "信息包格式": "BagIt 1.0 (RFC 8493), ZIP",
        "摘要算法": "SHA-256",
        "形成系统": f"{platform_name} {layout.FORMAT}",
    }
