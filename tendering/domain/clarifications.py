"""Clarifications and amendments (澄清与修改): what is signed, and the versions of the documents.

The notice names version 1 of the tender documents; every amendment makes the next one, signed and
whole: which files there are from now on, by digest. A clarification that comes too late for the
deadline says the new one, which its signer has confirmed.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from crypto.canonical import JsonValue, digest
from tendering.domain.fields import Fields
from tendering.domain.journal import instant
from tendering.domain.refusals import Invalid
from tendering.domain.refusals.bids import DeadlinePassed
from tendering.domain.refusals.documents import DeadlineMustMove, DocumentsUnchanged
from tendering.domain.tender import Document, Tender

DOCUMENTS_LABEL: Final = "kaibiao/tender-documents/v1"
FILES_MAX: Final = 1000
_NUMBER_MAX: Final = 2**53 - 1


@dataclass(frozen=True, slots=True)
class VersionedDocument:
    """A file of a version; `since` is the version that brought it."""

    document: Document
    since: int


@dataclass(frozen=True, slots=True)
class DocumentVersion:
    """All files of one version, by name."""

    version: int
    files: tuple[VersionedDocument, ...]

    @property
    def brought(self) -> tuple[Document, ...]:
        """The files that this version brought."""
        return tuple(one.document for one in self.files if one.since == self.version)

    def file(self, name: str) -> VersionedDocument | None:
        """The file of that name."""
        return next((one for one in self.files if one.document.name == name), None)


@dataclass(frozen=True, slots=True)
class Changes:
    """What a version changed, by name."""

    added: tuple[str, ...]
    replaced: tuple[str, ...]
    removed: tuple[str, ...]


def first_version(documents: Sequence[Document]) -> DocumentVersion:
    """The version of the notice."""
    return DocumentVersion(1, tuple(VersionedDocument(one, 1) for one in _by_name(documents)))


def amended(
    before: DocumentVersion, brought: Sequence[Document], removed: Collection[str]
) -> DocumentVersion:
    """The next version. Raises DocumentsUnchanged, Invalid for a removal of what is not there."""
    files = {one.document.name: one for one in before.files}
    for name in removed:
        if files.pop(name, None) is None:
            raise Invalid("no such file in the tender documents", name=name)
    for document in brought:
        old = files.get(document.name)
        if document.name in removed or (old and old.document.digest == document.digest):
            raise DocumentsUnchanged(name=document.name)
        files[document.name] = VersionedDocument(document, before.version + 1)
    if not files or not (brought or removed):
        raise DocumentsUnchanged
    ordered = tuple(files[name] for name in sorted(files))
    return DocumentVersion(before.version + 1, ordered)


def changes_between(before: DocumentVersion, after: DocumentVersion) -> Changes:
    """What changed from one version to the next."""
    old = {one.document.name: one.document.digest for one in before.files}
    new = {one.document.name: one.document.digest for one in after.files}
    return Changes(
        tuple(sorted(set(new) - set(old))),
        tuple(sorted(name for name in new if name in old and new[name] != old[name])),
        tuple(sorted(set(old) - set(new))),
    )


def documents_digest(version: DocumentVersion) -> bytes:
    """By this the signer of an amendment names all its files. 32 bytes."""
    return digest(DOCUMENTS_LABEL, version_json(version))


def version_json(version: DocumentVersion) -> dict[str, JsonValue]:
    """A version as the journal says it."""
    return {
        "version": version.version,
        "files": [
            {
                "name": one.document.name,
                "digest": one.document.digest.hex(),
                "size_bytes": one.document.size_bytes,
                "media_type": one.document.media_type,
                "since": one.since,
            }
            for one in version.files
        ],
    }


def version_from_json(value: object) -> DocumentVersion:
    """The inverse of `version_json`. Raises Invalid."""
    fields = Fields(value, "documents", Invalid)
    number = fields.integer("version", least=1, most=_NUMBER_MAX)
    files = tuple(_file(one, number) for one in fields.each("files", most=FILES_MAX))
    fields.done()
    return DocumentVersion(number, files)


def clarification_statement(
    tender_id: UUID,
    number: int,
    text: str,
    *,
    affects_bids: bool,
    deadline: datetime | None = None,
    documents: DocumentVersion | None = None,
) -> dict[str, JsonValue]:
    """What the procuring entity or its agency signs; only what there is stands in it."""
    statement: dict[str, JsonValue] = {
        "tender_id": str(tender_id),
        "number": number,
        "text": text,
        "affects_bids": affects_bids,
    }
    if deadline is not None:
        statement["deadline"] = instant(deadline)
    if documents is not None:
        statement["documents"] = {
            "version": documents.version,
            "digest": documents_digest(documents).hex(),
        }
    return statement


def decide_deadline(
    tender: Tender, *, proposed: datetime | None, confirmed: datetime | None, at: datetime
) -> datetime:
    """The deadline after a clarification. `proposed` is None where it comes in good time.

    招标投标法 第二十三条, 条例 第二十一条, 87号令 第二十七条: too late, the deadline moves; whoever
    publishes confirms to when. Raises DeadlinePassed, DeadlineMustMove with the proposal, Invalid
    for a deadline that comes nearer.
    """
    if tender.is_past_deadline(at):
        raise DeadlinePassed(deadline=instant(tender.deadline), received_at=instant(at))
    if proposed is not None and (confirmed is None or confirmed < proposed):
        raise DeadlineMustMove(proposed=instant(proposed), deadline=instant(tender.deadline))
    if confirmed is not None and confirmed < tender.deadline:
        raise Invalid("a deadline does not come nearer", deadline=instant(tender.deadline))
    return tender.deadline if confirmed is None else confirmed


def latest_version(
    documents: Sequence[Document], amendments: Sequence[Mapping[str, JsonValue]]
) -> DocumentVersion:
    """The version of now: that of the notice, or of the last entry that brought one. Invalid."""
    found = [body["documents"] for body in amendments if body.get("documents") is not None]
    return version_from_json(found[-1]) if found else first_version(documents)


def _file(fields: Fields, version: int) -> VersionedDocument:
    try:
        found = bytes.fromhex(fields.text("digest"))
    except ValueError:
        raise fields.wrong("digest", "hex is expected") from None
    document = Document(
        fields.text("name"),
        found,
        fields.integer("size_bytes", least=1, most=_NUMBER_MAX),
        fields.text("media_type", default=""),
    )
    since = fields.integer("since", least=1, most=version)
    fields.done()
    return VersionedDocument(document, since)


def _by_name(documents: Sequence[Document]) -> list[Document]:
    return sorted(documents, key=lambda one: one.name)
