"""The check of tender documents before publication (先体检、再发布), and who answers its findings.

Each file is read when it is put into the draft: which clauses it has that the law forbids, which
terms it states. A finding that blocks stands until the file is mended, or a named person rejects
it with a reason, which the notice then tells.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from crypto.canonical import JsonValue, digest
from tendering.domain.clauses import Clauses, Place, clause_places
from tendering.domain.document_text import squeezed
from tendering.domain.fields import Fields
from tendering.domain.journal import Event, instant
from tendering.domain.overrides import REASON_MAX, REASON_MIN, Person
from tendering.domain.refusals import Invalid, NotFound
from tendering.domain.refusals.documents import DocumentFindingsOpen, DocumentsUnchecked
from tendering.domain.stated_terms import Difference, Stated, conflicts, differences, stated_in
from tendering.domain.tender import Document, Tender

FORMAT: Final = "kaibiao/document-check/v1"
FINDINGS_MAX: Final = 500
NUMBER_MAX: Final = 2**53 - 1
_PLATFORM: Final = "平台提示"


@dataclass(frozen=True, slots=True)
class DocumentFinding:
    """Something in a document that a person has to look at.

    `document` is empty where something is missing in all; `page` is 0 where there is none.
    """

    id: str
    document: str
    page: int
    passage: str
    rule: str
    law: str
    severity: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Noted:
    """A passage that a clause of the rule file matches, with the words of the rule at the time."""

    rule: str
    law: str
    severity: str
    zh: str
    en: str
    place: Place


@dataclass(frozen=True, slots=True)
class DocumentCheck:
    """What was read in one file. `rules` is the digest of the clauses it was held against, hex.

    `readable` is False for a picture without text or a format that is not read.
    """

    rules: str
    pages: int
    readable: bool
    clauses: tuple[Noted, ...]
    stated: tuple[Stated, ...]


@dataclass(frozen=True, slots=True)
class CheckedDocument:
    """A file of the tender documents and its check; None where nobody has checked it."""

    document: Document
    check: DocumentCheck | None


@dataclass(frozen=True, slots=True)
class Decision:
    """What a named person says to a finding: accepted, it is to be mended; rejected, it is none."""

    finding: str
    accepted: bool
    reason: str
    by: Person
    at: datetime


def check_pages(pages: Sequence[str] | None, clauses: Clauses, regime: str) -> DocumentCheck:
    """Check a file by the text of its pages; None where it could not be read."""
    text = squeezed(pages or ())
    if not text.text:
        return DocumentCheck(clauses.digest, len(pages or ()), False, (), ())
    found = tuple(
        Noted(one.id, one.law, one.severity, one.zh, one.en, place)
        for one, place in clause_places(text, clauses, regime)
    )
    return DocumentCheck(clauses.digest, len(pages or ()), True, found, stated_in(text))


def document_findings(
    tender: Tender, documents: Sequence[CheckedDocument]
) -> tuple[DocumentFinding, ...]:
    """Everything to look at in the documents of a tender as its terms are now."""
    return _together(documents, differences(tender, _stated(documents)))


def conflict_findings(documents: Sequence[CheckedDocument]) -> tuple[DocumentFinding, ...]:
    """The same of documents alone, where there is no tender to compare them with."""
    return _together(documents, conflicts(_stated(documents)))


def open_blocks(
    findings: Iterable[DocumentFinding], decisions: Mapping[str, Decision]
) -> list[DocumentFinding]:
    """The findings that still stop the publication: those nobody has rejected by name."""
    return [
        one
        for one in findings
        if one.severity == "block" and (one.id not in decisions or decisions[one.id].accepted)
    ]


def require_checked(
    tender: Tender, documents: Sequence[CheckedDocument], decisions: Mapping[str, Decision]
) -> dict[str, JsonValue]:
    """What the notice says of the check. Raises DocumentsUnchecked, DocumentFindingsOpen."""
    missing = [one.document.name for one in documents if one.check is None]
    if missing:
        raise DocumentsUnchecked(documents=list(missing))
    findings = document_findings(tender, documents)
    blocks = open_blocks(findings, decisions)
    if blocks:
        first = blocks[0]
        raise DocumentFindingsOpen(
            first.en,
            count=len(blocks),
            document=first.document,
            page=first.page,
            rule=first.rule,
            law=first.law,
            explained=first.zh,
        )
    return {
        "format": FORMAT,
        "rules": sorted({one.check.rules for one in documents if one.check is not None}),
        "findings": len(findings),
        "decided": [
            decision_json(decisions[one.id], one) for one in findings if one.id in decisions
        ],
    }


def decide_finding(
    findings: Iterable[DocumentFinding],
    finding_id: str,
    *,
    accepted: bool,
    reason: str,
    by: Person,
    at: datetime,
) -> tuple[Decision, Event]:
    """Accept or reject a finding. Raises NotFound, Invalid for a rejection without a reason."""
    finding = next((one for one in findings if one.id == finding_id), None)
    if finding is None:
        raise NotFound("no such finding in the documents as they are")
    said = reason.strip()
    if len(said) > REASON_MAX or (not accepted and len(said) < REASON_MIN):
        raise Invalid("a reason is a sentence", least=REASON_MIN, most=REASON_MAX)
    decision = Decision(finding_id, accepted, said, by, at)
    return decision, Event("document_finding.decided", decision_json(decision, finding))


def finding_json(finding: DocumentFinding, decision: Decision | None) -> dict[str, JsonValue]:
    """A finding, and what was said to it, as plain JSON."""
    return {
        "id": finding.id,
        "document": finding.document,
        "page": finding.page,
        "passage": finding.passage,
        "rule": finding.rule,
        "law": finding.law,
        "severity": finding.severity,
        "zh": finding.zh,
        "en": finding.en,
        "decision": None if decision is None else _said(decision),
    }


def decision_json(decision: Decision, finding: DocumentFinding) -> dict[str, JsonValue]:
    """A decision as the journal and the notice say it."""
    return {
        "finding": finding.id,
        "document": finding.document,
        "page": finding.page,
        "rule": finding.rule,
        "severity": finding.severity,
        **_said(decision),
    }


def check_json(check: DocumentCheck) -> dict[str, JsonValue]:
    """A check as plain JSON, for its column."""
    return {
        "format": FORMAT,
        "rules": check.rules,
        "pages": check.pages,
        "readable": check.readable,
        "clauses": [
            {
                "rule": one.rule,
                "law": one.law,
                "severity": one.severity,
                "zh": one.zh,
                "en": one.en,
                "page": one.place.page,
                "passage": one.place.passage,
            }
            for one in check.clauses
        ],
        "stated": [
            {
                "kind": one.kind,
                "value": one.value,
                "page": one.place.page,
                "passage": one.place.passage,
            }
            for one in check.stated
        ],
    }


def check_from_json(value: JsonValue) -> DocumentCheck:
    """The inverse of `check_json`. Raises Invalid."""
    fields = Fields(value, "check", Invalid)
    fields.choice("format", (FORMAT,))
    return DocumentCheck(
        rules=fields.text("rules"),
        pages=fields.integer("pages", least=0, most=NUMBER_MAX),
        readable=fields.flag("readable", default=False),
        clauses=tuple(
            Noted(
                one.text("rule"),
                one.text("law"),
                one.text("severity"),
                one.text("zh"),
                one.text("en"),
                _place(one),
            )
            for one in fields.each("clauses", most=NUMBER_MAX)
        ),
        stated=tuple(
            Stated(one.text("kind"), _value(one.take("value")), _place(one))
            for one in fields.each("stated", most=NUMBER_MAX)
        ),
    )


def _stated(documents: Sequence[CheckedDocument]) -> list[tuple[str, tuple[Stated, ...]]]:
    return [(one.document.name, one.check.stated) for one in documents if one.check is not None]


def _together(
    documents: Sequence[CheckedDocument], stated: Sequence[Difference]
) -> tuple[DocumentFinding, ...]:
    """Clauses first, then terms, the same once; blocks are not cut off by warnings."""
    found: list[DocumentFinding] = []
    for one in documents:
        if one.check is not None and not one.check.readable:
            found.append(_unread(one.document))
        if one.check is not None:
            found += [_finding(one.document, noted) for noted in one.check.clauses]
    by_name = {one.document.name: one.document for one in documents}
    found += [
        _finding(
            by_name.get(one.document),
            Noted(_term_rule(one.kind), _PLATFORM, one.severity, one.zh, one.en, one.place),
        )
        for one in stated
    ]
    once = sorted({one.id: one for one in found}.values(), key=lambda one: one.severity)
    return tuple(once)[:FINDINGS_MAX]


def _said(decision: Decision) -> dict[str, JsonValue]:
    return {
        "accepted": decision.accepted,
        "reason": decision.reason,
        "by": {
            "person_id": str(decision.by.id),
            "name": decision.by.name,
            "organization_id": str(decision.by.organization_id),
        },
        "at": instant(decision.at),
    }


def _place(fields: Fields) -> Place:
    page = fields.integer("page", least=0, most=NUMBER_MAX)
    return Place(page, fields.text("passage", default=""))


def _value(value: object) -> int | str:
    assert isinstance(value, int | str)
    return value


def _term_rule(kind: str) -> str:
    return f"TERM-{kind.replace('_', '-').upper()}"


def _unread(document: Document) -> DocumentFinding:
    zh, en = "没有读出文字，需要人工核对。", "No text could be read; a person has to look."
    return _finding(document, Noted("DOC-UNREAD", _PLATFORM, "warn", zh, en, Place(0, "")))


def _finding(document: Document | None, noted: Noted) -> DocumentFinding:
    name, of = ("", b"") if document is None else (document.name, document.digest)
    page, passage = noted.place.page, noted.place.passage
    about: JsonValue = [name, of.hex(), noted.rule, page, passage, noted.zh]
    return DocumentFinding(
        digest("kaibiao/document-finding/v1", about).hex(),
        name,
        page,
        passage,
        noted.rule,
        noted.law,
        noted.severity,
        noted.zh,
        noted.en,
    )
