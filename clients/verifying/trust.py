"""Whose keys everything is checked against, and whether the platform stands by the archive."""

from clients.verifying.case import Case
from clients.verifying.report import Notes
from crypto.certificates import check_crl, facts, is_revoked
from crypto.errors import BadCertificate, BadCheckpoint, BadKey
from crypto.pdf_revocations import is_covered
from crypto.tlog import verify_note
from tendering.domain.archive import (
    CERTIFICATES,
    DEMONSTRATION,
    KEYS,
    NOTE,
    REVOKED,
    note_body,
)
from tendering.domain.archive_keys import NOTICES, notices_of
from tendering.domain.bag import MANIFEST


def check_keys(case: Case, notes: Notes) -> None:
    """The archive's keys against those obtained beforehand; without any this is only said."""
    notes.notices += [f"{NOTICES[word][0]} / {NOTICES[word][1]}" for word in _notices(case)]
    if not case.trusted_beforehand:
        notes.cannot(
            "no keys obtained beforehand were given: everything below is checked against the keys "
            "in the archive itself, which whoever made the archive chose"
        )
        return
    own, trusted = case.own_keys, case.keys
    known = {
        "a certificate authority": set(own.roots) - set(trusted.roots),
        "an authority of the operator": set(own.published.operator_roots)
        - set(trusted.published.operator_roots),
        "who certifies key holders": {one.root for one in own.published.certifiers}
        - {one.root for one in trusted.published.certifiers},
        "a receipt key": set(own.published.receipt_keys) - set(trusted.published.receipt_keys),
        "a log key": set(own.published.log_keys) - set(trusted.published.log_keys),
        "a witness": {one.verifier for one in own.published.witnesses}
        - {one.verifier for one in trusted.published.witnesses},
        "a time-stamping authority": {one.root for one in own.published.authorities}
        - {one.root for one in trusted.published.authorities},
    }
    for what, unknown in known.items():
        notes.require(not unknown, KEYS, f"{what} is not among the trusted ones")
    if trusted.vrf_public:
        notes.require(
            own.vrf_public == trusted.vrf_public, KEYS, "the draw's key is not the trusted one"
        )
    else:
        notes.cannot("the key of the draws is not among the keys that were given")
        case.keys = type(trusted)(trusted.published, trusted.roots, own.vrf_public)


def check_note(case: Case, notes: Notes) -> None:
    """The platform has signed the manifest: it stands by every byte of the payload."""
    digest = case.digests[MANIFEST]
    expected = note_body(case.tender.id, case.edition, manifest_digest=digest, made_at=case.made_at)
    try:
        text = case.archive.bytes(NOTE).decode()
        note = verify_note(text, case.keys.published.receipt_keys)
    except (BadCheckpoint, BadKey, UnicodeDecodeError) as error:
        notes.fails(NOTE, str(error))
        return
    notes.require(note.body == expected, NOTE, "the platform has signed another manifest")


def check_demonstration(case: Case, notes: Notes) -> None:
    """A demonstration says so everywhere, or nowhere."""
    said = {
        "tender.json": case.demonstration,
        "the notice": case.tender.demonstration,
        DEMONSTRATION: DEMONSTRATION in case.archive,
        KEYS: case.keys.published.demonstration,
    }
    if DEMONSTRATION in case.archive:
        case.archive.json(DEMONSTRATION)
    if any(said.values()):
        silent = ", ".join(where for where, says in said.items() if not says)
        notes.require(not silent, silent, "does not say that this is a demonstration")
        notes.notices.append("示范归档，不具有法律效力 / A demonstration: without legal effect")


def check_revocations(case: Case, notes: Notes) -> None:
    """No certificate that signed anything was revoked by then. Comes after all signatures."""
    if REVOKED not in case.archive:
        notes.cannot("the archive holds no revocation list")
        return
    crl = case.archive.bytes(REVOKED)
    authority = next(
        (root for root in case.keys.published.operator_roots if _is_by(crl, root, case)), None
    )
    if authority is None:
        notes.fails(REVOKED, "not a list by one of the platform's authorities")
        return
    issuer = facts(authority).issuer
    others = [case.archive.bytes(path) for path in case.archive.below(CERTIFICATES)]
    outside = 0
    for certificate, (at, where) in case.certificates.items():
        told = facts(certificate)
        if told.issuer != issuer:
            try:
                covered = is_covered(certificate, authorities=case.keys.roots, lists=others, at=at)
            except BadCertificate as error:
                notes.fails(where, f"{error} ({told.common_name})")
                continue
            outside += not covered
            continue
        notes.require(
            not is_revoked(crl, told.serial, at),
            where,
            f"signed with a certificate that was revoked ({told.common_name})",
        )
    if outside:
        notes.cannot(
            f"{outside} certificates of outside authorities without a list that was current: ask "
            "those whether they were revoked"
        )


def _is_by(crl: bytes, authority: bytes, case: Case) -> bool:
    try:
        check_crl(crl, authority=authority, at=case.made_at)
    except BadCertificate:
        return False
    return True


def _notices(case: Case) -> tuple[str, ...]:
    return notices_of(case.keys.published)
