"""The notice and what belongs to it: publication, key holders, clarifications, documents."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from clients.tender_facts import NoticeInvalid, verify_key_holders
from clients.verifying.bodies import Announced, Clarified
from clients.verifying.case import Case, place
from clients.verifying.journals import deadline_at
from clients.verifying.report import Notes
from crypto.canonical import JsonValue, digest
from crypto.certificates import verify_chain
from crypto.container_digest import container_digest
from crypto.errors import BadCertificate, CryptoError
from crypto.signing import SignedStatement
from tendering.domain.archive import TENDER, document_path
from tendering.domain.clarifications import (
    DocumentVersion,
    changes_between,
    clarification_statement,
    first_version,
    version_from_json,
)
from tendering.domain.journal import Stream
from tendering.domain.tender import Document, public_facts

PUBLICATION_LABEL: Final = "kaibiao/publication/v1"
CLARIFICATION_LABEL: Final = "kaibiao/clarification/v1"
FACTS_LABEL: Final = "kaibiao/tender-facts/v1"


def check_publication(case: Case, notes: Notes) -> None:
    """The procuring entity or its agency has signed every fact of the notice."""
    where = place(case.published)
    body = case.published.body
    for member, value in public_facts(case.notice).items():
        notes.require(body.get(member) == value, where, f"{member} cannot be read back")
    facts = public_facts(replace(case.notice, timetable={}))
    expected: JsonValue = {
        "tender_id": str(case.tender.id),
        "facts_digest": digest(FACTS_LABEL, facts).hex(),
    }
    try:
        signed, who = case.signed(
            body.get("publication"), label=PUBLICATION_LABEL, at=case.published.at, where=where
        )
    except CryptoError as error:
        notes.fails(where, f"publication: {error}")
        return
    notes.require(signed.statement == expected, where, "what was signed is not what was published")
    _by_party(case, who.uscc, where, notes)
    notes.remark(f"published by {who.organization} ({who.uscc})")


def check_parties(case: Case, notes: Notes) -> None:
    """Where something signed or chained names a party as well, tender.json names it the same."""
    policies = [case.tender.key_holders, *(one.holders for one in case.tender.former)]
    named = {one.organization_id: one.name for holders in policies for one in holders}
    named |= {bid.bidder_id: bid.bidder_name for _, bid in case.bids()}
    for organization_id, party in case.parties.items():
        if organization_id not in named:
            notes.remark(f"{party.role} {party.name} ({party.uscc}): named by the platform alone")
        elif named[organization_id] != party.name:
            notes.fails(TENDER, f"{party.name} is {named[organization_id]} elsewhere")
    missing = set(named) - set(case.parties)
    notes.require(not missing, TENDER, f"does not name {', '.join(map(str, missing))}")


def check_key_holders(case: Case, notes: Notes) -> None:
    """Every key holder has announced its key for this tender alone, before any bid."""
    where = place(case.published)
    try:
        holders = verify_key_holders(
            case.notice, trusted_roots=case.keys.roots, published=case.published
        )
    except NoticeInvalid as error:
        notes.fails(where, str(error))
        return
    for holder, who in zip(case.notice.key_holders, holders, strict=True):
        certificate = SignedStatement.from_value(dict(holder.announcement or {})).certificate
        case.certificates.setdefault(certificate, (case.published.at, where))
        notes.require(
            who.uscc == case.uscc_of(holder.organization_id),
            where,
            f"key holder {holder.number} announced with another organization's certificate",
        )
        own = _is_certified_by_operator(case, certificate)
        remark = "certified by the operator itself" if own else "certified by an outside authority"
        notes.remark(f"key holder {holder.number}: {who.organization}, {remark}")
    announced = {
        body.number: (entry, body)
        for entry, body in case.all(Stream.CUSTODY, "key_holder.announced", Announced)
    }
    if Stream.CUSTODY not in case.streams:
        notes.skips("when each holder announced its key")
        return
    for holder in case.notice.key_holders:
        if holder.number not in announced:
            notes.fails(where, f"key holder {holder.number} announced nothing in custody")
            continue
        entry, body = announced[holder.number]
        same = body.public_key == (holder.public_key or b"").hex()
        notes.require(
            same and body.announcement == holder.announcement,
            place(entry),
            "the announcement is not the published one",
        )
        notes.require(entry.at <= case.published.at, place(entry), "announced after publication")


def check_clarifications(case: Case, notes: Notes) -> None:
    """Each clarification is signed, with the deadline it moves and the documents it changes."""
    version = first_version(case.tender.documents)
    for number, (entry, body) in enumerate(
        case.all(Stream.PUBLIC, "clarification.published", Clarified), start=1
    ):
        where = place(entry)
        after = None if body.documents is None else version_from_json(body.documents)
        moved = body.deadline != deadline_at(case, before=entry)
        try:
            signed, who = case.signed(
                body.signed, label=CLARIFICATION_LABEL, at=entry.at, where=where
            )
        except CryptoError as error:
            notes.fails(where, str(error))
            continue
        confirmed = isinstance(signed.statement, dict) and "deadline" in signed.statement
        notes.require(confirmed or not moved, where, "nobody signed that the deadline moves")
        expected: JsonValue = clarification_statement(
            case.tender.id,
            number,
            body.text,
            affects_bids=body.affects_bids,
            deadline=body.deadline if confirmed else None,
            documents=after,
        )
        notes.require(
            signed.statement == expected and body.number == number,
            where,
            "what was signed is not what was published",
        )
        _by_party(case, who.uscc, where, notes)
        if after is not None:
            _follows(version, after, body, where, notes)
            version = after


def check_documents(case: Case, notes: Notes) -> None:
    """The tender documents are those of the notice and its amendments, byte for byte."""
    _same_files(case, case.tender.documents, 1, notes)
    for _, body in case.all(Stream.PUBLIC, "clarification.published", Clarified):
        if body.documents is not None:
            version = version_from_json(body.documents)
            _same_files(case, version.brought, version.version, notes)


def _same_files(case: Case, documents: Sequence[Document], version: int, notes: Notes) -> None:
    for number, document in enumerate(documents, start=1):
        path = document_path(number, document.name, version)
        if not notes.require(path in case.archive, path, f"{document.name} is missing"):
            continue
        notes.require(
            case.archive.size_bytes(path) == document.size_bytes
            and container_digest(case.archive.chunks(path)) == document.digest,
            path,
            f"not the {document.name} of version {version}",
        )


def _follows(
    before: DocumentVersion, after: DocumentVersion, body: Clarified, where: str, notes: Notes
) -> None:
    """An amendment is the next version, and changes what it says it changes."""
    changes = changes_between(before, after)
    kept = {(one.document, one.since) for one in after.files if one.since != after.version}
    notes.require(
        after.version == before.version + 1
        and kept <= {(one.document, one.since) for one in before.files}
        and {one.name for one in after.brought} == {*changes.added, *changes.replaced}
        and body.changes
        == {
            "added": list(changes.added),
            "replaced": list(changes.replaced),
            "removed": list(changes.removed),
        },
        where,
        "the documents do not follow from the version before",
    )


def _by_party(case: Case, uscc: str, where: str, notes: Notes) -> None:
    parties = [case.tender.procuring_entity_id, case.tender.agency_id]
    codes = {case.uscc_of(party) for party in parties if party is not None}
    notes.require(uscc in codes, where, "signed by neither the procuring entity nor its agency")


def _is_certified_by_operator(case: Case, certificate: bytes) -> bool:
    try:
        verify_chain(
            certificate,
            [],
            trusted_roots=case.keys.published.operator_roots,
            at=case.published.at,
        )
    except BadCertificate:
        return False
    return True
