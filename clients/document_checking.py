"""The check of tender documents at home: a folder of files, perhaps with the draft they are of."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from clients.rule_check import read_draft
from crypto.container_digest import container_digest
from tendering.document_reading import read_document
from tendering.domain.document_checks import (
    CheckedDocument,
    DocumentFinding,
    check_pages,
    conflict_findings,
    document_findings,
)
from tendering.domain.tender import Document
from tendering.rulebooks import clauses_of_documents

FILES_MAX: Final = 500


class TooManyFiles(Exception):
    """More files than tender documents have."""


@dataclass(frozen=True, slots=True)
class FolderCheck:
    """What was found in the files of a folder, by name."""

    files: tuple[str, ...]
    findings: tuple[DocumentFinding, ...]


def check_folder(folder: Path, regime: str, draft: object = None) -> FolderCheck:
    """Check every file of a folder as the platform does when it is put into a draft.

    `draft`: the body of `POST /tenders`, whose terms the documents are compared with; without it
    only with one another. Raises TooManyFiles, OSError, and Invalid for a draft that is none.
    """
    tender = None if draft is None else read_draft(draft)
    files = sorted(file for file in folder.iterdir() if file.is_file())
    if len(files) > FILES_MAX:
        raise TooManyFiles
    checked = [_checked(file, regime if tender is None else tender.regime) for file in files]
    found = conflict_findings(checked) if tender is None else document_findings(tender, checked)
    return FolderCheck(tuple(file.name for file in files), found)


def _checked(file: Path, regime: str) -> CheckedDocument:
    document = Document(file.name, container_digest(file), file.stat().st_size, "")
    pages = read_document(file, file.name)
    return CheckedDocument(document, check_pages(pages, clauses_of_documents(), regime))
