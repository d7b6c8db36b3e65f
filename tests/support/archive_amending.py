"""The amendment of a played tender: one file is replaced, another comes, under signature."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from crypto.canonical import JsonValue
from crypto.container_digest import container_digest
from tendering.domain.archive import document_path
from tendering.domain.clarifications import (
    DocumentVersion,
    amended,
    changes_between,
    clarification_statement,
    first_version,
    version_json,
)
from tendering.domain.journal import Event, instant
from tendering.domain.tender import Document, Tender
from tests.support.archive_bills import AMENDED, Played, asked, replace_bill
from tests.support.archive_parties import DEADLINE

REPLACED: Final = b"%PDF-1.7 amended tender documents " * 40
ADDED: Final = b"%PDF-1.7 drawings " * 40
TEXT: Final = "答复：以图纸为准，招标文件相应修改。"


def contents(tender: Tender) -> Sequence[tuple[Document, bytes]]:
    """What the amendment brings."""
    brought = [
        (Document(name, container_digest([content]), len(content), "text/plain"), content)
        for name, content in (("图纸.pdf", ADDED), ("招标文件.pdf", REPLACED))
    ]
    return [*brought, asked(AMENDED)[:2]] if tender.lots[0].bill else brought


def second_version(tender: Tender) -> DocumentVersion:
    """The documents after the amendment."""
    brought = [document for document, _ in contents(tender)]
    return amended(first_version(tender.documents), brought, ())


def amend(play: Played, at: datetime) -> None:
    """Publish the amendment; its files go into the archive."""
    version = second_version(play.tender)
    changes = changes_between(first_version(play.tender.documents), version)
    affects_bids = play.tender.lots[0].bill is not None
    said = clarification_statement(
        play.tender.id, 1, TEXT, affects_bids=affects_bids, documents=version
    )
    body: dict[str, JsonValue] = {
        "number": 1,
        "text": TEXT,
        "affects_bids": affects_bids,
        "signed": play.entity.sign("kaibiao/clarification/v1", said),
        "deadline": instant(DEADLINE),
        "documents": version_json(version),
        "changes": {
            "added": list(changes.added),
            "replaced": list(changes.replaced),
            "removed": [],
        },
    }
    play.public(Event("clarification.published", body), at)
    if affects_bids:
        replace_bill(play, at)
    by_name = {document.name: content for document, content in contents(play.tender)}
    for number, document in enumerate(version.brought, start=1):
        play.others[document_path(number, document.name, 2)] = by_name[document.name]
